"""The adapter running against an ear that remembers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bot.adapters.onebot import Onebot, Settings, build
from tests.platforms.recorder import Gap, Recorder, free_port

__all__ = ["Gap", "Recorder", "free_port", "onebot", "running"]


def onebot(folder: Path = Path(), **settings: Any) -> Onebot:
    return build(Settings.model_validate({"late_after": 0.05, "action_timeout": 2, **settings}), "qq", folder)


@contextlib.asynccontextmanager
async def running(adapter: Onebot, ear: Recorder) -> AsyncIterator[asyncio.Task[None]]:
    """Run an adapter, and stop it in less than a second."""
    task = asyncio.ensure_future(adapter.run(ear))
    try:
        yield task
    finally:
        task.cancel()
        async with asyncio.timeout(1):
            await asyncio.gather(task, return_exceptions=True)
