"""A gateway that is killed, closed, deaf, taken or never there, and a process that hangs or is left alone."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.adapters import AuthError, Heard
from bot.adapters.wechat import RETURNS
from bot.adapters.wechat._wire import ROOT, AwayError, LostError, Meeting, TakenError, linked
from bot.supervisor import Board, State, supervise
from storage.frames import Place
from storage.replies import Body
from tests.bot.adapters.wechat.staging import PLACE, children, running, stage, wechat
from tests.lag import HELD_UP, lag, p99
from tests.platforms.recorder import Recorder, free_port
from tests.platforms.wechat.fake import TOKEN, Fake, Gateway

pytestmark = pytest.mark.middle

BACK_SECONDS = 30.0


async def test_a_gateway_that_is_killed_three_times_in_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under the supervisor, as in the bot; measured from when the gateway listens again."""
    ear, took = Recorder(), []
    gateway = Gateway(free_port())
    adapter = wechat(gateway.port, tmp_path)
    part = Board(time.monotonic).part("wechat")
    async with gateway.up():
        life = asyncio.create_task(supervise(part, lambda: adapter.run(ear), rng=random.Random(1)))
        await ear.until(lambda: ear.online_as)
        for number in range(3):
            await gateway.kill()
            await ear.until(lambda count=number + 1: len(ear.offline_for) == count)  # type: ignore[misc]
            await asyncio.sleep(number)  # nobody listens there for a while
            await gateway.start()
            began = time.monotonic()
            async with asyncio.timeout(BACK_SECONDS):
                while not any(text == f"第 {number} 次" for text in ear.texts):
                    await gateway.say(f"第 {number} 次", member="wxid_m1")
                    await asyncio.sleep(0.2)
            took.append(time.monotonic() - began)
        assert part.lives == 1
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
    with capsys.disabled():
        print("\nwechat: messages flow again after", ", ".join(f"{seconds:.1f} s" for seconds in took))
    assert len(ear.online_as) == 4


async def test_what_was_said_while_nobody_heard_it_is_a_gap(tmp_path: Path) -> None:
    ear = Recorder()
    async with stage(tmp_path, ear) as on:
        await on.gateway.say("在", member="wxid_m1")
        await ear.until(lambda: ear.messages)
        assert ear.gaps == []
        killed_at = ear.now()
        await on.gateway.kill()
        await ear.until(lambda: ear.offline_for)
        await on.gateway.start()
        await ear.until(lambda: ear.gaps)
        (gap,) = ear.gaps
        assert (gap.group, gap.missing) == (PLACE.key, None)
        assert ear.messages[0].at <= gap.since
        assert abs((gap.since - killed_at).total_seconds()) < 10
        assert gap.until > killed_at


async def test_the_time_before_the_bot_began_is_a_gap_too(tmp_path: Path) -> None:
    ear = Recorder()
    long_ago = ear.now().replace(year=ear.now().year - 1)
    other = Place("wechat", "9@chatroom")
    ear.known = [Heard(PLACE, "1", long_ago, None), Heard(other, "", long_ago.replace(hour=0, minute=0), None)]
    async with stage(tmp_path, ear):
        await ear.until(lambda: len(ear.gaps) == 2)
        assert {gap.since for gap in ear.gaps} == {long_ago}
        assert {gap.group for gap in ear.gaps} == {PLACE.key, "9@chatroom"}


