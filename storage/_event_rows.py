"""How events are kept: their tables, and what a row is made of; `storage/events.py` writes and finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.schema import METADATA, PERSONAL, Id, UTCDateTime
from storage.segments import Segment

EVENTS = Table(
    "events",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("uid", Text, nullable=False),  # of iCalendar
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False, server_default=""),
    Column("city", Text, nullable=False, server_default=""),
    Column("venue", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),  # where it is watched, online
    Column("starts_at", UTCDateTime, nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
    Column("zone", Text, nullable=False),
    Column("capacity", Integer),  # seats; NULL: as many as come
    Column("languages", Text, nullable=False, server_default=""),  # zh en
    Column("asks", Text, nullable=False, server_default=""),  # what who registers is asked for: company title city ...
    Column("reminders", Text),  # 7d 1d 1h; NULL: as the settings say
    Column("state", Text, nullable=False),
    Column("series_id", Id, ForeignKey("series.id")),
    Column("round", Integer),
    Column("rule_id", Id, ForeignKey("event_rules.id")),
    Column("occurrence", UTCDateTime),  # when the rule put it, wherever it was moved to
    Column("by_member", Id, ForeignKey("members.id")),
    Column("created_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime),
    Column("moved_at", UTCDateTime),  # the last change of its time after it was published
    Column("cancelled_at", UTCDateTime),
    Column("replay", Text, nullable=False, server_default=""),
    Column("slides", Text, nullable=False, server_default=""),
    Column("sequence", Integer, nullable=False, server_default="0"),  # of iCalendar: raised by every change
    UniqueConstraint("uid"),
    UniqueConstraint("rule_id", "occurrence"),
    Index("ix_events_state_starts_at", "state", "starts_at"),
    Index("ix_events_series_id", "series_id"),
)

SPEAKERS = Table(
    "speakers",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("about", Text, nullable=False, server_default="", info=PERSONAL),  # a line on why this person
    Column("company_id", Id, ForeignKey("companies.id")),
    Column("member_id", Id, ForeignKey("members.id")),
    UniqueConstraint("event_id", "position"),
)

EVENT_HOSTS = Table(
    "event_hosts",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("company_id", Id, ForeignKey("companies.id"), primary_key=True),
)

EVENT_TARGETS = Table(
    "event_targets",
    METADATA,
    Column("event_id", Id, ForeignKey("events.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
)


class Kind(StrEnum):
    """What an event is."""

    VISIT = "visit"  # to a company
    UNIVERSITY = "university"
    TOUR = "tour"  # a city
    SUMMIT = "summit"
    TRAINING = "training"
    CERTIFICATION = "certification"
    TALK = "talk"  # online
    QA = "qa"  # experts answer
    CONTEST = "contest"
    MEETING = "meeting"


class State(StrEnum):
    """Where an event stands. One that is published and past was held."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: the name as announced, a line about them, the company's name, and the member where it is known."""

    name: str
    company: str = ""
    about: str = ""
    member: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody wants of an event.

    Attributes:
        starts_at, ends_at: UTC.
        zone: The IANA zone in which its times were meant.
        capacity: Seats; None: as many as come.
        languages: Codes such as `zh`.
        asks: What who registers is asked for, by consent: `company`, `title`, `city`, `email`, `phone`.
        reminders: How long before it is reminded of (`7d`, `1d`, `1h`); None: as the settings say.
        hosts: Names of the companies that host it.
        targets: For whose groups it is; none: for all.
    """

    kind: Kind
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str = ""
    city: str = ""
    venue: str = ""
    link: str = ""
    capacity: int | None = None
    languages: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    reminders: tuple[str, ...] | None = None
    speakers: tuple[Speaker, ...] = ()
    hosts: tuple[str, ...] = ()
    targets: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Plan):
    """An event; people know it as `E57`."""

    id: int
    uid: str
    state: State
    created_at: datetime
    series: int | None = None
    round: int | None = None
    rule: int | None = None
    occurrence: datetime | None = None
    by_member: int | None = None
    published_at: datetime | None = None
    moved_at: datetime | None = None
    cancelled_at: datetime | None = None
    replay: str = ""
    slides: str = ""
    sequence: int = 0

    @property
    def number(self) -> str:
        """What people call it: `E57`."""
        return f"E{self.id}"

    @property
    def is_published(self) -> bool:
        """Whether members may know of it, and it was not called off."""
        return self.state is State.PUBLISHED
