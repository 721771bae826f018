"""Events: what the community does together at a time, who speaks, which companies are behind it, whom it is for."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    delete,
    select,
    update,
)

from storage import companies
from storage.database import Store
from storage.schema import METADATA, PERSONAL, Id, UTCDateTime
from storage.segments import Kind as SegmentKind
from storage.segments import Segment

EVENT_RULES = Table(
    "event_rules",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("rule", Text, nullable=False),  # RFC 5545, without its DTSTART: FREQ=WEEKLY;BYDAY=TU,TH
    Column("plan", Text, nullable=False),  # the first event as JSON: what each later one is made of
    Column("zone", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),  # the first start
    Column("except_on", Text, nullable=False, server_default="[]"),  # local days that are left out, JSON
    Column("made_until", UTCDateTime),  # up to where its events are rows
    Column("ended_at", UTCDateTime),
    Column("by_member", Id, ForeignKey("members.id")),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("uid", Text, nullable=False),  # of iCalendar
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False, server_default=""),
    Column("city", Text, nullable=False, server_default=""),
    Column("venue", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),  # where it is watched, online
    Column("starts_at", UTCDateTime, nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
    Column("zone", Text, nullable=False),
    Column("capacity", Integer),  # seats; NULL: as many as come
    Column("languages", Text, nullable=False, server_default=""),  # zh en
    Column("asks", Text, nullable=False, server_default=""),  # what who registers is asked for: company title city ...
    Column("reminders", Text),  # 7d 1d 1h; NULL: as the settings say
    Column("state", Text, nullable=False),
    Column("series_id", Id, ForeignKey("series.id")),
    Column("round", Integer),
    Column("rule_id", Id, ForeignKey("event_rules.id")),
    Column("occurrence", UTCDateTime),  # when the rule put it, wherever it was moved to
    Column("by_member", Id, ForeignKey("members.id")),
    Column("created_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime),
    Column("moved_at", UTCDateTime),  # the last change of its time after it was published
    Column("cancelled_at", UTCDateTime),
    Column("replay", Text, nullable=False, server_default=""),
    Column("slides", Text, nullable=False, server_default=""),
    Column("sequence", Integer, nullable=False, server_default="0"),  # of iCalendar: raised by every change
    UniqueConstraint("uid"),
    UniqueConstraint("rule_id", "occurrence"),
    Index("ix_events_state_starts_at", "state", "starts_at"),
    Index("ix_events_series_id", "series_id"),
)

SPEAKERS = Table(
    "speakers",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("about", Text, nullable=False, server_default="", info=PERSONAL),  # a line on why this person
    Column("company_id", Id, ForeignKey("companies.id")),
    Column("member_id", Id, ForeignKey("members.id")),
    UniqueConstraint("event_id", "position"),
)

EVENT_HOSTS = Table(
    "event_hosts",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("company_id", Id, ForeignKey("companies.id"), primary_key=True),
)

EVENT_TARGETS = Table(
    "event_targets",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
)


class Kind(StrEnum):
    """What an event is."""

    VISIT = "visit"  # to a company
    UNIVERSITY = "university"
    TOUR = "tour"  # a city
    SUMMIT = "summit"
    TRAINING = "training"
    CERTIFICATION = "certification"
    TALK = "talk"  # online
    QA = "qa"  # experts answer
    CONTEST = "contest"
    MEETING = "meeting"


class State(StrEnum):
    """Where an event stands. One that is published and past was held."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: the name as announced, a line about them, the company's name, and the member where it is known."""

    name: str
    company: str = ""
    about: str = ""
    member: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody wants of an event.

    Attributes:
        starts_at, ends_at: UTC.
        zone: The IANA zone in which its times were meant.
        capacity: Seats; None: as many as come.
        languages: Codes such as `zh`.
        asks: What who registers is asked for, by consent: `company`, `title`, `city`, `email`, `phone`.
        reminders: How long before it is reminded of (`7d`, `1d`, `1h`); None: as the settings say.
        hosts: Names of the companies that host it.
        targets: For whose groups it is; none: for all.
    """

    kind: Kind
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str = ""
    city: str = ""
    venue: str = ""
    link: str = ""
    capacity: int | None = None
    languages: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    reminders: tuple[str, ...] | None = None
    speakers: tuple[Speaker, ...] = ()
    hosts: tuple[str, ...] = ()
    targets: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Plan):
    """An event; people know it as `E57`."""

    id: int
    uid: str
    state: State
    created_at: datetime
    series: int | None = None
    round: int | None = None
    rule: int | None = None
    occurrence: datetime | None = None
    by_member: int | None = None
    published_at: datetime | None = None
    moved_at: datetime | None = None
    cancelled_at: datetime | None = None
    replay: str = ""
    slides: str = ""
    sequence: int = 0

    @property
    def number(self) -> str:
        """What people call it: `E57`."""
        return f"E{self.id}"

    @property
    def is_published(self) -> bool:
        """Whether members may know of it, and it was not called off."""
        return self.state is State.PUBLISHED


_APART = {"speakers", "hosts", "targets"}  # in tables of their own
_LISTS = ("languages", "asks")
_NAMES = {"series": "series_id", "rule": "rule_id"}
_FIELDS = tuple(field.name for field in fields(Event) if field.name not in _APART)
_COLUMNS = tuple(EVENTS.c[_NAMES.get(name, name)] for name in _FIELDS)


# -- writing ----------------------------------------------------------------------------------------------------------


async def add(
    store: Store,
    plan: Plan,
    *,
    at: datetime,
    by: int | None = None,
    uid: str | None = None,
    series: int | None = None,
    round: int | None = None,  # noqa: A002 - the glossary's word
    rule: int | None = None,
    occurrence: datetime | None = None,
) -> int | None:
    """Keep an event as a draft and return its number; None where its uid, or its place in its rule, is taken."""
    event = await store.insert_or_skip(
        EVENTS,
        **_row(plan),
        uid=uid or secrets.token_hex(16),
        state=State.DRAFT,
        series_id=series,
        round=round,
        rule_id=rule,
        occurrence=occurrence,
        by_member=by,
        created_at=at,
    )
    if event is not None:
        await _put_apart(store, event, plan)
    return event


async def change(store: Store, event: int, plan: Plan, at: datetime) -> None:
    """Let an event be as planned now; one that was published and begins or ends at another time has moved."""
    before = await get(store, event)
    moved = (plan.starts_at, plan.ends_at) != (before.starts_at, before.ends_at) and before.published_at is not None
    values = _row(plan) | {"sequence": before.sequence + 1, "moved_at": at if moved else before.moved_at}
    await store.execute(update(EVENTS).where(EVENTS.c.id == event).values(**values))
    for table in (SPEAKERS, EVENT_HOSTS, EVENT_TARGETS):
        await store.execute(delete(table).where(table.c.event_id == event))
    await _put_apart(store, event, plan)


async def publish(store: Store, event: int, at: datetime) -> bool:
    """Let members know of a draft; False where it was published or cancelled before."""
    draft = update(EVENTS).where(EVENTS.c.id == event, EVENTS.c.state == State.DRAFT)
    return bool((await store.execute(draft.values(state=State.PUBLISHED, published_at=at))).rowcount)


async def cancel(store: Store, event: int, at: datetime) -> bool:
    """Call an event off; False where it was before."""
    stands = update(EVENTS).where(EVENTS.c.id == event, EVENTS.c.state != State.CANCELLED)
    values = {"state": State.CANCELLED, "cancelled_at": at, "sequence": EVENTS.c.sequence + 1}
    return bool((await store.execute(stands.values(**values))).rowcount)


async def keep_record(store: Store, event: int, *, replay: str | None = None, slides: str | None = None) -> None:
    """Keep where an event can be watched again, and its slides."""
    given = {name: value for name, value in (("replay", replay), ("slides", slides)) if value is not None}
    if given:
        await store.execute(update(EVENTS).where(EVENTS.c.id == event).values(**given))


def _row(plan: Plan) -> dict[str, Any]:
    row = {field.name: getattr(plan, field.name) for field in fields(Plan) if field.name not in _APART}
    row |= {name: " ".join(row[name]) for name in _LISTS}
    return row | {"reminders": None if plan.reminders is None else " ".join(plan.reminders)}


async def _put_apart(store: Store, event: int, plan: Plan) -> None:
    speakers = [
        {
            "event_id": event,
            "position": position,
            "name": speaker.name,
            "about": speaker.about,
            "company_id": await companies.ensure(store, speaker.company) if speaker.company else None,
            "member_id": speaker.member,
        }
        for position, speaker in enumerate(plan.speakers)
    ]
    hosts = [{"event_id": event, "company_id": await companies.ensure(store, name)} for name in plan.hosts]
    targets = [{"event_id": event, "kind": target.kind, "value": target.value} for target in plan.targets]
    for table, rows in ((SPEAKERS, speakers), (EVENT_HOSTS, hosts), (EVENT_TARGETS, targets)):
        await store.insert_new(table, rows)


# -- looking up -------------------------------------------------------------------------------------------------------


async def get(store: Store, event: int) -> Event:
    """Return an event by number.

    Raises:
        LookupError: There is none.
    """
    found = await find(store, event)
    if found is None:
        raise LookupError(f"no event {event}")
    return found


async def find(store: Store, event: int) -> Event | None:
    """Return an event by number, if there is one."""
    return next(iter(await _read(store, select(*_COLUMNS).where(EVENTS.c.id == event))), None)


async def several(store: Store, events: Collection[int]) -> dict[int, Event]:
    """Return events by number."""
    return {event.id: event for event in await _read(store, select(*_COLUMNS).where(EVENTS.c.id.in_(events)))}


async def by_uid(store: Store, uid: str) -> Event | None:
    """Return the event with an identity of iCalendar."""
    return next(iter(await _read(store, select(*_COLUMNS).where(EVENTS.c.uid == uid))), None)


async def locked(store: Store, event: int) -> Event:
    """Return an event that nobody else changes, or gives seats of, until the transaction ends.

    Raises:
        LookupError: There is none.
    """
    query = select(EVENTS.c.id).where(EVENTS.c.id == event)
    await store.row(query if store.is_sqlite else query.with_for_update())
    return await get(store, event)


async def coming(
    store: Store, now: datetime, *, until: datetime | None = None, limit: int | None = None
) -> list[Event]:
    """Return published events that are not over, the next one first; up to those that begin before a time."""
    query = select(*_COLUMNS).where(EVENTS.c.state == State.PUBLISHED, EVENTS.c.ends_at > now)
    if until is not None:
        query = query.where(EVENTS.c.starts_at < until)
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id).limit(limit))


async def between(
    store: Store, since: datetime, until: datetime, states: Iterable[State] = (State.PUBLISHED,)
) -> list[Event]:
    """Return the events of some states that begin in a span, in their order."""
    query = select(*_COLUMNS).where(
        EVENTS.c.starts_at >= since, EVENTS.c.starts_at < until, EVENTS.c.state.in_(list(states))
    )
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id))


async def drafts(store: Store) -> list[Event]:
    """Return the events that nobody published yet, the next one first."""
    query = select(*_COLUMNS).where(EVENTS.c.state == State.DRAFT)
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id))


async def of_series(store: Store, series: int) -> list[Event]:
    """Return the events of a series, by round, the summit last."""
    query = select(*_COLUMNS).where(EVENTS.c.series_id == series)
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id))


async def _read(store: Store, query: Select[Any]) -> list[Event]:
    rows = [dict(zip(_FIELDS, row, strict=True)) for row in await store.rows(query)]
    ids = [row["id"] for row in rows]
    apart: dict[str, dict[int, Any]] = {
        "speakers": {**await _speakers(store, ids)},
        "hosts": {**await _hosts(store, ids)},
        "targets": {**await _targets(store, ids)},
    }
    return [_event(row, {name: tuple(found.get(row["id"], ())) for name, found in apart.items()}) for row in rows]


def _event(row: dict[str, Any], apart: dict[str, Any]) -> Event:
    told = row | {name: tuple(row[name].split()) for name in _LISTS} | apart
    told |= {"kind": Kind(row["kind"]), "state": State(row["state"])}
    return Event(**told | {"reminders": None if row["reminders"] is None else tuple(row["reminders"].split())})


async def _speakers(store: Store, ids: Sequence[int]) -> dict[int, list[Speaker]]:
    joined = SPEAKERS.outerjoin(companies.COMPANIES, companies.COMPANIES.c.id == SPEAKERS.c.company_id)
    named = (SPEAKERS.c.event_id, SPEAKERS.c.name, companies.COMPANIES.c.name, SPEAKERS.c.about, SPEAKERS.c.member_id)
    query = select(*named).select_from(joined).where(SPEAKERS.c.event_id.in_(ids))
    found: dict[int, list[Speaker]] = {}
    for event, name, company, about, member in await store.rows(query.order_by(SPEAKERS.c.position)):
        found.setdefault(event, []).append(Speaker(name, company or "", about, member))
    return found


async def _hosts(store: Store, ids: Sequence[int]) -> dict[int, list[str]]:
    joined = EVENT_HOSTS.join(companies.COMPANIES, companies.COMPANIES.c.id == EVENT_HOSTS.c.company_id)
    query = select(EVENT_HOSTS.c.event_id, companies.COMPANIES.c.name).select_from(joined)
    found: dict[int, list[str]] = {}
    wanted = query.where(EVENT_HOSTS.c.event_id.in_(ids))
    for event, name in await store.rows(wanted.order_by(companies.COMPANIES.c.id)):
        found.setdefault(event, []).append(name)
    return found


async def _targets(store: Store, ids: Sequence[int]) -> dict[int, list[Segment]]:
    query = select(EVENT_TARGETS).where(EVENT_TARGETS.c.event_id.in_(ids))
    found: dict[int, list[Segment]] = {}
    for event, kind, value in await store.rows(query.order_by(EVENT_TARGETS.c.kind, EVENT_TARGETS.c.value)):
        found.setdefault(event, []).append(Segment(SegmentKind(kind), value))
    return found