async def test_nobody_there(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(OSError, match="refused"):
        await wechat(free_port(), tmp_path).run(Recorder())
    assert time.monotonic() - began < 15


async def test_a_gateway_that_is_knocked_at_for_longer_than_a_process_may_be_silent(tmp_path: Path) -> None:
    meeting = Meeting(f"127.0.0.1:{free_port()}", TOKEN, 5, 5, patience=4, beat=0.3, silence=2.5)
    began = time.monotonic()
    async with linked(meeting, tmp_path) as link:
        with pytest.raises(AwayError, match="refused"):
            await link.hear()
    assert time.monotonic() - began > 4


async def test_a_wrong_token(tmp_path: Path) -> None:
    async with Gateway(free_port()).up() as gateway:
        with pytest.raises(AuthError) as refused:
            await wechat(gateway.port, tmp_path, token="insecure_wrong").run(Recorder())
        assert "insecure" not in str(refused.value)


@pytest.mark.parametrize("mood", ["mute", "closing"])
async def test_a_gateway_that_takes_connections_and_is_none(mood: str, tmp_path: Path) -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        fake.mood = mood
        async with lag() as lags:
            with pytest.raises(OSError):
                await asyncio.wait_for(wechat(port, tmp_path, answer_timeout=1).run(ear), 10)
        assert fake.connects == 1
        assert p99(lags) < HELD_UP
    assert ear.online_as == []


async def test_a_gateway_that_closes_after_each_login_is_left_to_the_supervisor(tmp_path: Path) -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port, running(wechat(port, tmp_path), ear) as life:
        for number in range(RETURNS + 1):
            await ear.until(lambda count=number + 1: len(ear.online_as) == count or life.done())  # type: ignore[misc]
            fake.mood = "closing"
            fake.mood = "well"
        with pytest.raises(OSError):
            await asyncio.wait_for(asyncio.shield(life), 20)
        assert fake.connects == RETURNS + 1


async def test_a_gateway_that_is_deaf_is_left(tmp_path: Path) -> None:
    async with stage(tmp_path, heartbeat=0.5, answer_timeout=1.5) as on:
        await asyncio.sleep(2)  # signs of life keep it
        assert on.ear.offline_for == []
        await on.gateway.order("deaf", deaf=True)
        await on.ear.until(lambda: on.ear.offline_for)
        await on.gateway.order("deaf", deaf=False)
        await on.ear.until(lambda: len(on.ear.online_as) == 2)


async def test_a_second_client_is_turned_away_and_disturbs_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path / "a") as on:
        with pytest.raises(TakenError):
            await wechat(on.gateway.port, tmp_path / "b").run(Recorder())
        await on.gateway.say("还在", member="wxid_m1")
        await on.ear.until(lambda: on.ear.messages)
        assert on.ear.offline_for == []


async def test_a_process_that_hangs_holds_up_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, send_timeout=0.5) as on:
        (pid,) = set(children())
        os.kill(pid, signal.SIGSTOP)
        async with lag() as lags:
            with pytest.raises(Exception, match=r"0\.5 s"):
                await on.adapter.send(PLACE, on.adapter.render(Body.of("在"))[0], None)
            await asyncio.sleep(0.5)
        assert p99(lags) < HELD_UP
    # `running` has seen that it was stopped in time, and that nothing is left of it


async def test_a_process_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    async with Gateway(free_port()).up() as gateway:
        meeting = Meeting(f"127.0.0.1:{gateway.port}", TOKEN, 5, 5, silence=4)
        async with linked(meeting, tmp_path) as link:
            online = False
            while not online:
                told = await link.hear()
                online = isinstance(told, dict) and told.get("on") == "online"
            (pid,) = set(children())
            os.kill(pid, signal.SIGSTOP)
            with pytest.raises(LostError, match="no sign of life for 4 s"):
                await asyncio.wait_for(link.hear(), 8)


async def test_a_process_that_is_killed(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        (pid,) = set(children())
        os.kill(pid, signal.SIGKILL)
        await on.ear.until(lambda: on.ear.offline_for)
        assert "ended with -9" in on.ear.offline_for[0]
        await on.ear.until(lambda: len(on.ear.online_as) == 2)


ALONE = """
import asyncio, sys
from pathlib import Path
from tests.bot.adapters.wechat.staging import children, wechat
from tests.platforms.recorder import Recorder

async def main():
    ear = Recorder()
    life = asyncio.create_task(wechat(int(sys.argv[1]), Path(sys.argv[2])).run(ear))
    await ear.until(lambda: ear.online_as)
    print(*children(), flush=True)
    await life

asyncio.run(main())
"""


async def test_the_process_does_not_outlive_the_bot(tmp_path: Path) -> None:
    async with Gateway(free_port()).up() as gateway:
        command = [sys.executable, "-c", ALONE, str(gateway.port), str(tmp_path)]
        bot = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT)
        assert bot.stdout is not None
        async with asyncio.timeout(20):
            pid = int(await bot.stdout.readline())
        assert _lives(pid)
        bot.kill()
        await bot.communicate()
        async with asyncio.timeout(8):
            while _lives(pid):  # noqa: ASYNC110 - nobody tells us: its parent is gone
                await asyncio.sleep(0.02)


async def test_the_supervisor_waits_where_the_token_is_wrong(tmp_path: Path) -> None:
    async with Gateway(free_port()).up() as gateway:
        part = Board(time.monotonic).part("wechat")
        adapter = wechat(gateway.port, tmp_path, token="insecure_wrong")
        asleep = asyncio.Event()

        async def sleep(seconds: float) -> None:
            assert seconds > 60
            asleep.set()
            await asyncio.get_running_loop().create_future()

        life = asyncio.create_task(supervise(part, lambda: adapter.run(Recorder()), rng=random.Random(1), sleep=sleep))
        await asyncio.wait_for(asleep.wait(), 15)
        assert part.state is State.AUTH_FAILED
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)


def _lives(pid: int) -> bool:
    try:
        return b"wechat._child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
