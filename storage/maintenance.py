"""Backs the database up and looks it over, for the operator."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL

from storage import grants, migrate
from storage.copies import copy
from storage.database import Database, Store

OLDEST_SQLITE = (3, 35, 0)  # knows RETURNING
OLDEST_POSTGRESQL = 12
LARGE_LOG = 256_000_000  # bytes; four times what the log is cut to
LARGE_FILE = 20_000_000_000


class BackupError(ValueError):
    """The database could not be backed up; the message says why and what to do."""


class Mark(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """A thing that was looked at: how it stands, what it is, and what to do where that is not well."""

    mark: Mark
    what: str
    remedy: str = ""


async def backup(database: Database, target: Path, *, tools: Path | None = None) -> int:
    """Copy the database to a file, prove the copy, and return its size in bytes.

    SQLite is copied while it is in use. PostgreSQL is left to its own pg_dump (custom format, for pg_restore), from
    the folder `tools` or from PATH. What is at `target` already is replaced only by a copy that is proved.

    Raises:
        BackupError: There is nothing to copy, no pg_dump, or it refused.
        CopyError: The copy is damaged.
        SchemaError: The database cannot be read.
        OSError: The target cannot be written.
    """
    if database.file is None:
        await _dump(database, target, tools)
    else:
        with migrate.explained(database):
            await asyncio.to_thread(_copied, database.file, target)
    return await asyncio.to_thread(lambda: target.stat().st_size)


def _copied(file: Path, target: Path) -> None:
    if not file.exists():
        raise BackupError(f"There is no database at {file} yet.")
    if target.resolve() == file.resolve():
        raise BackupError("The copy would replace the database itself. Name another file.")
    try:
        copy(file, target)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file} cannot be read: {error}. Look with: python3 run.py doctor") from error


async def _dump(database: Database, target: Path, tools: Path | None) -> None:
    program = shutil.which("pg_dump", path=str(tools) if tools else None)
    if program is None:
        raise BackupError("There is no pg_dump on this machine. Install PostgreSQL's client programs, or run it there.")
    partial = target.with_name(target.name + ".partial")
    url = libpq_url(database.url)
    secret = {"PGPASSWORD": str(database.url.password)} if database.url.password else {}
    try:
        await _run(program, "--format=custom", "--no-password", f"--file={partial}", f"--dbname={url}", **secret)
        restore = shutil.which("pg_restore", path=str(Path(program).parent))
        if restore is not None:
            await _run(restore, "--list", str(partial))
        await asyncio.to_thread(partial.replace, target)
    finally:
        await asyncio.to_thread(partial.unlink, missing_ok=True)


def libpq_url(url: URL) -> str:
    """Return the URL as PostgreSQL's own programs read it, without the password: arguments are seen by everyone."""
    mode = url.query.get("ssl")
    plain = url.set(drivername="postgresql", password=None).difference_update_query(["ssl"])
    return (plain if mode is None else plain.update_query_dict({"sslmode": mode})).render_as_string()


async def _run(program: str, *arguments: str, **secret: str) -> None:
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **secret},
    )
    _, said = await process.communicate()
    if process.returncode:
        why = said.decode(errors="replace").strip()
        raise BackupError(f"{Path(program).name} refused: {why}. It must be as new as the server.")


async def check(database: Database) -> list[Finding]:
    """Look the database over: schema, integrity, search, log, size, disk, audit. It changes nothing.

    Reads all of a SQLite file: about a second per 500 MB.
    """
    try:
        return await _look(database)
    except migrate.SchemaError as error:
        return [Finding(Mark.FAIL, str(error))]


async def _look(database: Database) -> list[Finding]:
    current, newest = await migrate.head(database)
    if current is None:
        return [Finding(Mark.OK, "the database is empty; the first start makes its tables")]
    found = []
    if current != newest:
        found.append(Finding(Mark.WARN, f"the database is at {current}, this program needs {newest}", "migrate it"))
    look = _of_sqlite if database.is_sqlite else _of_postgresql
    with migrate.explained(database):
        async with database.read() as store:
            found += [finding async for finding in look(database, store)]
            cut = await grants.cut(store)
    if cut is not None:
        what = f"the audit does not hang together at row {cut}: rows before it were changed or deleted"
        found.append(Finding(Mark.WARN, what, "find out who had the database in hand"))
    return found or [Finding(Mark.OK, f"the database is whole and at {current}")]


async def _of_sqlite(database: Database, store: Store) -> AsyncIterator[Finding]:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding(Mark.FAIL, f"SQLite {sqlite3.sqlite_version} is too old", "use a newer Python; it brings SQLite")
    damage = await store.scalars(text("PRAGMA integrity_check(5)"))
    if damage != ["ok"]:
        yield Finding(
            Mark.FAIL, f"the file is damaged: {damage[0]}", "put a backup in its place; keep the damaged file"
        )
    if await store.row(text("PRAGMA foreign_key_check")) is not None:
        yield Finding(Mark.FAIL, "rows refer to rows that are gone", "put a backup in its place")
    if not await store.scalar(text("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")):
        yield Finding(Mark.FAIL, "this SQLite cannot search (no FTS5)", "use a Python whose SQLite has FTS5")
    if await store.scalar(text("PRAGMA journal_mode")) != "wal":
        yield Finding(Mark.WARN, "the file is not in WAL mode: readers hold up the writer", "stop what else uses it")
    for finding in await asyncio.to_thread(_of_file, database.file or Path()):
        yield finding


def _of_file(file: Path) -> list[Finding]:
    found = []
    log = file.with_name(file.name + "-wal")
    if log.exists() and log.stat().st_size > LARGE_LOG:
        what = f"the log beside the file has grown to {log.stat().st_size / 1e6:.0f} MB"
        found.append(Finding(Mark.WARN, what, "look for a program that keeps the file open for reading"))
    if file.stat().st_size > LARGE_FILE:
        found.append(Finding(Mark.WARN, f"the file has {file.stat().st_size / 1e9:.0f} GB", "think of PostgreSQL"))
    return found


async def _of_postgresql(_: Database, store: Store) -> AsyncIterator[Finding]:
    version = int(await store.scalar(text("SHOW server_version_num"))) // 10_000
    if version < OLDEST_POSTGRESQL:
        yield Finding(Mark.FAIL, f"PostgreSQL {version} is too old", f"upgrade it to {OLDEST_POSTGRESQL} or newer")
    encoding = await store.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        yield Finding(Mark.FAIL, f"the database is encoded in {encoding}", "make it anew with ENCODING 'UTF8'")
    if not await store.scalar(text("SELECT count(*) FROM pg_class WHERE relname = 'ix_message_terms_terms'")):
        yield Finding(
            Mark.WARN, "the index for search is gone", "CREATE INDEX ix_message_terms_terms, as in migrations"
        )
