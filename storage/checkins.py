"""Check-ins: who was at an event on which of its days, by the code of the day, and how often a code was guessed."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    Date,
    Exists,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
)

from storage import members
from storage.database import Store
from storage.events import Event
from storage.members import MEMBERS
from storage.schema import METADATA, Id, UTCDateTime

CHECKINS = Table(
    "checkins",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("day", Date, nullable=False),  # in the event's zone
    Column("at", UTCDateTime, nullable=False),
    Column("how", Text, nullable=False),
    UniqueConstraint("event_id", "member_id", "day"),
    Index("ix_checkins_member_id", "member_id"),
)

CODES = Table(
    "checkin_codes",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("code", Text, nullable=False),  # four digits
    Column("token", Text, nullable=False),  # of the link
    UniqueConstraint("day", "code"),
)

TRIES = Table(
    "checkin_tries",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Index("ix_checkin_tries_at", "at"),
)

CODE, LINK, HOST = "code", "link", "host"  # how somebody checked in
OPENS, CLOSES = timedelta(hours=2), timedelta(hours=1)  # before the start of a day, after its end
ONE_SESSION = timedelta(hours=16)  # what is shorter has one day, also over midnight
AROUND = timedelta(days=2)  # of a day: how far off a code is still known as one of another day
_DAY, _CODES = timedelta(days=1), 10_000


@dataclass(frozen=True, slots=True)
class Code:
    """What is said to check in at an event on one of its days."""

    event: int
    day: date
    code: str
    token: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A member was at an event on a day; `how` is `code`, `link` or `host`."""

    event: int
    member: int
    person: int
    day: date
    at: datetime
    how: str


# -- days and hours ---------------------------------------------------------------------------------------------------


def days(event: Event) -> list[date]:
    """Return the local days of an event; an evening that goes on past midnight has one."""
    zone = ZoneInfo(event.zone)
    first = event.starts_at.astimezone(zone).date()
    if event.ends_at - event.starts_at <= ONE_SESSION:
        return [first]
    last = (event.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + _DAY * step for step in range((last - first).days + 1)]


def window(event: Event, day: date) -> tuple[datetime, datetime]:
    """Return from when to when the code of a day holds: two hours before its start to an hour after its end.

    A day between begins and ends when the first one begins and the last one ends, by the clock.
    """
    every, zone = days(event), ZoneInfo(event.zone)
    starts, ends = (
        moment.astimezone(zone).timetz().replace(tzinfo=None) for moment in (event.starts_at, event.ends_at)
    )
    since = event.starts_at if day == every[0] else datetime.combine(day, starts, zone)
    midnight = datetime.combine(day + _DAY, time(), zone)
    evening = datetime.combine(day, ends, zone) if ends > starts else midnight
    until = event.ends_at if day == every[-1] else evening
    return since - OPENS, until + CLOSES


def day_at(event: Event, now: datetime) -> date | None:
    """Return the day of an event whose code holds at a time."""
    for day in days(event):
        since, until = window(event, day)
        if since <= now < until:
            return day
    return None


# -- codes ------------------------------------------------------------------------------------------------------------


async def code_of(store: Store, event: int, day: date) -> Code:
    """Return the code of an event's day, drawn when first asked for; no other event's of these days is the same.

    Raises:
        LookupError: There is none left.
    """
    found = await drawn(store, event, day)
    while found is None:
        near = CODES.c.day.between(day - _DAY, day + _DAY)
        taken = set(await store.scalars(select(CODES.c.code).where(near)))
        free = [code for code in (f"{number:04}" for number in range(_CODES)) if code not in taken]
        if not free:
            raise LookupError("all codes of the day are taken")
        row = {"event_id": event, "day": day, "code": secrets.choice(free), "token": secrets.token_urlsafe(16)}
        await store.insert_new(CODES, [row])  # nothing is written where another worker was quicker
        found = await drawn(store, event, day)
    return found


async def drawn(store: Store, event: int, day: date) -> Code | None:
    """Return the code of an event's day, if one was drawn; for whoever only reads."""
    row = await store.row(select(CODES).where(CODES.c.event_id == event, CODES.c.day == day))
    return None if row is None else Code(row.event_id, row.day, row.code, row.token)


async def codes_like(store: Store, said: str, near: date) -> list[Code]:
    """Return the codes of days around one that are what somebody said, four digits or a link's token; latest first."""
    around = CODES.c.day.between(near - AROUND, near + AROUND)
    query = select(CODES).where(around, (CODES.c.code == said) | (CODES.c.token == said))
    rows = await store.rows(query.order_by(CODES.c.day.desc(), CODES.c.event_id))
    return [Code(row.event_id, row.day, row.code, row.token) for row in rows]


# -- guesses ----------------------------------------------------------------------------------------------------------


async def drawn_near(store: Store, day: date) -> list[Code]:
    """Return the codes of a day, the one before and the one after: those that may hold now, in whatever zone."""
    rows = await store.rows(select(CODES).where(CODES.c.day.between(day - _DAY, day + _DAY)))
    return [Code(row.event_id, row.day, row.code, row.token) for row in rows]


