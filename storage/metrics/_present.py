"""Who was active in a period, and who for the first time: the two that every digest asks, without a look back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, Subquery, func, literal, select

from storage.activity import DAILY
from storage.database import Store
from storage.members import MEMBERS
from storage.metrics._ask import Ask
from storage.metrics._coverage import Seen
from storage.metrics._crowd import DAY, WEEK, Window, linked, scattered, within
from storage.metrics._history import History, history

SIBLINGS = MEMBERS.alias("siblings")


@dataclass(frozen=True, slots=True)
class Present:
    """The persons of a period.

    Attributes:
        people: Person, and the latest known of its identities that were active.
        linked: Those of them that have several identities bound together.
        scattered: Whether one human may be counted twice (see `Crowd`).
        history: How far back is known who was active.
    """

    people: Sequence[tuple[int, int]]
    linked: frozenset[int]
    scattered: bool
    history: History


def _members(groups: Sequence[int], since: date, until: date) -> Select[tuple[int]]:
    """Return the distinct members that were active in `since` <= day < `until`."""
    # The sum keeps SQLite on the index of (group, day): for plain members it would skip through all there ever were.
    member = (DAILY.c.member_id + 0).label("member_id")
    return select(member).where(DAILY.c.group_id.in_(groups), within(since, until)).distinct()


def _persons(members: Subquery) -> Select[tuple[int, int]]:
    """Return (person, member); members come distinct, so that a person is looked up once and not daily."""
    return (
        select(MEMBERS.c.person_id, func.max(members.c.member_id))
        .join(MEMBERS, MEMBERS.c.id == members.c.member_id)
        .group_by(MEMBERS.c.person_id)
        .order_by(MEMBERS.c.person_id)
    )


async def load_active(store: Store, ask: Ask, seen: Seen) -> Present:
    """Read who was active, in those groups of the scope whose messages were seen."""
    groups, window = seen.visible(), Window.of(ask)
    return await _present(store, groups, _persons(_members(groups, window.first, window.last + DAY).subquery()))


async def load_newcomers(store: Store, ask: Ask, seen: Seen) -> Present:
    """Read who was active and never before in these groups, with any identity."""
    groups, window = seen.visible(), Window.of(ask)
    active = _members(groups, window.first, window.last + DAY).subquery()
    lately = _members(groups, window.first - WEEK, window.first)  # most were: only the others are looked up one by one
    found = _persons(select(active.c.member_id).where(active.c.member_id.not_in(lately)).subquery()).subquery()
    before = select(literal(1)).where(
        SIBLINGS.c.person_id == found.c.person_id,
        DAILY.c.member_id == SIBLINGS.c.id,
        DAILY.c.day < window.first,
        DAILY.c.group_id.in_(groups),
    )
    # The offset keeps PostgreSQL from reading every day there ever was.
    known = before.correlate(found).offset(0).exists()
    return await _present(store, groups, select(*found.c).where(~known).order_by(found.c.person_id))


async def _present(store: Store, groups: Sequence[int], query: Select[tuple[int, int]]) -> Present:
    people = [(row[0], row[1]) for row in await store.rows(query)]
    return Present(
        people=people,
        linked=await linked(store, {person for person, _ in people}),
        scattered=await scattered(store, groups),
        history=await history(store, groups),
    )
