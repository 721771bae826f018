"""What a registration is: its row, and the states it can be in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from storage.schema import METADATA, PERSONAL, Id, UTCDateTime

REGISTRATIONS = Table(
    "registrations",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),  # when they came into the line, anew after they had left it
    Column("changed_at", UTCDateTime, nullable=False),
    Column("group_id", Id, ForeignKey("groups.id")),  # where it was said; NULL: in private, or at the door
    Column("source", Text, nullable=False),
    Column("referrer", Id, ForeignKey("members.id")),  # whose word brought them
    Column("company_id", Id, ForeignKey("companies.id"), info=PERSONAL),
    *(Column(name, Text, nullable=False, server_default="", info=PERSONAL) for name in ("title", "city")),
    *(Column(name, Text, nullable=False, server_default="", info=PERSONAL) for name in ("email", "phone")),
    Column("remind", Text, nullable=False, server_default=""),  # off | 1d | 1h; empty: as the event says
    Column("promoted_at", UTCDateTime),  # when a seat was found for who waited
    UniqueConstraint("event_id", "member_id"),
    Index("ix_registrations_event_id_state_at", "event_id", "state", "at"),
    Index("ix_registrations_event_id_group_id_state_at", "event_id", "group_id", "state", "at"),
    Index("ix_registrations_member_id", "member_id"),
)


class State(StrEnum):
    """Whether somebody comes."""

    IN = "in"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class Source(StrEnum):
    """Where a registration came from."""

    GROUP = "group"
    PRIVATE = "private"
    LINK = "link"
    REFERRAL = "referral"
    DOOR = "door"


ACTIVE = (State.IN, State.WAITING)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many persons have a seat at an event, and how many wait for one."""

    taken: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Registration:
    """One person's word that they come; `company` is an id."""

    id: int
    event: int
    member: int
    person: int
    state: State
    at: datetime
    changed_at: datetime
    group: int | None
    source: Source
    referrer: int | None
    company: int | None
    title: str
    city: str
    email: str
    phone: str
    remind: str
    promoted_at: datetime | None
