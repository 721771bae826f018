"""All rows of a database, to be compared: without the moments at which they were written."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage.database import Database
from storage.migrate import metadata

TABLES = (
    "accounts", "coverage", "daily", "group_segments", "groups", "inbox", "links", "members", "memberships",
    "messages", "moves", "outbox", "persons", "pins", "thread_messages", "threads",
)  # fmt: skip
# Columns that hold ids of other tables' rows beside those that say so.
IDS = {
    "first_responder": "members", "first_answerer": "members", "solver": "members", "by_member": "members",
    "mentions": "members", "accepted": "messages", "thread_id": "threads", "message_id": "messages",
    "duplicate_of": "threads", "linked_to": "threads", "from_person": "persons", "to_person": "persons",
}  # fmt: skip
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


async def numbered(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of either engine, ids by their place in order: PostgreSQL never gives a number twice."""
    known = metadata().tables
    async with database.read() as store:
        found = {name: [row._asdict() for row in await store.rows(select(known[name]))] for name in TABLES}
    places = {
        name: {at: place for place, at in enumerate(sorted(row["id"] for row in rows))}
        for name, rows in found.items()
        if "id" in known[name].c
    }
    refers = {
        name: {column.name: key.column.table.name for column in known[name].c for key in column.foreign_keys} | IDS
        for name in TABLES
    }
    return {
        name: sorted((_placed(row, {"id": name, **refers[name]}, places) for row in rows), key=repr)
        for name, rows in found.items()
    }


def _placed(
    row: Mapping[str, Any], refers: Mapping[str, str], places: Mapping[str, Mapping[int, int]]
) -> dict[str, Any]:
    """Return a row with places for ids, without when it was written and how often its group was placed."""
    kept = {name: value for name, value in row.items() if name not in {*WHEN, "version"}}
    for name in kept.keys() & refers.keys():
        place, value = places.get(refers[name], {}), kept[name]
        kept[name] = [place[one] for one in value] if isinstance(value, list) else place.get(value, value)
    return kept
