"""Calendars that are subscribed to: of all events, or of those for one segment."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.calendars import _writing as calendars
from handlers import Community
from handlers._wording.segments import called
from storage import events, segments
from storage.database import Store
from storage.events import Event, State
from storage.segments import Segment

KEPT = timedelta(days=90)  # how long what is over, or was called off, stays in a calendar
AHEAD = timedelta(days=732)
CACHED = "public, max-age=900"


async def listed(store: Store, now: datetime, segment: Segment | None = None) -> list[Event]:
    """Return what a calendar shows, all of it or what is for a segment: what has no targets is for all."""
    found = await events.between(store, now - KEPT, now + AHEAD, (State.PUBLISHED, State.CANCELLED))
    known = [event for event in found if is_known(event, now)]
    return [event for event in known if segment is None or not event.targets or segment in event.targets]


def is_known(event: Event, now: datetime) -> bool:
    """Whether members may hear of an event: what was called off is told for a while, if it was ever published."""
    if event.state is State.CANCELLED:
        return event.published_at is not None and event.cancelled_at is not None and event.cancelled_at > now - KEPT
    return event.state is State.PUBLISHED


async def exists(store: Store, segment: Segment, found: Sequence[Event]) -> bool:
    """Say whether anything is of a segment: an event or a group."""
    return any(segment in event.targets for event in found) or bool(await segments.inside(store, segment))


def name(community: Community, segment: Segment | None) -> str:
    """Return what a calendar is called: the community's name, and what it is limited to."""
    return community.name if segment is None else f"{community.name} · {called(segment, community.language)}"


async def answered(request: Request, found: Sequence[Event], community: Community, title: str) -> Response:
    """Return the calendar, or that nothing changed since who asks last looked."""
    stamp = repr((title, community.language, community.url, *found)).encode()
    tag = f'"{hashlib.sha256(stamp).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": CACHED, "content-type": "text/calendar; charset=utf-8"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = await asyncio.to_thread(
        calendars.calendar, found, name=title, language=community.language, url=community.url
    )
    return Response(body, headers=headers)
