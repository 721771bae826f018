"""Couriers: members who carry posts by hand into groups where no bot can be, and what they were asked to carry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, func, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

COURIERS = Table(
    "couriers",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("named_at", UTCDateTime),  # an admin wants them
    Column("agreed_at", UTCDateTime),  # they want to
    UniqueConstraint("group_id", "member_id"),
    Index("ix_couriers_member_id", "member_id"),
)

CARRIAGES = Table(
    "carriages",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("edition", Text, nullable=False),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("post", Text, nullable=False),  # key in the outbox of the copy
    Column("asked_at", UTCDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", UTCDateTime),
    Column("reminded_at", UTCDateTime),
    UniqueConstraint("edition", "group_id", "member_id"),
    Index("ix_carriages_member_id_state", "member_id", "state"),
    Index("ix_carriages_asked_at", "asked_at"),
)


class Carried(StrEnum):
    """What became of one group's copy."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Courier:
    """A member and a group: named by an admin, agreed to by the member, or so far only one of the two."""

    id: int
    group: int
    member: int
    named_at: datetime | None
    agreed_at: datetime | None

    @property
    def carries(self) -> bool:
        """Whether both have said yes."""
        return self.named_at is not None and self.agreed_at is not None


@dataclass(frozen=True, slots=True)
class Carriage:
    """One copy that a courier was asked to carry into one group; its number is what the courier ticks off."""

    id: int
    edition: str
    group: int
    member: int
    post: str
    asked_at: datetime
    state: Carried


_COURIER = tuple(COURIERS.c[name] for name in ("id", "group_id", "member_id", "named_at", "agreed_at"))
_CARRIAGE = tuple(CARRIAGES.c[name] for name in ("id", "edition", "group_id", "member_id", "post", "asked_at", "state"))


def _carriage(row: Any) -> Carriage:
    return Carriage(row.id, row.edition, row.group_id, row.member_id, row.post, row.asked_at, Carried(row.state))


# -- who carries ------------------------------------------------------------------------------------------------------


async def name(store: Store, group: int, member: int, at: datetime) -> Courier:
    """Keep that an admin wants a member to carry into a group."""
    return await _put(store, group, member, named_at=at)


async def agree(store: Store, group: int, member: int, at: datetime) -> Courier:
    """Keep that a member wants to carry into a group."""
    return await _put(store, group, member, agreed_at=at)


async def _put(store: Store, group: int, member: int, **said: datetime) -> Courier:
    await store.upsert(COURIERS, ("group_id", "member_id"), [{"group_id": group, "member_id": member, **said}])
    query = select(*_COURIER).where(COURIERS.c.group_id == group, COURIERS.c.member_id == member)
    return Courier(*(await store.row(query) or ()))


async def end(store: Store, courier: int) -> None:
    """Let a courier go."""
    await store.execute(COURIERS.delete().where(COURIERS.c.id == courier))


async def every(store: Store) -> list[Courier]:
    """Return all couriers, by group and in the order in which they came."""
    return [Courier(*row) for row in await store.rows(select(*_COURIER).order_by(COURIERS.c.group_id, COURIERS.c.id))]


async def of_member(store: Store, members: Collection[int]) -> list[Courier]:
    """Return what a person, who may be several members, carries or was asked to."""
    query = select(*_COURIER).where(COURIERS.c.member_id.in_(members)).order_by(COURIERS.c.id)
    return [Courier(*row) for row in await store.rows(query)]


# -- what is carried --------------------------------------------------------------------------------------------------


async def ask(store: Store, edition: str, group: int, member: int, post: str, at: datetime) -> int | None:
    """Keep that a courier is asked to carry an edition into a group; None where that was asked before."""
    row = {"edition": edition, "group_id": group, "member_id": member, "post": post, "asked_at": at}
    row["state"] = Carried.WAITING
    return await store.insert_or_skip(CARRIAGES, **row)


async def of_edition(store: Store, edition: str) -> list[Carriage]:
    """Return who was asked to carry an edition where, oldest first."""
    query = select(*_CARRIAGE).where(CARRIAGES.c.edition == edition).order_by(CARRIAGES.c.id)
    return [_carriage(row) for row in await store.rows(query)]


async def waiting(store: Store, members: Collection[int]) -> list[Carriage]:
    """Return what a person has not ticked off, oldest first."""
    query = select(*_CARRIAGE).where(CARRIAGES.c.member_id.in_(members), CARRIAGES.c.state == Carried.WAITING)
    return [_carriage(row) for row in await store.rows(query.order_by(CARRIAGES.c.id))]


async def settle(store: Store, carriage: int, state: Carried, at: datetime) -> None:
    """Tick a copy off."""
    await store.execute(update(CARRIAGES).where(CARRIAGES.c.id == carriage).values(state=state, settled_at=at))


async def unreminded(store: Store, since: datetime, before: datetime) -> list[Carriage]:
    """Return what was asked in a span, still waits, and was never spoken of again."""
    query = select(*_CARRIAGE).where(
        CARRIAGES.c.state == Carried.WAITING,
        CARRIAGES.c.reminded_at.is_(None),
        CARRIAGES.c.asked_at >= since,
        CARRIAGES.c.asked_at <= before,
    )
    return [_carriage(row) for row in await store.rows(query.order_by(CARRIAGES.c.member_id, CARRIAGES.c.id))]


async def reminded(store: Store, carriages: Collection[int], at: datetime) -> None:
    """Keep that a courier was reminded, which happens once."""
    await store.execute(update(CARRIAGES).where(CARRIAGES.c.id.in_(carriages)).values(reminded_at=at))


async def reached(store: Store, since: datetime, until: datetime) -> tuple[int, int]:
    """Return into how many groups something was to be carried in a period, and into how many it was."""
    asked = CARRIAGES.c.asked_at.between(since, until)
    counted = func.count(CARRIAGES.c.group_id.distinct())
    every = int(await store.scalar(select(counted).where(asked)) or 0)
    done = int(await store.scalar(select(counted).where(asked, CARRIAGES.c.state == Carried.DONE)) or 0)
    return every, done
