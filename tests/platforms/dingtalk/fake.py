"""A fake DingTalk on loopback: the gateway of Stream mode, and the interfaces beside it.

    fake = Fake()
    async with fake.serve() as port: ...                # api, media and webhooks are http://127.0.0.1:port
    key = await fake.say("主库磁盘满了", mention=True)
    await fake.until(lambda: fake.posts)

What is not acknowledged comes again after `redeliver` seconds, under another id of its frame; what is said while
nobody is connected is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.platforms.dingtalk.desk import SECRET, Desk, Post
from tests.platforms.dingtalk.world import ROBOT, World

TOPIC = "/v1.0/im/bot/messages/get"


class Fake:
    """One app of one organisation."""

    def __init__(self, tell: Callable[..., None] = lambda **_: None, *, redeliver: float = 60.0) -> None:
        self.world = World()
        self.desk = Desk(self.world, ROBOT, SECRET, self._noted)
        self.redeliver = redeliver
        self.connects = 0  # WebSockets that were accepted
        self.asked = 0  # requests for a ticket
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: list[dict[str, Any]] = []
        self.closing_code: int = WSCloseCode.OK
        self.endpoint = ""  # named instead of the true one
        self._mood = "well"
        self._tell = tell
        self._changed = asyncio.Condition()
        self._awake = asyncio.Event()  # set while it is not mute
        self._awake.set()
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}  # by the id of a frame
        self._tasks: set[asyncio.Task[Any]] = set()
        self._port = 0

    @property
    def posts(self) -> list[Post]:
        """What was posted, in order."""
        return self.desk.posts

    @property
    def mood(self) -> str:
        """How it behaves: well, closing, mute, silent (only the WebSocket is mute) or limited."""
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        self._mood = mood
        self.desk.limited = mood == "limited"
        self._awake.set()
        if mood in {"mute", "silent"}:
            self._awake.clear()
        if mood in {"closing", "mute", "silent"}:
            for socket in self.sockets:
                self._spawn(socket.close(code=self.closing_code))

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on loopback, and yield the port."""
        app = web.Application(middlewares=[self._mute], client_max_size=20 * 2**20)
        app.add_routes(self.desk.routes())
        app.add_routes([web.post("/v1.0/gateway/connections/open", self._open), web.get("/connect", self._attend)])
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
            await site.start()
            self._port = runner.addresses[0][1]
            self.world.origin = f"http://127.0.0.1:{self._port}"
            yield self._port
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await runner.cleanup()

    # --- the gateway ---

    @web.middleware
    async def _mute(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self._mood != "silent" or request.path == "/connect":
            await self._awake.wait()
        return await handler(request)  # type: ignore[no-any-return]

    async def _open(self, request: web.Request) -> web.Response:
        self.asked += 1
        response = self._opened(json.loads(await request.text()))
        await self._change(lambda: None)
        return response

    def _opened(self, asked: dict[str, Any]) -> web.Response:
        if (asked.get("clientId"), asked.get("clientSecret")) != (self.desk.robot, self.desk.secret):
            return self.desk.refused(401, "authFailed", "鉴权失败")
        topics = [(one.get("type"), one.get("topic")) for one in asked.get("subscriptions", [])]
        if ("CALLBACK", TOPIC) not in topics or not isinstance(asked.get("ua"), str) or "localIp" not in asked:
            return self.desk.refused(400, "invalidParameter", f"参数不对: {sorted(asked)}")
        ticket = f"{self.world.key('ticket')}+/"  # has to be quoted
        self._tickets.add(ticket)
        endpoint = self.endpoint or f"ws://127.0.0.1:{self._port}/connect"
        return web.json_response({"endpoint": endpoint, "ticket": ticket})

    async def _attend(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connects += 1
        self._tell(connects=self.connects)
        if self._mood == "closing":
            await socket.close(code=self.closing_code)
            return socket
        await self._change(lambda: self.sockets.append(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._acknowledged(json.loads(message.data))
        finally:
            await self._change(lambda: self.sockets.remove(socket))
        return socket

    async def _acknowledged(self, ack: dict[str, Any]) -> None:
        assert set(ack) == {"code", "headers", "message", "data"}, ack
        assert isinstance(ack["data"], str), ack
        json.loads(ack["data"])
        await self._change(lambda: self.acks.append(ack))
        waiting = self._waiting.pop(ack["headers"]["messageId"], None)
        if waiting is not None and not waiting.done():
            waiting.set_result(ack)

    # --- what it pushes ---

    async def deliver(self, data: object, topic: str = TOPIC, kind: str = "CALLBACK") -> dict[str, Any]:
        """Push data until it is acknowledged, each time under another id, and return the acknowledgement."""
        while True:
            await self.until(lambda: self.sockets, timeout=86_400)
            frame_id = self.world.key("frame")
            waiting = self._waiting[frame_id] = asyncio.get_running_loop().create_future()
            await self.push(self.frame(frame_id, data, topic, kind))
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(waiting, self.redeliver)

    def frame(self, frame_id: str, data: object, topic: str = TOPIC, kind: str = "CALLBACK") -> str:
        """Return a frame as it goes over the wire."""
        headers = {"appId": "app-1", "connectionId": "c-1", "contentType": "application/json", "messageId": frame_id}
        headers |= {"time": "1700000000000", "topic": topic}
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        return json.dumps({"specVersion": "1.0", "type": kind, "headers": headers, "data": text}, ensure_ascii=False)

    async def push(self, text: str | bytes) -> None:
        """Push text or bytes as they are, over the newest connection."""
        with contextlib.suppress(ConnectionError):
            socket = self.sockets[-1]
            await (socket.send_bytes(text) if isinstance(text, bytes) else socket.send_str(text))

    # --- what happens on the platform ---

    async def say(
        self,
        text: str,
        *,
        member: str = "m1",
        name: str = "阿棠",
        mention: bool = False,
        quote: str | None = None,
        picture: bool = False,
        again: bool = False,
    ) -> str:
        """Let a member say something in the group; a robot hears of it only where it is mentioned."""
        world = self.world
        said = world.picture(member, name) if picture else world.text(text, member, name, quote=quote)
        if mention:
            for _ in range(1 + again):
                self._spawn(self.deliver(said))
        return str(said["msgId"])

    async def odd(self) -> None:
        """Push something of a kind that nobody knows."""
        self._spawn(self.deliver({"spaceId": "1"}, topic="/v1.0/nobody/knows"))

    async def disconnect(self) -> None:
        """Say, as the gateway does every half day, that the connection will end."""
        await self.push(self.frame(self.world.key("frame"), {"reason": "persistent connection is timeout"},
                                   "disconnect", "SYSTEM"))  # fmt: skip

    async def cut(self) -> None:
        """Break all connections without a word."""
        for socket in list(self.sockets):
            assert socket._req is not None
            assert socket._req.transport is not None
            socket._req.transport.abort()
        await self.until(lambda: not self.sockets)

    def deaf(self) -> None:
        """Read nothing any more from whoever is connected, like a process that was stopped."""
        for socket in self.sockets:
            assert socket._req is not None
            assert isinstance(socket._req.transport, asyncio.Transport)
            socket._req.transport.pause_reading()

    async def connected(self, count: int = 1) -> None:
        """Wait until so many bots are connected."""
        await self.until(lambda: len(self.sockets) >= count)

    async def until(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Wait until something holds; it is looked at whenever something changes here."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    # --- housekeeping ---

    def _noted(self, post: Post) -> None:
        self._tell(post={"text": post.text, "key": post.key, "form": post.form, "quote": None})
        self._spawn(self._change(lambda: None))

    async def _change(self, change: Callable[[], object]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
