"""Companies at events: what stays of what people told when they registered, once their own words are erased.

Thirty days after an event nobody's company, title, city, address or number is kept any more; how many came for which
company is, for the figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, Integer, Table, and_, func, or_, select, update

from storage.checkins import CHECKINS
from storage.database import Store
from storage.events import EVENTS
from storage.members import MEMBERS
from storage.registrations import REGISTRATIONS, State
from storage.schema import METADATA, Id

KEPT = timedelta(days=30)  # after the end of an event
LOOK_BACK = timedelta(days=400)  # nothing runs this long without a purge

EVENT_COMPANIES = Table(
    "event_companies",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("company_id", Id, ForeignKey("companies.id"), primary_key=True),
    Column("registered", Integer, nullable=False),  # persons with a seat
    Column("attended", Integer, nullable=False),  # of them, those who checked in
)

_TOLD = ("title", "city", "email", "phone")


async def erase_told(store: Store, now: datetime) -> int:
    """Erase what people told of themselves for events that are long over, and count their companies; return how many.

    What falls due is bounded by the events of a little more than a year.
    """
    over = select(EVENTS.c.id).where(EVENTS.c.ends_at.between(now - KEPT - LOOK_BACK, now - KEPT))
    told = or_(REGISTRATIONS.c.company_id.is_not(None), *(REGISTRATIONS.c[name] != "" for name in _TOLD))
    due = and_(REGISTRATIONS.c.event_id.in_(over), told)
    await _count(store, await store.scalars(select(REGISTRATIONS.c.event_id).where(due).distinct()))
    blank = {**dict.fromkeys(_TOLD, ""), "company_id": None}
    return (await store.execute(update(REGISTRATIONS).where(due).values(**blank))).rowcount


async def _count(store: Store, events: Iterable[int]) -> None:
    there = (
        select(CHECKINS.c.event_id, MEMBERS.c.person_id)
        .join(MEMBERS, MEMBERS.c.id == CHECKINS.c.member_id)
        .distinct()
        .subquery()
    )
    came = and_(there.c.event_id == REGISTRATIONS.c.event_id, there.c.person_id == MEMBERS.c.person_id)
    counted = (func.count(MEMBERS.c.person_id.distinct()), func.count(there.c.person_id.distinct()))
    joined = REGISTRATIONS.join(MEMBERS, MEMBERS.c.id == REGISTRATIONS.c.member_id).outerjoin(there, came)
    query = select(REGISTRATIONS.c.event_id, REGISTRATIONS.c.company_id, *counted).select_from(joined)
    named = REGISTRATIONS.c.company_id.is_not(None), REGISTRATIONS.c.state == State.IN
    query = query.where(REGISTRATIONS.c.event_id.in_(list(events)), *named)
    grouped = query.group_by(REGISTRATIONS.c.event_id, REGISTRATIONS.c.company_id)
    names = ("event_id", "company_id", "registered", "attended")
    rows = [dict(zip(names, row, strict=True)) for row in await store.rows(grouped)]
    await store.upsert(EVENT_COMPANIES, ("event_id", "company_id"), rows)


async def counted(store: Store, events: Iterable[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """Return by event and company how many registered and how many came, of events whose people are erased."""
    query = select(EVENT_COMPANIES).where(EVENT_COMPANIES.c.event_id.in_(list(events)))
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for event, company, registered, attended in await store.rows(query):
        found.setdefault(event, {})[company] = (registered, attended)
    return found
