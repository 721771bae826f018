"""The fake and the adapter on one stage, connected."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.dingtalk import Dingtalk, Settings, build
from storage.frames import GroupKind, Place
from tests.platforms.dingtalk.fake import Fake
from tests.platforms.dingtalk.stage import table
from tests.platforms.dingtalk.world import GROUP
from tests.platforms.recorder import Recorder

HERE = Place("dingtalk", GROUP)


def direct(member: str) -> Place:
    return Place("dingtalk", f"direct:{member}", GroupKind.DIRECT)


@dataclass
class Stage:
    fake: Fake
    adapter: Dingtalk
    ear: Recorder
    life: asyncio.Task[None]

    async def hear(self, text: str, **more: Any) -> str:
        """Let a member say something to the bot, and wait until it is heard."""
        count = len(self.ear.frames)
        key = await self.fake.say(text, mention=True, **more)
        await self.ear.until(lambda: len(self.ear.frames) > count)
        return key


def dingtalk(port: int, folder: Path = Path("nowhere"), **settings: Any) -> Dingtalk:
    return build(Settings.model_validate({**table(port), "timeout": 2, **settings}), "dingtalk", folder)


@contextlib.asynccontextmanager
async def running(adapter: Dingtalk, ear: Recorder) -> AsyncIterator[asyncio.Task[None]]:
    """Run an adapter, and stop it in time."""
    task = asyncio.ensure_future(adapter.run(ear))
    try:
        yield task
    finally:
        task.cancel()
        async with asyncio.timeout(8):
            await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def stage(
    fake: Fake | None = None, ear: Recorder | None = None, folder: Path = Path("nowhere"), **settings: Any
) -> AsyncIterator[Stage]:
    """The fake and the adapter, connected."""
    fake, ear = fake or Fake(redeliver=5), ear or Recorder()
    async with fake.serve() as port:
        adapter = dingtalk(port, folder, **settings)
        async with running(adapter, ear) as life:
            await ear.until(lambda: ear.online_as)
            await fake.connected()
            yield Stage(fake, adapter, ear, life)
