"""Interviews: what a member told, by consent, of their work at an event: industry, scenario, architecture, needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, delete, select

from storage.database import Store
from storage.schema import METADATA, PERSONAL, Id, UTCDateTime

INTERVIEWS = Table(
    "interviews",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),  # of whom it tells
    Column("how", Text, nullable=False),  # self | host: who wrote it down
    Column("at", UTCDateTime, nullable=False),
    Column("industry", Text, nullable=False, server_default="", info=PERSONAL),
    Column("scenario", Text, nullable=False, server_default="", info=PERSONAL),
    Column("architecture", Text, nullable=False, server_default="", info=PERSONAL),
    Column("needs", Text, nullable=False, server_default="", info=PERSONAL),
    UniqueConstraint("event_id", "member_id"),
    Index("ix_interviews_member_id", "member_id"),
)

FIELDS = ("industry", "scenario", "architecture", "needs")
SELF, HOST = "self", "host"


@dataclass(frozen=True, slots=True)
class Interview:
    """What a member told at an event; a field that was skipped is empty."""

    event: int
    member: int
    how: str
    at: datetime
    industry: str = ""
    scenario: str = ""
    architecture: str = ""
    needs: str = ""


_NAMES = ("event_id", "member_id", "how", "at", *FIELDS)
_COLUMNS = tuple(INTERVIEWS.c[name] for name in _NAMES)


async def keep(store: Store, event: int, member: int, told: Mapping[str, str], at: datetime, how: str = SELF) -> None:
    """Keep what a member told at an event, in place of what they told there before."""
    row: dict[str, Any] = {"event_id": event, "member_id": member, "how": how, "at": at}
    row |= {name: told.get(name, "") for name in FIELDS}
    await store.upsert(INTERVIEWS, ("event_id", "member_id"), [row])


async def drop(store: Store, event: int, members: Collection[int]) -> bool:
    """Delete what a person told at an event; False where there is nothing."""
    theirs = INTERVIEWS.c.event_id == event, INTERVIEWS.c.member_id.in_(members)
    return bool((await store.execute(delete(INTERVIEWS).where(*theirs))).rowcount)


async def of_event(store: Store, event: int) -> list[Interview]:
    """Return what was told at an event, in its order."""
    query = select(*_COLUMNS).where(INTERVIEWS.c.event_id == event).order_by(INTERVIEWS.c.at, INTERVIEWS.c.id)
    return [Interview(*row) for row in await store.rows(query)]


async def of_members(store: Store, members: Collection[int]) -> list[Interview]:
    """Return what a person told at events, the latest first."""
    query = select(*_COLUMNS).where(INTERVIEWS.c.member_id.in_(members)).order_by(INTERVIEWS.c.at.desc())
    return [Interview(*row) for row in await store.rows(query)]
