"""The stage of the contract suite: a platform's server as a process of its own, and what a test may ask of it.

Every platform has one folder or file here whose fake speaks its protocol over loopback, and a `STAGE` that says how to
start it and with which settings the adapter meets it. The process is driven by one JSON object a line:

    {"do": "say", "text": "..", "member": "m1", "name": "..", "mention": true, "quote": KEY,
     "picture": true, "again": true}
        a member says something in the stage's one group; answered by {"said": KEY}, the key of the stored message.
        `again`: it is delivered twice, as the platform does when it doubts. `quote` replies to a message, or a post.
    {"do": "odd"}                 something of a kind that nobody knows is delivered; answered by {"done": "odd"}
    {"do": "mood", "mood": ...}   "well", "closing" (accepts and closes at once), "mute" (accepts and never answers),
                                  "limited" (asks the next post to wait a second, then is well); {"done": "mood"}

and tells by itself {"ready": true}, {"connects": N} at each connection (or each login, where there is none), and
{"post": {"text": "..", "key": "..", "form": "..", "quote": KEY or null}} for each post. `form` is "text", "markdown",
"html" or "picture". Everything is played in one group, whose id is `Stage.group`. Keys and ids rise with the clock, so
that a server that was killed and started anew gives none twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECONDS = 45.0  # to wait for anything, unless told otherwise


@dataclass(frozen=True)
class Stage:
    """One platform, ready to be played on.

    Attributes:
        adapter: The name of the adapter's file, and of its table.
        platform: Of the groups and members.
        group: The key under which the stage's group is stored.
        forms: The forms a long post with a heading comes in: "text", "markdown" or "html".
        command: What starts the server on a port.
        table: The settings with which the adapter meets a server on that port.
        wrong: The same with a credential that the server refuses; None where there is none.
        push_only: Nothing is ever heard there.
        ready_seconds: How long the server may take to start.
    """

    adapter: str
    platform: str
    group: str
    forms: frozenset[str]
    command: Callable[[int], Sequence[str]]
    table: Callable[[int], Mapping[str, Any]]
    wrong: Callable[[int], Mapping[str, Any]] | None
    push_only: bool = False
    ready_seconds: float = 20.0


@dataclass
class Server:
    """A stage's server: it can be started, asked, killed, and started again on the same port."""

    stage: Stage
    port: int
    posts: list[dict[str, Any]] = field(default_factory=list)
    connects: int = 0  # of all its lives
    _process: Process | None = None
    _reader: asyncio.Task[None] | None = None
    _ready: bool = False
    _before: int = 0
    _answers: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        command = self.stage.command(self.port)
        self._ready, self._before = False, self.connects
        self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 20, cwd=ROOT)
        self._reader = asyncio.create_task(self._read(self._process))
        await self.until(lambda: self._ready, self.stage.ready_seconds)

    async def kill(self) -> None:
        """Kill it with signal 9; nothing is said for farewell."""
        if self._process is None or self._reader is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reader
        self._process = self._reader = None

    async def say(self, text: str, **more: object) -> str:
        """Let a member say something; return the key under which the message will be stored."""
        return str((await self._order("say", text=text, **more))["said"])

    async def odd(self) -> None:
        """Deliver something that nobody knows."""
        await self._order("odd")

    async def mood(self, mood: str) -> None:
        """Let it behave well, or badly."""
        await self._order("mood", mood=mood)

    async def until(self, condition: Callable[[], object], seconds: float = SECONDS) -> None:
        """Wait until something holds; it is looked at whenever the server tells something."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    def texts(self) -> list[str]:
        """Return what was posted, in order."""
        return [str(post["text"]) for post in self.posts]

    async def _order(self, what: str, **more: object) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(SECONDS):
            return await self._answers.get()

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            try:
                told = json.loads(line)
            except ValueError:
                continue  # something that a library prints
            if not isinstance(told, dict):
                continue
            if told.keys() & {"said", "done"}:
                self._answers.put_nowait(told)
            async with self._changed:
                self._ready |= "ready" in told
                self.connects = self._before + told["connects"] if "connects" in told else self.connects
                self.posts += [told["post"]] if "post" in told else []
                self._changed.notify_all()


@contextlib.asynccontextmanager
async def served(stage: Stage, port: int) -> AsyncIterator[Server]:
    """Start a stage's server, and kill it at the end."""
    server = Server(stage, port)
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
