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
from bot.pages import _event, _feeds, _proof, _record
from bot.pages._rendering import page
from handlers import Community, Text
from handlers._events import certified
from storage import events, registrations
from storage.database import Database, Store
from storage.events import Event, State
from storage.segments import Kind, Segment

CACHED = "public, max-age=60"
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
KINDS = {"region": Kind.REGION, "industry": Kind.INDUSTRY}


class Texts:
    """What is said of what there is not."""

    NONE = Text(zh="没有这一页", en="There is no such page")
    NONE_WHY = Text(
        zh="链接可能抄漏了，或者还没公布。在群里发「活动」看有哪些。",
        en="The link may be incomplete, or it is not published yet. Send /events in the group to see what there is.",
    )


class Pages:
    """The pages of one community."""

    def __init__(self, database: Database, community: Community, clock: Clock) -> None:
        self.database = database
        self.community = community
        self.clock = clock
        self.feeds = _feeds.Feeds(database, community, clock)

    def routes(self) -> list[BaseRoute]:
        """Return the routes, for `bot.web.build`."""
        paths: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/e/{number}.ics": self.event_file,
            "/e/{number}/checkin": self.checkin,
            "/e/{number}": self.event,
            "/calendar.ics": self.calendar,
            "/calendar/general.ics": self.general,
            "/calendar/{kind}/{value}.ics": self.segment,
            "/cert/{number}": self.certificate,
        }
        return [Route(path, work) for path, work in paths.items()]

    async def event(self, request: Request) -> Response:
        """Show a published event; one that was called off is gone."""
        async with self.database.read() as store:
            found = await self._known(store, request)
            if found is None:
                return self._missing()
            now = self.clock.now()
            counts = await registrations.counts(store, found.id)
            record = await _record.of(store, found.id) if now >= found.ends_at else None
        if found.state is State.CANCELLED:
            title, lines = _event.cancelled(found, now, self.community)
            return self._page("told.html", status=410, title=title, lines=lines)
        seen = _event.shown(found, counts, now, self.community, request.query_params.get("from", ""), record)
        return self._page("event.html", cached=CACHED, event=seen)

    async def event_file(self, request: Request) -> Response:
        """Give an event's calendar file; one that was called off says so for a while, and is gone then."""
        async with self.database.read() as store:
            found = await self._known(store, request)
        if found is None or not _feeds.is_known(found, self.clock.now()):
            return self._missing() if found is None else Response(status_code=410)
        return _feeds.answered(request, await _feeds.written([found], self.community, self.community.name))

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
        found = await self.feeds.of(segment)
        return self._missing() if found is None else _feeds.answered(request, found)

    async def checkin(self, request: Request) -> Response:
        """Show today's code of an event to who came by today's link; a link of another day says that it is over."""
        now, token = self.clock.now(), request.query_params.get("k", "")
        async with self.database.read() as store:
            found = await self._known(store, request)
            code, known = await _proof.todays_code(store, found, token, now) if found else (None, False)
        if found is None or not known:
            return self._missing()
        if code is None or found.state is State.CANCELLED:
            title, why = self._say(_proof.Texts.NOT_NOW), self._say(_proof.Texts.OTHER_DAY)
            return self._page("told.html", status=410, title=title, lines=[why])
        return self._page(
            "checkin.html",
            above=self._say(_proof.Texts.CHECK_IN),
            title=found.title,
            how=self._say(_proof.Texts.HOW, bot=self.community.bot_name),
            words=self._say(_proof.Texts.WORDS, code=code.code),
            until=_proof.until(found, code, self.community.language),
        )

    async def certificate(self, request: Request) -> Response:
        """Show what may be told of a certificate's number."""
        async with self.database.read() as store:
            found = await certified.verified(store, request.path_params["number"])
        if found is None:
            title, why = self._say(_proof.Texts.NO_CERTIFICATE), self._say(_proof.Texts.CHECK_NUMBER)
            return self._page("told.html", status=404, title=title, lines=[why])
        valid = found.revoked_at is None
        return self._page(
            "certificate.html",
            title=self._say(_proof.Texts.VALID if valid else _proof.Texts.REVOKED),
            valid=valid,
            rows=_proof.rows(found, self.community),
        )

    async def _known(self, store: Store, request: Request) -> Event | None:
        """Return the event that is asked for, if members may know of it."""
        number = request.path_params["number"]
        found = await events.find(store, int(number)) if NUMBER.fullmatch(number) else None
        return found if found is not None and found.published_at is not None else None

    def _say(self, text: Text, **values: object) -> str:
        return text.in_language(self.community.language, **values)

    def _page(self, template: str, *, status: int = 200, cached: str = "no-store", **values: object) -> Response:
        name, tongue = self.community.name, self.community.language
        return page(template, community=name, language=tongue, status=status, cached=cached, **values)

    def _missing(self) -> Response:
        title, why = self._say(Texts.NONE), self._say(Texts.NONE_WHY)
        return self._page("told.html", status=404, title=title, lines=[why])
