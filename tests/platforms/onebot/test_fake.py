"""The fake's fidelity: third-party bots take it for a OneBot implementation, and it speaks as NapCat does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.bot.adapters.onebot.recorder import Recorder, free_port, onebot, running
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.world import Member

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TOKEN = "s3cret"


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
async def process(*words: object, stdin: int = asyncio.subprocess.DEVNULL) -> AsyncIterator[Witness]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *map(str, words),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield Witness(started)
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.kill()
        await started.communicate()


def napcat(**more: Any) -> NapCat:
    fake = NapCat(token=TOKEN, **more)
    fake.world.add_group(700, "PG 群", (Member(20001, "樊", "成都-老樊-DBA", "admin"),))
    return fake


async def ask(fake: NapCat) -> int:
    """Say something with a quote, a mention and text in the group; return the message's id."""
    first = await fake.say(700, 20001, "pg_wal 涨了 &[,]")
    reply = {"type": "reply", "data": {"id": str(first.message_id)}}
    at = {"type": "at", "data": {"qq": "10001"}}
    said = await fake.say(700, 20001, [reply, at, {"type": "text", "data": {"text": " 能删吗"}}])
    return said.message_id


# --- third-party bots ---


@pytest.mark.middle
@pytest.mark.parametrize("form", ["array", "string"])
async def test_aiocqhttp_takes_it_for_an_implementation(form: str) -> None:
    port, fake = free_port(), napcat(form=form, heartbeat=0.3)
    async with process(HERE / "witness_aiocqhttp.py", port, TOKEN) as witness:
        async with fake.reverse(f"ws://127.0.0.1:{port}/ws/", interval=0.1):
            assert (await witness.told("lifecycle"))["lifecycle"] == 10001
            assert await witness.told("heartbeat") == {"heartbeat": 300, "online": True}
            asked = await ask(fake)
            first = await witness.told("heard")
            assert (first["text"], first["name"]) == ("pg_wal 涨了 &[,]", "成都-老樊-DBA")
            second = await witness.told("heard")
            assert [what for what, _ in second["heard"]] == ["reply", "at", "text"]
            assert second["heard"][1][1]["qq"] == "10001"
            assert second["id"] == asked
            await witness.told("sent")
            sent = await witness.told("sent")
            assert await witness.told("failed") == {"failed": 1404}
            members = (await witness.told("members"))["members"]
            assert [member["card"] for member in members] == ["", "成都-老樊-DBA"]
            login = await witness.told("login")
            assert login["login"]["nickname"] == "小象"
            assert [group["group_name"] for group in login["groups"]] == ["PG 群"]
            assert (await witness.told("quoted"))["quoted"] == "pg_wal 涨了 &amp;&#91;,&#93;"
            await fake.notice("group_increase", group_id=700, user_id=5, operator_id=0, sub_type="approve")
            assert (await witness.told("notice"))["notice"] == "notice.group_increase.approve"
            await fake.whisper(20001, "私下问")
            await fake.until(lambda: len(fake.posts) == 3)
        posts = {post.message_id: post for post in fake.posts}
        post = posts[sent["sent"]["message_id"]]
        assert (post.where, post.text) == ("group:700", "收到")
        assert [part["type"] for part in post.segments] == ["reply", "at", "text"]
        assert fake.posts[2].where == "private:20001"
        intruder = napcat()
        intruder._token = "wrong"
        async with intruder.reverse(f"ws://127.0.0.1:{port}/ws/"):
            await intruder.until(lambda: intruder.refusals)
        assert intruder.refusals[0] == 403


