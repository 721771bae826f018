"""Pairs: two threads that look like one question, as the bot noted them and as a person decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Float, Index, Integer, Table, Text, UniqueConstraint, or_, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime
from storage.threads import COLUMNS, THREADS, Thread, select_threads

# Threads are named without a foreign key, as pins name them: one that a correction removes may come back.
PAIRS = Table(
    "pairs",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, nullable=False),  # the later of both
    Column("earlier", Id, nullable=False),
    Column("likeness", Float, nullable=False),  # 0..1, as it was weighed then
    Column("at", UTCDateTime, nullable=False),
    Column("offered", Integer, nullable=False, server_default="0"),  # in how many editions for admins
    Column("offered_at", UTCDateTime),
    Column("verdict", Text),
    Column("settled_at", UTCDateTime),
    Column("by_member", Id),
    UniqueConstraint("thread_id", "earlier"),
    Index("ix_pairs_earlier", "earlier"),
)


class Decision(StrEnum):
    """What a person decided."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two threads that look like one question; no verdict while nobody decided."""

    thread: int
    earlier: int
    likeness: float
    at: datetime
    offered: int
    offered_at: datetime | None
    verdict: Decision | None


_COLUMNS = tuple(
    PAIRS.c[name] for name in ("thread_id", "earlier", "likeness", "at", "offered", "offered_at", "verdict")
)


async def note(store: Store, one: int, other: int, likeness: float, at: datetime) -> bool:
    """Note that two threads look like one question; False where that was noted, or decided, before."""
    earlier, later = sorted((one, other))
    row = {"thread_id": later, "earlier": earlier, "likeness": likeness, "at": at}
    return await store.insert_new(PAIRS, [row]) == 1


async def settle(store: Store, one: int, other: int, verdict: Decision | None, at: datetime, by: int) -> None:
    """Keep what a person decided of two threads, also where nobody noted them; None where it was taken back."""
    earlier, later = sorted((one, other))
    said = {"verdict": verdict, "settled_at": None if verdict is None else at, "by_member": by}
    row = {"thread_id": later, "earlier": earlier, "likeness": 1.0, "at": at} | said
    await store.upsert(PAIRS, ("thread_id", "earlier"), [row], **said)


async def undecided(store: Store, threads: Collection[int] | None = None) -> list[Pair]:
    """Return the pairs that nobody decided (None: all; else those with one of some threads in them), likest first."""
    query = select(*_COLUMNS).where(PAIRS.c.verdict.is_(None)).order_by(PAIRS.c.likeness.desc(), PAIRS.c.id)
    if threads is not None:
        query = query.where(or_(PAIRS.c.thread_id.in_(threads), PAIRS.c.earlier.in_(threads)))
    return [_pair(row) for row in await store.rows(query)]


async def between(store: Store, one: int, other: int) -> Pair | None:
    """Return what is known of two threads as a pair."""
    earlier, later = sorted((one, other))
    row = await store.row(select(*_COLUMNS).where(PAIRS.c.thread_id == later, PAIRS.c.earlier == earlier))
    return None if row is None else _pair(row)


async def offered(store: Store, shown: Iterable[Pair], at: datetime) -> None:
    """Note that pairs were offered for a decision once more."""
    for pair in shown:
        this = update(PAIRS).where(PAIRS.c.thread_id == pair.thread, PAIRS.c.earlier == pair.earlier)
        await store.execute(this.values(offered=PAIRS.c.offered + 1, offered_at=at))


def _pair(row: Any) -> Pair:
    fields = list(row)
    fields[6] = None if fields[6] is None else Decision(fields[6])
    return Pair(*fields)


async def asked_since(store: Store, groups: Iterable[int], since: datetime) -> list[Thread]:
    """Return the threads of groups that were asked since a time, oldest first."""
    query = select(*COLUMNS).where(THREADS.c.group_id.in_(list(groups)), THREADS.c.asked_at >= since)
    return await select_threads(store, query.order_by(THREADS.c.asked_at, THREADS.c.id))


async def repeating(store: Store) -> list[Thread]:
    """Return the threads that repeat another one."""
    query = select(*COLUMNS).where(THREADS.c.duplicate_of.is_not(None)).order_by(THREADS.c.id)
    return await select_threads(store, query)
