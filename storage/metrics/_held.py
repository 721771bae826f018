"""Held events: who registered, who came, who speaks for which company; what all figures of events share.

An event belongs to the period in which it begins and to every group it is for; without targets it is for all. Held is
what was published, not cancelled, and is over. People are persons: whoever registers from two platforms and bound the
two counts once. Who came is known where anybody checked in; of an event at which nobody did, nothing is known, and its
people are left out of every number that speaks of who came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Select, func, literal, select

from storage import event_companies
from storage.checkins import CHECKINS
from storage.companies import COMPANIES
from storage.database import Store
from storage.events import EVENT_TARGETS, EVENTS, SPEAKERS, State
from storage.feedback import FEEDBACK
from storage.members import MEMBERS
from storage.metrics._ask import Ask
from storage.metrics._coverage import Seen
from storage.metrics._crowd import scattered
from storage.registrations import REGISTRATIONS, Source
from storage.registrations import State as Registered
from storage.segments import GROUP_SEGMENTS, SEGMENTS


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's registration: where it came from, on which platform it was given, for which company."""

    person: int
    member: int
    source: str
    platform: str
    company: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """One event that was held.

    Attributes:
        id, title, city, series, starts_at, ends_at: The event's.
        entries: Who has a seat, by person; whoever came without one is not among them.
        came: Who checked in, each with one of the person's identities.
        first: Who of them checked in for the first time in this community.
        attending: The companies of who came, as far as people named one.
        sharing: The companies of its speakers.
        scores: What people gave it, 1 to 5.
        before: Who came to the round before, where it is known; None: there was none, or nobody checked in.
    """

    id: int
    title: str
    city: str
    series: int | None
    starts_at: datetime
    ends_at: datetime
    entries: Mapping[int, Entry] = field(default_factory=dict)
    came: Mapping[int, int] = field(default_factory=dict)
    first: frozenset[int] = frozenset()
    attending: frozenset[int] = frozenset()
    sharing: frozenset[int] = frozenset()
    scores: tuple[int, ...] = ()
    before: frozenset[int] | None = None

    @property
    def observed(self) -> bool:
        """Whether it is known who came."""
        return bool(self.came)

    @property
    def kept(self) -> int:
        """How many of those with a seat came."""
        return len(self.entries.keys() & self.came.keys())


@dataclass(frozen=True, slots=True)
class Meetings:
    """The events of a period that were held.

    Attributes:
        events: In their order.
        used: Whether events are kept here at all: one was published before the period's end.
        companies: Names of the companies among them.
        scattered: Whether one human may be counted twice (see `Crowd`).
    """

    events: Sequence[Held]
    used: bool
    companies: Mapping[int, str]
    scattered: bool

    @property
    def observed(self) -> list[Held]:
        """Those of which it is known who came."""
        return [event for event in self.events if event.observed]

    def only(self, events: Iterable[int]) -> Meetings:
        """Return these meetings without the events that are not among `events`."""
        kept = set(events)
        return replace(self, events=[event for event in self.events if event.id in kept])


async def load_held(store: Store, ask: Ask, seen: Seen) -> Meetings:
    """Read the events of a period that were held, with their people, in a number of queries that does not grow."""
    last = select(func.min(EVENTS.c.published_at)).where(EVENTS.c.starts_at < ask.period.until)
    first = await store.scalar(last.where(EVENTS.c.state == State.PUBLISHED))
    found = await _events(store, ask)
    used = first is not None and first <= ask.now
    if not found:
        return Meetings([], used, {}, scattered=False)
    people = await _People.read(store, [event.id for event in found], ask.now)
    rounds = await _rounds(store, found, ask.now)
    events = [replace(people.put(event), before=rounds.get(event.id)) for event in found]
    wanted = {company for event in events for company in event.sharing | event.attending}
    named = await store.rows(select(COMPANIES.c.id, COMPANIES.c.name).where(COMPANIES.c.id.in_(wanted)))
    return Meetings(events, used, {row[0]: row[1] for row in named}, await scattered(store, ask.scope.groups))


