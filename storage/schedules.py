"""Schedules and occurrences: rules of time, and each due instant as a row that only one process can claim."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint, delete, select, true, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

SCHEDULES = Table(
    "schedules",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("feature", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("group_id", Id, nullable=False, server_default="0"),  # 0: the community's
    Column("rule", Text, nullable=False),  # as people write it: "mon 09:00", "every 5s"
    Column("zone", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),  # nothing before it is due
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("payload", Text, nullable=False, server_default="{}"),
    UniqueConstraint("feature", "name", "group_id"),
)

OCCURRENCES = Table(
    "occurrences",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("schedule_id", Id, ForeignKey("schedules.id"), nullable=False),
    Column("group_id", Id, nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("claimed_at", UTCDateTime, nullable=False),
    Column("state", Text, nullable=False),  # done | skipped (missed by too much)
    UniqueConstraint("schedule_id", "due_at", "group_id"),
    Index("ix_occurrences_group_id_due_at", "group_id", "due_at"),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule of time for a feature's function, for one group (0: the community)."""

    feature: str
    name: str
    group_id: int
    rule: str
    zone: str
    since: datetime
    active: bool = True
    payload: dict[str, Any] | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due instant of a schedule."""

    schedule: Schedule
    due_at: datetime


_NAMES = ("feature", "name", "group_id", "rule", "zone", "since", "active", "payload", "id")
_COLUMNS = tuple(SCHEDULES.c[name] for name in _NAMES)


def _schedule(row: Any) -> Schedule:
    fields = list(row)
    fields[7] = json.loads(fields[7])
    return Schedule(*fields)


async def put(store: Store, schedule: Schedule) -> Schedule:
    """Write a schedule down; an existing one of the same name and group takes the new rule, and keeps its `since`."""
    row = {
        "feature": schedule.feature,
        "name": schedule.name,
        "group_id": schedule.group_id,
        "rule": schedule.rule,
        "zone": schedule.zone,
        "since": schedule.since,
        "active": schedule.active,
        "payload": json.dumps(schedule.payload or {}, ensure_ascii=False),
    }
    changes = {name: row[name] for name in ("rule", "zone", "active", "payload")}
    await store.upsert(SCHEDULES, ("feature", "name", "group_id"), [row], **changes)
    found = await store.row(
        select(*_COLUMNS).where(
            SCHEDULES.c.feature == schedule.feature,
            SCHEDULES.c.name == schedule.name,
            SCHEDULES.c.group_id == schedule.group_id,
        )
    )
    return _schedule(found)


async def active(store: Store) -> list[Schedule]:
    """Return the schedules that are switched on."""
    rows = await store.rows(select(*_COLUMNS).where(SCHEDULES.c.active.is_(True)).order_by(SCHEDULES.c.id))
    return [_schedule(row) for row in rows]


async def switch(store: Store, schedule: int, *, on: bool) -> None:
    """Switch a schedule on or off."""
    await store.execute(update(SCHEDULES).where(SCHEDULES.c.id == schedule).values(active=on))


async def claim(store: Store, occurrence: Occurrence, now: datetime, *, state: str = "done") -> bool:
    """Take an occurrence; False where it was taken before. Part of the transaction that holds its effects."""
    row = {
        "schedule_id": occurrence.schedule.id,
        "group_id": occurrence.schedule.group_id,
        "due_at": occurrence.due_at,
        "claimed_at": now,
        "state": state,
    }
    return await store.insert_new(OCCURRENCES, [row]) == 1


async def latest(store: Store, schedule: int) -> datetime | None:
    """Return the last due instant of a schedule that was taken."""
    query = select(OCCURRENCES.c.due_at).where(OCCURRENCES.c.schedule_id == schedule)
    found: datetime | None = await store.scalar(query.order_by(OCCURRENCES.c.due_at.desc()).limit(1))
    return found


async def forget(store: Store, before: datetime, most: int) -> int:
    """Delete at most `most` occurrences that were due before a time, and return how many: nothing asks for them.

    A time that lies further back than any rule's last instant, so that none falls due once more.
    """
    old = select(OCCURRENCES.c.id).where(OCCURRENCES.c.due_at < before).order_by(OCCURRENCES.c.id).limit(most)
    return (await store.execute(delete(OCCURRENCES).where(OCCURRENCES.c.id.in_(old)))).rowcount
