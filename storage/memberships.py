"""Memberships: who is in which group, under which name, since when, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Table, Text, and_, case, func, null, or_, select, update

from storage.database import Store
from storage.groups import Group
from storage.members import MEMBERS
from storage.schema import METADATA, PERSONAL, Id, UTCDateTime

MEMBERSHIPS = Table(
    "memberships",
    METADATA,
    Column("group_id", Id, ForeignKey("groups.id"), primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("name", Text, nullable=False, server_default="", info=PERSONAL),  # the card in this group
    Column("joined_at", UTCDateTime),
    Column("left_at", UTCDateTime),
    Column("last_at", UTCDateTime),
    Index("ix_memberships_member_id", "member_id"),
)


async def saw(store: Store, group: int, member: int, name: str, at: datetime) -> None:
    """Note that a member was active in a group, under which name; what happened earlier changes nothing."""
    await saw_all(store, [(group, member, name, at)])


async def saw_all(store: Store, seen: Iterable[tuple[int, int, str, datetime]]) -> None:
    """Note many (group, member, name, at) at once, each group and member only once."""
    rows = [{"group_id": group, "member_id": member, "name": name, "last_at": at} for group, member, name, at in seen]
    if not rows:
        return
    statement = store.insert_into(MEMBERSHIPS)
    new, known = statement.excluded, MEMBERSHIPS.c
    later = or_(known.last_at.is_(None), known.last_at <= new.last_at)
    changes = {
        "name": case((and_(later, new.name != ""), new.name), else_=known.name),
        "last_at": case((later, new.last_at), else_=known.last_at),
        "left_at": case((known.left_at < new.last_at, null()), else_=known.left_at),  # it is back
    }
    await store.execute(statement.on_conflict_do_update(index_elements=["group_id", "member_id"], set_=changes), rows)


async def joined(store: Store, group: int, member: int, name: str, at: datetime) -> None:
    """Note that a member came into a group."""
    row = {"group_id": group, "member_id": member, "name": name, "joined_at": at, "left_at": None}
    await store.upsert(MEMBERSHIPS, ("group_id", "member_id"), [row])


async def left(store: Store, group: int, member: int, at: datetime) -> None:
    """Note that a member went."""
    await store.upsert(
        MEMBERSHIPS, ("group_id", "member_id"), [{"group_id": group, "member_id": member, "left_at": at}]
    )


async def names_in(store: Store, group: int, members: Iterable[int]) -> dict[int, str]:
    """Return the names (cards) that members carry in a group."""
    query = select(MEMBERSHIPS.c.member_id, MEMBERSHIPS.c.name).where(
        MEMBERSHIPS.c.group_id == group, MEMBERSHIPS.c.member_id.in_(list(members))
    )
    return {row[0]: row[1] for row in await store.rows(query)}


async def called_in(store: Store, groups: Iterable[int], *, keys: bool = False) -> set[str]:
    """Return all that the members of some groups are called: cards, names on the platform, and `keys`, its ids."""
    columns = (MEMBERSHIPS.c.name, MEMBERS.c.name, *((MEMBERS.c.key,) if keys else ()))
    query = select(*columns).join(MEMBERS, MEMBERS.c.id == MEMBERSHIPS.c.member_id)
    rows = await store.rows(query.where(MEMBERSHIPS.c.group_id.in_(list(groups))))
    return {name for row in rows for name in row if name}


async def rename_cards(store: Store, group: Group, cards: Mapping[str, str]) -> None:
    """Write down what members who are known here are called now; a name that was erased stays so."""
    query = (
        select(MEMBERS.c.key, MEMBERSHIPS.c.member_id, MEMBERSHIPS.c.name)
        .join(MEMBERS, MEMBERS.c.id == MEMBERSHIPS.c.member_id)
        .where(MEMBERSHIPS.c.group_id == group.id, MEMBERSHIPS.c.name != "")
    )
    for key, member, name in await store.rows(query) if cards else ():
        if cards.get(key, name) not in {"", name}:
            this = (MEMBERSHIPS.c.group_id == group.id, MEMBERSHIPS.c.member_id == member)
            await store.execute(update(MEMBERSHIPS).where(*this).values(name=cards[key]))


async def groups_of(store: Store, members: Iterable[int]) -> list[int]:
    """Return the ids of the groups that members were seen in."""
    query = select(MEMBERSHIPS.c.group_id).where(MEMBERSHIPS.c.member_id.in_(list(members))).distinct()
    return await store.scalars(query)


async def inside(store: Store, members: Iterable[int]) -> list[int]:
    """Return the ids of the groups that members were seen in and, as far as is known, did not leave."""
    there = MEMBERSHIPS.c.member_id.in_(list(members)), MEMBERSHIPS.c.left_at.is_(None)
    return await store.scalars(select(MEMBERSHIPS.c.group_id).where(*there).distinct())


async def count_joins(store: Store, groups: Iterable[int], since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many members joined and how many left in a period, as far as the platform told."""
    ids = list(groups)
    counted = []
    for column in (MEMBERSHIPS.c.joined_at, MEMBERSHIPS.c.left_at):
        query = select(func.count()).where(MEMBERSHIPS.c.group_id.in_(ids), column >= since, column < until)
        counted.append(int(await store.scalar(query) or 0))
    return counted[0], counted[1]


async def in_both(store: Store, groups: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return how many persons are in each two of some groups; under (group, group), how many are in one."""
    ids = list(groups)
    inside = (
        select(MEMBERSHIPS.c.group_id, MEMBERS.c.person_id)
        .join(MEMBERS, MEMBERS.c.id == MEMBERSHIPS.c.member_id)
        .where(MEMBERSHIPS.c.group_id.in_(ids), MEMBERSHIPS.c.left_at.is_(None))
        .distinct()
    )
    one, other = inside.subquery("one"), inside.subquery("other")
    query = (
        select(one.c.group_id, other.c.group_id, func.count())
        .join(other, other.c.person_id == one.c.person_id)
        .group_by(one.c.group_id, other.c.group_id)
    )
    return {(row[0], row[1]): row[2] for row in await store.rows(query)}
