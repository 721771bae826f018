"""Series: events that lead to each other in one city, round by round up to a summit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Table, Text, select, text, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

_GOES_ON = text("ended_at IS NULL")  # a city has one series at a time

SERIES = Table(
    "series",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("city", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("template", Text, nullable=False),  # its rounds, to-dos and goals as they were meant, JSON
    Column("created_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("by_member", Id, ForeignKey("members.id")),
    Index("ix_series_going_on", "city", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
)

# Without a foreign key to events, for events refer to series: each of the two is made before the other is known.
SERIES_ROUNDS = Table(
    "series_rounds",
    METADATA,
    Column("event_id", Id, primary_key=True, autoincrement=False),
    Column("series_id", Id, ForeignKey("series.id"), nullable=False),
    Column("starts_at", UTCDateTime, nullable=False),  # when it was last known to begin
    Column("moved_from", UTCDateTime),  # when it began before, until the later rounds were seen to
)


@dataclass(frozen=True, slots=True)
class Series:
    """Events in one city that lead to each other; `template` is the JSON that they were made from."""

    id: int
    city: str
    title: str
    template: str
    created_at: datetime
    ended_at: datetime | None
    by_member: int | None

    @property
    def is_over(self) -> bool:
        """Whether somebody ended it."""
        return self.ended_at is not None


_COLUMNS = tuple(SERIES.c[name] for name in ("id", "city", "title", "template", "created_at", "ended_at", "by_member"))


async def add(store: Store, city: str, title: str, template: str, *, at: datetime, by: int | None) -> int | None:
    """Begin a series and return its number, None where the city's last one goes on; its events are added apart."""
    return await store.insert_or_skip(SERIES, city=city, title=title, template=template, created_at=at, by_member=by)


async def get(store: Store, series: int) -> Series:
    """Return a series by number.

    Raises:
        LookupError: There is none.
    """
    row = await store.row(select(*_COLUMNS).where(SERIES.c.id == series))
    if row is None:
        raise LookupError(f"no series {series}")
    return Series(*row)


async def every(store: Store) -> list[Series]:
    """Return all series, the latest first, those that are over included."""
    return [Series(*row) for row in await store.rows(select(*_COLUMNS).order_by(SERIES.c.id.desc()))]


async def in_city(store: Store, city: str) -> list[Series]:
    """Return the series of a city, the latest first; case does not tell cities apart."""
    wanted = city.casefold()
    return [one for one in await every(store) if one.city.casefold() == wanted]


async def end(store: Store, series: int, at: datetime) -> bool:
    """End a series; False where it was over before. Its events stay what they are."""
    running = update(SERIES).where(SERIES.c.id == series, SERIES.c.ended_at.is_(None))
    return bool((await store.execute(running.values(ended_at=at))).rowcount)


# -- rounds that move -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """When a round was last known to begin, and when before, where nobody has seen to the later rounds since."""

    event: int
    series: int
    starts_at: datetime
    moved_from: datetime | None


_SEEN = tuple(SERIES_ROUNDS.c[name] for name in ("event_id", "series_id", "starts_at", "moved_from"))


async def see(store: Store, series: int, event: int, starts_at: datetime, moved_from: datetime | None = None) -> None:
    """Keep when a round begins, and from when it moved."""
    row = {"event_id": event, "series_id": series, "starts_at": starts_at, "moved_from": moved_from}
    await store.upsert(SERIES_ROUNDS, ("event_id",), [row])


async def seen(store: Store, series: int | None = None) -> dict[int, Seen]:
    """Return by event when the rounds of a series, or of all, were last known to begin."""
    query = select(*_SEEN) if series is None else select(*_SEEN).where(SERIES_ROUNDS.c.series_id == series)
    return {row.event_id: Seen(*row) for row in await store.rows(query)}


async def settled(store: Store, events: Iterable[int]) -> None:
    """Keep that the rounds after some that moved were seen to."""
    theirs = update(SERIES_ROUNDS).where(SERIES_ROUNDS.c.event_id.in_(list(events)))
    await store.execute(theirs.values(moved_from=None))
