"""Rungs: what was done, on the ladder of its group, for a question that waits, so that nothing is done twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Integer, Table, Text, delete, exists, func, select

from storage.database import Store
from storage.memberships import MEMBERSHIPS
from storage.outbox import OUTBOX, State
from storage.pins import PINS, Pinned
from storage.schema import METADATA, Id, UTCDateTime
from storage.threads import COLUMNS, THREAD_MESSAGES, THREADS, Thread, select_threads

# Threads are named without a foreign key, as pins name them: one that a correction removes may come back.
RUNGS = Table(
    "rungs",
    METADATA,
    Column("thread_id", Id, primary_key=True, autoincrement=False),
    Column("rung", Text, primary_key=True),
    Column("nth", Integer, primary_key=True, autoincrement=False),  # of experts: the first, the second, the third
    Column("at", UTCDateTime, nullable=False),
    Column("post", Text, nullable=False, server_default=""),  # key in the outbox; empty where nobody waits for its fate
    Index("ix_rungs_at", "at"),
)


class Rung(StrEnum):
    """Who hears of a question."""

    BOARD = "board"  # its group
    EXPERT = "expert"  # one expert, in private
    ADMINS = "admins"  # the admins of its group, in private
    NUDGE = "nudge"  # its asker


@dataclass(frozen=True, slots=True)
class Done:
    """One rung that was reached."""

    thread: int
    rung: Rung
    nth: int
    at: datetime


async def take(store: Store, thread: int, rung: Rung, at: datetime, *, nth: int = 1, post: str = "") -> bool:
    """Keep that a rung is reached; False where it was before: whoever is told so has nothing to say."""
    row = {"thread_id": thread, "rung": rung, "nth": nth, "at": at, "post": post}
    return await store.insert_new(RUNGS, [row]) == 1


async def done(store: Store, threads: Iterable[int]) -> dict[int, list[Done]]:
    """Return what was done for threads, by thread and oldest first."""
    columns = (RUNGS.c.thread_id, RUNGS.c.rung, RUNGS.c.nth, RUNGS.c.at)
    query = select(*columns).where(RUNGS.c.thread_id.in_(list(threads))).order_by(RUNGS.c.at, RUNGS.c.nth)
    found: dict[int, list[Done]] = defaultdict(list)
    for thread, rung, nth, at in await store.rows(query):
        found[thread].append(Done(thread, Rung(rung), nth, at))
    return found


async def give_back(store: Store, since: datetime) -> None:
    """Take back what was done since a time with a post that was dropped: nobody saw it.

    A post that may have arrived is never dropped but held, so nothing is said twice.
    """
    unseen = exists().where(OUTBOX.c.key == RUNGS.c.post, OUTBOX.c.state == State.DROPPED)
    await store.execute(delete(RUNGS).where(RUNGS.c.at >= since, RUNGS.c.post != "", unseen))


async def counted(store: Store, groups: Iterable[int], since: datetime, until: datetime) -> dict[Rung, int]:
    """Return how often each rung was reached in groups over a period."""
    query = (
        select(RUNGS.c.rung, func.count())
        .join(THREADS, THREADS.c.id == RUNGS.c.thread_id)
        .where(THREADS.c.group_id.in_(list(groups)), RUNGS.c.at >= since, RUNGS.c.at < until)
        .group_by(RUNGS.c.rung)
    )
    return {Rung(row[0]): int(row[1]) for row in await store.rows(query)}


async def unconfirmed(store: Store, groups: Iterable[int], since: datetime, before: datetime) -> list[Thread]:
    """Return live threads first answered before a time, and alive since another, of which nobody said how they went.

    Nobody thanked, closed, linked, reopened or repeated them, and their askers were not nudged: longest wait first.
    """
    silent = ("confirmed_at", "endorsed_at", "thanked_at", "linked_at", "withdrawn_at", "invalid_at", "duplicate_of")
    nudged = exists().where(RUNGS.c.thread_id == THREADS.c.id, RUNGS.c.rung == Rung.NUDGE)
    query = (
        select(*COLUMNS)
        .where(THREADS.c.group_id.in_(list(groups)), THREADS.c.last_at >= since, THREADS.c.first_answer_at <= before)
        .where(*(THREADS.c[name].is_(None) for name in silent))
        .where(THREADS.c.imported.is_(False), THREADS.c.reopened == 0, ~nudged)
        .order_by(THREADS.c.first_answer_at, THREADS.c.id)
    )
    return await select_threads(store, query)


async def was_nudged(store: Store, thread: int) -> bool:
    """Say whether the asker of a thread, or of one that was merged into it, was nudged."""
    merged = select(PINS.c.thread_id).where(PINS.c.kind == Pinned.MERGED, PINS.c.value == str(thread))
    either = (RUNGS.c.thread_id == thread) | RUNGS.c.thread_id.in_(merged)
    return await store.scalar(select(RUNGS.c.at).where(RUNGS.c.rung == Rung.NUDGE, either).limit(1)) is not None


async def certainty(store: Store, messages: Iterable[int]) -> float:
    """Return how sure it is that messages belong where they are placed: of the least sure one, 0..1."""
    query = select(func.min(THREAD_MESSAGES.c.confidence)).where(THREAD_MESSAGES.c.message_id.in_(list(messages)))
    return float(await store.scalar(query) or 0)


async def has_left(store: Store, group: int, member: int) -> bool:
    """Say whether a member is known to have left a group."""
    here = (MEMBERSHIPS.c.group_id == group, MEMBERSHIPS.c.member_id == member)
    return await store.scalar(select(MEMBERSHIPS.c.left_at).where(*here)) is not None
