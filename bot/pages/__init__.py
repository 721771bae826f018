"""The pages that members open: an event, its calendar file, calendars to subscribe to, check-in, certificates.

They show what is published and nothing of members; the database is asked in transactions that only read.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.inbox import Clock
from bot.pages import _event, _feeds
from bot.pages._rendering import missing, page
from handlers import Community
from storage import events
from storage.database import Database, Store
from storage.events import Event, State
from storage.segments import Kind, Segment

CACHED = "public, max-age=60"
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
KINDS = {"region": Kind.REGION, "industry": Kind.INDUSTRY}


class Pages:
    """The pages of one community."""

    def __init__(self, database: Database, community: Community, clock: Clock) -> None:
        self.database = database
        self.community = community
        self.clock = clock

    def routes(self) -> list[BaseRoute]:
        """Return the routes, for `bot.web.build`."""
        paths: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/e/{number}.ics": self.event_file,
            "/e/{number}": self.event,
            "/calendar.ics": self.calendar,
            "/calendar/general.ics": self.general,
            "/calendar/{kind}/{value}.ics": self.segment,
        }
        return [Route(path, work) for path, work in paths.items()]

    async def event(self, request: Request) -> Response:
        """Show a published event; one that was called off is gone."""
        async with self.database.read() as store:
            found = await self._known(store, request)
        if found is None:
            return self._missing()
        now, tongue = self.clock.now(), self.community.language
        if found.state is State.CANCELLED:
            title, lines = _event.cancelled(found, now, self.community)
            return page("told.html", community=self.community.name, language=tongue, status=410, title=title,
                        lines=lines)  # fmt: skip
        seen = _event.shown(found, now, self.community, request.query_params.get("from", ""))
        return page("event.html", community=self.community.name, language=tongue, cached=CACHED, event=seen)

    async def event_file(self, request: Request) -> Response:
        """Give an event's calendar file; one that was called off says so for a while, and is gone then."""
        async with self.database.read() as store:
            found = await self._known(store, request)
        if found is None or not _feeds.is_known(found, self.clock.now()):
            return self._missing() if found is None else Response(status_code=410)
        return await _feeds.answered(request, [found], self.community, self.community.name)

    async def calendar(self, request: Request) -> Response:
        """Give the calendar of all events."""
        return await self._calendar(request, None)

    async def general(self, request: Request) -> Response:
        """Give the calendar of the general groups."""
        return await self._calendar(request, Segment(Kind.GENERAL))

    async def segment(self, request: Request) -> Response:
        """Give the calendar of an industry or a region."""
        kind, value = KINDS.get(request.path_params["kind"]), request.path_params["value"]
        return await self._calendar(request, Segment(kind, value)) if kind else self._missing()

    async def _calendar(self, request: Request, segment: Segment | None) -> Response:
        async with self.database.read() as store:
            found = await _feeds.listed(store, self.clock.now(), segment)
            known = segment is None or not segment.value or await _feeds.exists(store, segment, found)
        if not known:
            return self._missing()
        return await _feeds.answered(request, found, self.community, _feeds.name(self.community, segment))

    async def _known(self, store: Store, request: Request) -> Event | None:
        """Return the event that is asked for, if members may know of it."""
        number = request.path_params["number"]
        found = await events.find(store, int(number)) if NUMBER.fullmatch(number) else None
        return found if found is not None and found.published_at is not None else None

    def _missing(self) -> Response:
        return missing(self.community.name, self.community.language)
