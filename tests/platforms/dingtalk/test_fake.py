"""The fake, proved by DingTalk's own client: it connects, hears, answers, and is refused what it should be."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.docs_tables import ROOT
from tests.platforms.dingtalk.desk import SECRET
from tests.platforms.dingtalk.fake import Fake
from tests.platforms.dingtalk.stage import STAGE
from tests.platforms.dingtalk.world import BOT_ID, GROUP, ROBOT
from tests.platforms.stage import served

WITNESS = Path(__file__).with_name("witness_sdk.py")


@dataclass
class Witness:
    lines: list[dict[str, Any]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            with contextlib.suppress(ValueError):
                async with self._changed:
                    self.lines.append(json.loads(line))
                    self._changed.notify_all()

    async def until(self, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: any(condition(line) for line in self.lines))
        return next(line for line in self.lines if condition(line))


@contextlib.asynccontextmanager
async def witness(port: int, secret: str = SECRET) -> AsyncIterator[Witness]:
    environment = {"DINGTALK_OPENAPI_ENDPOINT": f"http://127.0.0.1:{port}", "PATH": "/usr/bin:/bin", "NO_PROXY": "*"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(WITNESS), ROBOT, secret, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=environment, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    found = Witness()
    reader = asyncio.create_task(found.read(process.stdout))
    try:
        yield found
    finally:
        process.kill()
        await process.wait()
        await reader


@pytest.mark.middle
async def test_the_sdk_hears_answers_and_acknowledges() -> None:
    fake = Fake(redeliver=0.5)
    async with fake.serve() as port, witness(port) as bot:
        await bot.until(lambda line: line.get("token"))
        await fake.connected()
        first = await fake.say("主库磁盘满了", mention=True)
        heard = await bot.until(lambda line: line.get("id") == first)
        assert heard["heard"] == [" 主库磁盘满了"]
        assert (heard["group"], heard["staff"], heard["name"]) == (GROUP, "m1", "阿棠")
        assert (heard["at"], heard["bot"]) == ([BOT_ID], BOT_ID)
        answered = await bot.until(lambda line: "text" in line)
        assert answered == {"text": {"errcode": 0, "errmsg": "ok"}, "markdown": {"errcode": 0, "errmsg": "ok"}}
        assert [(post.text, post.form, post.mentions) for post in fake.posts] == [
            ("@m1 收到", "text", ("m1",)),
            ("@m1 **收到**", "markdown", ("m1",)),
        ]
        second = await fake.say("还是不行", mention=True, quote=first)
        heard = await bot.until(lambda line: line.get("id") == second)
        assert heard["replied"]["msgId"] == first
        assert heard["replied"]["content"] == {"text": "主库磁盘满了"}
        third = await fake.say("", mention=True, picture=True)
        heard = await bot.until(lambda line: line.get("id") == third)
        assert heard["pictures"] == ["mIofN681YE3f/+m+NntqpTUhRGJ=="]
        await fake.until(lambda: len(fake.acks) == 3)
        assert {ack["code"] for ack in fake.acks} == {200}
        fourth = await fake.say("raise", mention=True)  # is not acknowledged, so it comes again
        await bot.until(lambda _: [line.get("id") for line in bot.lines].count(fourth) >= 2)


@pytest.mark.middle
async def test_the_sdk_comes_back_after_a_farewell() -> None:
    fake = Fake()
    async with fake.serve() as port, witness(port):
        await fake.until(lambda: fake.sockets, timeout=30)
        await fake.disconnect()
        await fake.until(lambda: fake.connects == 2 and fake.sockets, timeout=30)


@pytest.mark.middle
async def test_the_sdk_is_refused_with_a_wrong_secret() -> None:
    fake = Fake()
    async with fake.serve() as port, witness(port, "wrong") as bot:
        assert await bot.until(lambda line: "token" in line) == {"token": False}
        await fake.until(lambda: fake.asked)
        assert fake.connects == 0
        assert set(fake.desk.refusals) == {"invalidClientIdOrSecret", "authFailed"}


@pytest.mark.middle
async def test_as_a_process_of_its_own(unused_tcp_port: int) -> None:
    async with served(STAGE, unused_tcp_port) as server, witness(unused_tcp_port) as bot:
        await server.until(lambda: server.connects == 1, 30)
        key = await server.say("在吗", mention=True, again=True)
        await bot.until(lambda _: [line.get("id") for line in bot.lines].count(key) == 2)
        await server.until(lambda: len(server.posts) == 4)
        assert server.texts()[:2] == ["@m1 收到", "@m1 **收到**"]
        await server.mood("closing")
        await server.until(lambda: server.connects >= 3)
        await server.odd()


GOOD = {"robotCode": ROBOT, "openConversationId": GROUP, "msgKey": "sampleText", "msgParam": '{"content": "x"}'}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"robotCode": "other"}, "invalidParameter.robotCode.notExsit"),
        ({"openConversationId": "cidNowhere"}, "invalid.openConversationId"),
        ({"msgKey": "sampleNews"}, "invalidParameter.msgKey.invalid"),
        ({"msgParam": {"content": "x"}}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"text": "x"}'}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"content": ""}'}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"content": "' + "长" * 5000 + '"}'}, "invalidParameter.msgParam.tooLong"),
        ({"msgKey": "sampleImageMsg", "msgParam": '{"photoURL": "@none"}'}, "invalidParameter.msgParam.invalid"),
        ({"more": 1}, "invalidParameter.param.invalid"),
    ],
)
async def test_what_is_not_right_is_refused(changes: dict[str, Any], code: str | None) -> None:
    fake = Fake()
    async with fake.serve() as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        keys = {"appKey": ROBOT, "appSecret": SECRET}
        token = (await http.post("/v1.0/oauth2/accessToken", json=keys)).json()["accessToken"]
        url = "/v1.0/robot/groupMessages/send"
        assert (await http.post(url, json=GOOD)).status_code == 401
        answer = await http.post(url, json={**GOOD, **changes}, headers={"x-acs-dingtalk-access-token": token})
        assert answer.json().get("code") == code
        assert ("processQueryKey" in answer.json()) == (code is None)
