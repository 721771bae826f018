"""One session with a gateway: who is logged in, what was missed, then everything that is heard, until it ends."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NoReturn

from bot.adapters import Ear
from bot.adapters._parse import Odd, Raw, words
from bot.adapters.wechat._frames import PLATFORM, identity, place_of, to_frames, unstable
from bot.adapters.wechat._recent import Recent
from bot.adapters.wechat._wire import Link, rows
from storage.frames import TEXT_LIMIT, Echo, Frame, GroupKind, Message
from storage.sanitize import label, sanitize

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Past:
    """What outlives a session: carried from one to the next by the adapter."""

    alive_at: datetime | None = None  # when the gateway last showed life, UTC
    recent: Recent = field(default_factory=Recent)
    told: set[str] = field(default_factory=set)  # what was logged once


class Session:
    """A session from login to end."""

    def __init__(self, link: Link, ear: Ear, past: Past, admit: Callable[[Session], None]) -> None:
        """Prepare; `admit` is told at each login, before anybody hears of it."""
        self.link = link
        self.self_id = ""
        self.name = ""
        self._ear = ear
        self._past = past
        self._admit = admit
        self._mended = False

    async def run(self) -> NoReturn:
        """Hear until the session ends, which it tells by raising.

        Raises:
            AuthError: The token was refused.
            ConnectionError: It ended.
        """
        try:
            while True:
                told = await self.link.hear()
                if isinstance(told, Odd):
                    await self._ear.odd("", told.why)
                else:
                    await self._take(told)
        finally:
            self._alive()

    async def _take(self, told: Raw) -> None:
        match told.get("on"):
            case "online":
                await self._online(told)
            case "logout":
                self.self_id = ""
                await self._ear.offline("the account was logged out; log in again at the gateway")
            case "scan":
                self._once("scan", "the gateway waits for a login: scan the QR code that it shows")
            case "room-topic":
                await self._renamed(told)
            case "odd":
                await self._ear.odd(sanitize(words(told.get("raw")))[:TEXT_LIMIT], words(told.get("why")))
            case "connected" | "error":
                log.debug("gateway: %s", words(told.get("why")) or "connected")
            case _:
                await self._hear(told)

    async def _online(self, told: Raw) -> None:
        self.self_id, self.name = identity(told.get("id")), label(words(told.get("name")))
        if not self.self_id:
            await self._ear.odd(json.dumps(told)[:TEXT_LIMIT], "a login without an id")
            return
        if unstable(self.self_id):
            self._once("unstable", "this gateway gives new ids at each login: nobody can be an admin through it")
        self._admit(self)
        places = [place_of(room.get("id"), room.get("topic")) for room in rows(told.get("rooms"))]
        await self._ear.online(self.self_id, self.name, [place for place in places if place is not None])
        if not self._mended:
            self._mended = True
            await self._tell_gaps()

    async def _tell_gaps(self) -> None:
        """Write down what nobody heard: no gateway keeps anything for a bot that is away."""
        now = self._ear.now()
        heard = [known for known in await self._ear.heard() if known.place.kind is GroupKind.GROUP]
        alive_at = self._past.alive_at or max((known.at for known in heard), default=now)
        for known in heard:
            since = max(known.at, alive_at)
            if since < now and known.place.platform == PLATFORM:
                await self._ear.gap(known.place, since, now, missing=None)
        self._past.alive_at = now

    async def _renamed(self, told: Raw) -> None:
        happened = told.get("happened")
        place = place_of(happened.get("roomId") if isinstance(happened, dict) else None, told.get("topic"))
        if place is None:
            await self._ear.odd(json.dumps(told)[:TEXT_LIMIT], "a new name for no group")
        else:
            await self._ear.sees(place, everything=True)

    async def _hear(self, told: Raw) -> None:
        frames = to_frames(told, self.self_id, self._ear.now(), self._past.recent.find)
        if isinstance(frames, Odd):
            await self._ear.odd(sanitize(json.dumps(told, ensure_ascii=False))[:TEXT_LIMIT], frames.why)
            return
        for frame in frames:
            self._note(frame)
            await self._ear.hear(frame)

    def _note(self, frame: Frame) -> None:
        match frame.content:
            case Message(key=key, name=name, text=text):
                self._past.recent.note(frame.place.key, key, name, text)
            case Echo(key=key, text=text):
                self._past.recent.note(frame.place.key, key, self.name, text)

    def _alive(self) -> None:
        if self.self_id and self.link.silent is not None:
            self._past.alive_at = self._ear.now() - timedelta(seconds=self.link.silent)

    def _once(self, what: str, line: str) -> None:
        if what not in self._past.told:
            self._past.told.add(what)
            log.warning(line)
