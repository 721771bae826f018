"""Members and persons: who speaks on a platform, and which members are one human.

Each member gets a person of its own; `link` merges two by a code that both accounts sent, and `unlink` takes it
back. Nobody is ever merged by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    true,
    update,
)

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

CHUNK = 1_000  # keys asked for in one statement

PERSONS = Table(
    "persons",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("created_at", UTCDateTime, nullable=False),
)

MEMBERS = Table(
    "members",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("person_id", Id, ForeignKey("persons.id"), nullable=False),
    Column("forgotten_at", UTCDateTime),
    Column("signed", Boolean, nullable=False, server_default=true()),  # may be named in thanks (「别署名」)
    UniqueConstraint("platform", "key"),
    Index("ix_members_person_id", "person_id"),
)

LINKS = Table(
    "links",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("from_person", Id, nullable=False),
    Column("to_person", Id, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("undone_at", UTCDateTime),
)

CONSENTS = Table(
    "consents",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("withdrawn_at", UTCDateTime),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One identity on one platform. The name is for display only, never an authority."""

    id: int
    platform: str
    key: str
    name: str
    person_id: int
    signed: bool


_COLUMNS = tuple(MEMBERS.c[name] for name in ("id", "platform", "key", "name", "person_id", "signed"))
_ON_PLATFORM = select(*_COLUMNS).where(MEMBERS.c.platform == bindparam("platform"))
_BY_KEY = _ON_PLATFORM.where(MEMBERS.c.key == bindparam("key"))
_BY_KEYS = _ON_PLATFORM.where(MEMBERS.c.key.in_(bindparam("keys", expanding=True)))
_BY_ID = select(*_COLUMNS).where(MEMBERS.c.id == bindparam("id"))


async def ensure(store: Store, platform: str, key: str, name: str, at: datetime) -> Member:
    """Return the member behind a platform id, made (with a person) when first heard of; the name follows."""
    found = await find(store, platform, key)
    if found is None:
        person = await store.insert(PERSONS, created_at=at)
        if await store.insert_or_skip(MEMBERS, platform=platform, key=key, name=name, person_id=person) is None:
            await store.execute(delete(PERSONS).where(PERSONS.c.id == person))  # another worker was quicker
        found = await find(store, platform, key)
    if found is None:
        raise LookupError("member vanished")
    if name and name != found.name:
        await store.execute(update(MEMBERS).where(MEMBERS.c.id == found.id).values(name=name))
        return Member(found.id, platform, key, name, found.person_id, found.signed)
    return found


async def ensure_all(store: Store, platform: str, names: Mapping[str, str], at: datetime) -> dict[str, Member]:
    """Return the members behind many platform ids (with the names they carry now) by id, as `ensure` does for one."""
    found: dict[str, Member] = {}
    for keys in _chunks(list(names)):
        rows = await store.rows(_BY_KEYS, {"platform": platform, "keys": keys})
        found |= {row.key: Member(*row) for row in rows}
    for key, name in names.items():
        known = found.get(key)
        if known is None or (name and name != known.name):
            found[key] = await ensure(store, platform, key, name, at)
    return found


def _chunks(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


async def find(store: Store, platform: str, key: str) -> Member | None:
    """Return the member behind a platform id, if known."""
    row = await store.row(_BY_KEY, {"platform": platform, "key": key})
    return None if row is None else Member(*row)


async def get(store: Store, member: int) -> Member:
    """Return a member by id.

    Raises:
        LookupError: There is none.
    """
    row = await store.row(_BY_ID, {"id": member})
    if row is None:
        raise LookupError(f"no member {member}")
    return Member(*row)


async def several(store: Store, members: Iterable[int]) -> dict[int, Member]:
    """Return members by id."""
    query = select(*_COLUMNS).where(MEMBERS.c.id.in_(list(members)))
    return {row[0]: Member(*row) for row in await store.rows(query)}


async def of_person(store: Store, person: int) -> list[Member]:
    """Return the members that are one human."""
    return [Member(*row) for row in await store.rows(select(*_COLUMNS).where(MEMBERS.c.person_id == person))]


async def siblings(store: Store, member: int) -> list[int]:
    """Return the ids of all members that are the same human as this one, itself included."""
    person = select(MEMBERS.c.person_id).where(MEMBERS.c.id == member).scalar_subquery()
    return await store.scalars(select(MEMBERS.c.id).where(MEMBERS.c.person_id == person))


async def sign(store: Store, member: int, signed: bool) -> None:
    """Allow, or forbid, naming a member in thanks and digests."""
    await store.execute(update(MEMBERS).where(MEMBERS.c.id == member).values(signed=signed))


async def link(store: Store, member: int, other: int, at: datetime) -> None:
    """Say that a member is the same human as another: it moves to the other's person."""
    mine, theirs = await get(store, member), await get(store, other)
    if mine.person_id == theirs.person_id:
        return
    await store.insert(LINKS, member_id=member, from_person=mine.person_id, to_person=theirs.person_id, at=at)
    await store.execute(update(MEMBERS).where(MEMBERS.c.id == member).values(person_id=theirs.person_id))


async def unlink(store: Store, member: int, at: datetime) -> bool:
    """Take a member's latest link back; return whether there was one."""
    row = await store.row(
        select(LINKS.c.id, LINKS.c.from_person)
        .where(LINKS.c.member_id == member, LINKS.c.undone_at.is_(None))
        .order_by(LINKS.c.id.desc())
        .limit(1)
    )
    if row is None:
        return False
    await store.execute(update(LINKS).where(LINKS.c.id == row.id).values(undone_at=at))
    await store.execute(update(MEMBERS).where(MEMBERS.c.id == member).values(person_id=row.from_person))
    return True
