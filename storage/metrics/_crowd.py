"""The crowd: when each person of a scope was active around a period, from the daily roll-up, in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import and_, case, distinct, func, literal, select
from sqlalchemy.sql.expression import ColumnElement

from storage.accounts import ACCOUNTS
from storage.activity import DAILY
from storage.database import Store
from storage.groups import GROUPS
from storage.members import LINKS, MEMBERS
from storage.metrics._ask import Ask
from storage.metrics._coverage import Seen
from storage.metrics._history import History, history
from storage.metrics.periods import days

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
QUARTER = timedelta(days=90)
CHUNK = 10_000  # a statement may carry 32,767 values


@dataclass(frozen=True, slots=True)
class Window:
    """The local days that figures of the crowd look at; `last` is inclusive, and never later than today.

    Attributes:
        first, last: The period.
        before: First day of the period before, of the same number of days.
        lost_since: Where the time begins in which a regular must have been silent to be lost: the period, but at
            least the 30 days up to `last`.
    """

    first: date
    last: date
    before: date
    lost_since: date

    @property
    def oldest(self) -> date:
        """The earliest day that has to be read."""
        return min(self.lost_since, self.first, self.before + QUARTER) - QUARTER

    @classmethod
    def of(cls, ask: Ask) -> Window:
        """Return the days of what is asked."""
        first, end = days(ask.period, ask.options.zone)
        last = min(end, ask.now.astimezone(ask.options.zone).date())
        return cls(first, last, first - (end - first + DAY), min(first, last - MONTH + DAY))


@dataclass(frozen=True, slots=True)
class Presence:
    """When one person was active.

    Attributes:
        person, member: The person and the latest known of its identities.
        latest: The last active day, up to the window's last.
        first: The first active day in the period.
        last_before: The last active day before the period, as far back as was looked: 90 days at least.
        in_previous: Whether it was active in the period before.
        recent_days: Active days in the 90 days up to the window's last.
        earlier_days: Active days in the 90 days before `lost_since`.
        known: Whether it was active before that.
    """

    person: int
    member: int
    latest: date
    first: date | None
    last_before: date | None
    in_previous: bool
    recent_days: int
    earlier_days: int
    known: bool = False

    @property
    def silence(self) -> timedelta | None:
        """How long it had been silent when it came back in the period; None if it was not there in one of the two."""
        return self.first - self.last_before if self.first and self.last_before else None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody who was active around a period.

    Attributes:
        window: The days that are looked at.
        people: By person.
        daily: Distinct persons of each day of the period.
        history: How far back is known who was active.
        scattered: Whether one human may be counted twice: the groups are on several platforms, or several are on one
            that gives a member another id in each. Only who bound the two is known to be the same.
        linked: Those of the period's active persons that have several identities bound together.
    """

    window: Window
    people: list[Presence]
    daily: dict[date, int]
    history: History
    scattered: bool
    linked: frozenset[int]


def within(since: date, until: date) -> ColumnElement[bool]:
    """Return whether a line of the roll-up is of the local days `since` <= day < `until`."""
    return and_(DAILY.c.day >= since, DAILY.c.day < until)


def _days_within(since: date, until: date) -> ColumnElement[int]:
    return func.count(distinct(case((within(since, until), DAILY.c.day))))


async def _presences(store: Store, groups: Iterable[int], window: Window, oldest: date) -> list[Presence]:
    after = window.last + DAY
    previous = func.max(case((within(window.before, window.first), 1), else_=0))
    # Distinct days cost most of the query, and nobody asks for them without a look back.
    looks_back = oldest <= after - QUARTER and oldest < window.first
    counted = [
        _days_within(after - QUARTER, after),
        _days_within(window.lost_since - QUARTER, window.lost_since),
    ]
    query = (
        select(
            MEMBERS.c.person_id,
            func.max(DAILY.c.member_id),
            func.max(DAILY.c.day),
            func.min(case((DAILY.c.day >= window.first, DAILY.c.day))),
            func.max(case((DAILY.c.day < window.first, DAILY.c.day))),
            previous == 1,
            *(counted if looks_back else [literal(0), literal(0)]),
        )
        .join(MEMBERS, MEMBERS.c.id == DAILY.c.member_id)
        .where(DAILY.c.group_id.in_(list(groups)), within(oldest, after))
        .group_by(MEMBERS.c.person_id)
        .order_by(MEMBERS.c.person_id)
    )
    return [Presence(*row) for row in await store.rows(query)]


