"""The fake platform and the adapter on one stage, connected."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.qq_official import QQOfficial, Settings, build
from storage.frames import GroupKind, Place
from tests.platforms.qq_official.fake import APP_ID, SECRET, Fake
from tests.platforms.qq_official.world import GROUP, openid
from tests.platforms.recorder import Recorder

PLACE = Place("qq_official", GROUP)
DIRECT = Place("qq_official", f"direct:{openid('m1')}", GroupKind.DIRECT)


FOLDER, NAMES = tempfile.TemporaryDirectory(), itertools.count()


def adapter(there: int, folder: Path | None = None, **settings: Any) -> QQOfficial:
    """An adapter that meets a fake on a port there, with nothing to remember unless a folder is given."""
    where = f"http://127.0.0.1:{there}"
    table = {"app_id": APP_ID, "app_secret": SECRET, "api": where, "token_url": f"{where}/app/getAppAccessToken"}
    folder = folder or Path(FOLDER.name) / str(next(NAMES))
    return build(Settings.model_validate({**table, "action_timeout": 3, **settings}), "qq_official", folder)


@contextlib.asynccontextmanager
async def running(bot: QQOfficial, ear: Recorder) -> AsyncIterator[asyncio.Task[None]]:
    """Run an adapter, and stop it in time."""
    task = asyncio.ensure_future(bot.run(ear))
    try:
        yield task
    finally:
        task.cancel()
        async with asyncio.timeout(8):
            await asyncio.gather(task, return_exceptions=True)


@dataclass
class On:
    fake: Fake
    bot: QQOfficial
    ear: Recorder
    life: asyncio.Task[None]


@contextlib.asynccontextmanager
async def stage(
    fake: Fake | None = None, ear: Recorder | None = None, folder: Path | None = None, **settings: Any
) -> AsyncIterator[On]:
    """The fake and the adapter, connected and logged in."""
    fake, ear = fake or Fake(), ear or Recorder()
    async with fake.serve() as port:
        bot = adapter(port, folder, **settings)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            yield On(fake, bot, ear, life)


async def online(bot: QQOfficial, ear: Recorder, life: asyncio.Task[None], count: int = 1) -> None:
    """Wait until the adapter is connected; if it ends instead, raise why."""
    up = asyncio.ensure_future(ear.until(lambda: len(ear.online_as) >= count and bot._line is not None))
    await asyncio.wait({up, life}, return_when=asyncio.FIRST_COMPLETED)
    if life.done():
        up.cancel()
        life.result()
    await up
