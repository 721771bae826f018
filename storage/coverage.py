"""Coverage: spans of what the bot could see of a group, and gaps in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, or_, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

COVERAGE = Table(
    "coverage",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("coverage", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),  # None while it goes on
    Column("missing", Integer),  # of a gap: how many messages, where that is known
    Index("ix_coverage_group_id_since", "group_id", "since"),
)


class Coverage(StrEnum):
    """What the bot can see of a group during a span of time."""

    FULL = "full"
    MENTIONS = "mentions"
    IMPORTED = "imported"
    NONE = "none"  # a gap


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which a group was covered in one way; `until` None means it goes on."""

    group_id: int
    coverage: Coverage
    since: datetime
    until: datetime | None
    missing: int | None


_SPAN = (COVERAGE.c.group_id, COVERAGE.c.coverage, COVERAGE.c.since, COVERAGE.c.until, COVERAGE.c.missing)


async def cover(store: Store, group: int, coverage: Coverage, since: datetime) -> None:
    """Say what can be seen from now on: closes the open span and opens another, unless nothing changes."""
    row = await store.row(select(*_SPAN).where(COVERAGE.c.group_id == group, COVERAGE.c.until.is_(None)))
    if row is not None and row.coverage == coverage:
        return
    await end_cover(store, group, since)
    await store.insert(COVERAGE, group_id=group, coverage=coverage, since=since)


async def is_covered(store: Store, group: int) -> bool:
    """Say whether it is known what is seen of a group now."""
    query = select(COVERAGE.c.id).where(COVERAGE.c.group_id == group, COVERAGE.c.until.is_(None)).limit(1)
    return await store.scalar(query) is not None


async def end_cover(store: Store, group: int, until: datetime) -> None:
    """Close the span that goes on: from now on nothing is known to be seen."""
    await store.execute(
        update(COVERAGE).where(COVERAGE.c.group_id == group, COVERAGE.c.until.is_(None)).values(until=until)
    )


async def add_span(store: Store, span: Span) -> None:
    """Record a finished span: a gap, or what an import covers."""
    await store.insert(
        COVERAGE,
        group_id=span.group_id,
        coverage=span.coverage,
        since=span.since,
        until=span.until,
        missing=span.missing,
    )


async def spans(store: Store, groups: Iterable[int], since: datetime, until: datetime) -> list[Span]:
    """Return the spans that touch a period, by group and time."""
    ids = list(groups)
    query = (
        select(*_SPAN)
        .where(COVERAGE.c.group_id.in_(ids), COVERAGE.c.since < until)
        .where(or_(COVERAGE.c.until.is_(None), COVERAGE.c.until > since))
        .order_by(COVERAGE.c.group_id, COVERAGE.c.since)
    )
    return [Span(row[0], Coverage(row[1]), *row[2:]) for row in await store.rows(query)]
