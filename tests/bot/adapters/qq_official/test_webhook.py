"""The webhook: who calls is proved by a signature made independently, and an answer means durable."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from nacl.signing import SigningKey, VerifyKey
from starlette.requests import Request

from bot.adapters.qq_official import _webhook
from tests.bot.adapters.qq_official.staging import DIRECT, On, adapter, online, running
from tests.platforms.qq_official import world
from tests.platforms.qq_official.fake import APP_ID, SECRET, Fake, signed
from tests.platforms.qq_official.world import GROUP, openid
from tests.platforms.recorder import Recorder, free_port


@contextlib.asynccontextmanager
async def hooked(ear: Recorder | None = None) -> AsyncIterator[tuple[On, str]]:
    fake, ear, mine = Fake(), ear or Recorder(), free_port()
    async with fake.serve() as port:
        bot = adapter(port, mode="webhook", port=mine)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            yield On(fake, bot, ear, life), f"http://127.0.0.1:{mine}/qq"


def event(fake: Fake, text: str = "在吗") -> bytes:
    said = fake.world.add(GROUP, text)
    data = world.message(fake.world, said, openid("m1"), "阿棠", mention=True, quote=None)
    return json.dumps({"op": 0, "t": "GROUP_AT_MESSAGE_CREATE", "id": "x", "d": data}).encode()


@pytest.mark.middle
async def test_an_event_is_answered_once_it_is_durable() -> None:
    ear = Recorder(blocked=asyncio.Event())
    async with hooked(ear) as (on, url):
        body = event(on.fake)
        calling = asyncio.ensure_future(on.fake.call(url, body))
        await ear.until(lambda: ear.began)
        assert not calling.done()
        assert ear.blocked is not None
        ear.blocked.set()
        assert await calling == (200, '{"op":12}')
        assert await on.fake.call(url, body) == (200, '{"op":12}')
        assert ear.texts == ["在吗"]
        assert ear.online_as == [("11223344556677889900", "小象", ())]
        payload = json.dumps({"text": "答"})
        await on.bot.send(ear.frames[0].place, payload, ear.messages[0].key)
        assert on.fake.posts[0].body["msg_id"] == ear.messages[0].key


BODY = b'{"op":0,"t":"FRIEND_ADD","d":{}}'


def headers(**changes: str | None) -> dict[str, str]:
    found: dict[str, str | None] = {**signed(BODY, str(int(time.time()))), **changes}
    return {key: value for key, value in found.items() if value is not None}


def strangers() -> list[dict[str, str | None]]:
    now = int(time.time())
    return [
        {"X-Signature-Ed25519": None},
        {"X-Signature-Timestamp": None},
        {"X-Signature-Ed25519": ""},
        {"X-Signature-Ed25519": "zz"},
        {"X-Signature-Ed25519": "00" * 64},
        {"X-Signature-Ed25519": "00" * 63},
        {"X-Signature-Timestamp": "x"},
        {"X-Signature-Timestamp": "-1"},
        {"X-Signature-Timestamp": str(now - 5)},
        {"X-Signature-Timestamp": "9" * 300},
        {"X-Bot-Appid": "102012346"},
        {**signed(BODY, str(now), "notTheSecret")},
        {**signed(BODY, str(now - 400))},
        {**signed(BODY, str(now + 400))},
        {**signed(BODY + b" ", str(now))},
        {**signed(BODY, "99999999999")},
        {**signed(BODY, str(2**35))},
    ]


async def call(changes: dict[str, str | None]) -> int:
    """Call the hook itself, without a wire."""

    async def take(raw: object, text: str) -> None:
        raise AssertionError("a stranger got in")

    hook = _webhook.Hook(_webhook.Signature(SECRET), APP_ID, lambda: datetime.now(UTC), take)
    sent = [(key.lower().encode(), value.encode()) for key, value in headers(**changes).items()]
    return (await hook(Request({"type": "http", "headers": sent}), BODY)).status_code


async def test_who_cannot_prove_it_is_turned_away() -> None:
    for changes in strangers():
        assert await call(changes) == 401, changes
    with pytest.raises(AssertionError, match="a stranger got in"):
        await call({})


BODIES = [
    (b"[]", 400),
    (b"null", 400),
    (b"{", 400),
    (b"\xff\xfe", 400),
    (b"", 400),
    (b"[" * 5_000, 400),
    (b'{"op":0,"t":"GROUP_DANCE_CREATE","d":{}}', 200),
    (b'{"op":11}', 200),
    (b'{"op":13,"d":{}}', 400),
    (b'{"op":13,"d":{"plain_token":"{\\"op\\":0}","event_ts":"1"}}', 400),  # what is signed is never an event
    (b'{"op":13,"d":{"plain_token":"abc","event_ts":"1 "}}', 400),
]


@pytest.mark.middle
async def test_bodies() -> None:
    async with hooked() as (on, url), httpx.AsyncClient() as http:
        for body, status in BODIES:
            assert (await on.fake.call(url, body))[0] == status, body
        assert (await http.post(url, content=b"x" * (2 << 20), headers=headers())).status_code == 413
        assert (await http.get(url)).status_code == 405
        assert (await http.post(url + "/x", content=BODY, headers=headers())).status_code == 404
        assert (await http.post(url, content=BODY, headers=headers(**{"X-Bot-Appid": "1"}))).status_code == 401
        assert not on.ear.frames
        assert len(on.ear.oddities) == 1


@pytest.mark.middle
async def test_the_platform_proves_the_address() -> None:
    """Signed as the platform's example is: the seed is the secret, repeated until it has 32 bytes."""
    async with hooked() as (on, url):
        body = json.dumps({"op": 13, "d": {"plain_token": "Arq0D5A61EgUu4OxUvOp", "event_ts": "1725442341"}}).encode()
        status, text = await on.fake.call(url, body)
        told = json.loads(text)
        assert (status, told["plain_token"]) == (200, "Arq0D5A61EgUu4OxUvOp")
        key = VerifyKey(bytes(SigningKey((SECRET * 32)[:32].encode()).verify_key))
        assert key.verify(b"1725442341Arq0D5A61EgUu4OxUvOp", bytes.fromhex(told["signature"]))


def test_the_signature_of_the_platforms_own_example() -> None:
    signature = _webhook.Signature("DG5g3B4j9X2KOErG")
    assert signature.signed("1725442341Arq0D5A61EgUu4OxUvOp") == (
        "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d0"
        "1bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706"
    )


@pytest.mark.middle
async def test_what_is_not_stored_in_time_is_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_webhook, "ANSWER_SECONDS", 0.05)
    async with hooked(Recorder(blocked=asyncio.Event())) as (on, url):
        assert (await on.fake.call(url, event(on.fake)))[0] == 503


@pytest.mark.middle
async def test_a_direct_and_a_taken_port() -> None:
    async with hooked() as (on, url):
        said = on.fake.world.add(DIRECT.key, "帮助")
        data: Any = {"op": 0, "t": "C2C_MESSAGE_CREATE", "d": world.direct(on.fake.world, said, openid("m1"))}
        assert (await on.fake.call(url, json.dumps(data).encode()))[0] == 200
        assert on.ear.frames[0].place == DIRECT
        assert await on.bot.probe() == []
        other = adapter(on.fake.port, mode="webhook", port=on.bot.settings.port)
        (line,) = await other.probe()
        assert "Is the bot running already?" in line
        with pytest.raises(OSError):
            await other.run(Recorder())
