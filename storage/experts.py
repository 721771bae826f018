"""Experts: persons who agreed to be asked, what they say they know, and what they were asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from storage.consents import ASKED
from storage.database import Store
from storage.members import CONSENTS, MEMBERS
from storage.outcome import LINKED_AFTER
from storage.schema import METADATA, Id, UTCDateTime
from storage.threads import THREADS

EXPERTS = Table(
    "experts",
    METADATA,
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("weekly_cap", Integer),  # of their own; none: the community's
    Column("rest_until", UTCDateTime),
    Column("quiet_from", Text),  # HH:MM, in the community's zone, besides the community's quiet hours
    Column("quiet_until", Text),
)

SKILLS = Table(
    "skills",
    METADATA,
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
)

ASKS = Table(
    "asks",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", UTCDateTime),
    UniqueConstraint("thread_id", "member_id"),
    Index("ix_asks_member_id", "member_id"),
    Index("ix_asks_at", "at"),
)


class Answered(StrEnum):
    """What an expert made of being asked."""

    WAITING = "waiting"
    GIVEN = "given"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Expert:
    """A person who agreed to be asked.

    Attributes:
        member: The identity that agreed last: where they are asked.
        members: All identities of the person.
        agreed_at: When that one did.
        weekly_cap: How often they want to be asked in seven days at most; None: as the community has it.
        rest_until: Not before.
        quiet: Hours of the day, from and until, in which they want to be left alone besides the community's.
        declared: Keys of the topics that they say they know.
    """

    person: int
    member: int
    members: frozenset[int]
    agreed_at: datetime
    weekly_cap: int | None = None
    rest_until: datetime | None = None
    quiet: tuple[time, time] | None = None
    declared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ask:
    """One expert was asked about one thread; `topic` is the thread's as it is now."""

    id: int
    thread: int
    member: int
    person: int
    at: datetime
    state: Answered
    topic: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A person answered another person's thread on a topic; `accepted` says whether that answer was the one."""

    topic: str
    person: int
    at: datetime
    accepted: bool
    thread: int


# -- who agreed -------------------------------------------------------------------------------------------------------


async def every(store: Store) -> dict[int, Expert]:
    """Return all who agreed to be asked, by person."""
    query = (
        select(MEMBERS.c.person_id, MEMBERS.c.id, CONSENTS.c.at, *EXPERTS.c)
        .join(MEMBERS, MEMBERS.c.id == CONSENTS.c.member_id)
        .outerjoin(EXPERTS, EXPERTS.c.member_id == CONSENTS.c.member_id)
        .where(CONSENTS.c.kind == ASKED, CONSENTS.c.withdrawn_at.is_(None), MEMBERS.c.forgotten_at.is_(None))
        .order_by(CONSENTS.c.at, CONSENTS.c.id)
    )
    latest = {row.person_id: row for row in await store.rows(query)}
    if not latest:
        return {}
    members = await _members_of(store, latest)
    declared = await _declared(store, latest)
    return {
        person: Expert(
            person, row.id, members[person], row.at, row.weekly_cap, row.rest_until,
            _hours(row.quiet_from, row.quiet_until), declared.get(person, frozenset()),
        )
        for person, row in latest.items()
    }  # fmt: skip


