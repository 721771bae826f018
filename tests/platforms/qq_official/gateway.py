"""The fake's gateway: WebSockets, sessions that can be resumed, and events with their numbers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.platforms.qq_official.world import Said, World

SELF_ID = "11223344556677889900"
ALLOWED = 1 << 25 | 1 << 26 | 1 << 30 | 1 << 12


@dataclass
class Session:
    """A session of the gateway: what was dispatched in it, and where it goes on."""

    id: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    begin: int = 1  # the number of the first in `sent`


class Gateway:
    """Where bots connect."""

    def __init__(self, tell: Callable[..., None], world: World, heartbeat: float) -> None:
        self.world = world
        self._mood = "well"
        self._audible = asyncio.Event()
        self._audible.set()
        self.connects = 0
        self.tokens: list[str] = []  # that are taken, the newest last
        self.logins: list[dict[str, Any]] = []  # what identified or resumed
        self.beats: list[int | None] = []
        self.remembers = True  # sessions can be resumed
        self.close_with = 1000  # in the mood "closing"
        self.quiet = False  # it accepts, and says no hello
        self.sessions: dict[str, Session] = {}
        self._tell, self._beat = tell, heartbeat
        self._changed = asyncio.Condition()

    @property
    def mood(self) -> str:
        """How it behaves; see `tests/platforms/stage.py`."""
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        self._mood = mood
        (self._audible.clear if mood == "mute" else self._audible.set)()

    async def _well(self) -> None:
        await self._audible.wait()

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=0.2)
        await socket.prepare(request)
        self.connects += 1
        self._tell(connects=self.connects)
        if self.mood == "closing":
            await socket.close(code=self.close_with)
            return socket
        await self._well()
        if not self.quiet:
            await socket.send_json({"op": 10, "d": {"heartbeat_interval": int(self._beat * 1000)}})
        session: Session | None = None
        async for message in socket:
            if message.type != WSMsgType.TEXT or self.mood == "mute":
                continue
            asked = json.loads(message.data)
            if asked["op"] == 1:
                await self._note(lambda asked=asked: self.beats.append(asked["d"]))
                await socket.send_json({"op": 11})
            elif asked["op"] in {2, 6} and session is None:
                session = await (self._identify if asked["op"] == 2 else self._resume)(socket, asked["d"])
            else:
                await socket.close(code=4001)
        if session is not None and session.socket is socket:
            session.socket = None
            await self._note(lambda: None)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> Session | None:
        self.logins.append({"op": 2, **asked})
        if not self._knows(asked):
            await socket.close(code=4004)
        elif not isinstance(asked.get("intents"), int) or asked["intents"] & ~ALLOWED:
            await socket.close(code=4014)
        elif list(asked.get("shard", [])) != [0, 1]:
            await socket.close(code=4010)
        else:
            session = Session(secrets.token_hex(16), socket=socket)
            self.sessions = {session.id: session}
            user = {"id": SELF_ID, "username": "小象", "bot": True, "status": 1}
            ready = {"version": 1, "session_id": session.id, "user": user, "shard": [0, 1]}
            await self._send(session, {"op": 0, "t": "READY", "d": ready})
            await self._note(lambda: None)
            return session
        return None

    async def _resume(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> Session | None:
        self.logins.append({"op": 6, **asked})
        session = self.sessions.get(asked.get("session_id", ""))
        known = (
            session is not None
            and isinstance(asked.get("seq"), int)
            and asked["seq"] < session.begin + len(session.sent)
        )
        if not self._knows(asked):
            await socket.close(code=4004)
        elif session is None or not known or not self.remembers:
            await socket.send_json({"op": 9, "d": False})
            await socket.close(code=4902)
        else:
            session.socket = socket
            for event in session.sent[max(asked["seq"] + 1 - session.begin, 0) :]:
                await socket.send_json(event)
            await self._send(session, {"op": 0, "t": "RESUMED", "d": ""})
            await self._note(lambda: None)
            return session
        return None

    def _knows(self, asked: dict[str, Any]) -> bool:
        return str(asked.get("token", "")).removeprefix("QQBot ") in self.tokens

    async def _send(self, session: Session, event: dict[str, Any]) -> None:
        event = {**event, "s": session.begin + len(session.sent)}
        session.sent.append(event)
        if session.socket is not None and self.mood != "mute":
            with contextlib.suppress(ConnectionError):
                await session.socket.send_json(event)

    async def dispatch(self, what: str, data: object) -> str:
        """Deliver an event to every session, connected or not; return its id."""
        key = f"{what}:{secrets.token_hex(16)}"
        place = data.get("group_openid", "") if isinstance(data, dict) else ""
        self.world.events[key] = Said(key, "", place, self.world.clock(), "")
        for session in list(self.sessions.values()):
            await self._send(session, {"op": 0, "t": what, "id": key, "d": data})
        return key

    async def raw(self, text: str | bytes) -> None:
        """Send anything to whoever is connected."""
        for session in list(self.sessions.values()):
            if session.socket is not None:
                await (session.socket.send_str(text) if isinstance(text, str) else session.socket.send_bytes(text))

    async def close(self, code: int) -> None:
        """Close all connections with a code."""
        for session in list(self.sessions.values()):
            if session.socket is not None:
                await session.socket.close(code=code)

    async def cut(self) -> None:
        """Break all connections without a word."""
        for session in list(self.sessions.values()):
            if session.socket is not None and (transport := session.socket._req.transport) is not None:  # type: ignore[union-attr]
                transport.abort()

    async def until(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Wait until something holds; it is looked at whenever something changes here."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def _note(self, change: Callable[[], object]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()
