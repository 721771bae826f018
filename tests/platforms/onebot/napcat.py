"""A fake OneBot v11 implementation with NapCat's flavour, inside a test's loop.

In a loop:

    fake = NapCat(token="secret")
    fake.world.add_group(1, "PG 群")
    async with fake.forward() as url: ...         # the bot connects
    async with fake.reverse("ws://..."): ...      # it connects to the bot
    said = await fake.say(1, 20001, "在吗")
    await fake.until(lambda: fake.posts)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.platforms.onebot.actions import ActionError, Actions, Post
from tests.platforms.onebot.world import Said, World

FIFTY_MB = 50 * 2**20
QUIET = logging.getLogger(f"{__name__}.websockets")  # or the token would be in the log, by our own fault
QUIET.setLevel(logging.WARNING)


@dataclass
class Faults:
    """What goes wrong, with which probability, or switched on."""

    duplicate: float = 0  # pushed twice
    new_id: float = 0  # pushed again under another message id
    reorder: float = 0  # pushed behind the next one
    delay: float = 0  # seconds at most before it is pushed
    lose: float = 0  # never pushed
    hide_offline: bool = False  # what is said while nobody is connected never shows in the history
    silent_acts: bool = False  # posts, but never answers
    slow_acts: float = 0  # seconds before an answer
    answers: asyncio.Event = field(default_factory=asyncio.Event)  # set: what was asked is answered
    refuse: int = 0  # the return code of every post
    stopped: bool = False  # like SIGSTOP: neither pushes nor beats nor answers

    def __post_init__(self) -> None:
        """Answer, until told otherwise."""
        self.answers.set()


class NapCat:
    """One account in one implementation."""

    def __init__(
        self,
        self_id: int = 10001,
        *,
        token: str = "",
        nickname: str = "小象",
        form: str = "array",
        heartbeat: float = 30.0,
        report_self: bool = False,
        real_seq: bool = True,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
    ) -> None:
        self.world = World(self_id, nickname, clock, real_seq=real_seq)
        self.actions = Actions(self.world, form, self._note_post)
        self.faults = Faults()
        self.posts: list[Post] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.clients: list[Connection] = []
        self.connections = 0  # ever made
        self.intruders = 0  # forward connections with a wrong token
        self.refusals: list[int] = []  # HTTP codes of refused reverse connections
        self.closed: list[int | None] = []  # how connections ended
        self._token, self._form, self._beat, self._report_self = token, form, heartbeat, report_self
        self._clock, self._random = clock, random.Random(seed)
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._behind: list[Said] = []

    # --- the two roads ---

    @contextlib.asynccontextmanager
    async def forward(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Listen, as NapCat's WebSocket server does, and yield the address."""
        async with serve(
            self._attend, host, port, max_size=FIFTY_MB, close_timeout=0.2, ping_interval=None, logger=QUIET
        ) as server:
            yield f"ws://{host}:{server.sockets[0].getsockname()[1]}"
        await self._stop()

    @contextlib.asynccontextmanager
    async def reverse(self, url: str, interval: float = 0.05) -> AsyncIterator[None]:
        """Connect to a bot, again and again, as NapCat's WebSocket client does (every 5 s there)."""
        task = asyncio.create_task(self._dial(url, interval))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._stop()

    async def _attend(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        if not self._authorized(socket.request.path, socket.request.headers.get("Authorization", "")):
            await self._send(socket, _response(None, 1403, "token验证失败"))
            await socket.close()
            await self._change(self._count_intruder)
            return
        await self._serve(socket)

    def _count_intruder(self) -> None:
        self.intruders += 1

    async def _dial(self, url: str, interval: float) -> None:
        headers = {
            "X-Self-ID": str(self.world.self_id),
            "Authorization": f"Bearer {self._token}",
            "x-client-role": "Universal",
        }
        while True:
            try:
                async with connect(
                    url,
                    additional_headers=headers,
                    user_agent_header="OneBot/11",
                    compression=None,
                    proxy=None,
                    close_timeout=0.2,
                    ping_interval=None,
                    max_size=FIFTY_MB,
                    logger=QUIET,
                ) as socket:
                    await self._serve(socket)
            except InvalidHandshake as refused:
                await self._change(partial(self.refusals.append, _status(refused)))
            except (OSError, ConnectionClosed, AttributeError):  # the last from asyncio, when an abort comes too late
                pass
            await asyncio.sleep(interval)

    def _authorized(self, path: str, header: str) -> bool:
        """NapCat's way: the token in the address comes before the one in the header."""
        offered = parse_qs(urlsplit(path).query).get("access_token", [""])[0] or header.split("Bearer ")[-1]
        return not self._token or offered == self._token

    # --- one connection ---

    async def _serve(self, socket: Connection) -> None:
        await self._send(socket, self.meta("lifecycle", sub_type="connect"))
        await self._change(lambda: self.clients.append(socket))
        self.connections += 1
        beats = asyncio.create_task(self._beats(socket))
        try:
            async for message in socket:
                if not self.faults.stopped:
                    self._spawn(self._act(socket, message))
        finally:
            beats.cancel()
            await asyncio.gather(beats, return_exceptions=True)
            self.closed.append(socket.close_code)
            await self._change(lambda: self.clients.remove(socket))

    async def _beats(self, socket: Connection) -> None:
        while self._beat > 0:
            await asyncio.sleep(self._beat)
            status = {"online": self.actions.online, "good": True}
            await self._send(socket, self.meta("heartbeat", interval=int(self._beat * 1000), status=status))

    def meta(self, what: str, **more: object) -> dict[str, Any]:
        base = {"time": int(self._clock()), "self_id": self.world.self_id, "post_type": "meta_event"}
        return {**base, "meta_event_type": what, **more}

    async def _act(self, socket: Connection, message: str | bytes) -> None:
        try:
            asked = json.loads(message)
        except ValueError:
            await self._send(socket, _response(None, 1400, "json解析失败,请检查数据格式"))
            return
        action, params, echo = asked.get("action"), asked.get("params") or {}, asked.get("echo")
        sends = str(action).startswith("send_")
        if sends and self.faults.refuse:
            answer = _response(echo, self.faults.refuse, "发送失败")
        else:
            answer = self._answer(action, params, echo)
        await self._change(lambda: self.calls.append((action, params)))
        await asyncio.sleep(self.faults.slow_acts)
        await self.faults.answers.wait()
        if not (sends and self.faults.silent_acts):
            await self._send(socket, answer)

    def _answer(self, action: str, params: dict[str, Any], echo: object) -> dict[str, Any]:
        try:
            data = self.actions(action, params)
        except ActionError as failed:
            return _response(echo, failed.retcode, str(failed))
        return {**_response(echo, 0, ""), "status": "ok", "data": data}

    async def _send(self, socket: Connection, frame: object) -> None:
        if self.faults.stopped:
            return
        raw = frame if isinstance(frame, str | bytes) else json.dumps(frame, ensure_ascii=False)
        with contextlib.suppress(ConnectionClosed):
            await socket.send(raw)

    # --- what happens on the platform ---

    async def say(
        self, group_id: int, user_id: int, message: object, *, at: float | None = None, skip: int = 0
    ) -> Said:
        """Let a member say something (text or segments) in a group; faults apply."""
        said = self.world.add(group_id, user_id, message, at=at, skip=skip)
        await self._push_said(said)
        return said

    async def whisper(self, user_id: int, message: object) -> Said:
        """Let a member say something to the bot in private."""
        said = self.world.add(0, user_id, message, peer=user_id)
        await self._push_said(said)
        return said

    async def notice(self, what: str, **fields: object) -> None:
        """Push a notice."""
        base = {"time": int(self._clock()), "self_id": self.world.self_id, "post_type": "notice"}
        await self.push({**base, "notice_type": what, **fields})

    async def push(self, frame: object) -> None:
        """Push anything: an object, or text or bytes as they are."""
        for socket in list(self.clients):
            await self._send(socket, frame)

    async def cut(self) -> None:
        """Break all connections without a word."""
        for socket in list(self.clients):
            socket.transport.abort()
        await self.until(lambda: not self.clients)

    async def until(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Wait until something holds; it is looked at whenever something changes here."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def connected(self, count: int = 1) -> None:
        """Wait until so many bots are connected."""
        await self.until(lambda: len(self.clients) >= count)

    async def _push_said(self, said: Said) -> None:
        faults, chance = self.faults, self._random.random
        group = self.world.groups.get(said.group_id)
        if faults.hide_offline and not self.clients and group is not None:
            group.hidden.add(said.message_id)
        if chance() < faults.lose:
            return
        if chance() < faults.reorder:
            self._behind.append(said)
            self._spawn(self._flush(0.05))
            return
        copies = [said] * (2 if chance() < faults.duplicate else 1)
        copies += [self.world.renamed(said)] * (chance() < faults.new_id)
        for copy in copies:
            if faults.delay:
                self._spawn(self._later(copy, chance() * faults.delay))
            else:
                await self.push(self.world.event(copy, self._form))
        await self._flush(0)

    async def _later(self, said: Said, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.push(self.world.event(said, self._form))

    async def _flush(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        while self._behind:
            await self.push(self.world.event(self._behind.pop(0), self._form))

    def _note_post(self, said: Said) -> None:
        where = f"group:{said.group_id}" if said.group_id else f"private:{said.peer}"
        self.posts.append(Post(where, said.segments, said.message_id, self._clock()))
        if self._report_self:
            self._spawn(self.push(self.world.event(said, self._form)))

    def posts_in(self, group_id: int) -> list[Post]:
        """Return what the bot posted in a group, in order."""
        return [post for post in self.posts if post.where == f"group:{group_id}"]

    # --- housekeeping ---

    async def _change(self, change: Callable[[], object]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _response(echo: object, retcode: int, wording: str) -> dict[str, Any]:
    return {
        "status": "failed",
        "retcode": retcode,
        "data": None,
        "message": wording,
        "wording": wording,
        "echo": echo,
        "stream": "normal-action",
    }


def _status(refused: InvalidHandshake) -> int:
    response = getattr(refused, "response", None)
    return response.status_code if response is not None else 0
