"""Groups: the places where members talk, and their sizes; what can be seen of them is `storage/coverage.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)

from storage.coverage import COVERAGE, Coverage, Span, add_span, cover, end_cover, is_covered, spans
from storage.database import Store
from storage.frames import GroupKind, Place
from storage.schema import METADATA, Id, UTCDateTime

__all__ = [
    "COVERAGE",
    "FORMER_KEYS",
    "GROUPS",
    "SIZES",
    "Coverage",
    "Group",
    "Span",
    "add_span",
    "at",
    "belongs_to",
    "cover",
    "covered_since",
    "direct_of",
    "end_cover",
    "ensure",
    "every",
    "get",
    "is_covered",
    "move",
    "next_version",
    "noticed",
    "of_account",
    "serve",
    "set_size",
    "set_zone",
    "size_on",
    "spans",
]

GROUPS = Table(
    "groups",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("account_id", Id, ForeignKey("accounts.id")),  # the one account that listens
    Column("member_id", Id),  # of a direct: the member on the other side
    Column("zone", Text),  # as its settings say; moves its schedules only, days are cut in the community's zone
    Column("noticed_at", UTCDateTime),  # when the notice of privacy was posted
    Column("version", Integer, nullable=False, server_default="0"),  # counts placings; a cached memory must match
    UniqueConstraint("platform", "key"),
    Index("ix_groups_member_id", "member_id"),
)

SIZES = Table(
    "group_sizes",
    METADATA,
    Column("group_id", Id, ForeignKey("groups.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("source", Text, primary_key=True),  # observed | by_hand: never added up
    Column("size", Integer, nullable=False),
)

FORMER_KEYS = Table(
    "former_keys",
    METADATA,
    Column("platform", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Group:
    """One place where members talk."""

    id: int
    platform: str
    key: str
    kind: GroupKind
    name: str
    account_id: int | None
    member_id: int | None
    zone: str | None
    noticed_at: datetime | None

    @property
    def place(self) -> Place:
        """The group as adapters know it."""
        return Place(self.platform, self.key, self.kind, self.name)

    @property
    def is_direct(self) -> bool:
        """Whether it is the private talk of one member with the bot."""
        return self.kind is GroupKind.DIRECT


_COLUMNS = tuple(
    GROUPS.c[name]
    for name in ("id", "platform", "key", "kind", "name", "account_id", "member_id", "zone", "noticed_at")
)
_BY_KEY = select(*_COLUMNS).where(GROUPS.c.platform == bindparam("platform"), GROUPS.c.key == bindparam("key"))
_BY_FORMER_KEY = (
    select(*_COLUMNS)
    .join(FORMER_KEYS, FORMER_KEYS.c.group_id == GROUPS.c.id)
    .where(FORMER_KEYS.c.platform == bindparam("platform"), FORMER_KEYS.c.key == bindparam("key"))
)
_BY_ID = select(*_COLUMNS).where(GROUPS.c.id == bindparam("id"))


def _group(row: Iterable[object]) -> Group:
    fields = list(row)
    fields[3] = GroupKind(str(fields[3]))
    return Group(*fields)  # type: ignore[arg-type]


async def ensure(store: Store, place: Place, account: int | None) -> Group:
    """Return the group of a place, made when first heard of; its name follows the platform.

    The first account that hears a group becomes its listener; another one only sends.
    """
    found = await at(store, place)
    if found is None:
        fields = {"platform": place.platform, "key": place.key, "kind": place.kind, "name": place.name}
        await store.insert_or_skip(GROUPS, **fields, account_id=account)
        found = await at(store, place)
    if found is None:
        raise LookupError(f"group {place.key} vanished")
    changes: dict[str, Any] = {}
    if place.name not in {"", found.name}:
        changes["name"] = place.name
    if found.account_id is None and account is not None:
        changes["account_id"] = account
    if not changes:
        return found
    await store.execute(update(GROUPS).where(GROUPS.c.id == found.id).values(**changes))
    return replace(found, **changes)


async def move(store: Store, old: Place, new: Place) -> bool:
    """Give a group another key: it stays what it is, with all that is known of it.

    Return False, and change nothing, where a group of the new key has been heard before. What is not known by its
    old key is not moved, and that is well.
    """
    found = await at(store, old)
    known = await at(store, new)
    if found is None or known is not None:
        return found is None or found == known
    await store.execute(update(GROUPS).where(GROUPS.c.id == found.id).values(key=new.key))
    await store.insert_new(FORMER_KEYS, [{"platform": old.platform, "key": old.key, "group_id": found.id}])
    return True


async def at(store: Store, place: Place) -> Group | None:
    """Return the group of a place, if it is known; also by a key that it had before."""
    named = {"platform": place.platform, "key": place.key}
    row = await store.row(_BY_KEY, named) or await store.row(_BY_FORMER_KEY, named)
    return None if row is None else _group(row)


async def get(store: Store, group: int) -> Group:
    """Return a group by id.

    Raises:
        LookupError: There is none.
    """
    row = await store.row(_BY_ID, {"id": group})
    if row is None:
        raise LookupError(f"no group {group}")
    return _group(row)


async def every(store: Store, kind: GroupKind | None = GroupKind.GROUP) -> list[Group]:
    """Return all groups of a kind (None: of both), oldest first."""
    query = select(*_COLUMNS).order_by(GROUPS.c.id)
    return [_group(row) for row in await store.rows(query if kind is None else query.where(GROUPS.c.kind == kind))]


async def of_account(store: Store, account: int) -> list[int]:
    """Return the ids of the groups and directs that an account serves."""
    return await store.scalars(select(GROUPS.c.id).where(GROUPS.c.account_id == account))


async def direct_of(store: Store, member: int) -> Group | None:
    """Return the direct of a member, if there ever was one."""
    row = await store.row(select(*_COLUMNS).where(GROUPS.c.member_id == member, GROUPS.c.kind == GroupKind.DIRECT))
    return None if row is None else _group(row)


async def belongs_to(store: Store, group: int, member: int) -> None:
    """Say who is on the other side of a direct."""
    await store.execute(update(GROUPS).where(GROUPS.c.id == group).values(member_id=member))


async def set_zone(store: Store, group: int, zone: str | None) -> None:
    """Write down by which zone a group's schedules go, where it is not the community's."""
    await store.execute(update(GROUPS).where(GROUPS.c.id == group).values(zone=zone))


async def serve(store: Store, group: int, account: int) -> None:
    """Let an account be the one that hears a group and posts in it."""
    await store.execute(update(GROUPS).where(GROUPS.c.id == group).values(account_id=account))


async def noticed(store: Store, group: int, at: datetime) -> None:
    """Write down that the notice of privacy was posted."""
    await store.execute(update(GROUPS).where(GROUPS.c.id == group).values(noticed_at=at))


async def next_version(store: Store, group: int) -> int:
    """Count a placing of messages and return the new version; rolled back with everything else."""
    step = update(GROUPS).where(GROUPS.c.id == group).values(version=GROUPS.c.version + 1)
    return int(await store.scalar(step.returning(GROUPS.c.version)))


async def covered_since(store: Store, account: int) -> dict[int, datetime]:
    """Return since when the groups that an account listens in are covered live, by group."""
    query = (
        select(COVERAGE.c.group_id, func.min(COVERAGE.c.since))
        .join(GROUPS, GROUPS.c.id == COVERAGE.c.group_id)
        .where(GROUPS.c.account_id == account, COVERAGE.c.until.is_(None), COVERAGE.c.coverage == Coverage.FULL)
        .group_by(COVERAGE.c.group_id)
    )
    return {row[0]: row[1] for row in await store.rows(query)}


async def set_size(store: Store, group: int, day: date, size: int, source: str = "observed") -> None:
    """Write down how many members a group had at the midnight that ends `day` (community zone)."""
    await store.upsert(
        SIZES, ("group_id", "day", "source"), [{"group_id": group, "day": day, "source": source, "size": size}]
    )


async def size_on(store: Store, group: int, day: date, source: str = "observed") -> int | None:
    """Return the latest known size up to a day."""
    query = (
        select(SIZES.c.size)
        .where(SIZES.c.group_id == group, SIZES.c.day <= day, SIZES.c.source == source)
        .order_by(SIZES.c.day.desc())
        .limit(1)
    )
    found = await store.scalar(query)
    return None if found is None else int(found)
