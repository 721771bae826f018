"""A language model's endpoint on loopback that speaks OpenAI's chat completions, and misbehaves when it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from bot.clock import system_clock
from bot.config import Llm, Table, validate
from bot.drafting import Drafter
from bot.inbox import Clock
from handlers import Community
from storage.database import Database

MODEL, KEY = "little-elephant", "sk-canary-of-the-key-0123456789"


@dataclass
class Completions:
    """What was asked of it, and how it answers.

    Attributes:
        says: The text of each answer, or a function of the request.
        mood: `well`, `slow`, `dead`, `huge`, `garbage`, `deep`, `bomb`, `away`, or a status as text.
        claims: What it says that a call cost.
    """

    says: str = "不知道"
    mood: str = "well"
    claims: Any = 100
    finish: str = "stop"
    requests: list[dict[str, Any]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def sent(self) -> str:
        """All that it ever saw, heads and bodies, with escapes undone."""
        return "\n".join([*self.heads, *self.raw, *(json.dumps(one, ensure_ascii=False) for one in self.requests)])

    def data(self, number: int = -1) -> Any:
        """What stood in the JSON of a request."""
        return json.loads(self.requests[number]["messages"][1]["content"])

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[Completions]:
        async with await asyncio.start_server(self._attend, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        fields = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        if body:
            self.raw.append(body.decode())
            self.requests.append(json.loads(body))
        self.arrived.set()
        match self.mood:
            case "slow":
                await reader.read()  # until the other side has had enough
            case "dead":
                return
            case "away":
                writer.write(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n")
            case "huge":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
                for _ in range(10):
                    writer.write(b"x" * 1_000_000)
                    await writer.drain()
            case "bomb":
                packed = gzip.compress(b"0" * 10_000_000)
                writer.write(_head(200, len(packed), "content-encoding: gzip\r\n") + packed)
            case _:
                status = int(self.mood) if self.mood.isdigit() else 200
                told = self._told(head).encode()
                writer.write(_head(status, len(told)) + told)
        await writer.drain()

    def _told(self, head: str) -> str:
        if self.mood == "garbage":
            return '{"choices": ['
        if self.mood == "deep":
            return "[" * 200_000
        if head.startswith("GET "):
            return json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        message = {"role": "assistant", "content": self.says}
        choice = {"index": 0, "message": message, "finish_reason": self.finish}
        return json.dumps({"id": "x", "choices": [choice], "usage": {"total_tokens": self.claims}})

    # -- what asks it -----------------------------------------------------------------------------------------------

    def settings(self, **more: Any) -> Llm:
        return validate(Llm, Table({"enabled": True, "url": self.url, "model": MODEL, "key": KEY, **more}))

    def drafter(self, database: Database, clock: Clock | None = None, **more: Any) -> Drafter:
        return Drafter(self.settings(**more), database, clock or system_clock(), Community())


def _head(status: int, length: int, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}content-length: {length}\r\n\r\n".encode()
