"""Carry-over: of those who came to one round of a series, how many came back to the next."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from storage import checkins
from storage.database import Store
from storage.members import MEMBERS
from storage.registrations import REGISTRATIONS, Source, State


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Distinct persons: who came to the earlier event, and of those who is registered for, and came to, the later."""

    came: int
    registered: int
    checked_in: int


async def between(store: Store, earlier: int, later: int) -> CarryOver:
    """Return the carry-over from an event to a later one; who came there unregistered counts as having come alone."""
    came = await checkins.persons(store, earlier)
    again = await checkins.persons(store, later) if came else set()
    registered = await registered_for(store, later) if came else set()
    return CarryOver(len(came), len(came & registered), len(came & again))


async def registered_for(store: Store, event: int) -> set[int]:
    """Return the persons who have a seat at an event and took it before they came, as the figures count them."""
    query = select(MEMBERS.c.person_id).join(REGISTRATIONS, REGISTRATIONS.c.member_id == MEMBERS.c.id)
    early = REGISTRATIONS.c.source != Source.DOOR
    seated = query.where(REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.state == State.IN, early)
    return set(await store.scalars(seated.distinct()))
