"""Registrations: who comes to an event, who waits for a seat, whence they came, what they told of themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from storage import members
from storage._registration_rows import ACTIVE, REGISTRATIONS, Counts, Registration, Source, State
from storage.database import Store
from storage.events import EVENTS
from storage.events import State as Stands
from storage.frames import GroupKind
from storage.groups import GROUPS
from storage.members import MEMBERS
from storage.memberships import MEMBERSHIPS

__all__ = [
    "ACTIVE",
    "REGISTRATIONS",
    "Counts",
    "Registration",
    "Source",
    "State",
    "after",
    "among",
    "at_door",
    "counts",
    "get",
    "held",
    "lately",
    "left_lately",
    "mark",
    "of_event",
    "of_member",
    "of_person",
    "of_siblings",
    "place",
    "put",
    "read",
    "written_to",
]

CHUNK = 5_000  # persons asked for in one statement
SHOWN = 8  # of those who registered lately

_BEFORE = ("id", "event_id", "member_id")
_AFTER = ("state", "at", "changed_at", "group_id", "source", "referrer", "company_id", "title", "city", "email")
_LAST = ("phone", "remind", "promoted_at")
_QUERY = select(
    *(REGISTRATIONS.c[name] for name in _BEFORE),
    MEMBERS.c.person_id,
    *(REGISTRATIONS.c[name] for name in (*_AFTER, *_LAST)),
).join(MEMBERS, MEMBERS.c.id == REGISTRATIONS.c.member_id)
_IN_LINE = (REGISTRATIONS.c.at, REGISTRATIONS.c.id)


def _siblings(wanted: Any) -> Select[Any]:
    """Return the ids of all accounts of some members' persons."""
    one, other = MEMBERS.alias(), MEMBERS.alias()
    return select(other.c.id).join(one, one.c.person_id == other.c.person_id).where(one.c.id.in_(wanted))


# Built once: building these costs more than running them, and registrations come in thousands.
_THERE = _QUERY.where(REGISTRATIONS.c.event_id == bindparam("event"))
_OF_MEMBER = _THERE.where(REGISTRATIONS.c.member_id == bindparam("member"))
_MEMBERS: Any = bindparam("members", expanding=True)
_OF_SIBLINGS = _THERE.where(REGISTRATIONS.c.member_id.in_(_siblings(_MEMBERS))).order_by(*_IN_LINE)
_LATELY = and_(
    REGISTRATIONS.c.event_id == bindparam("event"),
    REGISTRATIONS.c.group_id == bindparam("group"),
    REGISTRATIONS.c.state == bindparam("state"),
    REGISTRATIONS.c.at >= bindparam("since"),
)
_CARD = and_(MEMBERSHIPS.c.member_id == MEMBERS.c.id, MEMBERSHIPS.c.group_id == REGISTRATIONS.c.group_id)
_COUNT_LATELY = select(func.count()).select_from(REGISTRATIONS).where(_LATELY)
_NAMES_LATELY = (
    select(func.coalesce(func.nullif(MEMBERSHIPS.c.name, ""), MEMBERS.c.name))
    .select_from(REGISTRATIONS.join(MEMBERS, MEMBERS.c.id == REGISTRATIONS.c.member_id).outerjoin(MEMBERSHIPS, _CARD))
    .where(_LATELY, MEMBERS.c.signed.is_(True))
    .order_by(*_IN_LINE)
    .limit(SHOWN)
)
_WRITTEN_TO = (
    select(MEMBERS.c.person_id, MEMBERS.c.id)
    .join(GROUPS, GROUPS.c.member_id == MEMBERS.c.id)
    .where(MEMBERS.c.person_id.in_(bindparam("persons", expanding=True)), MEMBERS.c.forgotten_at.is_(None))
    .where(GROUPS.c.kind == GroupKind.DIRECT, GROUPS.c.account_id.is_not(None))
    .order_by(GROUPS.c.id)
)


def _registration(row: Any) -> Registration:
    fields = list(row)
    fields[4], fields[8] = State(fields[4]), Source(fields[8])
    return Registration(*fields)


def held(event: int, states: Iterable[State] = ACTIVE) -> ColumnElement[bool]:
    """Return what is true of the registrations of an event in some states."""
    return and_(REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.state.in_(list(states)))


async def read(store: Store, *where: ColumnElement[bool], limit: int | None = None) -> list[Registration]:
    """Return the registrations of which something is true, first come first."""
    query = _QUERY.where(*where).order_by(*_IN_LINE).limit(limit)
    return [_registration(row) for row in await store.rows(query)]


# -- looking up -------------------------------------------------------------------------------------------------------


async def counts(store: Store, event: int) -> Counts:
    """Return how many distinct persons come to an event, and how many wait."""
    query = select(REGISTRATIONS.c.state, func.count(MEMBERS.c.person_id.distinct()))
    joined = query.join(MEMBERS, MEMBERS.c.id == REGISTRATIONS.c.member_id).where(held(event))
    return counted(await store.rows(joined.group_by(REGISTRATIONS.c.state)))


async def of_event(store: Store, event: int, states: Iterable[State] = (State.IN,)) -> list[Registration]:
    """Return who registered for an event, first come first: one for each person, of which the earliest counts."""
    return _one_each(await read(store, held(event, states)))


async def after(
    store: Store,
    event: int,
    states: Iterable[State],
    *,
    since: int,
    limit: int,
    among: Collection[int] | None = None,
) -> list[Registration]:
    """Return the next registrations behind one, by id: for who goes through many in steps; of all or some members."""
    query = _QUERY.where(held(event, states), REGISTRATIONS.c.id > since).order_by(REGISTRATIONS.c.id).limit(limit)
    if among is not None:
        query = query.where(REGISTRATIONS.c.member_id.in_(_siblings(list(among))))
    return [_registration(row) for row in await store.rows(query)]


