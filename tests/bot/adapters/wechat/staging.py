"""The adapter against the third-party gateway, logged in, with an ear that remembers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.wechat import Settings, Wechat, build
from storage.frames import GroupKind, Place
from tests.platforms.recorder import Recorder, free_port
from tests.platforms.wechat.fake import GROUP, SELF, Gateway
from tests.platforms.wechat.stage import table

STOP_SECONDS = 8.0  # three are promised, on a machine with nothing else to do
PLACE = Place("wechat", GROUP, name="PG 交流 3 群")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400


def wechat(port: int, folder: Path, **settings: Any) -> Wechat:
    return build(Settings.model_validate(table(port) | settings), "wechat", folder)


def direct(member: str) -> Place:
    return Place("wechat", f"direct:{member}", GroupKind.DIRECT)


@dataclass
class On:
    gateway: Gateway
    adapter: Wechat
    ear: Recorder
    life: asyncio.Task[None]


@contextlib.asynccontextmanager
async def running(adapter: Wechat, ear: Recorder) -> AsyncIterator[asyncio.Task[None]]:
    """Run an adapter; it stops in time, and leaves no process behind."""
    before = set(children())
    task = asyncio.ensure_future(adapter.run(ear))
    try:
        yield task
    finally:
        began = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert time.monotonic() - began < STOP_SECONDS
        assert set(children()) <= before


@contextlib.asynccontextmanager
async def stage(
    folder: Path, ear: Recorder | None = None, *, self_id: str = SELF, **settings: Any
) -> AsyncIterator[On]:
    """The gateway and the adapter, connected and logged in."""
    ear = ear or Recorder()
    async with Gateway(free_port(), self_id=self_id).up() as gateway:
        adapter = wechat(gateway.port, folder, **settings)
        async with running(adapter, ear) as life:
            await ear.until(lambda: ear.online_as or life.done())
            yield On(gateway, adapter, ear, life)


def children() -> Iterator[int]:
    """Yield the ids of the SDK's processes that this process has started, where the system tells."""
    for entry in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in entry.read_text("ascii").split():
            with contextlib.suppress(OSError):
                if b"wechat._child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    yield int(pid)
