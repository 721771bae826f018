"""Invitations: which groups somebody who was at an event was asked into, what they said, and how they got in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, select, update

from storage.companies import COMPANIES
from storage.database import Store
from storage.members import MEMBERS
from storage.memberships import MEMBERSHIPS
from storage.registrations import REGISTRATIONS
from storage.schema import METADATA, Id, UTCDateTime

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("group_id", Id, ForeignKey("groups.id"), primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("how", Text, nullable=False),
    Index("ix_invitations_member_id_at", "member_id", "at"),
)


class How(StrEnum):
    """What became of an invitation: asked, wanted, and then how the way in was told."""

    ASKED = "asked"
    WANTED = "wanted"
    LINK = "link"  # a link of the platform's that works once
    WORDS = "words"  # what the group's admins set
    ADMINS = "admins"  # they were told who wants in


@dataclass(frozen=True, slots=True)
class Invitation:
    """A group that a member was asked into after an event."""

    event: int
    member: int
    group: int
    at: datetime
    how: How


_COLUMNS = tuple(INVITATIONS.c[name] for name in ("event_id", "member_id", "group_id", "at", "how"))


async def ask(store: Store, rows: Iterable[Invitation]) -> None:
    """Keep that members are asked into groups."""
    values = [
        {"event_id": one.event, "member_id": one.member, "group_id": one.group, "at": one.at, "how": one.how}
        for one in rows
    ]
    await store.insert_new(INVITATIONS, values)


async def of_members(store: Store, members: Collection[int], since: datetime) -> list[Invitation]:
    """Return what some members were asked since a time: the latest event first, groups in the order of their ids."""
    query = select(*_COLUMNS).where(INVITATIONS.c.member_id.in_(list(members)), INVITATIONS.c.at >= since)
    rows = await store.rows(query.order_by(INVITATIONS.c.at.desc(), INVITATIONS.c.group_id))
    return [_invitation(row) for row in rows]


async def of_event(store: Store, event: int) -> list[Invitation]:
    """Return the invitations of an event."""
    query = select(*_COLUMNS).where(INVITATIONS.c.event_id == event)
    rows = await store.rows(query.order_by(INVITATIONS.c.member_id, INVITATIONS.c.group_id))
    return [_invitation(row) for row in rows]


async def groups_of(store: Store, persons: Collection[int], since: datetime) -> dict[int, set[int]]:
    """Return the groups that persons were asked into since a time."""
    query = select(MEMBERS.c.person_id, INVITATIONS.c.group_id).join(MEMBERS, MEMBERS.c.id == INVITATIONS.c.member_id)
    found: dict[int, set[int]] = {}
    for person, group in await store.rows(
        query.where(INVITATIONS.c.at >= since, MEMBERS.c.person_id.in_(list(persons)))
    ):
        found.setdefault(person, set()).add(group)
    return found


async def inside(store: Store, persons: Collection[int]) -> dict[int, set[int]]:
    """Return the groups that persons were seen in and, as far as is known, did not leave."""
    query = select(MEMBERS.c.person_id, MEMBERSHIPS.c.group_id).join(MEMBERS, MEMBERS.c.id == MEMBERSHIPS.c.member_id)
    there = MEMBERS.c.person_id.in_(list(persons)), MEMBERSHIPS.c.left_at.is_(None)
    found: dict[int, set[int]] = {}
    for person, group in await store.rows(query.where(*there)):
        found.setdefault(person, set()).add(group)
    return found


async def companies_of(store: Store, event: int, persons: Collection[int]) -> dict[int, str]:
    """Return the companies that persons named when they registered for an event, as they are called."""
    query = (
        select(MEMBERS.c.person_id, COMPANIES.c.name)
        .join(REGISTRATIONS, REGISTRATIONS.c.member_id == MEMBERS.c.id)
        .join(COMPANIES, COMPANIES.c.id == REGISTRATIONS.c.company_id)
        .where(REGISTRATIONS.c.event_id == event, MEMBERS.c.person_id.in_(list(persons)))
    )
    return {row[0]: row[1] for row in await store.rows(query)}


async def settle(store: Store, one: Invitation, how: How) -> bool:
    """Keep how far an invitation is; False where it was as far already."""
    key = INVITATIONS.c.event_id == one.event, INVITATIONS.c.member_id == one.member
    this = update(INVITATIONS).where(*key, INVITATIONS.c.group_id == one.group, INVITATIONS.c.how != how)
    return bool((await store.execute(this.values(how=how))).rowcount)


def _invitation(row: Any) -> Invitation:
    event, member, group, at, how = row
    return Invitation(event, member, group, at, How(how))
