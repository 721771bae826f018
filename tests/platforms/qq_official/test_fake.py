"""The fake's fidelity: the official SDK takes it for the platform, and what the platform refuses is refused."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.platforms.qq_official.fake import APP_ID, SECRET, Fake
from tests.platforms.qq_official.world import GROUP, openid

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


class Witness:
    """A bot in a process of its own, and what it tells."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []

    async def told(self, what: str) -> dict[str, Any]:
        """Return the next line that tells of something."""
        async with asyncio.timeout(30):
            while not (found := [line for line in self.lines if what in line]):
                assert self.process.stdout is not None
                raw = await self.process.stdout.readline()
                assert raw, f"the witness ended without telling of {what}: {self.lines}"
                if raw.startswith(b"{"):
                    self.lines.append(json.loads(raw))
        self.lines.remove(found[0])
        return found[0]


@contextlib.asynccontextmanager
async def witness(folder: Path, port: int, secret: str = SECRET) -> AsyncIterator[Witness]:
    """Run the official SDK in a folder of its own, for it writes its log where it stands."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / "witness_botpy.py"),
        str(port),
        APP_ID,
        secret,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Witness(started)
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.kill()
        await started.communicate()


@pytest.mark.middle
async def test_the_official_sdk_takes_it_for_the_platform(tmp_path: Path) -> None:
    fake = Fake()
    async with fake.serve() as port, witness(tmp_path, port) as bot:
        assert (await bot.told("ready"))["ready"] == "小象"
        assert fake.logins[0]["intents"] == 1 << 25
        asked = await fake.say("pg_wal 涨了", mention=True)
        heard = await bot.told("heard")
        assert heard == {"heard": " pg_wal 涨了", "id": asked, "member": openid("m1"), "group": GROUP}
        sent = await bot.told("sent")
        assert (fake.posts[0].said.id, fake.posts[0].text) == (sent["sent"], "收到")
        assert "去重" in (await bot.told("refused"))["refused"]
        assert (await bot.told("media"))["media"]["file_info"] in fake.counter.files
        await fake.whisper("私下问")
        assert (await bot.told("whispered"))["member"] == openid("m1")
        await bot.told("sent")
        assert fake.posts[-1].place == f"direct:{openid('m1')}"
        event = {"group_openid": GROUP, "op_member_openid": openid("m2"), "timestamp": 1_795_000_000}
        await fake.dispatch("GROUP_ADD_ROBOT", event)
        assert await bot.told("added") == {"added": GROUP, "by": openid("m2")}
        await fake.dispatch("GROUP_MSG_REJECT", event)
        assert await bot.told("rejected") == {"rejected": GROUP}
        await fake.until(lambda: fake.beats)
        await fake.cut()  # it comes back, and resumes
        await fake.until(lambda: len(fake.logins) == 2, timeout=30)
        assert fake.logins[1]["op"] == 6


@pytest.mark.middle
async def test_the_official_sdk_with_a_wrong_secret_is_refused(tmp_path: Path) -> None:
    fake = Fake()
    async with fake.serve() as port, witness(tmp_path, port, "wrong") as bot:
        assert "100016" in (await bot.told("failed"))["failed"]
    assert fake.connects == 0


async def call(fake: Fake, path: str, body: object, **headers: str) -> tuple[int, dict[str, Any], str]:
    sent = {"Authorization": f"QQBot {fake.tokens[-1] if fake.tokens else ''}", "X-Union-Appid": APP_ID, **headers}
    async with (
        ClientSession() as http,
        http.post(f"http://127.0.0.1:{fake.port}{path}", json=body, headers=sent) as told,
    ):
        return told.status, await told.json(), told.headers["Content-Type"]


POSTS = f"/v2/groups/{GROUP}/messages"


async def test_what_the_platform_refuses_is_refused() -> None:
    fake = Fake()
    async with fake.serve():
        token = {"appId": APP_ID, "clientSecret": SECRET}
        status, told, kind = await call(fake, "/app/getAppAccessToken", {**token, "clientSecret": "x"})
        assert (status, told["code"], kind) == (200, 100016, "application/json")
        _, told, _ = await call(fake, "/app/getAppAccessToken", token)
        assert told["expires_in"] == "7200"
        assert (await call(fake, POSTS, {}, Authorization="QQBot x"))[:1] == (401,)
        assert (await call(fake, POSTS, {}, **{"X-Union-Appid": "1"}))[:1] == (401,)
        asked = await fake.say("在吗", mention=True)
        answer = {"msg_type": 0, "content": "答", "msg_id": asked, "msg_seq": 1}
        picture = base64.b64encode(b"GIF89a").decode()
        for body, code in (
            ({**answer, "colour": 1}, 40034001),
            ({**answer, "msg_type": 5}, 40034002),
            ({**answer, "content": " "}, 40034012),
            ({**answer, "content": "长" * 3_000}, 40054007),
            ({**answer, "content": "见 https://x.example.com"}, 40054010),
            ({**answer, "msg_id": "ROBOT1.0_x"}, 40034024),
            ({**answer, "event_id": "x"}, 40034023),
            ({**answer, "msg_seq": 0}, 40034022),
            ({**answer, "message_reference": {"message_id": "x"}}, 40034025),
            ({"msg_type": 7, "media": {"file_info": "x"}}, 40034011),
        ):
            status, told, _ = await call(fake, POSTS, body)
            assert (status, told["code"]) == (400, code)
        status, told, _ = await call(
            fake, f"/v2/groups/{GROUP}/files", {"file_type": 1, "srv_send_msg": False, "file_data": picture}
        )
        assert (status, told["code"]) == (400, 40034004)
        assert (await call(fake, "/v2/groups/other/messages", answer))[1]["code"] == 40034101


async def test_answers_are_counted_and_timed() -> None:
    fake = Fake()
    async with fake.serve():
        await call(fake, "/app/getAppAccessToken", {"appId": APP_ID, "clientSecret": SECRET})
        asked = await fake.say("在吗", mention=True)
        codes = []
        for number in (1, 1, 2, 3, 4, 5, 6):
            body = {"msg_type": 0, "content": "答", "msg_id": asked, "msg_seq": number}
            codes.append((await call(fake, POSTS, body))[1].get("code"))
        assert codes == [None, 40054005, None, None, None, None, 40034128]
        fake.world.said[asked].at -= 301
        body = {"msg_type": 0, "content": "答", "msg_id": asked, "msg_seq": 7}
        assert (await call(fake, POSTS, body))[1]["code"] == 40034005
        fake.world.proactive = False
        assert (await call(fake, POSTS, {"msg_type": 0, "content": "报"}))[1]["code"] == 40034105
