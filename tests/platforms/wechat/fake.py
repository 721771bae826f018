"""The WeChat gateway on a stage: the real third-party server, and a proxy in front of it for what it cannot do itself.

Orders beyond those of every stage, given by `order(do, ...)`: `join`, `leave` (`members`, `by`), `topic`, `card`
(`member`, `alias`, `name`), `recall` (`key`), `logout`, `login`, `deaf` (no sign of life), `message` (any payload),
`emit` (any event).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from typing import Any

from tests.platforms.recorder import free_port
from tests.platforms.wechat import node

TOKEN = "insecure_0123456789abcdef"
SELF = "wxid_xiaoxiang"
GROUP = "27015123@chatroom"
SECONDS = 20.0

Tell = Callable[..., None]


def untold(**words: object) -> None:
    """Tell nobody."""


class Gateway:
    """The third-party server as a process on a port; it can be killed and started again."""

    def __init__(self, port: int, *, self_id: str = SELF, tell: Tell = untold) -> None:
        self.port = port
        self.posts: list[dict[str, Any]] = []
        self._self_id = self_id
        self._tell = tell
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._changed = asyncio.Condition()

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        script = await asyncio.to_thread(node.gateway)
        self._process = await asyncio.create_subprocess_exec(
            *node.node(), str(script), str(self.port), TOKEN, self._self_id, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        self._reading = asyncio.create_task(self._read(self._process))
        async with asyncio.timeout(SECONDS):
            assert "ready" in await self._answers.get()

    async def kill(self) -> None:
        """Kill it with signal 9; nothing is said for farewell."""
        if self._process is None or self._reading is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reading
        self._process = self._reading = None

    @contextlib.asynccontextmanager
    async def up(self) -> AsyncIterator[Gateway]:
        """Start it, and kill it at the end."""
        try:
            await self.start()
            yield self
        finally:
            await self.kill()

    async def order(self, do: str, **order: Any) -> dict[str, Any]:
        """Let something happen, and return the answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(SECONDS):
            answer = await self._answers.get()
        if "failed" in answer:
            raise AssertionError(answer["failed"])
        return answer

    async def say(self, text: str, **more: Any) -> str:
        """Let a member say something; return the key of the message."""
        return str((await self.order("say", text=text, **more))["said"])

    async def until(self, condition: Callable[[], object], seconds: float = SECONDS) -> None:
        """Wait until something holds; it is looked at whenever the bot posts."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # something that a library prints
            if "post" not in told:
                self._answers.put_nowait(told)
                continue
            self._tell(**told)
            async with self._changed:
                self.posts.append(told["post"])
                self._changed.notify_all()


class Fake:
    """The gateway behind a proxy: see `Hosted` in tests/platforms/host.py."""

    def __init__(self, tell: Tell = untold, *, self_id: str = SELF) -> None:
        self.connects = 0
        self.gateway = Gateway(free_port(), self_id=self_id, tell=tell)
        self._tell = tell
        self._mood = "well"
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._limits: set[asyncio.Task[Any]] = set()

    @property
    def mood(self) -> str:
        """How it behaves."""
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        self._mood = mood
        if mood == "limited":
            task = asyncio.get_running_loop().create_task(self.gateway.order("limited"))
            self._limits.add(task)
            task.add_done_callback(self._limits.discard)
        if mood == "mute":
            self._flowing.clear()
        else:
            self._flowing.set()
        for writer in list(self._writers) if mood == "closing" else []:
            writer.transport.abort()

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on loopback, and yield the port."""
        async with self.gateway.up(), await asyncio.start_server(self._attend, "127.0.0.1", port) as server:
            try:
                yield server.sockets[0].getsockname()[1]
            finally:
                for writer in list(self._writers):
                    writer.transport.abort()

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
        **more: Any,
    ) -> str:
        """Let a member say something in the group; return the key of the stored message."""
        more |= {"mention": mention, "quote": quote, "picture": picture, "again": again}
        return await self.gateway.say(text, member=f"wxid_{member}", name=name, **more)

    async def odd(self) -> None:
        """Deliver a post, which is no message and which old clients stumble over."""
        await self.gateway.order("odd")

    async def order(self, do: str, **order: Any) -> dict[str, Any]:
        """Let something else happen."""
        return await self.gateway.order(do, **order)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connects += 1
        self._tell(connects=self.connects)
        if self._mood == "closing":
            writer.close()
            return
        self._writers.add(writer)
        try:
            await self._flowing.wait()
            there, onward = await asyncio.open_connection("127.0.0.1", self.gateway.port)
            self._writers.add(onward)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, onward))
                both.create_task(self._pass_on(there, writer))
        except* OSError:
            pass
        finally:
            writer.close()
            self._writers.discard(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
            self._writers.discard(writer)
