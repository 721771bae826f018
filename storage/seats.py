"""Seats: who gets one, who waits, who gets one that became free; under `events.locked`, so that none is given twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage import members
from storage.database import Store
from storage.events import EVENTS, Event
from storage.events import State as Stands
from storage.members import MEMBERS
from storage.registrations import (
    ACTIVE,
    REGISTRATIONS,
    Counts,
    Registration,
    Source,
    State,
    counted,
    get,
    held,
    mark,
    of_siblings,
    put,
    read,
)


async def seats(store: Store, event: int) -> Counts:
    """Return how many registrations hold a seat, or wait: by rows, which cost less to count and are never too few."""
    query = select(REGISTRATIONS.c.state, func.count()).where(held(event))
    return counted(await store.rows(query.group_by(REGISTRATIONS.c.state)))


async def join(
    store: Store,
    event: Event,
    member: int,
    at: datetime,
    *,
    group: int | None = None,
    source: Source = Source.PRIVATE,
    referrer: int | None = None,
) -> tuple[Registration, bool]:
    """Register a member for an event; return how its person stands now, and whether that is new.

    Who waits comes before who is new: with anybody waiting, a newcomer stands behind them, and `fill` gives seats.
    """
    every = await of_siblings(store, event.id, member)
    standing = next((one for one in every if one.state in ACTIVE), None)
    if standing is not None:
        return standing, False
    stand = await seats(store, event.id) if event.capacity is not None else Counts(0, 0)
    free = event.capacity is None or (stand.taken < event.capacity and not stand.waiting)
    values: dict[str, Any] = {
        "state": State.IN if free else State.WAITING,
        "at": at,
        "changed_at": at,
        "group_id": group,
    }
    values |= {"source": source, "referrer": referrer, "promoted_at": None}
    await put(store, event.id, member, values)
    return await get(store, event.id, member), True


async def leave(store: Store, event: int, member: int, at: datetime) -> bool:
    """Cancel the registration of a member's person, under whichever account; False where there was none."""
    mine = REGISTRATIONS.c.member_id.in_(await members.siblings(store, member))
    gone = update(REGISTRATIONS).where(held(event), mine).values(state=State.CANCELLED, changed_at=at)
    return bool((await store.execute(gone)).rowcount)


async def fill(store: Store, event: Event, at: datetime) -> list[Registration]:
    """Give the seats that are free to those who wait, in their order; return who got one."""
    stand = await seats(store, event.id)
    if not stand.waiting or (event.capacity is not None and stand.taken >= event.capacity):
        return []
    free = None if event.capacity is None else event.capacity - stand.taken
    chosen = await read(store, held(event.id, [State.WAITING]), limit=free)
    ids = [one.id for one in chosen]
    promoted = {"state": State.IN, "promoted_at": at, "changed_at": at}
    await store.execute(update(REGISTRATIONS).where(REGISTRATIONS.c.id.in_(ids)).values(**promoted))
    return await read(store, REGISTRATIONS.c.id.in_(ids))


async def settle(store: Store, event: Event, at: datetime) -> list[Registration]:
    """Let persons that registered twice, and were bound since, keep one place; return who got a seat by it.

    The earliest registration stands, with a seat if any of theirs has one; the later ones yield.
    """
    for later, earliest in await _doubles(store, event.id):
        if later.state is State.IN and earliest.state is State.WAITING:
            await mark(store, earliest.id, state=State.IN, changed_at=at)
        await mark(store, later.id, state=State.CANCELLED, changed_at=at)
    return await fill(store, event, at)


async def _doubles(store: Store, event: int) -> list[tuple[Registration, Registration]]:
    twice = (
        select(MEMBERS.c.person_id)
        .join(REGISTRATIONS, REGISTRATIONS.c.member_id == MEMBERS.c.id)
        .where(held(event))
        .group_by(MEMBERS.c.person_id)
        .having(func.count() > 1)
    )
    first: dict[int, Registration] = {}
    found = []
    for one in await read(store, held(event), MEMBERS.c.person_id.in_(twice)):
        if first.setdefault(one.person, one) is not one:
            found.append((one, first[one.person]))
    return found


async def doubled(store: Store, member: int, now: datetime) -> list[int]:
    """Return the events, not over, for which a member's person holds more than one registration."""
    mine = REGISTRATIONS.c.member_id.in_(await members.siblings(store, member))
    query = (
        select(REGISTRATIONS.c.event_id)
        .join(EVENTS, EVENTS.c.id == REGISTRATIONS.c.event_id)
        .where(mine, REGISTRATIONS.c.state.in_(ACTIVE), EVENTS.c.ends_at > now)
        .group_by(REGISTRATIONS.c.event_id)
        .having(func.count() > 1)
    )
    return await store.scalars(query)


async def awaited(store: Store, now: datetime) -> list[int]:
    """Return the published events, not over, that somebody waits for a seat at."""
    waits = select(REGISTRATIONS.c.id).where(
        REGISTRATIONS.c.event_id == EVENTS.c.id, REGISTRATIONS.c.state == State.WAITING
    )
    query = select(EVENTS.c.id).where(EVENTS.c.state == Stands.PUBLISHED, EVENTS.c.ends_at > now, waits.exists())
    return await store.scalars(query.order_by(EVENTS.c.id))
