"""A fake of the custom robots of DingTalk and WeCom on loopback: each is an address that takes posts.

    fake = Fake()
    robot = fake.robot("dingtalk", secret="SEC...", keyword="周报")
    async with fake.serve() as port: ...     # its address: fake.url(robot)

What is not right is refused as the platforms do: a bad signature, a missing keyword, a text that is too long, a 21st
post within a minute, which blocks a robot of DingTalk for ten minutes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

PER_MINUTE, BAN = 20, 600.0
TOKEN, SECRET = "0a1b2c3d4e5f-stage", "SECstage0123456789"
BLOCK = 64  # bytes of a block of SHA-256


@dataclass
class Robot:
    """A robot in a group."""

    kind: str
    key: str
    secret: str = ""
    keyword: str = ""
    posted_at: list[float] = field(default_factory=list)
    blocked_until: float = 0.0
    gone: bool = False


@dataclass(frozen=True)
class Post:
    """Something that was posted."""

    robot: str
    text: str
    form: str
    title: str = ""


def signature(moment: str, secret: str) -> str:
    """Return DingTalk's signature, by the definition of HMAC (RFC 2104) instead of the library that has it."""
    key = secret.encode().ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + f"{moment}\n{secret}".encode()).digest()
    return base64.b64encode(hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()).decode()


class Fake:
    """Some robots."""

    def __init__(self, tell: Callable[..., None] = lambda **_: None, *, clock: Callable[[], float] = time.time) -> None:
        self.mood = "well"
        self.posts: list[Post] = []
        self.refusals: list[int] = []
        self.robots: dict[str, Robot] = {}
        self.asked = 0
        self._tell = tell
        self._clock = clock
        self._port = 0
        self._changed = asyncio.Condition()
        self.robot("dingtalk", TOKEN, secret=SECRET)

    def robot(self, kind: str, key: str, **more: Any) -> Robot:
        """Add a robot to a group, and return it."""
        self.robots[key] = Robot(kind, key, **more)
        return self.robots[key]

    def url(self, robot: Robot) -> str:
        """Return a robot's address, as it is shown to whoever added it."""
        path = (
            f"robot/send?access_token={robot.key}"
            if robot.kind == "dingtalk"
            else f"cgi-bin/webhook/send?key={robot.key}"
        )
        return f"http://127.0.0.1:{self._port}/{path}"

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on loopback, and yield the port."""
        app = web.Application(middlewares=[self._moody])
        app.add_routes([web.post("/robot/send", self._dingtalk), web.post("/cgi-bin/webhook/send", self._wecom)])
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
            self._port = runner.addresses[0][1]
            yield self._port
        finally:
            await runner.cleanup()

    async def until(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Wait until something holds; it is looked at whenever something was posted."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def say(self, text: str, **_: Any) -> str:
        """Let a member say something: nobody hears it."""
        return ""

    async def odd(self) -> None:
        """Deliver something that nobody knows: nothing is ever delivered."""

    # --- how it behaves ---

    @web.middleware
    async def _moody(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked += 1
        if self.mood == "mute":
            await asyncio.Event().wait()
        if self.mood == "closing":
            assert request.transport is not None
            request.transport.abort()
        if self.mood == "limited":
            self.mood = "well"
            return web.Response(status=429, headers={"Retry-After": "1"})
        return await handler(request)  # type: ignore[no-any-return]

    # --- DingTalk ---

    async def _dingtalk(self, request: web.Request) -> web.Response:
        robot = self.robots.get(request.query.get("access_token", ""))
        if robot is None or robot.kind != "dingtalk" or robot.gone:
            return self._refused(300005, "token is not exist")
        if self._too_fast(robot):
            robot.blocked_until = self._clock() + BAN
            return self._refused(130101, "send too fast, exceed 20 times per minute")
        if robot.secret and (wrong := self._badly_signed(request, robot.secret)):
            return self._refused(310000, wrong)
        asked = await _asked(request)
        what = asked.get("msgtype")
        body, shape = asked.get(str(what)), {"text": {"content"}, "markdown": {"title", "text"}}.get(str(what))
        if not isinstance(body, dict) or set(body) != shape or set(asked) - {"msgtype", what, "at"}:
            return self._refused(40035, "缺少参数 json")
        text = body.get("content") or body.get("text") or ""
        if not text or len(json.dumps(asked, ensure_ascii=False).encode()) > 20_000 or body.get("title") == "":
            return self._refused(430104, "消息内容不对")
        if robot.keyword not in text + body.get("title", ""):
            return self._refused(310000, "keywords not in content")
        return await self._taken(robot, Post(robot.key, text, str(what), body.get("title", "")))

    def _badly_signed(self, request: web.Request, secret: str) -> str:
        moment = request.query.get("timestamp", "")
        if not moment.isdigit() or abs(int(moment) / 1000 - self._clock()) > 3600:
            return "invalid timestamp"
        return "" if request.query.get("sign") == signature(moment, secret) else "sign not match"

    # --- WeCom ---

    async def _wecom(self, request: web.Request) -> web.Response:
        robot = self.robots.get(request.query.get("key", ""))
        if robot is None or robot.kind != "wecom" or robot.gone:
            return self._refused(93000, "invalid webhook url")
        if self._too_fast(robot):
            return self._refused(45009, "api freq out of limit")
        asked = await _asked(request)
        what = asked.get("msgtype")
        body = asked.get(str(what))
        if what not in {"text", "markdown"} or set(asked) != {"msgtype", what}:
            return self._refused(40008, "invalid message type")
        if not isinstance(body, dict) or set(body) != {"content"} or not body["content"]:
            return self._refused(44004, "empty content")
        if len(body["content"].encode()) > {"text": 2048, "markdown": 4096}[what]:
            return self._refused(40058, "content exceed max length")
        return await self._taken(robot, Post(robot.key, body["content"], what))

    # --- both ---

    def _too_fast(self, robot: Robot) -> bool:
        now = self._clock()
        robot.posted_at = [at for at in robot.posted_at if now - at < 60]
        return now < robot.blocked_until or len(robot.posted_at) >= PER_MINUTE

    async def _taken(self, robot: Robot, post: Post) -> web.Response:
        robot.posted_at.append(self._clock())
        async with self._changed:
            self.posts.append(post)
            self._changed.notify_all()
        self._tell(post={"text": post.text, "key": f"{robot.key}-{len(self.posts)}", "form": post.form, "quote": None})
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    def _refused(self, code: int, message: str) -> web.Response:
        self.refusals.append(code)
        return web.json_response({"errcode": code, "errmsg": message})


async def _asked(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    found = json.loads(await request.text())
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found