@pytest.mark.middle
@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("form", ["array", "string"])
async def test_nonebot_takes_it_for_an_implementation(mode: str, form: str) -> None:
    port, fake = free_port(), napcat(form=form)
    async with contextlib.AsyncExitStack() as stack:
        where: object = port
        if mode == "forward":
            where = await stack.enter_async_context(fake.forward())
        witness = await stack.enter_async_context(process(HERE / "witness_nonebot.py", mode, where, TOKEN))
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        if mode == "reverse":
            await stack.enter_async_context(fake.reverse(url, interval=0.1))
        assert (await witness.told("lifecycle"))["lifecycle"] == "10001"
        asked = await ask(fake)
        assert (await witness.told("heard"))["to_me"] is False
        second = await witness.told("heard")
        assert (second["text"], second["to_me"], second["quoted"]) == ("能删吗", True, "pg_wal 涨了 &[,]")
        assert second["id"] == asked
        assert (await witness.told("member"))["member"] == "成都-老樊-DBA"
        assert await witness.told("failed") == {"failed": 1404}
        await fake.until(lambda: len(fake.posts) == 2)
        quoting = {post.segments[0]["data"]["id"]: post for post in fake.posts}
        assert quoting[str(asked)].text.strip() == "收到"
        if mode == "reverse":
            intruder = napcat()
            intruder._token = "wrong"
            async with intruder.reverse(url):
                await intruder.until(lambda: intruder.refusals)
            assert intruder.refusals[0] == 403


@pytest.mark.middle
async def test_nonebot_with_a_wrong_token_is_refused() -> None:
    fake = napcat()
    async with fake.forward() as url, process(HERE / "witness_nonebot.py", "forward", url, "wrong") as witness:
        await fake.until(lambda: fake.intruders >= 2, timeout=30)  # it came, was shown out, and came again
        assert (fake.calls, fake.connections, witness.process.returncode) == ([], 0, None)


@pytest.mark.middle
async def test_our_adapter_hears_what_aiocqhttp_hears() -> None:
    port, fake, ear = free_port(), napcat(seed=7), Recorder()
    async with contextlib.AsyncExitStack() as stack:
        witness = await stack.enter_async_context(process(HERE / "witness_aiocqhttp.py", port, TOKEN))
        await stack.enter_async_context(fake.reverse(f"ws://127.0.0.1:{port}/ws/", interval=0.1))
        url = await stack.enter_async_context(fake.forward())
        adapter = onebot(mode="forward", url=url, access_token=TOKEN)
        await stack.enter_async_context(running(adapter, ear))
        await fake.connected(2)
        await witness.told("lifecycle")
        await ear.until(lambda: ear.online_as)
        texts = [f"第 {n} 条 [CQ:face,id={n}] &amp; <b>" for n in range(50)]
        for text in texts:
            await fake.say(700, 20001, text)
        theirs = [(await witness.told("heard"))["text"] for _ in texts]
        await ear.until(lambda: len(ear.messages) == 50)
        assert sorted(ear.texts) == sorted(theirs) == sorted(texts)


# --- as NapCat does ---


async def answer(socket: ClientConnection, action: str, **params: object) -> dict[str, Any]:
    await socket.send(json.dumps({"action": action, "params": params, "echo": {"seq": action}}))
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame.get("echo") == {"seq": action}:
            return frame


async def test_it_speaks_as_napcat_does() -> None:
    fake = napcat(heartbeat=0.05)
    for n in range(50):
        await fake.say(700, 20001, str(n), at=1_700_000_000 + n)
    async with fake.forward() as url, connect(f"{url}?access_token={TOKEN}", proxy=None) as socket:
        lifecycle = json.loads(await socket.recv())
        assert (lifecycle["meta_event_type"], lifecycle["sub_type"]) == ("lifecycle", "connect")
        heartbeat = json.loads(await socket.recv())
        assert (heartbeat["interval"], heartbeat["status"]) == (50, {"online": True, "good": True})
        assert (await answer(socket, "get_status"))["data"]["online"] is True
        unknown = await answer(socket, "nothing")
        assert (unknown["status"], unknown["retcode"], unknown["data"]) == ("failed", 1404, None)
        assert (await answer(socket, "get_msg", message_id=1))["retcode"] == 1200
        latest = (await answer(socket, "get_group_msg_history", group_id=700, count=5))["data"]["messages"]
        assert [raw["raw_message"] for raw in latest] == ["45", "46", "47", "48", "49"]
        anchor = latest[0]["message_id"]
        assert latest[0]["message_seq"] == anchor
        assert [raw["real_seq"] for raw in latest] == ["46", "47", "48", "49", "50"]
        forwards = await answer(socket, "get_group_msg_history", group_id="700", message_seq=anchor, count=3)
        assert [raw["raw_message"] for raw in forwards["data"]["messages"]] == ["45", "46", "47"]
        params = {"group_id": 700, "message_seq": str(anchor), "count": 3, "reverse_order": True}
        backwards = await answer(socket, "get_group_msg_history", **params)
        assert [raw["raw_message"] for raw in backwards["data"]["messages"]] == ["43", "44", "45"]
        assert (await answer(socket, "get_group_msg_history", group_id=9))["retcode"] == 1200
        post = await answer(socket, "send_group_msg", group_id=700, message=[{"type": "text", "data": {"text": "x"}}])
        deleted = await answer(socket, "delete_msg", message_id=post["data"]["message_id"])
        assert deleted["status"] == "ok"
        assert (await answer(socket, "send_group_msg", group_id=9, message=[]))["status"] == "failed"
        await socket.send("{")
        assert json.loads(await socket.recv())["retcode"] == 1400