async def _events(store: Store, ask: Ask) -> list[Held]:
    """Return the held events of the period that are for any group of the scope; of the community all."""
    columns = (EVENTS.c[name] for name in ("id", "title", "city", "series_id", "starts_at", "ends_at"))
    targets = select(literal(1)).where(EVENT_TARGETS.c.event_id == EVENTS.c.id)
    theirs = (
        targets.where(SEGMENTS.c.kind == EVENT_TARGETS.c.kind, SEGMENTS.c.value == EVENT_TARGETS.c.value)
        .where(GROUP_SEGMENTS.c.segment_id == SEGMENTS.c.id, GROUP_SEGMENTS.c.group_id.in_(ask.scope.groups))
        .exists()
    )
    query = (
        select(*columns)
        .where(EVENTS.c.state == State.PUBLISHED, EVENTS.c.ends_at <= ask.now)
        .where(EVENTS.c.starts_at >= ask.period.since, EVENTS.c.starts_at < ask.period.until)
        .order_by(EVENTS.c.starts_at, EVENTS.c.id)
    )
    if not ask.scope.is_community:
        query = query.where(~targets.exists() | theirs)
    return [Held(*row) for row in await store.rows(query)]


async def _rounds(store: Store, found: Sequence[Held], now: datetime) -> dict[int, frozenset[int]]:
    """Return, for each event of a series, who came to the held event before it in that series, where that is known."""
    series = {event.series for event in found if event.series is not None}
    if not series:
        return {}
    held = EVENTS.c.state == State.PUBLISHED, EVENTS.c.ends_at <= now, EVENTS.c.series_id.in_(series)
    query = select(EVENTS.c.series_id, EVENTS.c.id).where(*held).order_by(EVENTS.c.starts_at, EVENTS.c.id)
    latest: dict[int, int] = {}
    before: dict[int, int] = {}
    for number, event in await store.rows(query):
        if number in latest:
            before[event] = latest[number]
        latest[number] = event
    wanted = {event.id: before[event.id] for event in found if event.id in before}
    came = await _came(store, wanted.values(), now)
    return {event: frozenset(came[earlier]) for event, earlier in wanted.items() if earlier in came}


async def _came(store: Store, events: Iterable[int], now: datetime) -> dict[int, dict[int, int]]:
    """Return who checked in by event: person, and the earliest of the person's identities that did."""
    query = (
        select(CHECKINS.c.event_id, MEMBERS.c.person_id, CHECKINS.c.member_id)
        .join(MEMBERS, MEMBERS.c.id == CHECKINS.c.member_id)
        .where(CHECKINS.c.event_id.in_(list(events)), CHECKINS.c.at <= now)
        .order_by(CHECKINS.c.at, CHECKINS.c.id)
    )
    found: dict[int, dict[int, int]] = {}
    for event, person, member in await store.rows(query):
        found.setdefault(event, {}).setdefault(person, member)
    return found


@dataclass(frozen=True, slots=True)
class _People:
    """Who belongs to events, each by event."""

    entries: Mapping[int, Mapping[int, Entry]]
    companies: Mapping[int, Mapping[int, frozenset[int]]]
    came: Mapping[int, Mapping[int, int]]
    first: Mapping[int, frozenset[int]]
    sharing: Mapping[int, frozenset[int]]
    scores: Mapping[int, tuple[int, ...]]
    counted: Mapping[int, frozenset[int]]  # companies of who came, of events whose people's words are erased

    @classmethod
    async def read(cls, store: Store, events: Sequence[int], now: datetime) -> _People:
        entries, companies = await _entries(store, events, now)
        left = await event_companies.counted(store, events)
        return cls(
            counted={event: frozenset(one for one, (_, came) in of.items() if came) for event, of in left.items()},
            entries=entries,
            companies=companies,
            came=await _came(store, events, now),
            first=await _first(store, events, now),
            sharing=await _sharing(store, events),
            scores=await _scores(store, events, now),
        )

    def put(self, event: Held) -> Held:
        """Return an event with its people."""
        came, named = self.came.get(event.id, {}), self.companies.get(event.id, {})
        return replace(
            event,
            entries=self.entries.get(event.id, {}),
            came=came,
            first=self.first.get(event.id, frozenset()),
            attending=frozenset(company for person in came for company in named.get(person, ()))
            | self.counted.get(event.id, frozenset()),
            sharing=self.sharing.get(event.id, frozenset()),
            scores=self.scores.get(event.id, ()),
        )


