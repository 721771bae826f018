"""Referrals: the word by which a member brings others to events; each member has one."""

from __future__ import annotations

import secrets

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, select

from storage.database import Store
from storage.schema import METADATA, Id

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another one
LENGTH = 4
TRIES = 40

REFERRALS = Table(
    "referrals",
    METADATA,
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    UniqueConstraint("code"),
)


async def code_of(store: Store, member: int) -> str:
    """Return a member's own word, made when first asked for.

    Raises:
        LookupError: No word is left that is short enough.
    """
    for attempt in range(TRIES):
        found = await store.scalar(select(REFERRALS.c.code).where(REFERRALS.c.member_id == member))
        if found is not None:
            return str(found)
        length = LENGTH + attempt // 8  # where many are taken
        code = "".join(secrets.choice(LETTERS) for _ in range(length))
        await store.insert_new(REFERRALS, [{"member_id": member, "code": code}])
    raise LookupError("no word is left")


async def whose(store: Store, code: str) -> int | None:
    """Return whose word it is."""
    found = await store.scalar(select(REFERRALS.c.member_id).where(REFERRALS.c.code == code.upper()))
    return None if found is None else int(found)
