"""Opens the database and its transactions; the one place where SQLite and PostgreSQL differ in how they are driven.

`Database.write()` and `Database.read()` give a `Store`: a handle on one open transaction, which every noun's
functions take as their first argument. SQLite has one writer per process (a lock, then BEGIN IMMEDIATE, so that no
transaction can fail half-way for want of the write lock); PostgreSQL has as many as it likes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, CursorResult, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import _inline, _sqlite

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
BUSY_SECONDS = 30
GLANCE_SECONDS = 0.05
# What is raised while the database is away, locked or full: try the whole transaction again, acknowledge nothing.
UNAVAILABLE: tuple[type[Exception], ...] = (OperationalError, InterfaceError, OSError)
# What is raised, beside those, for values that no database takes: trying again is useless.
UNSTORABLE: tuple[type[Exception], ...] = (StatementError, ValueError, OverflowError)


class DatabaseUrlError(ValueError):
    """The database URL is none of ours: write sqlite:/// and a file, or postgresql:// and a server."""


class Store:
    """One open transaction: what handlers see as `ctx.store`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._inline = connection.sync_connection if connection.dialect.driver == _inline.DRIVER else None

    @property
    def is_sqlite(self) -> bool:
        """Whether the engine is SQLite; only search, claims and maintenance may care."""
        return self.connection.dialect.name == "sqlite"

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Run a statement."""
        if self._inline is not None:  # nothing to wait for: see `_inline`
            return self._inline.execute(statement, values)
        return await self.connection.execute(statement, values)

    async def rows(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Return all rows."""
        return (await self.execute(statement, values)).all()

    async def row(self, statement: Executable, values: Any = None) -> Any:
        """Return the first row, or None."""
        return (await self.execute(statement, values)).first()

    async def scalar(self, statement: Executable, values: Any = None) -> Any:
        """Return the first column of the first row, or None."""
        return (await self.execute(statement, values)).scalar()

    async def scalars(self, statement: Executable, values: Any = None) -> list[Any]:
        """Return the first column of all rows."""
        return list((await self.execute(statement, values)).scalars())

    def insert_into(self, table: Table) -> Any:
        """Return an INSERT of the engine's own kind, which knows `on_conflict_do_update` and `excluded`."""
        return _insert_into(table, sqlite=self.is_sqlite)

    async def insert(self, table: Table, **values: Any) -> int:
        """Insert a row and return its id."""
        return int(await self.scalar(_inserting(table), values))

    async def insert_new(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert the rows whose unique keys are new; return how many were. A UNIQUE index decides, never a look-up."""
        values = list(rows)
        if not values:
            return 0
        # asyncpg tells no count for many rows at once, so they come back to be counted.
        result = await self.execute(_skipping(table, sqlite=self.is_sqlite, returning=not self.is_sqlite), values)
        return result.rowcount if self.is_sqlite else len(result.all())

    async def insert_or_skip(self, table: Table, **values: Any) -> int | None:
        """Insert a row and return its id, or None where its unique key is taken."""
        found = await self.scalar(_skipping(table, sqlite=self.is_sqlite, returning=True), values)
        return None if found is None else int(found)

    async def upsert(
        self, table: Table, keys: Sequence[str], rows: Sequence[Mapping[str, Any]], **changes: Any
    ) -> None:
        """Insert rows; where `keys` are taken, set `changes` (default: the values that the row brings)."""
        if not rows:
            return
        if changes:
            update = self.insert_into(table).on_conflict_do_update(index_elements=list(keys), set_=changes)
        else:
            brought = tuple(name for name in rows[0] if name not in keys)
            update = _upserting(table, tuple(keys), brought, sqlite=self.is_sqlite)
        await self.execute(update, list(rows))


# Building a statement costs SQLAlchemy more than running it costs SQLite, so those of every day are built once.


@cache
def _insert_into(table: Table, *, sqlite: bool) -> Any:
    return sqlite_dialect.insert(table) if sqlite else postgresql_dialect.insert(table)


@cache
def _inserting(table: Table) -> Executable:
    return table.insert().returning(table.c.id)


@cache
def _skipping(table: Table, *, sqlite: bool, returning: bool) -> Executable:
    statement = _insert_into(table, sqlite=sqlite).on_conflict_do_nothing()
    found: Executable = statement.returning(next(iter(table.primary_key))) if returning else statement
    return found


@cache
def _upserting(table: Table, keys: tuple[str, ...], brought: tuple[str, ...], *, sqlite: bool) -> Executable:
    statement = _insert_into(table, sqlite=sqlite)
    changes = {name: statement.excluded[name] for name in brought}
    found: Executable = statement.on_conflict_do_update(index_elements=list(keys), set_=changes)
    return found


class Database:
    """The open database of one process."""

    def __init__(self, url: URL, reader: AsyncEngine, writer: AsyncEngine, glancer: AsyncEngine) -> None:
        self.url = url
        self._reader = reader
        self._writer = writer
        self._glancer = glancer.execution_options(isolation_level="AUTOCOMMIT")
        self._turn: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None

    @classmethod
    def open(cls, url: str) -> Database:
        """Open a database by URL; nothing is created or connected yet, except the folder of a SQLite file.

        Raises:
            DatabaseUrlError: The URL's kind is unknown.
        """
        target = parse_url(url)
        if target.get_backend_name() != "sqlite":
            engine = create_async_engine(
                target,
                pool_pre_ping=True,
                hide_parameters=True,  # they are other people's words, and errors go into the log
                pool_size=8,
                # Compiling a statement takes PostgreSQL longer than running any of ours.
                connect_args={"server_settings": {"statement_timeout": "30000", "timezone": "UTC", "jit": "off"}},
            )
            return cls(target, engine, engine, engine)
        file = Path(target.database or "")
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        patience = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        inline = target.set(drivername=_inline.NAME)
        writer = create_async_engine(inline, pool_size=1, max_overflow=0, connect_args=patience, **_sqlite.OPTIONS)
        reader = create_async_engine(target, pool_size=4, connect_args={"timeout": BUSY_SECONDS}, **_sqlite.OPTIONS)
        brief = {"timeout": GLANCE_SECONDS, "check_same_thread": False}  # it waits in the loop's own thread
        glancer = create_async_engine(inline, pool_size=2, connect_args=brief, **_sqlite.OPTIONS)
        _sqlite.drive(writer, file, "BEGIN IMMEDIATE", "journal_mode=WAL")
        # No mode: it would change the file, which may be another program's.
        _sqlite.drive(reader, file, "BEGIN")
        _sqlite.drive(glancer, file, "BEGIN")
        return cls(target, reader, writer, glancer)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Store]:
        """Open a transaction that may write; it commits at the end, or rolls back on any exception."""
        if self._turn is None:
            async with self._writer.begin() as connection:
                yield Store(connection)
        else:
            async with self._turn, self._writer.begin() as connection:
                yield Store(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Store]:
        """Open a transaction that only reads: a consistent view that holds up no writer."""
        async with self._reader.connect() as connection:
            yield Store(connection)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Store]:
        """Open a look at what is now: small statements that only read, each for itself.

        For what is asked many times a second, and decided elsewhere. It costs no hop to a thread on SQLite, which
        answers it in the loop's own, and no round trips for a transaction on PostgreSQL.
        """
        async with self._glancer.connect() as connection:
            yield Store(connection)

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection outside any transaction, for what must run so (VACUUM); waits for the write turn."""
        engine = self._reader.execution_options(isolation_level="AUTOCOMMIT")
        if self._turn is None:
            async with engine.connect() as connection:
                yield connection
        else:
            async with self._turn, engine.connect() as connection:
                yield connection

    async def close(self) -> None:
        """Close all connections."""
        for engine in (self._writer, self._reader, self._glancer):
            await engine.dispose()

    async def __aenter__(self) -> Database:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def parse_url(url: str) -> URL:
    """Return the URL with the driver we use; `sqlite:///x.db` and `postgresql://...` are what people write.

    Raises:
        DatabaseUrlError: It is neither.
    """
    try:
        target = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise DatabaseUrlError(DatabaseUrlError.__doc__) from error
    kind = target.drivername.partition("+")[0]
    if kind not in DRIVERS or (kind == "sqlite" and target.database in {None, "", ":memory:"}):
        raise DatabaseUrlError(DatabaseUrlError.__doc__)
    mode = target.query.get("sslmode")  # what people and libpq write; the driver calls it ssl
    if mode is not None:
        target = target.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return target.set(drivername=DRIVERS[kind])


def is_busy(error: OperationalError) -> bool:
    """Say whether a failed transaction met a lock and may be tried again as a whole."""
    return "database is locked" in str(error)
