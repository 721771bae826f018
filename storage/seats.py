"""Seats: who gets one, who waits, who gets one that became free; under `events.locked`, so that none is given twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from storage import members
from storage.database import Store
from storage.events import EVENTS, Event
from storage.events import State as Stands
from storage.members import MEMBERS
from storage.registrations import (
    ACTIVE,
    CHUNK,
    REGISTRATIONS,
    Registration,
    Source,
    State,
    get,
    held,
    mark,
    of_siblings,
    put,
    read,
)

# Built once: building these costs more than running them, and registrations come in thousands.
_THERE = REGISTRATIONS.c.event_id == bindparam("event")
_TAKEN = select(func.count()).select_from(REGISTRATIONS).where(_THERE, REGISTRATIONS.c.state == State.IN)
_WAITS = select(REGISTRATIONS.c.id).where(_THERE, REGISTRATIONS.c.state == State.WAITING).exists()
_STAND = select(_TAKEN.scalar_subquery(), _WAITS)
_CHANGING = ("state", "capacity", "starts_at", "ends_at")
_HOLD = select(*(EVENTS.c[name] for name in _CHANGING)).where(EVENTS.c.id == bindparam("event"))


@dataclass(frozen=True, slots=True)
class Stand:
    """How many registrations hold a seat, and whether any waits: by rows, which are never fewer than persons."""

    taken: int
    waits: bool


async def hold(store: Store, event: Event) -> Event:
    """Lock an event that was just read, and return it as it is now in all that decides about seats."""
    row = await store.row(_HOLD if store.is_sqlite else _HOLD.with_for_update(), {"event": event.id})
    found = dict(zip(_CHANGING, row, strict=True))
    return replace(event, **found | {"state": Stands(found["state"])})


async def stand(store: Store, event: int) -> Stand:
    """Return how the seats of an event stand."""
    row = await store.row(_STAND, {"event": event})
    return Stand(int(row[0]), bool(row[1]))


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
    now = await stand(store, event.id) if event.capacity is not None else Stand(0, waits=False)
    free = event.capacity is None or (now.taken < event.capacity and not now.waits)
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
    now = await stand(store, event.id)
    free = CHUNK if event.capacity is None else min(CHUNK, event.capacity - now.taken)
    if not now.waits or free <= 0:
        return []
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
