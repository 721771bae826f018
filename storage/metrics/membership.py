"""Figures of membership: how large groups are by the platform's count, who came, who went."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from storage.database import Store
from storage.groups import SIZES
from storage.members import MEMBERS
from storage.memberships import MEMBERSHIPS
from storage.metrics._ask import Ask
from storage.metrics._coverage import Seen
from storage.metrics._crowd import DAY, Window
from storage.metrics._reducers import ratio, sizes, total_by_group
from storage.metrics._terms import Figure, Limits, Missing, Row, Unit, Why

FRESH = timedelta(days=7)  # an older snapshot is not the size at that midnight


@dataclass(frozen=True, slots=True)
class Size:
    """How many members a group had at the midnight that ends a local day."""

    group: int
    day: date
    size: int


@dataclass(frozen=True, slots=True)
class Move:
    """A member that came or went."""

    group: int
    person: int
    member: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """What platforms, and people by hand, told about the size of groups.

    Attributes:
        groups: The scope's groups.
        window: The local days of the period, up to today.
        before: Latest sizes as observed, up to the midnight that begins the period.
        after: Latest sizes as observed, up to the midnight that ends it.
        by_hand: The latest sizes that people entered.
        joined, left: Who came and went in the period.
        telling: The groups whose platform ever told who comes and goes.
    """

    groups: tuple[int, ...]
    window: Window
    before: dict[int, Size]
    after: dict[int, Size]
    by_hand: dict[int, Size]
    joined: list[Move]
    left: list[Move]
    telling: set[int]

    @property
    def start(self) -> date:
        """The local day whose last midnight begins the period."""
        return self.window.first - DAY

    def comparable(self) -> list[tuple[Size, Size]]:
        """Return the groups whose size is known at both ends."""
        return [
            (before, self.after[group])
            for group, before in self.before.items()
            if group in self.after and fresh(before, self.start) and fresh(self.after[group], self.window.last)
        ]


def fresh(size: Size, day: date) -> bool:
    """Return whether a snapshot may stand for the midnight that ends a day: it is at most a week older."""
    return day - size.day <= FRESH


async def _sizes(store: Store, groups: Iterable[int], day: date, source: str) -> dict[int, Size]:
    """Return the latest size of each group up to a day."""
    known = and_(SIZES.c.group_id.in_(list(groups)), SIZES.c.source == source)
    latest = (
        select(SIZES.c.group_id, func.max(SIZES.c.day).label("day"))
        .where(known, SIZES.c.day <= day)
        .group_by(SIZES.c.group_id)
        .subquery()
    )
    query = (
        select(SIZES.c.group_id, SIZES.c.day, SIZES.c.size)
        .join(latest, and_(latest.c.group_id == SIZES.c.group_id, latest.c.day == SIZES.c.day))
        .where(known)
        .order_by(SIZES.c.group_id)
    )
    return {row[0]: Size(*row) for row in await store.rows(query)}


async def _moves(store: Store, ask: Ask, column: ColumnElement[datetime]) -> list[Move]:
    query = (
        select(MEMBERSHIPS.c.group_id, MEMBERS.c.person_id, MEMBERS.c.id, column)
        .join(MEMBERS, MEMBERS.c.id == MEMBERSHIPS.c.member_id)
        .where(MEMBERSHIPS.c.group_id.in_(ask.scope.groups), column >= ask.period.since, column < ask.until)
        .order_by(column, MEMBERS.c.id)
    )
    return [Move(*row) for row in await store.rows(query)]


async def _telling(store: Store, groups: Iterable[int]) -> set[int]:
    told = or_(MEMBERSHIPS.c.joined_at.is_not(None), MEMBERSHIPS.c.left_at.is_not(None))
    query = select(MEMBERSHIPS.c.group_id).where(MEMBERSHIPS.c.group_id.in_(list(groups)), told).distinct()
    return set(await store.scalars(query))


async def _load(store: Store, ask: Ask, _seen: Seen) -> Membership:
    groups, window = ask.scope.groups, Window.of(ask)
    return Membership(
        groups=groups,
        window=window,
        before=await _sizes(store, groups, window.first - DAY, "observed"),
        after=await _sizes(store, groups, window.last, "observed"),
        by_hand=await _sizes(store, groups, window.last, "by_hand"),
        joined=await _moves(store, ask, MEMBERSHIPS.c.joined_at),
        left=await _moves(store, ask, MEMBERSHIPS.c.left_at),
        telling=await _telling(store, groups),
    )


def _size_rows(material: Membership, _ask: Ask) -> list[Row]:
    listed = []
    for group in material.groups:
        size = material.after.get(group)
        if size is None:
            listed.append(Row(False, Why.UNTOLD, group=group))
        else:
            counted = fresh(size, material.window.last)
            listed.append(Row(counted, Why.OBSERVED if counted else Why.STALE, size.size, group, day=size.day))
    return listed


def _by_hand_rows(material: Membership, _ask: Ask) -> list[Row]:
    return [
        Row(
            group not in material.after,
            Why.BY_HAND if group not in material.after else Why.OBSERVED,
            size.size,
            group,
            day=size.day,
        )
        for group, size in material.by_hand.items()
    ]


def _growth_rows(material: Membership, _ask: Ask) -> list[Row]:
    return [
        Row(True, Why.OBSERVED, after.size - before.size, after.group, weight=before.size, day=after.day)
        for before, after in material.comparable()
    ]


def _move_rows(moves: Callable[[Membership], list[Move]], why: Why) -> Callable[[Membership, Ask], list[Row]]:
    def rows(material: Membership, ask: Ask) -> list[Row]:
        zone = ask.options.zone
        return [
            Row(True, why, 1, move.group, person=move.person, member=move.member, day=move.at.astimezone(zone).date())
            for move in moves(material)
        ]

    return rows


def _churn_rows(material: Membership, _ask: Ask | None = None) -> list[Row]:
    left: dict[int, int] = {}
    for move in material.left:
        left[move.group] = left.get(move.group, 0) + 1
    return [
        Row(True, Why.LEFT, left.get(group, 0), group, weight=before.size, day=before.day)
        for group, before in material.before.items()
        if group in material.telling and fresh(before, material.start)
    ]


def _known(found: Callable[[Membership], object]) -> Callable[[Membership, Ask], Limits]:
    """Return limits that say "not observable" where no platform told anything of the kind."""

    def limits(material: Membership, _ask: Ask) -> Limits:
        return Limits(None if found(material) else Missing.NOT_OBSERVABLE)

    return limits


FIGURES = (
    Figure(
        name="group_size",
        zh="群人数",
        en="Group size",
        unit=Unit.COUNT,
        definition_zh="平台在最后一天当地零点报的人数，各群相加；看不到的群不算。",
        definition_en="The platform's count at the local midnight that ends the period, over the groups it is seen of.",
        load=_load,
        rows=_size_rows,
        reduce=sizes,
        limits=_known(lambda material: any(fresh(size, material.window.last) for size in material.after.values())),
    ),
    Figure(
        name="group_size_by_hand",
        zh="群人数（手填）",
        en="Group size, by hand",
        unit=Unit.COUNT,
        definition_zh="平台看不到人数的群里，人最近一次手填的数；和看得到的不相加。",
        definition_en="The latest size that somebody entered, of groups whose platform tells none; never added up.",
        load=_load,
        rows=_by_hand_rows,
        reduce=sizes,
        limits=_known(lambda material: material.by_hand.keys() - material.after.keys()),
    ),
    Figure(
        name="group_growth",
        zh="群人数增长",
        en="Growth of groups",
        unit=Unit.SHARE,
        definition_zh="群人数比这段时间开始时多了多少，只看两头都看得到的群。",
        definition_en="Change of group size over the period / size at its start, of groups seen at both ends.",
        load=_load,
        rows=_growth_rows,
        reduce=ratio,
        limits=_known(Membership.comparable),
    ),
    Figure(
        name="joins",
        zh="进群",
        en="Joins",
        unit=Unit.COUNT,
        definition_zh="这段时间里进群的人次，平台告诉了的。",
        definition_en="Joins in the period, as far as platforms tell.",
        load=_load,
        rows=_move_rows(lambda material: material.joined, Why.JOINED),
        reduce=total_by_group,
        limits=_known(lambda material: material.telling),
    ),
    Figure(
        name="leaves",
        zh="退群",
        en="Leaves",
        unit=Unit.COUNT,
        definition_zh="这段时间里退群的人次，平台告诉了的。",
        definition_en="Leaves in the period, as far as platforms tell.",
        load=_load,
        rows=_move_rows(lambda material: material.left, Why.LEFT),
        reduce=total_by_group,
        limits=_known(lambda material: material.telling),
    ),
    Figure(
        name="membership_churn",
        zh="退群率",
        en="Membership churn",
        unit=Unit.SHARE,
        definition_zh="这段时间里退群的，占开始时群人数的多少。",
        definition_en="Leaves in the period / members at its start, of groups where both are seen.",
        load=_load,
        rows=_churn_rows,
        reduce=ratio,
        limits=_known(lambda material: _churn_rows(material)),
    ),
)