async def among(
    store: Store, event: int, wanted: Collection[int], states: Iterable[State] = (State.IN,)
) -> list[Registration]:
    """Return the registrations of some members' persons, one for each."""
    return _one_each(await read(store, held(event, states), REGISTRATIONS.c.member_id.in_(_siblings(list(wanted)))))


async def written_to(store: Store, persons: Collection[int]) -> dict[int, int]:
    """Return those of some persons who talk with the bot in private, each with the account that they last began to."""
    found: dict[int, int] = {}
    every = list(persons)
    for start in range(0, len(every), CHUNK):
        rows = await store.rows(_WRITTEN_TO, {"persons": every[start : start + CHUNK]})
        found |= {row[0]: row[1] for row in rows}
    return found


async def of_person(store: Store, event: int, member: int) -> Registration | None:
    """Return the registration of a member's person, under whichever account: one that holds before one cancelled."""
    every = await of_siblings(store, event, member)
    return next((one for one in every if one.state in ACTIVE), every[-1] if every else None)


async def of_member(store: Store, member: int, now: datetime) -> list[tuple[int, Registration]]:
    """Return what a member's person comes to or waits for and is not over, as (event, registration), the next first."""
    query = _QUERY.join(EVENTS, EVENTS.c.id == REGISTRATIONS.c.event_id).where(
        REGISTRATIONS.c.member_id.in_(await members.siblings(store, member)),
        REGISTRATIONS.c.state.in_(ACTIVE),
        EVENTS.c.state == Stands.PUBLISHED,
        EVENTS.c.ends_at > now,
    )
    rows = await store.rows(query.order_by(EVENTS.c.starts_at, EVENTS.c.id, *_IN_LINE))
    found: dict[int, Registration] = {}
    for one in map(_registration, rows):
        found.setdefault(one.event, one)
    return list(found.items())


async def place(store: Store, one: Registration) -> int:
    """Return the how-many-th somebody is among those in the same state: 1 is the first."""
    before = or_(REGISTRATIONS.c.at < one.at, and_(REGISTRATIONS.c.at == one.at, REGISTRATIONS.c.id <= one.id))
    query = select(func.count()).select_from(REGISTRATIONS).where(held(one.event, [one.state]), before)
    return int(await store.scalar(query) or 0)


async def of_siblings(store: Store, event: int, member: int) -> list[Registration]:
    """Return all that a member's person ever registered for an event, under whichever account."""
    return [_registration(row) for row in await store.rows(_OF_SIBLINGS, {"event": event, "members": [member]})]


async def lately(store: Store, event: int, group: int, state: State, since: datetime) -> tuple[int, list[str]]:
    """Return how many registered in a group since a time and are in a state, and the names of the first of them.

    The names are cards, as they stand in the group, of those who may be named.
    """
    asked = {"event": event, "group": group, "state": state, "since": since}
    count = int(await store.scalar(_COUNT_LATELY, asked))
    return count, await store.scalars(_NAMES_LATELY, asked) if count else []


async def left_lately(store: Store, event: int, group: int, since: datetime) -> int:
    """Return how many of those who registered in a group cancelled since a time."""
    here = (REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.group_id == group, REGISTRATIONS.c.changed_at >= since)
    query = select(func.count()).select_from(REGISTRATIONS).where(*here, REGISTRATIONS.c.state == State.CANCELLED)
    return int(await store.scalar(query) or 0)


def _one_each(found: Iterable[Registration]) -> list[Registration]:
    first: dict[int, Registration] = {}
    for one in found:
        first.setdefault(one.person, one)
    return list(first.values())


def counted(rows: Iterable[Any]) -> Counts:
    """Return (state, how many) as counts."""
    found = {row[0]: int(row[1]) for row in rows}
    return Counts(found.get(State.IN, 0), found.get(State.WAITING, 0))


# -- writing ----------------------------------------------------------------------------------------------------------
async def at_door(store: Store, event: int, member: int, at: datetime) -> Registration:
    """Return the registration of somebody who is there, made where there was none; who waited or left is in."""
    every = await of_siblings(store, event, member)
    seated = next((one for one in every if one.state is State.IN), None)
    if seated is not None:
        return seated
    known = next((one for one in every if one.state is State.WAITING), None)
    if known is not None:
        await mark(store, known.id, state=State.IN, changed_at=at)
        return await get(store, event, known.member)
    values = {"state": State.IN, "at": at, "changed_at": at, "group_id": None, "source": Source.DOOR}
    await put(store, event, member, values)
    return await get(store, event, member)


async def put(store: Store, event: int, member: int, values: dict[str, Any]) -> None:
    """Write a registration down; who had cancelled registers anew."""
    if await store.insert_or_skip(REGISTRATIONS, event_id=event, member_id=member, **values) is None:
        mine = and_(REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.member_id == member)
        await store.execute(update(REGISTRATIONS).where(mine).values(**values))


async def get(store: Store, event: int, member: int) -> Registration:
    """Return the registration of this very member, which must be there."""
    return _registration(await store.row(_OF_MEMBER, {"event": event, "member": member}))


async def mark(store: Store, registration: int, **values: Any) -> None:
    """Change columns of a registration."""
    await store.execute(update(REGISTRATIONS).where(REGISTRATIONS.c.id == registration).values(**values))