async def _known_before(store: Store, groups: Iterable[int], persons: Iterable[int], day: date) -> set[int]:
    ids, wanted, found = list(groups), list(persons), set[int]()
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(MEMBERS.c.person_id)
            .join(DAILY, DAILY.c.member_id == MEMBERS.c.id)
            .where(MEMBERS.c.person_id.in_(wanted[start : start + CHUNK]))
            .where(DAILY.c.group_id.in_(ids), DAILY.c.day < day)
            .distinct()
        )
        found.update(await store.scalars(query))
    return found


async def _daily(store: Store, groups: Iterable[int], window: Window) -> dict[date, int]:
    query = (
        select(DAILY.c.day, func.count(distinct(MEMBERS.c.person_id)))
        .join(MEMBERS, MEMBERS.c.id == DAILY.c.member_id)
        .where(DAILY.c.group_id.in_(list(groups)), within(window.first, window.last + DAY))
        .group_by(DAILY.c.day)
    )
    return {row[0]: row[1] for row in await store.rows(query)}


async def linked(store: Store, persons: set[int]) -> frozenset[int]:
    """Return those persons that have several identities bound together."""
    ever = select(LINKS.c.to_person)  # few; without it every member there is would be counted
    query = (
        select(MEMBERS.c.person_id)
        .where(MEMBERS.c.person_id.in_(ever))
        .group_by(MEMBERS.c.person_id)
        .having(func.count() > 1)
    )
    return frozenset(persons.intersection(await store.scalars(query)))


async def scattered(store: Store, groups: Sequence[int]) -> bool:
    """Return whether one human may have several identities in groups that nobody bound together."""
    query = (
        select(func.count(distinct(GROUPS.c.platform)), func.count(case((ACCOUNTS.c.same_ids.is_(False), 1))))
        .outerjoin(ACCOUNTS, ACCOUNTS.c.id == GROUPS.c.account_id)
        .where(GROUPS.c.id.in_(groups))
    )
    row = await store.row(query)
    return row is not None and (row[0] > 1 or row[1] > 1)


async def load_crowd(store: Store, ask: Ask, seen: Seen) -> Crowd:
    """Read who was active around a period, in those groups of the scope whose messages were seen."""
    window = Window.of(ask)
    crowd = await _load(store, seen.visible(), window, window.oldest)
    unknown = [found.person for found in crowd.people if found.first and not found.last_before]
    known = await _known_before(store, seen.visible(), unknown, window.oldest)
    people = [replace(found, known=True) if found.person in known else found for found in crowd.people]
    return replace(crowd, people=people)


async def load_present(store: Store, ask: Ask, seen: Seen) -> Crowd:
    """Read who was active in a period, or in the week up to its last day; of earlier days nothing is known.

    What is asked most should not pay for a look back over a quarter.
    """
    window = Window.of(ask)
    return await _load(store, seen.visible(), window, min(window.first, window.last - WEEK + DAY))


async def _load(store: Store, groups: tuple[int, ...], window: Window, oldest: date) -> Crowd:
    people = await _presences(store, groups, window, oldest)
    return Crowd(
        window=window,
        people=people,
        daily=await _daily(store, groups, window),
        history=await history(store, groups),
        scattered=await scattered(store, groups),
        linked=await linked(store, {found.person for found in people if found.first}),
    )
