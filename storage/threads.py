"""Threads: one question and what follows it, and the place and role of each message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    false,
    select,
    update,
)

from storage.database import Store
from storage.messages import COLUMNS as MESSAGE_COLUMNS
from storage.messages import MESSAGES, ORDER, Stored, stored
from storage.outcome import Facts, Line, Verdict, verdict
from storage.schema import METADATA, Id, UTCDateTime

TITLE_LIMIT = 60

THREADS = Table(
    "threads",
    METADATA,
    Column("id", Id, primary_key=True),  # shown as #1024
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("asker", Id, ForeignKey("members.id"), nullable=False),
    Column("first_message", Id, ForeignKey("messages.id"), nullable=False),  # the one that opened it
    Column("title", Text, nullable=False, server_default=""),
    Column("topic", Text, nullable=False, server_default=""),  # key; empty: the classifier abstained
    Column("imported", Boolean, nullable=False, server_default=false()),  # causes no nudge, no escalation
    Column("duplicate_of", Id),
    Column("linked_to", Id),
    # The facts, derived from lines and marks by `outcome.facts`; never edited by hand.
    Column("asked_at", UTCDateTime, nullable=False),
    Column("last_at", UTCDateTime, nullable=False),
    Column("first_response_at", UTCDateTime),
    Column("first_responder", Id),
    Column("first_answer_at", UTCDateTime),
    Column("first_answerer", Id),
    Column("confirmed_at", UTCDateTime),
    Column("endorsed_at", UTCDateTime),
    Column("thanked_at", UTCDateTime),
    Column("linked_at", UTCDateTime),
    Column("withdrawn_at", UTCDateTime),
    Column("invalid_at", UTCDateTime),
    Column("first_resolved_at", UTCDateTime),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("solver", Id),
    Column("accepted", Id),
    Column("version", Integer, nullable=False, server_default="0"),  # of its group when it was written last
    Index("ix_threads_group_id_asked_at", "group_id", "asked_at"),
    Index("ix_threads_group_id_last_at", "group_id", "last_at"),
    Index("ix_threads_group_id_confirmed_at", "group_id", "confirmed_at"),
    Index("ix_threads_first_answerer", "first_answerer", "first_answer_at"),
    Index("ix_threads_first_message", "first_message"),
    Index("ix_threads_asker", "asker"),
    Index("ix_threads_group_id_version", "group_id", "version"),
    sqlite_autoincrement=True,  # a number that was shown is never given to another thread, even if its own is gone
)

THREAD_MESSAGES = Table(
    "thread_messages",
    METADATA,
    Column("message_id", Id, ForeignKey("messages.id"), primary_key=True),  # a message is in one thread at most
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("confidence", Float, nullable=False, server_default="1"),
    Index("ix_thread_messages_thread_id", "thread_id"),
)

FACTS = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class Thread:
    """One question and what follows it; shown to people as `#id`."""

    id: int
    group_id: int
    asker: int
    first_message: int
    title: str
    topic: str
    imported: bool
    duplicate_of: int | None
    linked_to: int | None
    facts: Facts

    def verdict(self, now: datetime) -> Verdict:
        """Return what became of it, as of `now`."""
        return verdict(self.facts, now)


@dataclass(frozen=True, slots=True)
class Placed:
    """A message in its thread."""

    message: Stored
    thread: int
    role: str


_HEAD = ("id", "group_id", "asker", "first_message", "title", "topic", "imported", "duplicate_of", "linked_to")
COLUMNS = tuple(THREADS.c[name] for name in (*_HEAD, *FACTS))


# Built once: these run for every message.
_PLACE = select(THREAD_MESSAGES.c.message_id, THREAD_MESSAGES.c.thread_id, THREAD_MESSAGES.c.role)
_PLACES = _PLACE.where(THREAD_MESSAGES.c.message_id.in_(bindparam("messages", expanding=True)))
_PLACED = (
    select(THREAD_MESSAGES.c.thread_id, THREAD_MESSAGES.c.role, *MESSAGE_COLUMNS)
    .join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
    .where(THREAD_MESSAGES.c.thread_id.in_(bindparam("threads", expanding=True)))
    .order_by(*ORDER)
)
_OPENER = select(THREADS.c.first_message).where(THREADS.c.id == bindparam("thread"))


def thread(row: Sequence[Any]) -> Thread:
    """Return the thread in a row of `COLUMNS`."""
    head = len(_HEAD)
    return Thread(*row[:head], Facts(*row[head:]))  # type: ignore[call-arg]  # the columns' own order


async def select_threads(store: Store, query: Select[Any]) -> list[Thread]:
    """Return the threads of a query over `COLUMNS`."""
    return [thread(row) for row in await store.rows(query)]


async def find(store: Store, number: int) -> Thread | None:
    """Return thread #number, if there is one."""
    if not 0 < number < 2**63:
        return None
    row = await store.row(select(*COLUMNS).where(THREADS.c.id == number))
    return None if row is None else thread(row)


