"""Under the supervisor: a gateway that closes in a loop makes no storm, and one that hangs holds nothing else up."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from random import Random

import pytest

from bot.adapters.dingtalk import Dingtalk
from bot.supervisor import Board, State, supervise
from tests.bot.adapters.dingtalk.staging import dingtalk, running
from tests.lag import HELD_UP, lag, p99
from tests.platforms.dingtalk.fake import Fake
from tests.platforms.recorder import Recorder

pytestmark = pytest.mark.middle


@contextlib.asynccontextmanager
async def supervised(adapter: Dingtalk, ear: Recorder, board: Board) -> AsyncIterator[None]:
    """Keep an adapter alive as the process does, and stop it in time."""
    part = board.part(adapter.name)
    task = asyncio.create_task(supervise(part, lambda: adapter.run(ear), rng=Random(1)))
    try:
        yield
    finally:
        task.cancel()
        async with asyncio.timeout(8):
            await asyncio.gather(task, return_exceptions=True)


async def test_a_gateway_that_closes_in_a_loop(capsys: pytest.CaptureFixture[str]) -> None:
    fake, ear, board = Fake(), Recorder(), Board(time.monotonic)
    fake.mood = "closing"
    async with fake.serve() as port, supervised(dingtalk(port), ear, board):
        await asyncio.sleep(60)
        lines = capsys.readouterr().out.splitlines()
        with capsys.disabled():
            print(f"\nclosing with 1000 for 60 s: {fake.connects} connects, {len(lines)} lines of log")
        assert 3 <= fake.connects <= 10
        assert fake.asked == fake.connects
        assert 3 <= len(lines) <= 20
        assert board.parts["dingtalk"].state is State.WAITING


@pytest.mark.parametrize("mood", ["mute", "silent"])
async def test_a_gateway_that_hangs(mood: str) -> None:
    """The loop keeps its pace, and another robot goes on hearing; measured for ten seconds."""
    hanging, well, heard = Fake(), Fake(), Recorder()
    hanging.mood = mood
    board = Board(time.monotonic)
    async with contextlib.AsyncExitStack() as stack:
        stuck = await stack.enter_async_context(hanging.serve())
        port = await stack.enter_async_context(well.serve())
        await stack.enter_async_context(running(dingtalk(port), heard))
        await heard.until(lambda: heard.online_as)
        await stack.enter_async_context(supervised(dingtalk(stuck, timeout=3), Recorder(), board))
        async with lag() as lags:
            await _talk(well)
        await heard.until(lambda: len(heard.frames) == 100)
        assert board.parts["dingtalk"].state in {State.STARTING, State.WAITING}
    told = f"p99 lag {p99(lags) * 1000:.1f} ms, worst {max(lags) * 1000:.1f} ms"
    print(f"a {mood} gateway: {told}; {len(heard.frames)} heard")
    assert p99(lags) < HELD_UP


async def _talk(fake: Fake) -> None:
    for n in range(100):
        await fake.say(str(n), mention=True)
        await asyncio.sleep(0.1)
