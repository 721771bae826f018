"""Who was active in a period, and who for the first time: the two that every digest asks, without a look back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select

from storage.activity import DAILY
from storage.database import Store
from storage.members import MEMBERS
from storage.metrics._ask import Ask
from storage.metrics._coverage import Seen
from storage.metrics._crowd import DAY, Window, linked, scattered, within
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


def _active(groups: Sequence[int], window: Window) -> Select[tuple[int, int]]:
    """Return (person, member) of a period; members are made distinct first: a person is looked up once, not daily."""
    # The sum keeps SQLite on the index of (group, day): for plain members it would skip through all there ever were.
    member = (DAILY.c.member_id + 0).label("member_id")
    rows = select(member).where(DAILY.c.group_id.in_(groups), within(window.first, window.last + DAY))
    members = rows.distinct().subquery()
    return (
        select(MEMBERS.c.person_id, func.max(members.c.member_id))
        .join(MEMBERS, MEMBERS.c.id == members.c.member_id)
        .group_by(MEMBERS.c.person_id)
        .order_by(MEMBERS.c.person_id)
    )


async def load_active(store: Store, ask: Ask, seen: Seen) -> Present:
    """Read who was active, in those groups of the scope whose messages were seen."""
    groups = seen.visible()
    return await _present(store, groups, _active(groups, Window.of(ask)))


async def load_newcomers(store: Store, ask: Ask, seen: Seen) -> Present:
    """Read who was active and never before in these groups, with any identity."""
    groups, window = seen.visible(), Window.of(ask)
    found = _active(groups, window).subquery()
    before = exists().where(
        SIBLINGS.c.person_id == found.c.person_id,
        DAILY.c.member_id == SIBLINGS.c.id,
        DAILY.c.day < window.first,
        DAILY.c.group_id.in_(groups),
    )
    return await _present(store, groups, select(*found.c).where(~before).order_by(found.c.person_id))


async def _present(store: Store, groups: Sequence[int], query: Select[tuple[int, int]]) -> Present:
    people = [(row[0], row[1]) for row in await store.rows(query)]
    return Present(
        people=people,
        linked=await linked(store, {person for person, _ in people}),
        scattered=await scattered(store, groups),
        history=await history(store, groups),
    )