async def several(store: Store, numbers: Iterable[int]) -> dict[int, Thread]:
    """Return threads by number; those that there are."""
    query = select(*COLUMNS).where(THREADS.c.id.in_(list(numbers)))
    return {found.id: found for found in await select_threads(store, query)}


async def opened_by(store: Store, messages: Iterable[int]) -> dict[int, int]:
    """Return, for messages that open a thread, the thread's number: a thread keeps it while its opener opens one."""
    query = select(THREADS.c.first_message, THREADS.c.id).where(THREADS.c.first_message.in_(list(messages)))
    return {row[0]: row[1] for row in await store.rows(query.order_by(THREADS.c.id.desc()))}


def opened_row(opener: Stored) -> dict[str, Any]:
    """Return what a thread begins with that a message opens."""
    if opener.member_id is None:
        raise ValueError("a system line asks nothing")
    return {
        "group_id": opener.group_id,
        "asker": opener.member_id,
        "first_message": opener.id,
        "asked_at": opener.at,
        "last_at": opener.at,
    }


async def open_thread(store: Store, opener: Stored, *, title: str, imported: bool, number: int | None = None) -> int:
    """Open a thread with a message of its asker and return its number; place the message with `place`.

    `number` is given where a thread that was merged into another comes back under its own.
    """
    again = {} if number is None else {"id": number}
    return await store.insert(THREADS, **again, **opened_row(opener), title=title[:TITLE_LIMIT], imported=imported)


async def place(store: Store, message: int, thread: int, role: str, confidence: float = 1.0) -> None:
    """Put a message into a thread, out of any other."""
    row = {"message_id": message, "thread_id": thread, "role": role, "confidence": confidence}
    await store.upsert(THREAD_MESSAGES, ("message_id",), [row])


async def place_all(store: Store, places: Iterable[tuple[int, int, str, float]]) -> None:
    """Put messages into threads, out of any others, as (message, thread, role, confidence)."""
    rows = [dict(zip(("message_id", "thread_id", "role", "confidence"), place, strict=True)) for place in places]
    await store.upsert(THREAD_MESSAGES, ("message_id",), rows)


async def take_out(store: Store, messages: Iterable[int]) -> None:
    """Take messages out of their threads."""
    await store.execute(delete(THREAD_MESSAGES).where(THREAD_MESSAGES.c.message_id.in_(list(messages))))


