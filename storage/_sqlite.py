"""How connections to a SQLite file are driven: its modes, its transactions, and how values are written."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


def _dumped(value: Any) -> str:
    return "[]" if value == [] else json.dumps(value)


def _loaded(text: str) -> Any:
    return [] if text == "[]" else json.loads(text)  # whom a message mentions: nearly always nobody


# Parameters are other people's words, and errors go into the log.
OPTIONS: dict[str, Any] = {"hide_parameters": True, "json_serializer": _dumped, "json_deserializer": _loaded}


def _make_private(file: Path) -> None:
    """Make a new file that no other account of the machine can read; SQLite would make it for all to see."""
    with contextlib.suppress(OSError):  # it is there, or cannot be made: connecting will say so better
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def drive(engine: AsyncEngine, file: Path, begin: str, *pragmas: str) -> None:
    """Set up every connection of an engine, and begin its transactions with a statement of ours."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def connecting(*_: Any) -> None:
        _make_private(file)

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        cursor = connection.cursor()
        for pragma in (
            *pragmas,
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "journal_size_limit=67108864",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(begin)
