"""Consents: what a person agreed to in so many words, which silence is not; and took back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update

from storage.database import Store
from storage.members import CONSENTS, MEMBERS

NAMED = "named"  # to be named in what is published
ASKED = "asked"  # to be asked, in private, about what others could not answer


async def give(store: Store, member: int, kind: str, at: datetime) -> bool:
    """Keep that a member agreed; False where it holds already."""
    if await store.scalar(select(func.count()).select_from(CONSENTS).where(_holding(member, kind))):
        return False
    await store.insert(CONSENTS, member_id=member, kind=kind, at=at)
    return True


async def withdraw(store: Store, member: int, kind: str, at: datetime) -> None:
    """Keep that a member took it back."""
    await store.execute(update(CONSENTS).where(_holding(member, kind)).values(withdrawn_at=at))


def _holding(member: int, kind: str) -> ColumnElement[bool]:
    return and_(CONSENTS.c.member_id == member, CONSENTS.c.kind == kind, CONSENTS.c.withdrawn_at.is_(None))


async def persons(store: Store, kind: str) -> frozenset[int]:
    """Return the persons of whom any identity agreed, and all of whose identities may be named."""
    agreed = select(MEMBERS.c.person_id).join(CONSENTS, CONSENTS.c.member_id == MEMBERS.c.id)
    silent = select(MEMBERS.c.person_id).where(MEMBERS.c.signed.is_(False) | MEMBERS.c.forgotten_at.is_not(None))
    query = agreed.where(CONSENTS.c.kind == kind, CONSENTS.c.withdrawn_at.is_(None)).distinct()
    return frozenset(await store.scalars(query.where(MEMBERS.c.person_id.not_in(silent))))