async def guessed(store: Store, member: int, at: datetime) -> None:
    """Keep that a member said a code that does not hold; what is older than a day goes."""
    await store.execute(delete(TRIES).where(TRIES.c.at < at - _DAY))
    await store.insert(TRIES, member_id=member, at=at)


async def guesses(store: Store, since: datetime, among: Collection[int] | None = None) -> int:
    """Return how many wrong codes were said since a time, by some members or by all."""
    query = select(func.count()).where(TRIES.c.at > since)
    return int(await store.scalar(query if among is None else query.where(TRIES.c.member_id.in_(among))) or 0)


# -- who came ---------------------------------------------------------------------------------------------------------


async def add(store: Store, event: int, member: int, day: date, at: datetime, how: str = CODE) -> bool:
    """Keep that a member is there; False where the person had checked in that day. Lock the event before."""
    mine = CHECKINS.c.member_id.in_(await members.siblings(store, member))
    known_there = select(CHECKINS.c.id).where(CHECKINS.c.event_id == event, CHECKINS.c.day == day, mine)
    if await store.scalar(known_there.limit(1)) is not None:
        return False
    row = {"event_id": event, "member_id": member, "day": day, "at": at, "how": how}
    return await store.insert_new(CHECKINS, [row]) == 1


async def known(store: Store, event: int, mine: Collection[int]) -> tuple[list[date], bool]:
    """Return the days on which a person checked in at an event, and whether they did at another one as well."""
    query = select(CHECKINS.c.event_id, CHECKINS.c.day).where(CHECKINS.c.member_id.in_(mine))
    rows = await store.rows(query.order_by(CHECKINS.c.day))
    return [row.day for row in rows if row.event_id == event], any(row.event_id != event for row in rows)


async def of_event(store: Store, event: int, day: date | None = None) -> list[CheckIn]:
    """Return who came, one for each person and day, in the order in which they did."""
    named = (CHECKINS.c.event_id, CHECKINS.c.member_id, MEMBERS.c.person_id, CHECKINS.c.day, CHECKINS.c.at)
    query = select(*named, CHECKINS.c.how).join(MEMBERS, MEMBERS.c.id == CHECKINS.c.member_id)
    query = query.where(CHECKINS.c.event_id == event).order_by(CHECKINS.c.at, CHECKINS.c.id)
    rows = await store.rows(query if day is None else query.where(CHECKINS.c.day == day))
    found: dict[tuple[int, date], CheckIn] = {}
    for row in rows:
        found.setdefault((row[2], row[3]), CheckIn(*row))  # accounts may have become one person since
    return list(found.values())


async def persons(store: Store, event: int, day: date | None = None) -> set[int]:
    """Return the persons who checked in, on a day or at all."""
    query = select(MEMBERS.c.person_id).join(CHECKINS, CHECKINS.c.member_id == MEMBERS.c.id)
    query = query.where(CHECKINS.c.event_id == event).distinct()
    return set(await store.scalars(query if day is None else query.where(CHECKINS.c.day == day)))


async def count(store: Store, event: int, day: date | None = None) -> int:
    """Return how many persons checked in, on a day or at all."""
    query = select(func.count(MEMBERS.c.person_id.distinct())).join(CHECKINS, CHECKINS.c.member_id == MEMBERS.c.id)
    query = query.where(CHECKINS.c.event_id == event)
    return int(await store.scalar(query if day is None else query.where(CHECKINS.c.day == day)) or 0)


async def first_timers(store: Store, event: int) -> set[int]:
    """Return the persons whose first check-in of all was at this event."""
    query = select(MEMBERS.c.person_id).join(CHECKINS, CHECKINS.c.member_id == MEMBERS.c.id)
    return set(await store.scalars(query.where(CHECKINS.c.event_id == event, ~_came_before(event)).distinct()))


async def first_timers_since(store: Store, event: int, since: datetime) -> list[int]:
    """Return the members who checked in since a time, at their first event of all, in the order in which they did."""
    query = select(CHECKINS.c.member_id).join(MEMBERS, MEMBERS.c.id == CHECKINS.c.member_id)
    found = query.where(CHECKINS.c.event_id == event, CHECKINS.c.at >= since, ~_came_before())
    return await store.scalars(found.order_by(CHECKINS.c.at, CHECKINS.c.id))


def _came_before(but: int | None = None) -> Exists:
    """Return whether the person of a check-in was anywhere before; one event may be left out."""
    other, theirs = CHECKINS.alias(), MEMBERS.alias()
    same = theirs.c.person_id == MEMBERS.c.person_id, other.c.at < CHECKINS.c.at
    earlier = select(other.c.id).join(theirs, theirs.c.id == other.c.member_id).where(*same)
    return (earlier if but is None else earlier.where(other.c.event_id != but)).exists()
