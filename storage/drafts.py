"""Drafts: each time a language model was asked for one, against which day's budget, and how that ended; never words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, delete, func, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

DRAFTS = Table(
    "drafts",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("day", Text, nullable=False),  # of the community: 2026-11-23
    Column("number", Integer),  # of the call on that day; None: nobody was called
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("group_id", Id, ForeignKey("groups.id")),
    Column("member_id", Id, ForeignKey("members.id")),  # who asked for it
    Column("asked_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("ended", Text, nullable=False),
    Column("tokens", Integer, nullable=False, server_default="0"),  # as the endpoint told
    UniqueConstraint("day", "number"),
    Index("ix_drafts_member_id_asked_at", "member_id", "asked_at"),
    Index("ix_drafts_asked_at", "asked_at"),
)


class Ended(StrEnum):
    """How a request ended."""

    ASKED = "asked"  # under way; for ever where the process died
    DRAFTED = "drafted"
    BUDGET = "budget"  # of the day, used up: nobody was called
    RESTING = "resting"  # the endpoint failed a moment ago: nobody was called
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TOO_LONG = "too long"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is noted of a request before it leaves."""

    kind: str
    about: str
    day: str
    at: datetime
    group: int | None = None
    member: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent on one day; 0 tokens: they are not counted."""

    calls: int
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent on one day."""

    calls: int
    tokens: int

    def exhausts(self, budget: Budget) -> bool:
        """Say whether nothing is left of a budget."""
        return self.calls >= budget.calls or 0 < budget.tokens <= self.tokens


async def spent(store: Store, day: str) -> Spent:
    """Return what was spent on a day; what is under way counts as a call."""
    query = select(func.count(DRAFTS.c.number), func.coalesce(func.sum(DRAFTS.c.tokens), 0)).where(DRAFTS.c.day == day)
    row = await store.row(query)
    return Spent(int(row[0]), int(row[1]))


async def begin(store: Store, asked: Asked, budget: Budget) -> int | None:
    """Take a call out of the day's budget and return its row; None, noted, where nothing is left.

    Each call has a number of its own on its day, so that two processes never take the same one.
    """
    while not (before := await spent(store, asked.day)).exhausts(budget):
        row = await store.insert_or_skip(DRAFTS, **_row(asked), number=before.calls + 1, ended=Ended.ASKED)
        if row is not None:
            return row
    await note(store, asked, Ended.BUDGET)
    return None


async def note(store: Store, asked: Asked, ended: Ended) -> None:
    """Keep that nobody was called, and why."""
    await store.insert(DRAFTS, **_row(asked), ended=ended, ended_at=asked.at)


def _row(asked: Asked) -> dict[str, object]:
    row = {"day": asked.day, "kind": asked.kind, "about": asked.about, "asked_at": asked.at}
    return {**row, "group_id": asked.group, "member_id": asked.member}


async def end(store: Store, draft: int, ended: Ended, at: datetime, tokens: int = 0) -> None:
    """Keep how a call ended, and what it cost."""
    values = {"ended": ended, "ended_at": at, "tokens": tokens}
    await store.execute(update(DRAFTS).where(DRAFTS.c.id == draft).values(**values))


async def asked_since(store: Store, members: Collection[int], since: datetime) -> int:
    """Return how often a person, who may be several members, asked since a moment."""
    query = select(func.count()).where(DRAFTS.c.member_id.in_(members), DRAFTS.c.asked_at > since)
    return int(await store.scalar(query) or 0)


async def purge(store: Store, before: datetime) -> int:
    """Delete what was asked before a moment."""
    return (await store.execute(delete(DRAFTS).where(DRAFTS.c.asked_at < before))).rowcount
