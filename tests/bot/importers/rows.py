"""All rows of a database, to be compared: without the moments at which they were written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from storage.database import Database

TABLES = (
    "accounts", "coverage", "daily", "group_segments", "groups", "inbox", "links", "members", "memberships",
    "messages", "moves", "outbox", "persons", "pins", "thread_messages", "threads",
)  # fmt: skip
WHEN = {"received_at", "created_at", "worked_at"}


def rows_of(database: Database | Path, *, versions: bool = True) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table that an import writes; `versions` are how often a group was placed."""
    file = database.file if isinstance(database, Database) else database
    left_out = WHEN if versions else {*WHEN, "version"}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {table: _rows(connection, table, left_out) for table in TABLES}


def _rows(connection: sqlite3.Connection, table: str, left_out: set[str]) -> list[dict[str, Any]]:
    found = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
    kept = [{name: value for name, value in row.items() if name not in left_out} for row in found]
    for row in kept:
        if table == "inbox":
            row |= {"body": "", "member_key": "", "attempts": 0}  # a file has the rest
    return sorted(kept, key=repr)
