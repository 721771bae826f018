"""History in bulk: what an import must know of what is stored, and what an export reads, a batch at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import and_, func, or_, select

from storage.database import Store
from storage.frames import Kind, Message
from storage.members import MEMBERS
from storage.messages import HAS_ALIAS, MESSAGES, SAME_MOMENT, Stored, after
from storage.threads import COLUMNS, THREADS, Thread, select_threads

T = TypeVar("T")
CHUNK = 500  # names asked for in one statement
PAGE = 1_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def unknown(store: Store, group: int, found: Sequence[Message], nameless: Container[str] = ()) -> list[Message]:
    """Return those messages that a group does not have yet, under their key or, at the same moment, as an alias.

    Keys in `nameless` were made up by an importer, for its file has none: such a message is also known if the group
    has the same words of the same member at the same time under another key.
    """
    named = await _named(store, group, found)
    new = [message for message in found if not _known(message, named)]
    told = await _told(store, group, [message for message in new if message.key in nameless], nameless)
    return [message for message in new if message.key not in nameless or not _take(message, told)]


async def _named(store: Store, group: int, found: Iterable[Message]) -> dict[str, list[datetime]]:
    """Return when messages were said that have one of the names, by key; those with it as an alias under that too."""
    times: dict[str, list[datetime]] = {}
    for chunk in _chunks(name for message in found for name in (message.key, message.alias) if name):
        either = or_(MESSAGES.c.key.in_(chunk), and_(MESSAGES.c.alias.in_(chunk), HAS_ALIAS))
        query = select(MESSAGES.c.key, MESSAGES.c.alias, MESSAGES.c.at).where(MESSAGES.c.group_id == group, either)
        for key, alias, at in await store.rows(query):
            times.setdefault(f"={key}", []).append(at)
            times.setdefault(key, []).append(at)
            times.setdefault(alias, []).append(at)
    return times


def _known(message: Message, named: Mapping[str, list[datetime]]) -> bool:
    names = (message.key, message.alias) if message.alias else (message.key,)
    alike = any(abs(at - message.at) <= SAME_MOMENT for name in names for at in named.get(name, ()))
    return f"={message.key}" in named or alike


async def _told(
    store: Store, group: int, found: Iterable[Message], nameless: Container[str]
) -> Counter[tuple[datetime, str, str]]:
    """Return how often a group has the words of a member at the moments of messages, under keys of the platform."""
    counts: Counter[tuple[datetime, str, str]] = Counter()
    for chunk in _chunks(message.at for message in found):
        query = (
            select(MESSAGES.c.key, MESSAGES.c.at, func.coalesce(MEMBERS.c.key, ""), MESSAGES.c.text)
            .outerjoin(MEMBERS, MEMBERS.c.id == MESSAGES.c.member_id)
            .where(MESSAGES.c.group_id == group, MESSAGES.c.at.in_(chunk))
        )
        rows = await store.rows(query)
        counts.update((at, member, text) for key, at, member, text in rows if key not in nameless)
    return counts


def _take(message: Message, told: Counter[tuple[datetime, str, str]]) -> bool:
    said = message.at, message.member, message.text
    told[said] -= 1
    return told[said] >= 0


def _chunks(wanted: Iterable[T]) -> Iterator[list[T]]:
    every = list(dict.fromkeys(wanted))
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
