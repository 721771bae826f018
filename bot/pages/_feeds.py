"""Calendars that are subscribed to: of all events, or of those for one segment."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.calendars import _writing as calendars
from bot.inbox import Clock
from handlers import Community
from handlers._wording.segments import called
from storage import events, segments
from storage.database import Database, Store
from storage.events import Event, State
from storage.segments import Segment

KEPT = timedelta(days=90)  # how long what is over, or was called off, stays in a calendar
AHEAD = timedelta(days=732)
FRESH = timedelta(minutes=1)
CACHED = "public, max-age=900"


@dataclass(frozen=True, slots=True)
class Written:
    """A calendar as it is given, and the tag by which who asks again tells whether it changed."""

    tag: str
    body: bytes


class Feeds:
    """The calendars, read at most once a minute: who asks again and again holds nobody up."""

    def __init__(self, database: Database, community: Community, clock: Clock) -> None:
        self.database = database
        self.community = community
        self.clock = clock
        self._reading = asyncio.Lock()
        self._read_at: datetime | None = None
        self._events: list[Event] = []
        self._written: dict[Segment | None, Written] = {}

    async def of(self, segment: Segment | None) -> Written | None:
        """Return the calendar of all events, or of those for a segment; None where nothing is of it."""
        async with self._reading:
            now = self.clock.now()
            if self._read_at is None or not self._read_at <= now < self._read_at + FRESH:
                async with self.database.read() as store:
                    self._events = await listed(store, now)
                self._read_at, self._written = now, {}
            if segment not in self._written:
                found = chosen(self._events, segment)
                async with self.database.read() as store:
                    if not await exists(store, segment, found):
                        return None
                self._written[segment] = await written(found, self.community, name(self.community, segment))
            return self._written[segment]


async def listed(store: Store, now: datetime) -> list[Event]:
    """Return what a calendar shows."""
    found = await events.between(store, now - KEPT, now + AHEAD, (State.PUBLISHED, State.CANCELLED))
    return [event for event in found if is_known(event, now)]


def chosen(found: Iterable[Event], segment: Segment | None) -> list[Event]:
    """Return the events that are for a segment: what has no targets is for all."""
    return [event for event in found if segment is None or not event.targets or segment in event.targets]


def is_known(event: Event, now: datetime) -> bool:
    """Whether members may hear of an event: what was called off is told for a while, if it was ever published."""
    if event.state is State.CANCELLED:
        return event.published_at is not None and event.cancelled_at is not None and event.cancelled_at > now - KEPT
    return event.state is State.PUBLISHED


async def exists(store: Store, segment: Segment | None, found: Iterable[Event]) -> bool:
    """Say whether anything is of a segment: an event or a group; the general one is always there."""
    if segment is None or not segment.value or any(segment in event.targets for event in found):
        return True
    return bool(await segments.inside(store, segment))


def name(community: Community, segment: Segment | None) -> str:
    """Return what a calendar is called: the community's name, and what it is limited to."""
    return community.name if segment is None else f"{community.name} · {called(segment, community.language)}"


async def written(found: Sequence[Event], community: Community, title: str) -> Written:
    """Write a calendar, beside the loop: many events take a moment."""
    return await asyncio.to_thread(_written, found, community, title)


def _written(found: Sequence[Event], community: Community, title: str) -> Written:
    body = calendars.calendar(found, name=title, language=community.language, url=community.url)
    return Written(f'"{hashlib.sha256(body).hexdigest()[:32]}"', body)


def answered(request: Request, calendar: Written) -> Response:
    """Return the calendar, or that nothing changed since who asks last looked."""
    headers = {"etag": calendar.tag, "cache-control": CACHED, "content-type": "text/calendar; charset=utf-8"}
    if calendar.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(calendar.body, headers=headers)
