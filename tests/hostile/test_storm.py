"""A platform that accepts and closes at once (P7): tried seldom, told seldom, and heard again when it means it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest
from websockets.asyncio.server import ServerConnection, serve

from bot.adapters.onebot import Settings, build
from bot.supervisor import Board, pause, supervise
from tests.bot.adapters.onebot.recorder import Recorder
from tests.hostile.front import TOKEN, log_into

pytestmark = pytest.mark.middle

MINUTE = 60.0


class Seconds:
    """A clock that only sleeping moves; it wakes nobody after its end."""

    def __init__(self, end: float) -> None:
        self.now = 0.0
        self.end = end

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self.end:
            raise asyncio.CancelledError


async def at_once(_: ServerConnection) -> None:
    return


async def after_a_word(socket: ServerConnection) -> None:
    await socket.send('{"post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "connect"}')


async def after_the_question(socket: ServerConnection) -> None:
    await socket.recv()


async def hung_up(socket: ServerConnection) -> None:
    socket.transport.abort()


@pytest.mark.parametrize("closes", [at_once, after_a_word, after_the_question, hung_up])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_p7_a_platform_that_accepts_and_closes(
    closes: Callable[[ServerConnection], Awaitable[None]], seed: int
) -> None:
    """At most ten connections in the first minute, and twenty lines."""
    came: list[float] = []
    clock, log = Seconds(MINUTE), io.StringIO()

    async def counted(socket: ServerConnection) -> None:
        came.append(clock.now)
        await closes(socket)

    async with serve(counted, "127.0.0.1", 0, close_timeout=0.1) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = {"mode": "forward", "url": url, "access_token": TOKEN, "action_timeout": 2}
        adapter, ear = build(Settings.model_validate(settings), "qq", Path()), Recorder()
        part = Board(lambda: clock.now).part("qq")
        with log_into(log), pytest.raises(asyncio.CancelledError):
            await supervise(part, lambda: adapter.run(ear), rng=Random(seed), sleep=clock.sleep)
    assert 5 <= len(came) <= 10
    assert 5 <= log.getvalue().count("connection lost") <= 20
    assert TOKEN not in log.getvalue()
    assert part.healthy_time() == 0
    assert not ear.online_as


def test_p7_the_arithmetic() -> None:
    """Whatever chance says, ten tries in the first minute is the most."""
    for chance in (0.0, 0.5, 1.0):
        at, tries = 0.0, 1
        while (at := at + pause(tries, chance)) <= MINUTE:
            tries += 1
        assert tries <= 10
