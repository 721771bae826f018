"""How a connection begins and ends: login, silence, offline accounts, stops."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from websockets.asyncio.client import connect

from bot.adapters.onebot._wire import Link
from tests.bot.adapters.onebot.recorder import Recorder, free_port, onebot, running
from tests.bot.adapters.onebot.staging import TOKEN, both, napcat, stage
from tests.platforms.onebot.fake import NapCat

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute


async def test_forward_ends_when_the_connection_does() -> None:
    async with stage("forward", napcat()) as on:
        await on.fake.cut()
        with pytest.raises(ConnectionError):
            await on.life


async def test_nobody_there() -> None:
    with pytest.raises(OSError):
        await onebot(mode="forward", url=f"ws://127.0.0.1:{free_port()}").run(Recorder())


@both
async def test_frames_before_the_lifecycle_are_heard_after_the_login(mode: str) -> None:
    fake = napcat()
    fake.faults.slow_acts = 0.05
    early = asyncio.ensure_future(_as_soon_as_possible(fake))
    async with stage(mode, fake) as on:
        await early
        await on.ear.until(lambda: len(on.ear.frames) == 50)
        assert on.ear.texts == [str(n) for n in range(50)]


async def _as_soon_as_possible(fake: NapCat) -> None:
    await fake.connected()
    for n in range(50):
        await fake.say(700, 20001, str(n))


@both
async def test_a_silent_connection_is_ended(mode: str) -> None:
    async with stage(mode, napcat(heartbeat=0.05), heartbeat=0.05) as on:
        await on.fake.until(lambda: ("get_status", {}) in on.fake.calls)
        await asyncio.sleep(0.2)  # heartbeats keep it alive
        assert on.fake.connections == 1
        on.fake.faults.stopped = True
        if mode == "forward":
            with pytest.raises(ConnectionError, match=r"no heartbeat|ended"):
                await asyncio.wait_for(on.life, 20)
        else:
            await on.fake.until(lambda: on.fake.closed, timeout=20)
            on.fake.faults.stopped = False
            await on.ear.until(lambda: len(on.ear.online_as) == 2)


async def test_an_interval_that_is_named_counts_at_once() -> None:
    fake = NapCat(heartbeat=0.05)

    async def ignore(raw: object, text: str) -> None:
        del raw, text

    async with fake.forward() as url, connect(url, proxy=None) as socket:
        link = Link(socket, beat=30, timeout=1, shortest=0.01)
        parts = [asyncio.ensure_future(link.read(ignore)), asyncio.ensure_future(link.watch())]
        await asyncio.sleep(0.12)  # two heartbeats
        fake.faults.stopped = True
        with pytest.raises(ConnectionError, match=r"3 intervals of 0\.05 s"):
            await asyncio.wait_for(parts[1], 20)
        parts[0].cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def test_without_heartbeats_silence_is_asked() -> None:
    async with stage("forward", napcat(heartbeat=0), heartbeat=0.02, action_timeout=0.1) as on:
        await on.fake.until(lambda: [action for action, _ in on.fake.calls].count("get_status") >= 3)
        assert not on.life.done()
        on.fake.faults.stopped = True
        await asyncio.wait([on.life], timeout=20)
        assert isinstance(on.life.exception(), TimeoutError)


@pytest.mark.parametrize("sign", ["heartbeat", "notice", "login"])
async def test_an_account_that_is_offline(sign: str) -> None:
    fake, ear = napcat(heartbeat=0.05), Recorder()
    fake.actions.online = sign != "login"
    async with fake.forward() as url:
        adapter = onebot(mode="forward", url=url, access_token=TOKEN)
        async with running(adapter, ear) as life:
            if sign != "login":
                await ear.until(lambda: ear.online_as)
            fake.actions.online = sign == "notice"
            if sign == "notice":
                await fake.notice("bot_offline", user_id=10001, tag="下线", message="被挤下线")
            with pytest.raises(ConnectionError, match="offline"):
                await life
    assert len(ear.online_as) == (sign != "login")


async def test_stops_at_once_whoever_hangs() -> None:
    """Stores that hang, a peer that is stopped, and a handshake that never comes: `running` allows a second."""
    ear = Recorder(blocked=asyncio.Event())
    async with stage("reverse", napcat(), ear) as on:
        port = on.adapter.settings.port
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        for n in range(10):
            await on.fake.say(700, 20001, str(n))
        await ear.until(lambda: len(ear.began) == 10)
        on.fake.faults.stopped = True
        writer.write(b"GET /onebot")
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_store_that_fails_ends_the_connection() -> None:
    class Broken(Recorder):
        async def hear(self, frame: object) -> None:
            raise RuntimeError("the store is broken")

    async with stage("forward", napcat(), Broken()) as on:
        await on.fake.say(700, 20001, "x")
        with pytest.raises(RuntimeError, match="the store is broken"):
            await on.life
