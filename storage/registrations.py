"""Registrations: who comes to an event, who waits for a seat, whence they came, what they told of themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    update,
)

from storage import members
from storage.database import Store
from storage.events import EVENTS
from storage.events import State as Stands
from storage.frames import GroupKind
from storage.groups import GROUPS
from storage.members import MEMBERS
from storage.schema import METADATA, PERSONAL, Id, UTCDateTime

REGISTRATIONS = Table(
    "registrations",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),  # when they came into the line, anew after they had left it
    Column("changed_at", UTCDateTime, nullable=False),
    Column("group_id", Id, ForeignKey("groups.id")),  # where it was said; NULL: in private, or at the door
    Column("source", Text, nullable=False),
    Column("referrer", Id, ForeignKey("members.id")),  # whose word brought them
    Column("company_id", Id, ForeignKey("companies.id")),
    *(Column(name, Text, nullable=False, server_default="", info=PERSONAL) for name in ("title", "city")),
    *(Column(name, Text, nullable=False, server_default="", info=PERSONAL) for name in ("email", "phone")),
    Column("remind", Text, nullable=False, server_default=""),  # off | 1d | 1h; empty: as the event says
    Column("promoted_at", UTCDateTime),  # when a seat was found for who waited
    UniqueConstraint("event_id", "member_id"),
    Index("ix_registrations_event_id_state_at", "event_id", "state", "at"),
    Index("ix_registrations_event_id_group_id_at", "event_id", "group_id", "at"),
    Index("ix_registrations_member_id", "member_id"),
)


class State(StrEnum):
    """Whether somebody comes."""

    IN = "in"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class Source(StrEnum):
    """Where a registration came from."""

    GROUP = "group"
    PRIVATE = "private"
    LINK = "link"
    REFERRAL = "referral"
    DOOR = "door"


ACTIVE = (State.IN, State.WAITING)
CHUNK = 5_000  # persons asked for in one statement
SHOWN = 8  # of those who registered lately


@dataclass(frozen=True, slots=True)
class Counts:
    """How many persons have a seat at an event, and how many wait for one."""

    taken: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Registration:
    """One person's word that they come; `company` is an id."""

    id: int
    event: int
    member: int
    person: int
    state: State
    at: datetime
    changed_at: datetime
    group: int | None
    source: Source
    referrer: int | None
    company: int | None
    title: str
    city: str
    email: str
    phone: str
    remind: str
    promoted_at: datetime | None


_BEFORE = ("id", "event_id", "member_id")
_AFTER = ("state", "at", "changed_at", "group_id", "source", "referrer", "company_id", "title", "city", "email")
_LAST = ("phone", "remind", "promoted_at")
_QUERY = select(
    *(REGISTRATIONS.c[name] for name in _BEFORE),
    MEMBERS.c.person_id,
    *(REGISTRATIONS.c[name] for name in (*_AFTER, *_LAST)),
).join(MEMBERS, MEMBERS.c.id == REGISTRATIONS.c.member_id)
_IN_LINE = (REGISTRATIONS.c.at, REGISTRATIONS.c.id)


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
        query = query.where(REGISTRATIONS.c.member_id.in_(_siblings(among)))
    return [_registration(row) for row in await store.rows(query)]


async def among(
    store: Store, event: int, wanted: Collection[int], states: Iterable[State] = (State.IN,)
) -> list[Registration]:
    """Return the registrations of some members' persons, one for each."""
    return _one_each(await read(store, held(event, states), REGISTRATIONS.c.member_id.in_(_siblings(wanted))))


def _siblings(wanted: Iterable[int]) -> Select[Any]:
    """Return the ids of all accounts of some members' persons."""
    one, other = MEMBERS.alias(), MEMBERS.alias()
    return select(other.c.id).join(one, one.c.person_id == other.c.person_id).where(one.c.id.in_(list(wanted)))


async def written_to(store: Store, persons: Collection[int]) -> dict[int, int]:
    """Return those of some persons who talk with the bot in private, each with the account that they last began to."""
    found: dict[int, int] = {}
    every = list(persons)
    query = select(MEMBERS.c.person_id, MEMBERS.c.id).join(GROUPS, GROUPS.c.member_id == MEMBERS.c.id)
    open_ones = GROUPS.c.kind == GroupKind.DIRECT, GROUPS.c.account_id.is_not(None), MEMBERS.c.forgotten_at.is_(None)
    for start in range(0, len(every), CHUNK):
        chunk = MEMBERS.c.person_id.in_(every[start : start + CHUNK])
        rows = await store.rows(query.where(chunk, *open_ones).order_by(GROUPS.c.id))
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
    return await read(store, REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.member_id.in_(_siblings([member])))


async def lately(store: Store, event: int, group: int, since: datetime) -> dict[State, tuple[int, list[int]]]:
    """Return by state how many registered in a group since a time, and the first few of them."""
    here = (REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.group_id == group, REGISTRATIONS.c.at >= since)
    query = select(REGISTRATIONS.c.state, func.count()).where(*here).group_by(REGISTRATIONS.c.state)
    found = {}
    for state, count in await store.rows(query):
        first = select(REGISTRATIONS.c.member_id).where(*here, REGISTRATIONS.c.state == state)
        found[State(state)] = (int(count), await store.scalars(first.order_by(*_IN_LINE).limit(SHOWN)))
    return found


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
    found = await read(store, REGISTRATIONS.c.event_id == event, REGISTRATIONS.c.member_id == member)
    return found[0]


async def mark(store: Store, registration: int, **values: Any) -> None:
    """Change columns of a registration."""
    await store.execute(update(REGISTRATIONS).where(REGISTRATIONS.c.id == registration).values(**values))
