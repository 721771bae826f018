"""Webhook mode: who may call, what is answered and when, and what happens when somebody else takes over."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from bot.adapters.telegram import _webhook
from tests.bot.adapters.telegram.staging import Stage, stage
from tests.platforms.recorder import Recorder, free_port
from tests.platforms.telegram.fake import Fake

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute

SECRET = "s3cret-s3cret-s3cret"
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@contextlib.asynccontextmanager
async def hooked(fake: Fake | None = None, ear: Recorder | None = None) -> AsyncIterator[tuple[Stage, str]]:
    """The fake calling the adapter, and the address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/tg"
    table = {"mode": "webhook", "port": port, "path": "/tg", "url": url, "secret_token": SECRET}
    async with stage(fake, ear, **table) as on:
        yield on, url


@pytest.mark.middle
async def test_what_is_said_comes_in_order_and_is_answered() -> None:
    async with hooked() as (on, _):
        for number in range(20):
            await on.fake.say(str(number), again=number == 7)
        await on.ear.until(lambda: len(on.ear.frames) == 20 and on.ear.again)
        assert on.ear.texts == [str(number) for number in range(20)]
        await on.adapter.send(on.ear.frames[0].place, '{"html": "x"}', on.ear.messages[0].key)
        assert len(on.fake.posts) == 1
        assert on.ear.online_as


@pytest.mark.middle
async def test_what_waited_while_nobody_listened_comes_and_nothing_is_dropped() -> None:
    fake = Fake()
    await fake.say("davor")
    async with hooked(fake) as (on, url):
        await on.ear.until(lambda: on.ear.texts == ["davor"])
        (asked,) = (given for method, given in fake.requests if method == "setwebhook")
    assert asked["drop_pending_updates"] is False
    assert asked["secret_token"] == SECRET
    assert asked["url"] == url
    assert "chat_member" in asked["allowed_updates"]
    assert fake.queue.hook  # it stays, so that what is said meanwhile is kept for us


@pytest.mark.middle
async def test_it_is_answered_only_when_it_is_durable() -> None:
    async with hooked(ear=Recorder(blocked=asyncio.Event())) as (on, _):
        await on.fake.say("x")
        await on.ear.until(lambda: on.ear.began)
        assert on.fake.queue.waiting
        assert on.ear.blocked is not None
        on.ear.blocked.set()
        await on.fake.until(lambda: not on.fake.queue.waiting)


UPDATE = {
    "update_id": 1,
    "message": {"message_id": 1, "date": 1_795_395_600, "chat": {"id": -5, "type": "group"}, "text": "x"},
}


CALLS: list[tuple[Mapping[str, str], str, int]] = [
    ({}, json.dumps(UPDATE), 401),
    ({"X-Telegram-Bot-Api-Secret-Token": ""}, json.dumps(UPDATE), 401),
    ({"X-Telegram-Bot-Api-Secret-Token": SECRET[:-1]}, json.dumps(UPDATE), 401),
    ({"X-Telegram-Bot-Api-Secret-Token": "ü".encode().decode("latin-1")}, json.dumps(UPDATE), 401),
    ({"Authorization": f"Bearer {SECRET}"}, json.dumps(UPDATE), 401),
    (HEADER, json.dumps(UPDATE), 200),
    (HEADER, '{"update_id": 2, "teleportation": {}}', 200),
    (HEADER, "[]", 400),
    (HEADER, "null", 400),
    (HEADER, '{"update_id": 2', 400),
    (HEADER, "", 400),
    (HEADER, '{"a":' * 400 + "1" + "}" * 400, 400),
    (HEADER, "x" * (2 << 20), 413),
]


@pytest.mark.middle
async def test_a_call_that_hangs_does_not_hold_up_the_stop() -> None:
    """`running` allows a second; what was not answered comes again."""
    async with hooked(ear=Recorder(blocked=asyncio.Event())) as (on, _):
        for text in "ab":
            await on.fake.say(text)
        await on.ear.until(lambda: on.ear.began)
    assert len(on.fake.queue.waiting) == 2


async def test_who_may_call_and_with_what() -> None:
    async with hooked() as (on, url), httpx.AsyncClient() as http:
        for headers, body, status in CALLS:
            raw = {key: value.encode("latin-1") for key, value in headers.items()}
            answer = await http.post(url, content=body, headers=raw)
            assert answer.status_code == status, (headers, body[:50])
            assert SECRET not in answer.text
        assert len(on.ear.frames) == 1
        assert (await http.get(url, headers=HEADER)).status_code == 405
        assert (await http.post(f"{url}/x", headers=HEADER)).status_code == 404


@pytest.mark.middle
async def test_somebody_else_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_webhook, "WATCH_SECONDS", 0.01)
    async with hooked() as (on, _):
        on.fake.queue.hook = {"url": "https://elsewhere.example.org/x"}
        with pytest.raises(ConnectionError, match="somebody else"):
            await asyncio.wait_for(on.life, 20)


@pytest.mark.middle
async def test_a_port_that_is_taken() -> None:
    async with hooked() as (on, _):
        with pytest.raises(OSError):
            await on.adapter.run(Recorder())


@pytest.mark.middle
async def test_what_doctor_finds() -> None:
    async with hooked() as (on, _):
        assert await on.adapter.probe() == []
        await on.fake.queue.stop()
        on.fake.queue.waiting.append({"update_id": 1})
        on.fake.queue.failed = "Wrong response from the webhook: 502 Bad Gateway"
        (line,) = await on.adapter.probe()
        assert "502" in line
        assert "wait" in line
