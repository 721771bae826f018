"""The fake and the adapter on one stage, logged in."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.telegram import Settings, Telegram, build
from storage.frames import GroupKind, Place
from tests.platforms.recorder import Recorder
from tests.platforms.telegram.fake import GROUP, Fake
from tests.platforms.telegram.stage import table

PLACE = Place("telegram", str(GROUP))


def direct(member: int) -> Place:
    return Place("telegram", f"direct:{member}", GroupKind.DIRECT)


@dataclass
class Stage:
    fake: Fake
    adapter: Telegram
    ear: Recorder
    life: asyncio.Task[None]
    port: int


def telegram(port: int, folder: Path | None = None, /, **settings: Any) -> Telegram:
    folder = folder or Path(__file__) / "no folder"  # nothing can be written there
    return build(Settings.model_validate({**table(port), **settings}), "telegram", folder)


@contextlib.asynccontextmanager
async def running(adapter: Telegram, ear: Recorder) -> AsyncIterator[asyncio.Task[None]]:
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
    fake: Fake | None = None, ear: Recorder | None = None, folder: Path | None = None, **settings: Any
) -> AsyncIterator[Stage]:
    """The fake and the adapter, connected and logged in."""
    fake, ear = fake or Fake(), ear or Recorder()
    with contextlib.ExitStack() as files:
        folder = folder or Path(files.enter_context(tempfile.TemporaryDirectory()))
        async with fake.serve() as port:
            adapter = telegram(port, folder, **settings)
            async with running(adapter, ear) as life:
                waiting = asyncio.ensure_future(ear.until(lambda: ear.online_as))
                await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if life.done():
                    waiting.cancel()
                    life.result()
                await fake.until(lambda: fake.queue.poll or fake.queue.hook or fake.garble)  # it said what it wants
                yield Stage(fake, adapter, ear, life, port)
