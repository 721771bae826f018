"""A fake of the platform for official QQ bots: tokens, the gateway with its sessions, posts, and webhooks.

fake = Fake(tell)                         # or Fake(full=True): the owner lets the bot hear everything
async with fake.serve() as port: ...      # api = http://127.0.0.1:{port}, token_url = .../app/getAppAccessToken
key = await fake.say("在吗", mention=True)
await fake.until(lambda: fake.posts)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import ClientSession, web
from nacl.signing import SigningKey

from tests.platforms.qq_official import world
from tests.platforms.qq_official.counter import Counter, Post, RefusalError, place_of
from tests.platforms.qq_official.gateway import SELF_ID, Gateway
from tests.platforms.qq_official.world import GROUP, World, openid

APP_ID, SECRET = "102012345", "s3cretAppSecretOfTheFake"


def untold(**words: Any) -> None:
    """Tell nobody."""


class Fake(Gateway):
    """The platform, for one bot that is in one group."""

    def __init__(
        self,
        tell: Callable[..., None] = untold,
        *,
        full: bool = False,
        heartbeat: float = 30.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(tell, World(full=full) if clock is None else World(clock, full=full), heartbeat)
        self.counter = Counter(self.world)
        self.asked = 0  # for a token
        self.secret = SECRET
        self.lives = "7200"
        self.lends: dict[str, Any] | None = None  # what it answers instead of a token
        self.acks: list[tuple[str, dict[str, Any]]] = []  # presses that were answered
        self.silent_posts = False  # taken, but never answered
        self.remaining = 100  # connections for today
        self.port = 0

    @property
    def posts(self) -> list[Post]:
        return self.counter.posts

    # --- the server ---

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on loopback, and yield the port."""
        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_post("/app/getAppAccessToken", self._token)
        app.router.add_get("/websocket", self._gateway)
        for path in ("/gateway", "/gateway/bot"):
            app.router.add_get(path, self._guarded(self._where))
        app.router.add_get("/users/@me", self._guarded(self._me))
        app.router.add_post("/v2/{kind:groups|users}/{key}/messages", self._guarded(self._post))
        app.router.add_post("/v2/{kind:groups|users}/{key}/files", self._guarded(self._file))
        app.router.add_put("/interactions/{id}", self._guarded(self._acknowledged))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            self.port = runner.addresses[0][1]
            yield self.port
        finally:
            await self.cut()
            await runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        await self._well()
        asked = await request.json()
        self.asked += 1
        if self.lends is not None:
            return answer(self.lends)
        if request.content_type != "application/json" or set(asked) != {"appId", "clientSecret"}:
            return answer({"code": 100002, "message": "invalid param"})
        if asked != {"appId": APP_ID, "clientSecret": self.secret}:
            return answer({"code": 100016, "message": "invalid appid or secret"})
        self.tokens = [*self.tokens[-1:], secrets.token_urlsafe(24)]
        return answer({"access_token": self.tokens[-1], "expires_in": self.lives})

    def _guarded(self, handle: Callable[[web.Request], Awaitable[Any]]) -> Any:
        async def guarded(request: web.Request) -> web.Response:
            await self._well()
            if request.headers.get("Authorization", "").removeprefix("QQBot ") not in self.tokens:
                return answer({"code": 11244, "message": "token not exist or expire"}, 401)
            if request.headers.get("X-Union-Appid") != APP_ID:
                return answer({"code": 11261, "message": "no appid"}, 401)
            try:
                return answer(await handle(request))
            except RefusalError as no:
                more = {"data": no.data} if no.data else {}
                return answer({"code": no.code, "message": no.message, "trace_id": "t"} | more, no.status)

        return guarded

    async def _where(self, request: web.Request) -> Any:
        limit = {"total": 1000, "remaining": self.remaining, "reset_after": 3_600_000, "max_concurrency": 1}
        return {"url": f"ws://127.0.0.1:{self.port}/websocket", "shards": 1, "session_start_limit": limit}

    async def _me(self, request: web.Request) -> Any:
        return {"id": SELF_ID, "username": "小象", "avatar": ""}

    async def _post(self, request: web.Request) -> Any:
        if request.content_type != "application/json":
            raise RefusalError(40034001, "请求参数不合法")
        if self.mood == "limited":
            self.mood = "well"
            body = json.dumps({"code": 22009, "message": "msg limit exceed"})
            raise web.HTTPTooManyRequests(headers={"Retry-After": "1"}, text=body, content_type="application/json")
        before = len(self.posts)
        try:
            taken = self.counter.post(self._place(request), await request.json())
        finally:
            for post in self.posts[before:]:
                told = {"text": post.text, "key": post.said.index, "form": post.form, "quote": post.quote}
                self._tell(post=told)
            await self._note(lambda: None)
        if self.silent_posts:
            await asyncio.Event().wait()
        return taken

    async def _file(self, request: web.Request) -> Any:
        return self.counter.file(self._place(request), await request.json())

    async def _acknowledged(self, request: web.Request) -> Any:
        body = await request.json()
        await self._note(lambda: self.acks.append((request.match_info["id"], body)))
        return {}

    def _place(self, request: web.Request) -> str:
        return place_of(request.match_info["kind"], request.match_info["key"])

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
        """Let a member say something in the group; return the message's key. Who hears only mentions, hears those."""
        said = self.world.add(GROUP, text)
        quoted = self.world.found(quote)
        data = world.message(self.world, said, openid(member), name, mention=mention, quote=quoted)
        data |= {"attachments": [world.picture()]} if picture else {}
        if self.world.full or mention:
            for _ in range(2 if again else 1):
                await self.dispatch("GROUP_MESSAGE_CREATE" if self.world.full else "GROUP_AT_MESSAGE_CREATE", data)
        return said.id

    async def whisper(self, text: str, *, member: str = "m1") -> str:
        """Let a member say something to the bot in private."""
        said = self.world.add(f"direct:{openid(member)}", text)
        await self.dispatch("C2C_MESSAGE_CREATE", world.direct(self.world, said, openid(member)))
        return said.id

    async def odd(self) -> None:
        """Deliver something of a kind that nobody knows."""
        await self.dispatch("GROUP_DANCE_CREATE", {"group_openid": GROUP, "timestamp": self.world.timestamp()})

    # --- webhooks ---

    async def call(self, url: str, body: bytes, **headers: str) -> tuple[int, str]:
        """Call a bot's address as the platform does, signed; return the status and the body of its answer."""
        sent = signed(body, str(int(self.world.clock()))) | headers
        async with ClientSession() as http, http.post(url, data=body, headers=sent) as response:
            return response.status, await response.text()


def signed(body: bytes, timestamp: str, secret: str = SECRET) -> dict[str, str]:
    """Return the headers by which the platform shows that a body is its own."""
    seed = (secret * 32)[:32].encode()
    signature = SigningKey(seed).sign(timestamp.encode() + body).signature.hex()
    return {
        "X-Signature-Ed25519": signature,
        "X-Signature-Timestamp": timestamp,
        "X-Bot-Appid": APP_ID,
        "Content-Type": "application/json",
        "User-Agent": "QQBot-Callback",
    }


def answer(data: Any, status: int = 200) -> web.Response:
    """Return JSON under the bare content type; with a charset behind it the official SDK breaks."""
    return web.Response(body=json.dumps(data).encode(), status=status, content_type="application/json")
