"""The fake and the adapter on one stage, connected and logged in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.adapters.onebot import Onebot
from storage.frames import Place
from tests.bot.adapters.onebot.recorder import Recorder, free_port, onebot, running
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.world import Member

TOKEN = "s3cret-token"
GROUP = Place("qq", "700")


@dataclass
class Stage:
    fake: NapCat
    adapter: Onebot
    ear: Recorder
    life: asyncio.Task[None]


@contextlib.asynccontextmanager
async def stage(mode: str, fake: NapCat, ear: Recorder | None = None, **settings: object) -> AsyncIterator[Stage]:
    """The fake and the adapter, connected and logged in."""
    ear = ear or Recorder()
    async with contextlib.AsyncExitStack() as stack:
        if mode == "forward":
            url = await stack.enter_async_context(fake.forward())
            adapter = onebot(mode="forward", url=url, access_token=TOKEN, **settings)
        else:
            port = free_port()
            adapter = onebot(port=port, access_token=TOKEN, **settings)
            await stack.enter_async_context(fake.reverse(f"ws://127.0.0.1:{port}/onebot/v11/ws"))
        life = await stack.enter_async_context(running(adapter, ear))
        await ear.until(lambda: ear.online_as)
        yield Stage(fake, adapter, ear, life)


def napcat(**more: object) -> NapCat:
    fake = NapCat(token=TOKEN, **more)  # type: ignore[arg-type]
    fake.world.add_group(700, "PG 交流 3 群", (Member(20001, "樊", "成都-老樊-DBA"), Member(20002, "阿棠")))
    fake.world.add_group(701, "PG 交流 4 群", (Member(20001, "樊"),))
    return fake


both = pytest.mark.parametrize("mode", ["forward", "reverse"])
