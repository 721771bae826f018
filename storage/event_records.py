"""What was done after an event's end, each once: replay and slides told, feedback asked for, groups offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Column, ForeignKey, Table, Text, select, update

from storage.database import Store
from storage.events import EVENTS, State
from storage.schema import METADATA, Id, UTCDateTime

EVENT_RECORDS = Table(
    "event_records",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("given_at", UTCDateTime),  # a replay or slides that are to be told; NULL: nothing is
    Column("told_at", UTCDateTime),  # to groups and who could not come, the last time
    Column("told", Text, nullable=False, server_default=""),  # which links, by kind and hash
    Column("asked_at", UTCDateTime),  # feedback
    Column("invited_at", UTCDateTime),  # who was there, into groups
)

LONGEST = timedelta(days=61)  # that an event may last; beginnings have an index

Step = Literal["asked_at", "invited_at"]


@dataclass(frozen=True, slots=True)
class Record:
    """What was done after an event's end, and when.

    Attributes:
        given_at: Since when a replay or slides wait to be told.
        told: Which links were told, each as its kind and a hash: `replay:0f3a…`.
    """

    given_at: datetime | None = None
    told_at: datetime | None = None
    told: tuple[str, ...] = ()
    asked_at: datetime | None = None
    invited_at: datetime | None = None


async def get(store: Store, event: int) -> Record:
    """Return what was done after an event; nothing, where nothing was."""
    columns = (EVENT_RECORDS.c[name] for name in ("given_at", "told_at", "told", "asked_at", "invited_at"))
    row = await store.row(select(*columns).where(EVENT_RECORDS.c.event_id == event))
    return Record() if row is None else Record(row[0], row[1], tuple(row[2].split()), row[3], row[4])


async def given(store: Store, event: int, at: datetime) -> None:
    """Keep that there is something to tell; what waits already keeps its time."""
    await _ensure(store, event)
    first = update(EVENT_RECORDS).where(EVENT_RECORDS.c.event_id == event, EVENT_RECORDS.c.given_at.is_(None))
    await store.execute(first.values(given_at=at))


async def tell(store: Store, event: int, told: Iterable[str], at: datetime) -> bool:
    """Keep that links are told now; False where nothing waits. Part of the transaction that holds the posts."""
    waits = update(EVENT_RECORDS).where(EVENT_RECORDS.c.event_id == event, EVENT_RECORDS.c.given_at.is_not(None))
    values = {"given_at": None, "told_at": at, "told": " ".join(told)}
    return bool((await store.execute(waits.values(**values))).rowcount)


async def take(store: Store, event: int, step: Step, at: datetime) -> bool:
    """Take a step after an event; False where it was taken before. Part of the transaction that holds its effects."""
    await _ensure(store, event)
    column = EVENT_RECORDS.c[step]
    once = update(EVENT_RECORDS).where(EVENT_RECORDS.c.event_id == event, column.is_(None))
    return bool((await store.execute(once.values({step: at}))).rowcount)


async def untold(store: Store, until: datetime) -> list[int]:
    """Return the events whose replay or slides were given up to a time and wait to be told."""
    query = select(EVENT_RECORDS.c.event_id).where(EVENT_RECORDS.c.given_at <= until)
    return await store.scalars(query.order_by(EVENT_RECORDS.c.event_id))


async def ended(store: Store, since: datetime, until: datetime, without: Step) -> list[int]:
    """Return the events that were held, ended in a span, and are without a step yet."""
    query: Any = (
        select(EVENTS.c.id)
        .outerjoin(EVENT_RECORDS, EVENT_RECORDS.c.event_id == EVENTS.c.id)
        .where(EVENTS.c.state == State.PUBLISHED, EVENTS.c.starts_at >= since - LONGEST, EVENTS.c.starts_at <= until)
        .where(EVENTS.c.ends_at >= since, EVENTS.c.ends_at <= until)
        .where(EVENT_RECORDS.c[without].is_(None))
    )
    return await store.scalars(query.order_by(EVENTS.c.ends_at, EVENTS.c.id))


async def _ensure(store: Store, event: int) -> None:
    await store.insert_new(EVENT_RECORDS, [{"event_id": event}])
