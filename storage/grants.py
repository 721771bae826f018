"""Grants: who may do what, by stable id; the codes that make an owner or bind two accounts; and the audit of it all."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, func, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

EVERYWHERE = 0  # in place of a group's id
CODE_TRIES = 5  # wrong codes a member may send within an hour
_AUDIT_LOCK = 0x78716132  # of PostgreSQL: one at a time adds to the chain


class Right(StrEnum):
    """What a command needs. Everyone has READ and SELF; the others are granted."""

    READ = "read"
    SELF = "self"
    WORK = "work"  # correct threads
    GROUP = "group"  # settings, digests and members of a group
    GLOBAL = "global"  # everything, everywhere


EVERYONE = frozenset({Right.READ, Right.SELF})
ADMIN = frozenset({Right.WORK, Right.GROUP})
OWNER = frozenset({Right.WORK, Right.GROUP, Right.GLOBAL})

GRANTS = Table(
    "grants",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("group_id", Id, nullable=False),
    Column("right", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by_member", Id),
    UniqueConstraint("member_id", "group_id", "right"),
)

CODES = Table(
    "codes",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("purpose", Text, nullable=False),  # owner | bind
    Column("digest", Text, nullable=False),
    Column("member_id", Id),  # who asked for it
    Column("expires_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
    UniqueConstraint("purpose", "digest"),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("member_id", Id),
    Column("group_id", Id),
    Column("act", Text, nullable=False),
    Column("decision", Text, nullable=False),  # done | denied | refused | too old
    Column("detail", Text, nullable=False, server_default=""),
    Column("chain", Text, nullable=False),  # hash over the row and the one before: a cut shows
    Index("ix_audit_at", "at"),
    Index("ix_audit_member_id_act", "member_id", "act", "at"),
)

FAILED_TRIES = Table(
    "failed_tries",
    METADATA,
    Column("member_id", Id, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("since", UTCDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A right of a member in one group, or everywhere."""

    member_id: int
    group_id: int
    right: Right


async def rights(store: Store, member: int, group: int) -> frozenset[Right]:
    """Return what a member may do in a group: its own grants only; a bound account carries none over."""
    query = select(GRANTS.c.right).where(GRANTS.c.member_id == member, GRANTS.c.group_id.in_([group, EVERYWHERE]))
    return EVERYONE | {Right(found) for found in await store.scalars(query)}


async def grant(store: Store, member: int, group: int, given: frozenset[Right], at: datetime, by: int | None) -> None:
    """Give a member rights in a group (or `EVERYWHERE`)."""
    rows = [{"member_id": member, "group_id": group, "right": right, "at": at, "by_member": by} for right in given]
    await store.insert_new(GRANTS, rows)


async def revoke(store: Store, member: int, group: int) -> None:
    """Take all rights of a member in a group away."""
    await store.execute(GRANTS.delete().where(GRANTS.c.member_id == member, GRANTS.c.group_id == group))


async def holders(store: Store, right: Right, group: int) -> list[int]:
    """Return the members that have a right in a group, or everywhere."""
    query = select(GRANTS.c.member_id).where(GRANTS.c.right == right, GRANTS.c.group_id.in_([group, EVERYWHERE]))
    return await store.scalars(query.distinct())


async def admin_of(store: Store, member: int) -> list[int]:
    """Return the groups where a member has GROUP right; `EVERYWHERE` among them for an owner."""
    query = select(GRANTS.c.group_id).where(GRANTS.c.member_id == member, GRANTS.c.right == Right.GROUP)
    return await store.scalars(query.distinct())


async def new_code(store: Store, purpose: str, now: datetime, span: timedelta, member: int | None = None) -> str:
    """Make a single-use code of 128 bits (owner) or 40 bits (bind); only its hash is kept."""
    code = secrets.token_hex(16) if purpose == "owner" else secrets.token_hex(5)
    await store.insert(CODES, purpose=purpose, digest=_digest(code), member_id=member, expires_at=now + span)
    return code


async def use_code(store: Store, purpose: str, code: str, member: int, now: datetime) -> tuple[bool, int | None]:
    """Use a code up; return whether it held, and who had asked for it. Guesses are limited per member."""
    if await _tries(store, member, now) >= CODE_TRIES:
        return False, None
    row = await store.row(
        update(CODES)
        .where(CODES.c.purpose == purpose, CODES.c.digest == _digest(code.strip().lower()))
        .where(CODES.c.used_at.is_(None), CODES.c.expires_at > now)
        .values(used_at=now)
        .returning(CODES.c.member_id)
    )
    if row is None:
        await _failed(store, member, now)
        return False, None
    return True, row[0]


async def _tries(store: Store, member: int, now: datetime) -> int:
    query = select(FAILED_TRIES.c.tries).where(
        FAILED_TRIES.c.member_id == member, FAILED_TRIES.c.since > now - timedelta(hours=1)
    )
    return int(await store.scalar(query) or 0)


async def _failed(store: Store, member: int, now: datetime) -> None:
    tries = await _tries(store, member, now) + 1
    row = {"member_id": member, "tries": tries, "since": now}
    await store.upsert(FAILED_TRIES, ("member_id",), [row])


async def audit(
    store: Store, at: datetime, act: str, decision: str, *, member: int | None, group: int | None, detail: str = ""
) -> None:
    """Write down who did, or tried, what. `detail` holds ids and numbers, never message text."""
    if not store.is_sqlite:  # two at once would both follow the same row
        await store.execute(select(func.pg_advisory_xact_lock(_AUDIT_LOCK)))
    before = await store.scalar(select(AUDIT.c.chain).order_by(AUDIT.c.id.desc()).limit(1))
    chain = _link(before, at, member, group, act, decision, detail)
    await store.insert(
        AUDIT, at=at, member_id=member, group_id=group, act=act, decision=decision, detail=detail, chain=chain
    )


async def cut(store: Store) -> int | None:
    """Return the id of the first audit row that does not follow from the one before it; None where all do.

    The oldest row that is kept follows nothing: what was before it is past its retention.
    """
    query = select(AUDIT.c.id, AUDIT.c.chain, *(AUDIT.c[name] for name in _LINKED)).order_by(AUDIT.c.id)
    before: str | None = None
    for number, row in enumerate(await store.rows(query)):
        if number and row.chain != _link(before, *row[2:]):
            return int(row.id)
        before = row.chain
    return None


_LINKED = ("at", "member_id", "group_id", "act", "decision", "detail")


def _link(before: str | None, at: datetime, *rest: int | str | None) -> str:
    words = [str(before), at.astimezone(UTC).isoformat(), *map(str, rest)]
    return hashlib.sha256("|".join(words).encode()).hexdigest()


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
