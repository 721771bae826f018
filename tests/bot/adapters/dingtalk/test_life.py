"""A connection's life: what is heard and acknowledged, how it ends, and what it survives."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.adapters import AuthError
from bot.adapters.dingtalk import _stream
from storage.frames import GroupKind, Kind
from tests.bot.adapters.dingtalk.staging import dingtalk, running, stage
from tests.platforms.dingtalk.desk import SECRET
from tests.platforms.dingtalk.fake import Fake
from tests.platforms.dingtalk.world import GROUP, ROBOT
from tests.platforms.recorder import Recorder, free_port

pytestmark = pytest.mark.middle


async def test_what_is_said_to_the_bot_is_heard_once_it_connects() -> None:
    async with stage() as on:
        assert on.ear.online_as == [(ROBOT, "小象", ())]
        key = await on.hear("主库磁盘满了")
        picture = await on.hear("", picture=True)
        reply = await on.hear("还是不行", member="m2", name="晓舟", quote=key)
        first, second, third = on.ear.messages
        assert (first.key, first.member, first.text, first.to_bot) == (key, "m1", "主库磁盘满了", True)
        assert (second.key, second.kind, second.text) == (picture, Kind.IMAGE, "[图片]")
        assert (third.key, third.reply_to, third.quote) == (reply, key, "主库磁盘满了")
        assert {frame.place.key for frame in on.ear.frames} == {GROUP}
        await on.fake.until(lambda: len(on.fake.acks) == 3)
        await on.fake.say("不 @ 它，它就听不到")
        await on.hear("再来")
        assert on.ear.texts[-1] == "再来"


async def test_a_word_in_private_and_who_is_outside() -> None:
    async with stage() as on:
        on.fake._spawn(on.fake.deliver(on.fake.world.direct("私下问", "stranger")))
        await on.ear.until(lambda: on.ear.frames)
        (frame,) = on.ear.frames
        assert frame.place.kind is GroupKind.DIRECT
        assert frame.place.key == f"direct:{on.ear.messages[0].member}"
        assert on.ear.messages[0].member.startswith("sid:")
        assert on.ear.messages[0].flags == ("unstable",)


async def test_acknowledged_only_once_it_is_durable() -> None:
    ear = Recorder(blocked=asyncio.Event())
    async with stage(Fake(redeliver=0.1), ear) as on:
        await on.fake.say("x", mention=True)
        await ear.until(lambda: len(ear.began) == 3)  # it came twice again, unacknowledged
        assert on.fake.acks == []
        assert ear.blocked is not None
        ear.blocked.set()
        await on.fake.until(lambda: len(on.fake.acks) == len(ear.began))
        assert len(ear.frames) == 1
        assert len({ack["headers"]["messageId"] for ack in on.fake.acks}) == len(on.fake.acks)


async def test_what_comes_twice_is_heard_once() -> None:
    async with stage() as on:
        await on.hear("x", again=True)
        await on.fake.until(lambda: len(on.fake.acks) == 2)
        await on.ear.until(lambda: len(on.ear.frames) + len(on.ear.again) == 2)
        assert len(on.ear.frames) == 1


@pytest.mark.middle
async def test_many_at_once_are_bounded_and_keep_their_order() -> None:
    ear = Recorder(blocked=asyncio.Event())
    async with stage(Fake(redeliver=30), ear) as on:
        said = [await on.fake.say(f"第 {n} 条", mention=True) for n in range(150)]
        await ear.until(lambda: len(ear.began) == _stream.IN_FLIGHT)
        assert ear.blocked is not None
        ear.blocked.set()
        await ear.until(lambda: len(ear.frames) == 150)
        assert ear.busiest == _stream.IN_FLIGHT
        assert [message.key for message in ear.messages] == said


async def test_what_was_said_while_away_is_kept() -> None:
    fake, ear = Fake(redeliver=30), Recorder()
    async with fake.serve() as port:
        said = [await fake.say(str(n), mention=True) for n in range(5)]
        async with running(dingtalk(port), ear):
            await ear.until(lambda: len(ear.frames) == 5)
    assert sorted(message.key for message in ear.messages) == sorted(said)


STRANGE = [
    "null",
    "42",
    "[]",
    '{"type": "CALL',
    "NaN",
    b"\x00\xff",
    "{}",
    '{"type": "CALLBACK", "data": "{"}',
    "[" * 5000,
]


async def test_one_broken_frame_ends_nothing() -> None:
    async with stage() as on:
        for frame in STRANGE:
            await on.fake.push(frame)
        for data in (
            "{",
            "[]",
            {},
            {"conversationType": "2"},
            {"text": None, "msgId": "1"},
            '{"a":' * 99 + "1" + "}" * 99,
        ):
            await on.fake.push(on.fake.frame(on.fake.world.key("frame"), data))
        await on.hear("还在")
        await on.ear.until(lambda: len(on.ear.oddities) == len(STRANGE) + 6)
        assert (len(on.fake.sockets), on.fake.connects) == (1, 1)
        await on.fake.until(lambda: len(on.fake.acks) == 7)  # what has an id need not come again


async def test_unknown_topics_are_kept_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "bot.adapters.dingtalk")
    async with stage() as on:
        for _ in range(3):
            await on.fake.odd()
        await on.ear.until(lambda: len(on.ear.oddities) == 3)
        assert on.ear.oddities[0] == ('{"spaceId": "1"}', "unknown topic /v1.0/nobody/knows")
        await on.fake.until(lambda: len(on.fake.acks) == 3)
    assert sum("unknown topic" in record.message for record in caplog.records) == 1


async def test_what_is_kept_and_logged_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "bot")
    async with stage() as on:
        said = on.fake.world.text("密")
        session = said["sessionWebhook"].partition("session=")[2]
        on.fake._spawn(on.fake.deliver({**said, "msgId": None}))
        await on.ear.until(lambda: on.ear.oddities)
        assert session not in on.ear.oddities[0][0]
        assert SECRET not in caplog.text
        assert session not in caplog.text
        assert "密" not in caplog.text


async def test_a_ping_of_the_gateway_is_answered_with_its_own_data() -> None:
    async with stage() as on:
        ack = await on.fake.deliver({"opaque": "abc"}, topic="ping", kind="SYSTEM")
        assert json.loads(ack["data"]) == {"opaque": "abc"}
        assert on.ear.oddities == []


async def test_a_farewell_is_acknowledged_and_ends_the_life_without_an_error() -> None:
    async with stage() as on:
        await on.hear("x")
        await on.fake.disconnect()
        await asyncio.wait_for(on.life, 20)
        assert json.loads(on.fake.acks[-1]["data"]) == {"reason": "persistent connection is timeout"}


@pytest.mark.middle
async def test_a_store_on_its_way_is_waited_for_at_the_end() -> None:
    async with stage(ear=Recorder(seconds=0.1)) as on:
        await on.fake.say("x", mention=True)
        await on.ear.until(lambda: on.ear.began)
        await on.fake.disconnect()
        await asyncio.wait_for(on.life, 20)
        assert on.ear.texts == ["x"]
        assert len(on.fake.acks) == 2


@pytest.mark.parametrize(("code", "error"), [(1000, None), (1011, ConnectionError), (0, ConnectionError)])
async def test_a_connection_that_ends(code: int, error: type[Exception] | None) -> None:
    async with stage() as on:
        if code:
            on.fake.closing_code = code
            on.fake.mood = "closing"
        else:
            await on.fake.cut()
        if error is None:
            await asyncio.wait_for(asyncio.shield(on.life), 20)
        else:
            with pytest.raises(error, match="gateway closed"):
                await asyncio.wait_for(asyncio.shield(on.life), 20)


@pytest.mark.middle
async def test_a_frame_that_is_too_large() -> None:
    async with stage() as on:
        await on.fake.push("x" * (_stream.MAX_FRAME + 1))
        with pytest.raises(ConnectionError, match="larger than"):
            await asyncio.wait_for(asyncio.shield(on.life), 20)


async def test_a_store_that_fails_ends_the_connection_and_is_not_acknowledged() -> None:
    class Broken(Recorder):
        async def hear(self, frame: object) -> None:
            raise RuntimeError("the store is broken")

    async with stage(ear=Broken()) as on:
        await on.fake.say("x", mention=True)
        with pytest.raises(RuntimeError, match="the store is broken"):
            await on.life
        assert on.fake.acks == []


async def test_wrong_credentials() -> None:
    fake = Fake()
    async with fake.serve() as port:
        adapter = dingtalk(port, client_secret="hunter2")
        with pytest.raises(AuthError, match="鉴权失败") as raised:
            await adapter.run(Recorder())
        assert "hunter2" not in str(raised.value)
        (line,) = await adapter.probe()
        assert "client_id or client_secret is wrong" in line
        assert "hunter2" not in line


async def test_probing() -> None:
    fake = Fake()
    async with fake.serve() as port:
        assert await dingtalk(port).probe() == []
        (line,) = await dingtalk(port, media=f"http://127.0.0.1:{free_port()}").probe()
        assert "pictures and files cannot be sent" in line
    (line,) = await dingtalk(free_port()).probe()
    assert "cannot be reached" in line
    assert fake.connects == 0


async def test_nobody_there() -> None:
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        await dingtalk(free_port()).run(Recorder())


@pytest.mark.middle
@pytest.mark.parametrize("mood", ["mute", "silent"])
async def test_a_gateway_that_never_answers_can_be_stopped(mood: str) -> None:
    fake, ear = Fake(), Recorder()
    fake.mood = mood
    async with fake.serve() as port:
        async with running(dingtalk(port), ear) as life:
            await asyncio.wait({life}, timeout=0.2)
            assert not life.done()
        assert ear.online_as == []


async def test_a_gateway_that_never_answers_is_given_up() -> None:
    fake = Fake()
    fake.mood = "mute"
    async with fake.serve() as port:
        with pytest.raises(OSError, match=r"ReadTimeout|no answer within"):
            await dingtalk(port, timeout=0.1).run(Recorder())


@pytest.mark.middle
async def test_a_connection_without_a_sign_of_life_is_given_up() -> None:
    async with stage(heartbeat=0.05) as on:
        await asyncio.sleep(0.2)  # pongs keep it alive
        assert not on.life.done()
        on.fake.deaf()
        with pytest.raises(ConnectionError, match="no sign of life"):
            await asyncio.wait_for(asyncio.shield(on.life), 20)


async def test_a_connection_on_which_nothing_comes_is_made_anew() -> None:
    async with stage(heartbeat=0.05, silent_after=0.1) as on:
        with pytest.raises(ConnectionError, match="nothing came"):
            await asyncio.wait_for(asyncio.shield(on.life), 20)


@pytest.mark.middle
async def test_a_slow_store_is_no_dead_gateway() -> None:
    ear = Recorder(blocked=asyncio.Event())
    async with stage(Fake(redeliver=30), ear, heartbeat=0.05) as on:
        for n in range(_stream.IN_FLIGHT + 60):
            await on.fake.say(str(n), mention=True)
        await ear.until(lambda: len(ear.began) == _stream.IN_FLIGHT)
        await asyncio.sleep(0.2)
        assert not on.life.done()


@pytest.mark.middle
async def test_stops_at_once_whatever_hangs() -> None:
    """Stores that hang, and a peer that is deaf: `running` allows a second."""
    ear = Recorder(blocked=asyncio.Event())
    async with stage(ear=ear) as on:
        for n in range(10):
            await on.fake.say(str(n), mention=True)
        await ear.until(lambda: len(ear.began) == 10)
        on.fake.deaf()


async def test_a_ticket_serves_once_and_no_plain_address_leaves_the_machine() -> None:
    async with stage() as on:
        address = await on.adapter._api.ticket()
        socket = await _stream.dial(address)
        await _stream.hang_up(socket)
        with pytest.raises(ConnectionError, match="no WebSocket") as raised:
            await _stream.dial(address)
        assert "ticket" not in str(raised.value)
        on.fake.endpoint = "ws://gateway.example/connect"
        with pytest.raises(ConnectionError, match="encrypted"):
            await on.adapter._api.ticket()