async def test_a_wrong_token_is_told_after_the_handshake() -> None:
    fake = napcat()
    async with fake.forward() as url, connect(url, additional_headers={"Authorization": "Bearer no"}) as socket:
        frames = [json.loads(frame) async for frame in socket]
    assert [(frame["retcode"], frame["status"], frame["echo"]) for frame in frames] == [(1403, "failed", None)]
    assert fake.intruders == 1


# --- as a process ---


@pytest.mark.middle
async def test_as_a_process_it_plays_a_script_and_keeps_a_ledger(tmp_path: Path) -> None:
    port, ear, ledger = free_port(), Recorder(), tmp_path / "ledger.jsonl"
    script = tmp_path / "script.jsonl"
    orders: list[dict[str, Any]] = [
        {"do": "wait", "for": "clients"},
        {"do": "say", "group": 2, "user": 20001, "text": "第 {n} 条", "times": 3},
        {"do": "whisper", "user": 20002, "text": "私下"},
        {"do": "faults", "duplicate": 1.0},
        {"do": "say", "group": 1, "user": 20001, "text": "两次"},
        {"do": "wait", "for": "posts"},
        {"do": "cut"},
        {"do": "quit"},
    ]
    script.write_text("".join(json.dumps(order) + "\n" for order in orders))
    adapter = onebot(port=port, access_token=TOKEN)
    options = ["--url", f"ws://127.0.0.1:{port}/onebot/v11/ws", "--token", TOKEN, "--groups", 2]
    options += ["--script", script, "--ledger", ledger]
    async with running(adapter, ear), process("-m", "tests.platforms.onebot.fake", *options) as fake:
        await ear.until(lambda: len(ear.frames) + len(ear.again) == 6, timeout=30)
        await adapter.send(ear.frames[0].place, '[{"type":"text","data":{"text":"答"}}]', None)
        assert await asyncio.wait_for(fake.process.wait(), 30) == 0
    assert ear.texts == ["第 1 条", "第 2 条", "第 3 条", "私下", "两次"]
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [line["post"]["text"] for line in lines if "post" in line] == ["答"]
    assert [line["said"]["seq"] for line in lines if "said" in line] == [1, 2, 3, 1, 1]


@pytest.mark.middle
async def test_a_stopped_process_is_noticed_and_found_again() -> None:
    """SIGSTOP: the kernel keeps the socket open and takes what is sent, but nothing ever comes."""
    port, ear = free_port(), Recorder()
    adapter = onebot(port=port, heartbeat=0.2)
    options = ["--url", f"ws://127.0.0.1:{port}/onebot/v11/ws", "--heartbeat", "0.2"]
    fake_process = process("-m", "tests.platforms.onebot.fake", *options, stdin=asyncio.subprocess.PIPE)
    async with running(adapter, ear), fake_process as fake:
        await ear.until(lambda: ear.online_as, timeout=30)
        assert adapter._session is not None
        fake.process.send_signal(signal.SIGSTOP)
        await asyncio.wait_for(adapter._session.ended.wait(), 5)
        fake.process.send_signal(signal.SIGCONT)
        await ear.until(lambda: len(ear.online_as) == 2, timeout=10)
