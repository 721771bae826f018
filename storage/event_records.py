"""What was done after an event's end, each once: replay and slides told, feedback asked for, groups offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, ForeignKey, Table, select, update

from storage.database import Store
from storage.events import EVENTS, State
from storage.schema import METADATA, Id, UTCDateTime

EVENT_RECORDS = Table(
    "event_records",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("given_at", UTCDateTime),  # the replay or the slides, the first of them
    Column("told_at", UTCDateTime),  # and to groups and who could not come
    Column("asked_at", UTCDateTime),  # feedback
    Column("invited_at", UTCDateTime),  # who was there, into groups
)

Step = Literal["told_at", "asked_at", "invited_at"]


@dataclass(frozen=True, slots=True)
class Record:
    """What was done after an event's end, and when."""

    given_at: datetime | None = None
    told_at: datetime | None = None
    asked_at: datetime | None = None
    invited_at: datetime | None = None


async def get(store: Store, event: int) -> Record:
    """Return what was done after an event; nothing, where nothing was."""
    columns = (EVENT_RECORDS.c[name] for name in ("given_at", "told_at", "asked_at", "invited_at"))
    row = await store.row(select(*columns).where(EVENT_RECORDS.c.event_id == event))
    return Record() if row is None else Record(*row)


async def given(store: Store, event: int, at: datetime) -> None:
    """Keep that there is something to watch or to read; what was there before stays the first."""
    await _ensure(store, event)
    first = update(EVENT_RECORDS).where(EVENT_RECORDS.c.event_id == event, EVENT_RECORDS.c.given_at.is_(None))
    await store.execute(first.values(given_at=at))


async def take(store: Store, event: int, step: Step, at: datetime) -> bool:
    """Take a step after an event; False where it was taken before. Part of the transaction that holds its effects."""
    await _ensure(store, event)
    column = EVENT_RECORDS.c[step]
    once = update(EVENT_RECORDS).where(EVENT_RECORDS.c.event_id == event, column.is_(None))
    return bool((await store.execute(once.values({step: at}))).rowcount)


async def untold(store: Store, until: datetime) -> list[int]:
    """Return the events whose replay or slides were given up to a time and not told yet."""
    query = select(EVENT_RECORDS.c.event_id).where(EVENT_RECORDS.c.given_at <= until, EVENT_RECORDS.c.told_at.is_(None))
    return await store.scalars(query.order_by(EVENT_RECORDS.c.event_id))


async def ended(store: Store, since: datetime, until: datetime, without: Step) -> list[int]:
    """Return the events that were held, ended in a span, and are without a step yet."""
    query: Any = (
        select(EVENTS.c.id)
        .outerjoin(EVENT_RECORDS, EVENT_RECORDS.c.event_id == EVENTS.c.id)
        .where(EVENTS.c.state == State.PUBLISHED, EVENTS.c.ends_at >= since, EVENTS.c.ends_at <= until)
        .where(EVENT_RECORDS.c[without].is_(None))
    )
    return await store.scalars(query.order_by(EVENTS.c.ends_at, EVENTS.c.id))


async def _ensure(store: Store, event: int) -> None:
    await store.insert_new(EVENT_RECORDS, [{"event_id": event}])