async def places(store: Store, messages: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Return (thread, role) of the messages that have a place."""
    return {row[0]: (row[1], row[2]) for row in await store.rows(_PLACES, {"messages": list(messages)})}


async def placed_in(store: Store, wanted: Iterable[int]) -> list[Placed]:
    """Return the messages of several threads with their places, in order."""
    rows = await store.rows(_PLACED, {"threads": list(wanted)})
    return [Placed(stored(row[2:]), row[0], row[1]) for row in rows]


async def askers(store: Store, wanted: Iterable[int]) -> dict[int, int]:
    """Return the askers of threads."""
    query = select(THREADS.c.id, THREADS.c.asker).where(THREADS.c.id.in_(list(wanted)))
    return {row[0]: row[1] for row in await store.rows(query)}


async def openers(store: Store, wanted: Iterable[int]) -> dict[int, int]:
    """Return the messages that opened threads; an empty 在吗 before it may be in the thread too."""
    query = select(THREADS.c.id, THREADS.c.first_message).where(THREADS.c.id.in_(list(wanted)))
    return {row[0]: row[1] for row in await store.rows(query)}


async def opener(store: Store, thread: int) -> int:
    """Return the message that opened a thread; an empty 在吗 before it may be in the thread too."""
    return int(await store.scalar(_OPENER, {"thread": thread}))


async def lines(store: Store, thread: int) -> list[Line]:
    """Return the lines of a thread, in order."""
    query = (
        select(MESSAGES.c.id, MESSAGES.c.at, MESSAGES.c.member_id, THREAD_MESSAGES.c.role, MESSAGES.c.recalled_at)
        .join(THREAD_MESSAGES, THREAD_MESSAGES.c.message_id == MESSAGES.c.id)
        .where(THREAD_MESSAGES.c.thread_id == thread, MESSAGES.c.member_id.is_not(None))
        .order_by(*ORDER)
    )
    return [Line(*row) for row in await store.rows(query)]


async def content(store: Store, thread: int) -> list[Placed]:
    """Return the messages of a thread with their roles, in order."""
    return await placed_in(store, [thread])


async def active_between(store: Store, group: int, since: datetime, until: datetime) -> list[int]:
    """Return the threads of a group that have a message in a span of time."""
    query = (
        select(THREAD_MESSAGES.c.thread_id)
        .join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
        .where(MESSAGES.c.group_id == group, MESSAGES.c.at >= since, MESSAGES.c.at <= until)
        .distinct()
    )
    return await store.scalars(query)


async def describe(store: Store, thread: int, **values: Any) -> None:
    """Change what does not follow from the messages: duplicate_of, linked_to."""
    await store.execute(update(THREADS).where(THREADS.c.id == thread).values(**values))


async def unresolved(store: Store, groups: Iterable[int], since: datetime, now: datetime) -> list[Thread]:
    """Return the threads of groups, asked since a time, that still wait: open and unanswered; longest wait first."""
    query = (
        select(*COLUMNS)
        .where(THREADS.c.group_id.in_(list(groups)), THREADS.c.asked_at >= since, THREADS.c.first_answer_at.is_(None))
        .order_by(THREADS.c.asked_at)
    )
    return [t for t in await select_threads(store, query) if t.verdict(now).outcome == "open"]


async def asked_by(store: Store, members: Iterable[int], limit: int = 20) -> list[Thread]:
    """Return the latest threads that members asked, newest first."""
    query = select(*COLUMNS).where(THREADS.c.asker.in_(list(members))).order_by(THREADS.c.asked_at.desc()).limit(limit)
    return await select_threads(store, query)


async def latest_of(store: Store, group: int, members: Iterable[int], since: datetime) -> Thread | None:
    """Return the thread that a member most likely means by 解决了: the latest asked in a group since a time."""
    query = (
        select(*COLUMNS)
        .where(THREADS.c.group_id == group, THREADS.c.asker.in_(list(members)), THREADS.c.last_at >= since)
        .order_by(THREADS.c.last_at.desc())
        .limit(1)
    )
    found = await select_threads(store, query)
    return found[0] if found else None


async def holding(store: Store, messages: Iterable[int]) -> dict[int, Thread]:
    """Return, by message, the threads that hold messages."""
    wanted = await places(store, messages)
    query = select(*COLUMNS).where(THREADS.c.id.in_({thread for thread, _ in wanted.values()}))
    found = {t.id: t for t in await select_threads(store, query)}
    return {message: found[thread] for message, (thread, _) in wanted.items()}
