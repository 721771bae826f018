"""History in bulk: what an import must know of what is stored, and what an export reads, a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import and_, func, or_, select

from storage.database import Store
from storage.frames import Kind, Message
from storage.messages import HAS_ALIAS, MESSAGES, SAME_MOMENT, Stored, after
from storage.threads import COLUMNS, THREADS, Thread, select_threads

CHUNK = 500  # names asked for in one statement
PAGE = 1_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def unknown(store: Store, group: int, found: Sequence[Message]) -> list[Message]:
    """Return those messages that a group does not have yet, under their key or, at the same moment, as an alias."""
    keys: set[str] = set()
    aliases: dict[str, list[datetime]] = {}
    for chunk in _chunks(name for message in found for name in (message.key, message.alias) if name):
        named = or_(MESSAGES.c.key.in_(chunk), and_(MESSAGES.c.alias.in_(chunk), HAS_ALIAS))
        query = select(MESSAGES.c.key, MESSAGES.c.alias, MESSAGES.c.at).where(MESSAGES.c.group_id == group, named)
        for key, alias, at in await store.rows(query):
            keys.add(key)
            aliases.setdefault(key, []).append(at)
            aliases.setdefault(alias, []).append(at)
    return [
        message
        for message in found
        if message.key not in keys
        and not any(abs(at - message.at) <= SAME_MOMENT for name in _names(message) for at in aliases.get(name, ()))
    ]


def _names(message: Message) -> tuple[str, ...]:
    return (message.key, message.alias) if message.alias else (message.key,)


def _chunks(names: Iterable[str]) -> Iterable[list[str]]:
    every = list(dict.fromkeys(names))
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


async def first_since(store: Store, group: int, at: datetime) -> Stored | None:
    """Return the first message of a group that was said at `at` or later."""
    return next(iter(await after(store, group, _just_before(group, at), 1)), None)


async def pages(store: Store, group: int) -> AsyncIterator[list[Stored]]:
    """Yield all messages of a group in order, a page at a time."""
    page = await after(store, group, _just_before(group, BEGINNING), PAGE)
    while page:
        yield page
        page = (await after(store, group, page[-1], PAGE + 1))[1:] if len(page) >= PAGE else []


async def threads_of(store: Store, group: int) -> AsyncIterator[list[Thread]]:
    """Yield all threads of a group by number, a page at a time."""
    query = select(*COLUMNS).where(THREADS.c.group_id == group).order_by(THREADS.c.id).limit(PAGE)
    page = await select_threads(store, query)
    while page:
        yield page
        page = await select_threads(store, query.where(THREADS.c.id > page[-1].id))


async def count_threads(store: Store, group: int, since: datetime, until: datetime) -> int:
    """Return how many threads of a group were asked from `since` to `until`, both included."""
    query = select(func.count()).where(
        THREADS.c.group_id == group, THREADS.c.asked_at >= since, THREADS.c.asked_at <= until
    )
    return int(await store.scalar(query) or 0)


async def latest_at(store: Store) -> datetime | None:
    """Return when the latest message of all groups was said."""
    newest = select(MESSAGES.c.at).order_by(MESSAGES.c.at.desc()).limit(1)
    return next(iter(await store.scalars(newest)), None)


def _just_before(group: int, at: datetime) -> Stored:
    """Return what stands before every message said at `at` or later, in the order of a group's messages."""
    return Stored(
        0, group, "", "", None, at, Kind.SYSTEM, "", "", None, None, (), False, frozenset(), False, None, None
    )  # fmt: skip
