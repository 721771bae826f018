"""Derived: threads as relink makes them of messages: opened in numbers, written down again, gone with their last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update

from storage import metoo
from storage.database import Store
from storage.groups import GROUPS
from storage.messages import Stored
from storage.outcome import Facts
from storage.threads import FACTS, THREAD_MESSAGES, THREADS, opened_row

# Built once: these run for every message.
_OPEN = insert(THREADS)
_LAST = text("SELECT seq FROM sqlite_sequence WHERE name = 'threads'")
_NEXT = text("SELECT nextval(pg_get_serial_sequence('threads', 'id'))")
_DERIVED = ("asker", "first_message", "title", "topic")
_IT = update(THREADS).where(THREADS.c.id == bindparam("thread"))
_VERSION = select(GROUPS.c.version).where(GROUPS.c.id == THREADS.c.group_id).scalar_subquery()
_WRITE = _IT.values({name: bindparam(f"to_{name}") for name in (*FACTS, *_DERIVED)} | {"version": _VERSION})


async def next_number(store: Store, last: int | None) -> int:
    """Return the number of the next thread, for `open_all`; `last` is the latest that was given and not opened yet."""
    if not store.is_sqlite:
        return int(await store.scalar(_NEXT))
    return 1 + (int(await store.scalar(_LAST) or 0) if last is None else last)


async def open_all(store: Store, opened: Mapping[int, Stored]) -> None:
    """Open the threads of numbers that `next_number` gave, each with a message of its asker, at once."""
    rows = [opened_row(opener) | {"id": number, "imported": opener.replayed} for number, opener in opened.items()]
    if rows:
        await store.execute(_OPEN, rows)


async def write(store: Store, thread: int, facts: Facts, **head: Any) -> None:
    """Write down what follows from a thread's messages: its facts, asker, first_message, title and topic."""
    values = {name: getattr(facts, name) for name in FACTS} | head
    statement = (
        _WRITE
        if head.keys() == set(_DERIVED)
        else _IT.values({name: bindparam(f"to_{name}") for name in values} | {"version": _VERSION})
    )
    await store.execute(statement, {"thread": thread} | {f"to_{name}": value for name, value in values.items()})


async def write_all(store: Store, written: Iterable[tuple[int, Facts, dict[str, Any]]]) -> None:
    """Write down for many threads what `write` does for one, with its head whole."""
    rows = [
        {"thread": thread}
        | {f"to_{name}": value for name, value in ({n: getattr(facts, n) for n in FACTS} | head).items()}
        for thread, facts, head in written
    ]
    if rows:
        await store.execute(_WRITE, rows)


async def remove(store: Store, thread: int) -> None:
    """Remove a thread that lost its last message."""
    await metoo.remove(store, thread)
    await store.execute(delete(THREAD_MESSAGES).where(THREAD_MESSAGES.c.thread_id == thread))
    await store.execute(delete(THREADS).where(THREADS.c.id == thread))