async def _entries(
    store: Store, events: Sequence[int], now: datetime
) -> tuple[dict[int, dict[int, Entry]], dict[int, dict[int, frozenset[int]]]]:
    """Return who has a seat, the earliest registration of each person, and for which companies people came."""
    kept = (MEMBERS.c.person_id, MEMBERS.c.id, REGISTRATIONS.c.source, MEMBERS.c.platform, REGISTRATIONS.c.company_id)
    query = (
        select(REGISTRATIONS.c.event_id, *kept)
        .join(MEMBERS, MEMBERS.c.id == REGISTRATIONS.c.member_id)
        .where(REGISTRATIONS.c.event_id.in_(events), REGISTRATIONS.c.state == Registered.IN)
        .where(REGISTRATIONS.c.at <= now)
        .order_by(REGISTRATIONS.c.at, REGISTRATIONS.c.id)
    )
    seats: dict[int, dict[int, Entry]] = {}
    companies: dict[int, dict[int, frozenset[int]]] = {}
    for event, *row in await store.rows(query):
        entry = Entry(*row)
        if entry.source != Source.DOOR:
            seats.setdefault(event, {}).setdefault(entry.person, entry)
        if entry.company is not None:
            theirs = companies.setdefault(event, {})
            theirs[entry.person] = theirs.get(entry.person, frozenset()) | {entry.company}
    return seats, companies


async def _first(store: Store, events: Sequence[int], now: datetime) -> dict[int, frozenset[int]]:
    """Return who checked in for the first time ever at each event."""
    theirs = _checked_in(now).where(CHECKINS.c.event_id.in_(events)).distinct()
    ever = (
        select(MEMBERS.c.person_id, func.min(CHECKINS.c.at).label("at"))
        .select_from(CHECKINS.join(MEMBERS, MEMBERS.c.id == CHECKINS.c.member_id))
        .where(CHECKINS.c.at <= now, MEMBERS.c.person_id.in_(theirs))
        .group_by(MEMBERS.c.person_id)
        .subquery()
    )
    query = (
        select(CHECKINS.c.event_id, ever.c.person_id)
        .select_from(CHECKINS.join(MEMBERS, MEMBERS.c.id == CHECKINS.c.member_id))
        .join(ever, (ever.c.person_id == MEMBERS.c.person_id) & (ever.c.at == CHECKINS.c.at))
        .where(CHECKINS.c.event_id.in_(events))
    )
    found: dict[int, set[int]] = {}
    for event, person in await store.rows(query):
        found.setdefault(event, set()).add(person)
    return {event: frozenset(people) for event, people in found.items()}


def _checked_in(now: datetime) -> Select[tuple[int]]:
    joined = CHECKINS.join(MEMBERS, MEMBERS.c.id == CHECKINS.c.member_id)
    return select(MEMBERS.c.person_id).select_from(joined).where(CHECKINS.c.at <= now)


async def _sharing(store: Store, events: Sequence[int]) -> dict[int, frozenset[int]]:
    query = select(SPEAKERS.c.event_id, SPEAKERS.c.company_id).where(SPEAKERS.c.event_id.in_(events))
    found: dict[int, set[int]] = {}
    for event, company in await store.rows(query.where(SPEAKERS.c.company_id.is_not(None))):
        found.setdefault(event, set()).add(company)
    return {event: frozenset(companies) for event, companies in found.items()}


async def _scores(store: Store, events: Sequence[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Return what persons gave; of a person with two identities the latest word counts."""
    query = (
        select(FEEDBACK.c.event_id, MEMBERS.c.person_id, FEEDBACK.c.score)
        .join(MEMBERS, MEMBERS.c.id == FEEDBACK.c.member_id)
        .where(FEEDBACK.c.event_id.in_(events), FEEDBACK.c.at <= now, FEEDBACK.c.score.is_not(None))
        .order_by(FEEDBACK.c.at, FEEDBACK.c.id)
    )
    found: dict[int, dict[int, int]] = {}
    for event, person, score in await store.rows(query):
        found.setdefault(event, {})[person] = score
    return {event: tuple(scores.values()) for event, scores in found.items()}
