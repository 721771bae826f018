"""Brings a database to the newest schema, or says in a sentence why it must not be touched."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

import storage
from storage._mounts import network_of
from storage.copies import copy
from storage.database import Database
from storage.schema import METADATA

if TYPE_CHECKING:  # alembic costs half a second, and only a start that migrates should pay it
    from alembic.config import Config

VERSION_TABLE = "xiangqun_version"  # a name of our own tells another program's database from ours
FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x78716E31  # of PostgreSQL: one process migrates, the others wait

_SQLITE_TROUBLE = {
    "SQLITE_NOTADB": "{file} is not a database. Name another file, or move this one away.",
    "SQLITE_CORRUPT": "{file} is damaged or cut short. Put a backup in its place; keep the damaged file.",
    "SQLITE_READONLY": "{file} may only be read. Give the account that runs the bot write access to it and its folder.",
    "SQLITE_CANTOPEN": "{file} cannot be opened. Check that the account that runs the bot may write in its folder.",
    "SQLITE_PERM": "{file} cannot be opened. Check that the account that runs the bot may write in its folder.",
    "SQLITE_FULL": "The disk of {file} is full. Make room, then start again; nothing was changed.",
    "SQLITE_IOERR": "The disk of {file} fails. Look at the system's log, then start again; nothing was changed.",
    "SQLITE_BUSY": "Another program holds {file}. Stop it, then start again; nothing was changed.",
}


class SchemaError(ValueError):
    """The database cannot be used as it is; the message says why and what to do."""


class State(NamedTuple):
    """The revision of a database (None: it is empty), the newest one, and those still to apply, in order."""

    current: str | None
    newest: str
    missing: list[str]


def metadata() -> MetaData:
    """Return the metadata with the tables of every noun: all modules of this package imported."""
    for module in pkgutil.walk_packages(storage.__path__, "storage."):
        if not module.name.startswith("storage.migrat"):
            importlib.import_module(module.name)
    return METADATA


async def head(database: Database, folder: Path = FOLDER) -> tuple[str | None, str]:
    """Return the revision that the database has (None: it is empty) and the newest one of a folder of migrations.

    Raises:
        SchemaError: The database is newer than this program, another program's, damaged, or cannot be opened.
    """
    with explained(database):
        await asyncio.to_thread(_refuse_network, database)
        async with database.read() as store:
            found = await store.connection.run_sync(_state, folder)
    return found.current, found.newest


async def upgrade(database: Database, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing and return the names of the revisions applied, each in a transaction of its own.

    A SQLite file that is not empty is copied first, to `<file>.before-<newest revision>` beside it. The copy keeps
    what members have erased since: delete it once the upgrade has proved itself.

    Raises:
        SchemaError: As for `head`, or the database may not be written.
    """
    current, newest = await head(database, folder)
    with explained(database):
        if database.file is not None and current not in {None, newest}:
            await asyncio.to_thread(
                copy, database.file, database.file.with_name(f"{database.file.name}.before-{newest}")
            )
        if database.is_sqlite:  # only now that it is known to be ours, for it changes the file
            async with database.raw() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        applied: list[str] = []
        while True:
            async with _transaction(database) as connection:
                name = await connection.run_sync(_step, folder)
            if name is None:
                return applied
            applied.append(name)


def _refuse_network(database: Database) -> None:
    kind = network_of(database.file) if database.file else ""
    if kind:
        raise SchemaError(
            f"{database.file} lies on a network file system ({kind}), where SQLite's locks do not hold. "
            "Name a file on a disk of this machine, or use PostgreSQL."
        )


@contextmanager
def explained(database: Database) -> Iterator[None]:
    """Turn the ways in which a database refuses to open into a `SchemaError` that says what to do."""
    try:
        yield
    except DBAPIError as error:
        raise SchemaError(_sentence(database, error.orig or error)) from error
    except OSError as error:
        raise SchemaError(_sentence(database, error)) from error


def _sentence(database: Database, error: BaseException) -> str:
    if database.file is None:
        where = database.url.render_as_string(hide_password=True)
        return f"The database at {where} does not let us in: {error}. Check the address, the account and its password."
    name = error.sqlite_errorname if isinstance(error, sqlite3.Error) else ""
    known = next(
        (text for code, text in _SQLITE_TROUBLE.items() if name.startswith(code)), "{file} cannot be used: {why}"
    )
    return known.format(file=database.file, why=error)


@asynccontextmanager
async def _transaction(database: Database) -> AsyncIterator[AsyncConnection]:
    if not database.is_sqlite:
        async with database.write() as store:
            await store.connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            await store.connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield store.connection
        return
    # A table that is rebuilt is dropped in between: its references must not count meanwhile, and the switch for
    # that works outside a transaction only.
    async with database.raw() as connection:
        await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        try:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                await connection.run_sync(_check_references)
            except BaseException:
                await connection.exec_driver_sql("ROLLBACK")
                raise
            await connection.exec_driver_sql("COMMIT")
        finally:
            await connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise SchemaError(
            f"The upgrade would break a reference in table {broken[0]}; nothing was changed. Report this."
        )


def _step(connection: Connection, folder: Path) -> str | None:
    from alembic import command

    missing = _state(connection, folder).missing
    if not missing:
        # One that may only be read is found out here, and not by the first message.
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = version_num")  # noqa: S608
        return None
    config = _configuration(folder)
    config.attributes["connection"] = connection
    command.upgrade(config, missing[0])
    return missing[0]


def _configuration(folder: Path) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _state(connection: Connection, folder: Path) -> State:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_configuration(folder))
    names = [script.revision for script in scripts.walk_revisions()][::-1]
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        _refuse_foreign(connection, tables)
        return State(None, names[-1], names)
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    current = context.get_current_revision()
    if current is None:
        return State(None, names[-1], names)
    if current not in names:
        raise SchemaError(
            f"The database was written by a newer version of this program ({current}; this one knows {names[-1]}). "
            "Install that version, or put back the copy made before the upgrade."
        )
    return State(current, names[-1], names[names.index(current) + 1 :])


def _refuse_foreign(connection: Connection, tables: set[str]) -> None:
    # A PostgreSQL database may hold tables of extensions; only ours would be in the way there.
    in_the_way = tables if connection.dialect.name == "sqlite" else tables & set(metadata().tables)
    if in_the_way:
        raise SchemaError(
            f"The database belongs to another program (it has a table {min(in_the_way)}). "
            "Name another file or an empty database in the configuration."
        )