async def _members_of(store: Store, persons: Iterable[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    query = select(MEMBERS.c.person_id, MEMBERS.c.id).where(MEMBERS.c.person_id.in_(list(persons)))
    for person, member in await store.rows(query):
        found.setdefault(person, set()).add(member)
    return {person: frozenset(ids) for person, ids in found.items()}


async def _declared(store: Store, persons: Iterable[int]) -> dict[int, frozenset[str]]:
    query = select(MEMBERS.c.person_id, SKILLS.c.topic).join(MEMBERS, MEMBERS.c.id == SKILLS.c.member_id)
    found: dict[int, set[str]] = {}
    for person, topic in await store.rows(query.where(MEMBERS.c.person_id.in_(list(persons)))):
        found.setdefault(person, set()).add(topic)
    return {person: frozenset(topics) for person, topics in found.items()}


def _hours(since: str | None, until: str | None) -> tuple[time, time] | None:
    return None if since is None or until is None else (time.fromisoformat(since), time.fromisoformat(until))


async def keep(store: Store, member: int, **values: Any) -> None:
    """Keep what an expert wants: weekly_cap, rest_until, quiet_from, quiet_until (HH:MM); what is not given stays."""
    await store.insert_new(EXPERTS, [{"member_id": member}])
    if values:
        await store.execute(update(EXPERTS).where(EXPERTS.c.member_id == member).values(**values))


async def declared_by(store: Store, members: Collection[int]) -> list[str]:
    """Return the topics that a person says to know, oldest first."""
    query = select(SKILLS.c.topic).where(SKILLS.c.member_id.in_(members)).order_by(SKILLS.c.at, SKILLS.c.topic)
    return list(dict.fromkeys(await store.scalars(query)))


async def declare(store: Store, member: int, topics: Iterable[str], at: datetime) -> None:
    """Keep that a member says to know topics."""
    await store.insert_new(SKILLS, [{"member_id": member, "topic": topic, "at": at} for topic in topics])


async def drop(store: Store, members: Collection[int], topics: Collection[str]) -> None:
    """Take back that a person knows topics."""
    await store.execute(delete(SKILLS).where(SKILLS.c.member_id.in_(members), SKILLS.c.topic.in_(topics)))


async def merge_topic(store: Store, key: str, into: str) -> None:
    """Let what was said of a topic hold for the one that it became part of."""
    both = select(SKILLS.c.member_id).where(SKILLS.c.topic == into)
    await store.execute(delete(SKILLS).where(SKILLS.c.topic == key, SKILLS.c.member_id.in_(both)))
    await store.execute(update(SKILLS).where(SKILLS.c.topic == key).values(topic=into))


# -- who was asked ----------------------------------------------------------------------------------------------------

_ASK = (
    select(ASKS.c.id, ASKS.c.thread_id, ASKS.c.member_id, MEMBERS.c.person_id, ASKS.c.at, ASKS.c.state, THREADS.c.topic)
    .join(MEMBERS, MEMBERS.c.id == ASKS.c.member_id)
    .outerjoin(THREADS, THREADS.c.id == ASKS.c.thread_id)
    .order_by(ASKS.c.at, ASKS.c.id)
)


async def _asks(store: Store, *where: Any) -> list[Ask]:
    rows = await store.rows(_ASK.where(*where))
    return [
        Ask(row.id, row.thread_id, row.member_id, row.person_id, row.at, Answered(row.state), row.topic or "")
        for row in rows
    ]


async def ask(store: Store, thread: int, member: int, at: datetime) -> bool:
    """Keep that a member is asked about a thread; False where that happened before."""
    row = {"thread_id": thread, "member_id": member, "at": at, "state": Answered.WAITING}
    return await store.insert_or_skip(ASKS, **row) is not None


async def asked_since(store: Store, since: datetime) -> list[Ask]:
    """Return who was asked what since a time, oldest first."""
    return await _asks(store, ASKS.c.at >= since)


async def asked_about(store: Store, thread: int) -> list[Ask]:
    """Return who was asked about a thread, oldest first."""
    return await _asks(store, ASKS.c.thread_id == thread)


async def asked_of(store: Store, members: Collection[int], since: datetime) -> list[Ask]:
    """Return what a person was asked since a time, newest first."""
    return (await _asks(store, ASKS.c.member_id.in_(members), ASKS.c.at >= since))[::-1]


async def settle(store: Store, ask: int, state: Answered, at: datetime) -> None:
    """Keep what an expert made of being asked."""
    await store.execute(update(ASKS).where(ASKS.c.id == ask).values(state=state, settled_at=at))


# -- what they know ---------------------------------------------------------------------------------------------------


async def tried(
    store: Store, by: Collection[int], topics: Collection[str], since: datetime, now: datetime
) -> list[Tried]:
    """Return the threads on topics, asked since a time, that members answered, and whose answer was accepted.

    Accepted is what its asker confirmed, an admin or expert endorsed, or what a link settled by `now`. A thread counts
    for its solver, and for whoever answered first, if that was somebody else. Nobody answers themselves. Oldest first.
    """
    asker, solver, first = (MEMBERS.alias(name) for name in ("asking", "solving", "answering"))
    query = (
        select(
            THREADS.c.topic, THREADS.c.asked_at, THREADS.c.id, _closed(now).label("closed"),
            asker.c.person_id.label("asker"), solver.c.person_id.label("solver"), first.c.person_id.label("first"),
        )
        .join(asker, asker.c.id == THREADS.c.asker)
        .outerjoin(solver, solver.c.id == THREADS.c.solver)
        .outerjoin(first, first.c.id == THREADS.c.first_answerer)
        .where(*_counted(topics, since), or_(THREADS.c.first_answerer.in_(by), THREADS.c.solver.in_(by)))
        .order_by(THREADS.c.asked_at, THREADS.c.id)
    )  # fmt: skip
    return [one for row in await store.rows(query) for one in _tried(row)]


async def rates(store: Store, topics: Collection[str], since: datetime, now: datetime) -> dict[str, tuple[int, int]]:
    """Return by topic how many threads, asked since a time, somebody answered, and of how many that was accepted."""
    solved = and_(_closed(now), THREADS.c.solver.is_not(None), THREADS.c.solver != THREADS.c.asker)
    query = select(THREADS.c.topic, func.count(), func.count(case((solved, 1)))).where(*_counted(topics, since))
    answered = query.where(THREADS.c.first_answerer.is_not(None)).group_by(THREADS.c.topic)
    return {row[0]: (row[1], row[2]) for row in await store.rows(answered)}


def _closed(now: datetime) -> ColumnElement[bool]:
    linked = THREADS.c.linked_at <= now - LINKED_AFTER
    return or_(THREADS.c.confirmed_at.is_not(None), THREADS.c.endorsed_at.is_not(None), linked)


def _counted(topics: Collection[str], since: datetime) -> tuple[ColumnElement[bool], ...]:
    asked = THREADS.c.topic.in_(topics), THREADS.c.asked_at >= since
    return *asked, THREADS.c.invalid_at.is_(None), THREADS.c.withdrawn_at.is_(None)


def _tried(row: Any) -> Iterable[Tried]:
    solver = row.solver if row.closed and row.solver != row.asker else None
    if solver is not None:
        yield Tried(row.topic, solver, row.asked_at, accepted=True, thread=row.id)
    if row.first not in {None, row.asker, solver}:
        yield Tried(row.topic, row.first, row.asked_at, accepted=False, thread=row.id)
