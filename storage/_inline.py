"""A SQLite driver for the writer: statements run in the loop's own thread, only waiting is done elsewhere.

A statement on the message path takes some ten microseconds, a hop to a thread and back several times that, and a
message needs a dozen. What may really wait, the lock at BEGIN and the disk at COMMIT, still goes to a thread. Long
queries belong into `Database.read()`, whose connections live in threads of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_only

DRIVER = "inline"
NAME = f"sqlite+{DRIVER}"


class InlineDialect(SQLiteDialect_pysqlite):
    """The standard driver, told that waiting for a lock or the disk is awaited."""

    driver = DRIVER
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """Return the pool for connections that are awaited."""
        return AsyncAdaptedQueuePool

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Run a statement here; one that takes the write lock, in a thread."""
        if statement.startswith("BEGIN"):
            await_only(_to_its_end(cursor.execute, statement))
        else:
            cursor.execute(statement, parameters)

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit in a thread: it waits for the disk."""
        await_only(_to_its_end(dbapi_connection.commit))


async def _to_its_end(function: Callable[..., object], *args: object) -> None:
    """Run a function in a thread and wait for its end, also when cancelled.

    Whoever is cancelled closes the connection, and SQLite crashes the process where a thread still uses it.
    """
    work = asyncio.ensure_future(asyncio.to_thread(function, *args))
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    failed = work.exception()
    if cancelled is not None:
        raise cancelled
    if failed is not None:
        raise failed


registry.register("sqlite.inline", __name__, InlineDialect.__name__)
