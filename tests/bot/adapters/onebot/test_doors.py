"""Who is let in, who is turned away, and what `doctor` says of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.adapters import AuthError
from tests.bot.adapters.onebot.recorder import Recorder, free_port, onebot, running
from tests.bot.adapters.onebot.staging import TOKEN, napcat, stage
from tests.platforms.onebot.fake import NapCat

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute


async def test_a_wrong_token_in_forward_mode_is_told_after_the_handshake(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fake, ear = napcat(), Recorder()
    async with fake.forward() as url:
        with pytest.raises(AuthError):
            await onebot(mode="forward", url=url, access_token="wr0ng").run(ear)
        (line,) = await onebot(mode="forward", url=url, access_token="wr0ng").probe()
        assert "refused the access token" in line
        assert await onebot(mode="forward", url=url, access_token=TOKEN).probe() == []
        fake.actions.online = False
        (line,) = await onebot(mode="forward", url=url, access_token=TOKEN).probe()
        assert "QQ 10001 is offline" in line
    assert not ear.online_as
    assert TOKEN not in caplog.text
    assert "wr0ng" not in caplog.text


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/onebot/v11/ws", None, 401),
        ("/onebot/v11/ws", "Bearer wrong", 401),
        ("/onebot/v11/ws?access_token=wrong", None, 401),
        ("/onebot/v11/ws", "Bearer ", 401),
        ("/onebot/v12/ws", f"Bearer {TOKEN}", 404),
        ("/", f"Bearer {TOKEN}", 404),
        ("/onebot/v11/ws", f"Bearer {TOKEN}", 101),
        ("/onebot/v11/ws/", f"Bearer {TOKEN}", 101),
        ("/onebot/v11/ws", f"Token {TOKEN}", 101),
        (f"/onebot/v11/ws?access_token={TOKEN}", None, 101),
    ],
)
async def test_who_is_let_in(path: str, header: str | None, status: int) -> None:
    port = free_port()
    async with running(onebot(port=port, access_token=TOKEN), Recorder()):
        assert await _knock(f"ws://127.0.0.1:{port}{path}", header) == status


async def _knock(url: str, header: str | None, **headers: str) -> int:
    more = {"Authorization": header, **headers} if header else headers
    for _ in range(100):
        try:
            async with connect(url, additional_headers=more, proxy=None, close_timeout=0.1):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code
        except ConnectionRefusedError:  # not listening yet
            await asyncio.sleep(0.01)
    raise AssertionError(url)


async def test_half_connections_are_refused() -> None:
    port = free_port()
    async with running(onebot(port=port), Recorder()):
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        assert await _knock(url, None, **{"X-Client-Role": "API"}) == 403
        assert await _knock(url, None, **{"X-Client-Role": "universal"}) == 101


async def test_a_wrong_token_in_reverse_mode_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with stage("reverse", napcat()) as on:
        port = on.adapter.settings.port
        intruder = NapCat(token="wr0ng")
        async with intruder.reverse(f"ws://127.0.0.1:{port}/onebot/v11/ws", interval=0.01):
            await intruder.until(lambda: len(intruder.refusals) >= 20)
        assert set(intruder.refusals) == {401}
        await on.fake.say(700, 20001, "还在")
        await on.ear.until(lambda: on.ear.texts == ["还在"])
    assert len([line for line in caplog.messages if "refused" in line]) == 1
    assert "wr0ng" not in caplog.text


async def test_a_taken_port_is_told() -> None:
    async with stage("reverse", napcat()) as on:
        with pytest.raises(OSError):
            await onebot(port=on.adapter.settings.port, access_token=TOKEN).run(Recorder())
        (line,) = await onebot(port=on.adapter.settings.port, access_token=TOKEN).probe()
        assert "Is the bot running already?" in line
        assert await on.adapter.probe() == []


async def test_probe_listens_for_an_implementation() -> None:
    port = free_port()
    url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
    async with napcat().reverse(url):
        assert await onebot(port=port, access_token=TOKEN).probe() == []


async def test_the_newest_connection_of_an_account_wins() -> None:
    async with stage("reverse", napcat()) as on:
        url = f"ws://127.0.0.1:{on.adapter.settings.port}/onebot/v11/ws"
        newer = napcat()
        async with newer.reverse(url, interval=60):
            await on.ear.until(lambda: len(on.ear.online_as) >= 2)
            await on.fake.until(lambda: on.fake.closed)
            assert on.fake.closed[0] == 1000
            await newer.say(700, 20001, "从新的来")
            await on.ear.until(lambda: "从新的来" in on.ear.texts)


async def test_of_many_at_once_one_connection_stays() -> None:
    port, ear = free_port(), Recorder()
    url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
    fakes = [napcat() for _ in range(5)]
    async with running(onebot(port=port, access_token=TOKEN), ear), contextlib.AsyncExitStack() as stack:
        assert await _knock(url, None) == 401  # it listens
        for fake in fakes:
            await stack.enter_async_context(fake.reverse(url, interval=60))
        await ear.until(lambda: len(ear.online_as) == 5)
        async with asyncio.timeout(8):
            while sum(len(fake.closed) for fake in fakes) < 4:  # noqa: ASYNC110 - of five, whichever
                await asyncio.sleep(0.01)
        assert sum(len(fake.clients) for fake in fakes) == 1


async def test_another_account_is_turned_away() -> None:
    async with stage("reverse", napcat()) as on:
        url = f"ws://127.0.0.1:{on.adapter.settings.port}/onebot/v11/ws"
        other = NapCat(10002, token=TOKEN)
        async with other.reverse(url, interval=60):
            await other.until(lambda: other.closed)
        await on.fake.say(700, 20001, "还在")
        await on.ear.until(lambda: on.ear.texts == ["还在"])
        assert len(on.ear.online_as) == 1


async def test_a_client_that_leaves_in_the_login() -> None:
    ear, port = Recorder(), free_port()
    async with running(onebot(port=port), ear):
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        assert await _knock(url, None) == 101
        async with connect(url, proxy=None) as socket:
            await socket.recv()  # get_login_info
            await socket.send('{"status":"failed","retcode":1404,"echo":"1"}')
            with pytest.raises(ConnectionClosed):
                await socket.recv()
    assert not ear.online_as
