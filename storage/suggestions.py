"""Suggestions: which old answer was offered to which question, and what its asker said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Float, Index, Table, Text, UniqueConstraint, false, func, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime
from storage.threads import THREADS

# Threads are named without a foreign key, as pins name them: one that a correction removes may come back.
SUGGESTIONS = Table(
    "suggestions",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, nullable=False),  # the question
    Column("kind", Text, nullable=False),  # of what was offered: a thread, or an article
    Column("target", Id, nullable=False),  # its number
    Column("likeness", Float, nullable=False),  # 0..1, as it was weighed then
    Column("unasked", Boolean, nullable=False, server_default=false()),
    Column("at", UTCDateTime, nullable=False),
    Column("verdict", Text),
    Column("settled_at", UTCDateTime),
    UniqueConstraint("thread_id", "kind", "target"),
    Index("ix_suggestions_kind_target", "kind", "target"),
)


class Offered(StrEnum):
    """What was offered."""

    THREAD = "thread"
    ARTICLE = "article"


class Verdict(StrEnum):
    """What the asker said of it."""

    SOLVED = "solved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One old answer that was offered to one question; no verdict while its asker said nothing of it."""

    id: int
    thread: int
    kind: Offered
    target: int
    likeness: float
    unasked: bool
    at: datetime
    verdict: Verdict | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """How many askers said that something solved their question, and how many that it did not."""

    solved: int = 0
    rejected: int = 0


_COLUMNS = tuple(
    SUGGESTIONS.c[name]
    for name in ("id", "thread_id", "kind", "target", "likeness", "unasked", "at", "verdict", "settled_at")
)


async def offer(
    store: Store, thread: int, kind: Offered, target: int, *, likeness: float, at: datetime, unasked: bool = False
) -> bool:
    """Keep that something was offered to a thread, and say whether it was for the first time."""
    row = {"thread_id": thread, "kind": kind, "target": target, "likeness": likeness, "unasked": unasked, "at": at}
    return await store.insert_new(SUGGESTIONS, [row]) == 1


async def settle(store: Store, suggestion: int, verdict: Verdict | None, at: datetime) -> None:
    """Keep what the asker says of an offer; None where nothing that was said of it holds any more."""
    said = update(SUGGESTIONS).where(SUGGESTIONS.c.id == suggestion)
    await store.execute(said.values(verdict=verdict, settled_at=None if verdict is None else at))


async def of_thread(store: Store, thread: int) -> list[Suggestion]:
    """Return what was offered to a thread, oldest first."""
    query = select(*_COLUMNS).where(SUGGESTIONS.c.thread_id == thread)
    rows = await store.rows(query.order_by(SUGGESTIONS.c.at, SUGGESTIONS.c.id))
    return [_suggestion(row) for row in rows]


def _suggestion(row: Any) -> Suggestion:
    fields = list(row)
    fields[2] = Offered(fields[2])
    fields[7] = None if fields[7] is None else Verdict(fields[7])
    return Suggestion(*fields)


async def records(store: Store, kind: Offered, targets: Iterable[int]) -> dict[int, Record]:
    """Return what askers said of targets of which anything was said; each asker counts once for a verdict."""
    wanted = list(targets)
    if not wanted:
        return {}
    askers = func.count(THREADS.c.asker.distinct())
    query = select(SUGGESTIONS.c.target, SUGGESTIONS.c.verdict, askers).join(
        THREADS, THREADS.c.id == SUGGESTIONS.c.thread_id
    )
    said = query.where(SUGGESTIONS.c.kind == kind, SUGGESTIONS.c.target.in_(wanted), SUGGESTIONS.c.verdict.is_not(None))
    counts: dict[int, dict[str, int]] = {}
    for target, verdict, count in await store.rows(said.group_by(SUGGESTIONS.c.target, SUGGESTIONS.c.verdict)):
        counts.setdefault(target, {})[verdict] = count
    return {target: Record(**found) for target, found in counts.items()}
