"""Segments: what groups are for (general, an industry, a region), to speak of all of a kind at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, delete, select

from storage.database import Store
from storage.schema import METADATA, Id

SEGMENTS = Table(
    "segments",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),  # general | industry | region
    Column("value", Text, nullable=False, server_default=""),
    UniqueConstraint("kind", "value"),
)

GROUP_SEGMENTS = Table(
    "group_segments",
    METADATA,
    Column("group_id", Id, ForeignKey("groups.id"), primary_key=True),
    Column("segment_id", Id, ForeignKey("segments.id"), primary_key=True),
)


class Kind(StrEnum):
    """By what groups are told apart."""

    GENERAL = "general"
    INDUSTRY = "industry"
    REGION = "region"


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """Groups of one kind: an industry or a region has a value (金融, 成都), general has none."""

    kind: Kind
    value: str = ""


_JOINED = GROUP_SEGMENTS.join(SEGMENTS, SEGMENTS.c.id == GROUP_SEGMENTS.c.segment_id)
_PAIRS = select(GROUP_SEGMENTS.c.group_id, SEGMENTS.c.kind, SEGMENTS.c.value).select_from(_JOINED)


async def give(store: Store, group: int, segment: Segment) -> None:
    """Give a group a segment: one of each kind at most, and a general group has no other."""
    kinds = set(Kind) if segment.kind is Kind.GENERAL else {Kind.GENERAL, segment.kind}
    await clear(store, group, kinds)
    await store.insert_or_skip(SEGMENTS, kind=segment.kind, value=segment.value)
    known = select(SEGMENTS.c.id).where(SEGMENTS.c.kind == segment.kind, SEGMENTS.c.value == segment.value)
    row = {"group_id": group, "segment_id": await store.scalar(known)}
    await store.insert_new(GROUP_SEGMENTS, [row])


async def clear(store: Store, group: int, kinds: Iterable[Kind] = tuple(Kind)) -> None:
    """Take a group's segments of some kinds away."""
    theirs = select(SEGMENTS.c.id).where(SEGMENTS.c.kind.in_(list(kinds)))
    await store.execute(
        delete(GROUP_SEGMENTS).where(GROUP_SEGMENTS.c.group_id == group, GROUP_SEGMENTS.c.segment_id.in_(theirs))
    )


async def of_group(store: Store, group: int) -> list[Segment]:
    """Return the segments of a group, by kind."""
    rows = await store.rows(_PAIRS.where(GROUP_SEGMENTS.c.group_id == group).order_by(SEGMENTS.c.kind))
    return [Segment(Kind(row.kind), row.value) for row in rows]


async def of_groups(store: Store) -> dict[int, list[Segment]]:
    """Return the segments of all groups that have any, by group."""
    found: dict[int, list[Segment]] = {}
    for row in await store.rows(_PAIRS.order_by(GROUP_SEGMENTS.c.group_id, SEGMENTS.c.kind)):
        found.setdefault(row.group_id, []).append(Segment(Kind(row.kind), row.value))
    return found


async def inside(store: Store, segment: Segment) -> list[int]:
    """Return the ids of the groups that carry a segment, oldest first."""
    query = _PAIRS.where(SEGMENTS.c.kind == segment.kind, SEGMENTS.c.value == segment.value)
    return await store.scalars(query.order_by(GROUP_SEGMENTS.c.group_id))
