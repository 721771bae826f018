"""The adapter against the fake, over real sockets, in both directions."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.adapters import AuthError, DeliveryError, Outcome
from bot.adapters.onebot import Onebot
from storage.frames import Echo, GroupKind, Joined, Place, Recall
from storage.replies import At, Body, Paragraph, Plain
from tests.bot.adapters.onebot.recorder import Recorder, free_port, onebot, running
from tests.onebot.fake import NapCat
from tests.onebot.world import Member

TOKEN = "s3cret-token"
GROUP = Place("qq", "700")


@dataclass
class Stage:
    fake: NapCat
    adapter: Onebot
    ear: Recorder
    life: asyncio.Task[None]


@contextlib.asynccontextmanager
async def stage(mode: str, fake: NapCat, ear: Recorder | None = None, **settings: object) -> AsyncIterator[Stage]:
    """The fake and the adapter, connected and logged in."""
    ear = ear or Recorder()
    async with contextlib.AsyncExitStack() as stack:
        if mode == "forward":
            url = await stack.enter_async_context(fake.forward())
            adapter = onebot(mode="forward", url=url, access_token=TOKEN, **settings)
        else:
            port = free_port()
            adapter = onebot(port=port, access_token=TOKEN, **settings)
            await stack.enter_async_context(fake.reverse(f"ws://127.0.0.1:{port}/onebot/v11/ws"))
        life = await stack.enter_async_context(running(adapter, ear))
        await ear.until(lambda: ear.online_as)
        yield Stage(fake, adapter, ear, life)


def napcat(**more: object) -> NapCat:
    fake = NapCat(token=TOKEN, **more)  # type: ignore[arg-type]
    fake.world.add_group(700, "PG 交流 3 群", (Member(20001, "樊", "成都-老樊-DBA"), Member(20002, "阿棠")))
    fake.world.add_group(701, "PG 交流 4 群", (Member(20001, "樊"),))
    return fake


both = pytest.mark.parametrize("mode", ["forward", "reverse"])


@both
@pytest.mark.parametrize("form", ["array", "string"])
async def test_hears_and_posts(mode: str, form: str) -> None:
    async with stage(mode, napcat(form=form)) as on:
        fake, adapter, ear = on.fake, on.adapter, on.ear
        assert ear.online_as == [
            ("10001", "小象", (Place("qq", "700", name="PG 交流 3 群"), Place("qq", "701", name="PG 交流 4 群")))
        ]
        first = await fake.say(700, 20001, "pg_wal 涨到 200G 了 [CQ:at,qq=all]")
        reply = {"type": "reply", "data": {"id": str(first.message_id)}}
        at = {"type": "at", "data": {"qq": "10001"}}
        await fake.say(700, 20002, [reply, at, {"type": "text", "data": {"text": " 能删吗"}}])
        await fake.say(701, 20002, [{"type": "at", "data": {"qq": "20001"}}, {"type": "image", "data": {"file": "x"}}])
        await fake.whisper(20001, "/help")
        await ear.until(lambda: len(ear.frames) == 4)
        question, asked, other, direct = ear.messages
        assert (question.key, question.alias, question.seq) == ("seq:1", str(first.message_id), 1)
        assert (question.name, question.member) == ("成都-老樊-DBA", "20001")
        assert question.text == "pg_wal 涨到 200G 了 [CQ:at,qq=all]"
        assert (asked.text, asked.to_bot, asked.reply_to) == ("能删吗", True, str(first.message_id))
        assert (other.mentions, other.to_bot, other.text) == (("20001",), False, "@成都-老樊-DBA[图片]")
        assert direct.text == "/help"
        assert ear.frames[3].place == Place("qq", "direct:20001", GroupKind.DIRECT)
        body = Body((Paragraph((At("20002", "阿棠"), Plain(" 别删 [CQ:at,qq=all]"))),))
        (payload,) = adapter.render(body)
        key = await adapter.send(ear.frames[1].place, payload, asked.key)
        await adapter.send(ear.frames[3].place, adapter.render(Body.of("在"))[0], None)
        in_group, in_private = fake.posts
        assert in_group.where == "group:700"
        assert [part["type"] for part in in_group.segments] == ["reply", "at", "text"]
        assert in_group.segments[0]["data"]["id"] == asked.alias
        assert in_group.text == " 别删 [CQ:at,qq=all]"
        assert key == str(in_group.message_id)
        assert (in_private.where, in_private.text) == ("private:20001", "在")


@both
async def test_notices_and_our_own_posts(mode: str) -> None:
    async with stage(mode, napcat(report_self=True)) as on:
        said = await on.fake.say(700, 20001, "说错了")
        await on.fake.notice("group_recall", group_id=700, user_id=20001, operator_id=20001, message_id=said.message_id)
        await on.fake.notice("group_increase", group_id=700, user_id=20003, operator_id=0, sub_type="approve")
        key = await on.adapter.send(GROUP, on.adapter.render(Body.of("收到"))[0], None)
        await on.ear.until(lambda: len(on.ear.frames) == 4)
        assert [frame.content for frame in on.ear.frames[1:]] == [
            Recall(str(said.message_id), "20001"),
            Joined("20003"),
            Echo(str(key), "收到"),
        ]
        assert key == str(on.fake.posts[0].message_id)
        assert not on.ear.gaps


async def test_the_same_thing_twice_has_one_key() -> None:
    async with stage("forward", napcat()) as on:
        on.fake.faults.duplicate = on.fake.faults.new_id = 1
        for text in ("1", "1", "1"):
            await on.fake.say(700, 20001, text)
        await on.ear.until(lambda: len(on.ear.frames + on.ear.again) == 9)
        assert on.ear.texts == ["1", "1", "1"]
        assert len({frame.key for frame in on.ear.frames}) == 3


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"refuse": 1200}, Outcome.UNKNOWN),
        ({"refuse": 100}, Outcome.REFUSED),
        ({"refuse": 1404}, Outcome.REFUSED),
        ({"refuse": 1400}, Outcome.REFUSED),
        ({"silent_acts": True}, Outcome.UNKNOWN),
    ],
)
async def test_what_a_failed_post_means(fault: dict[str, object], outcome: Outcome) -> None:
    async with stage("forward", napcat(), send_timeout=0.2) as on:
        for name, value in fault.items():
            setattr(on.fake.faults, name, value)
        with pytest.raises(DeliveryError) as failed:
            await on.adapter.send(GROUP, on.adapter.render(Body.of("x"))[0], None)
        assert failed.value.outcome is outcome
        assert len(on.fake.posts) == ("silent_acts" in fault)


async def test_a_post_without_a_connection_was_not_sent() -> None:
    adapter = onebot(mode="forward", url="ws://127.0.0.1:1")
    with pytest.raises(DeliveryError) as failed:
        await adapter.send(GROUP, adapter.render(Body.of("x"))[0], None)
    assert failed.value.outcome is Outcome.NOT_SENT


async def test_a_connection_that_breaks_leaves_a_post_unknown() -> None:
    async with stage("reverse", napcat()) as on:
        on.fake.faults.silent_acts = True
        post = asyncio.ensure_future(on.adapter.send(GROUP, on.adapter.render(Body.of("x"))[0], None))
        await on.fake.until(lambda: on.fake.posts)
        await on.fake.cut()
        with pytest.raises(DeliveryError) as failed:
            await post
        assert failed.value.outcome is Outcome.UNKNOWN
        on.fake.faults.silent_acts = False
        await on.ear.until(lambda: len(on.ear.online_as) == 2)
        assert await on.adapter.send(GROUP, on.adapter.render(Body.of("y"))[0], None)


async def test_forward_ends_when_the_connection_does() -> None:
    async with stage("forward", napcat()) as on:
        await on.fake.cut()
        with pytest.raises(ConnectionError):
            await on.life


async def test_nobody_there() -> None:
    with pytest.raises(OSError):
        await onebot(mode="forward", url=f"ws://127.0.0.1:{free_port()}").run(Recorder())


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


async def test_another_account_is_turned_away() -> None:
    async with stage("reverse", napcat()) as on:
        url = f"ws://127.0.0.1:{on.adapter.settings.port}/onebot/v11/ws"
        other = NapCat(10002, token=TOKEN)
        async with other.reverse(url, interval=60):
            await other.until(lambda: other.closed)
        await on.fake.say(700, 20001, "还在")
        await on.ear.until(lambda: on.ear.texts == ["还在"])
        assert len(on.ear.online_as) == 1


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
                await asyncio.wait_for(on.life, 2)
        else:
            await on.fake.until(lambda: on.fake.closed, timeout=2)
            on.fake.faults.stopped = False
            await on.ear.until(lambda: len(on.ear.online_as) == 2)


async def test_without_heartbeats_silence_is_asked() -> None:
    async with stage("forward", napcat(heartbeat=0), heartbeat=0.05, action_timeout=0.2) as on:
        await on.fake.until(lambda: [action for action, _ in on.fake.calls].count("get_status") >= 3)
        assert not on.life.done()
        on.fake.faults.stopped = True
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(on.life), 2)


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


@both
async def test_a_frame_that_is_too_large_ends_the_connection_with_1009(mode: str) -> None:
    async with stage(mode, napcat()) as on:
        await on.fake.push(json.dumps({"post_type": "message", "raw_message": "x" * 50 * 2**20}))
        await on.fake.until(lambda: on.fake.closed)
        assert on.fake.closed[0] == 1009
        if mode == "forward":
            with pytest.raises(ConnectionError, match="1 MiB"):
                await on.life
        else:
            await on.ear.until(lambda: len(on.ear.online_as) == 2)


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


async def test_reading_waits_while_the_store_cannot_take_more() -> None:
    ear = Recorder(blocked=asyncio.Event())
    async with stage("forward", napcat(), ear) as on:
        assert ear.blocked is not None
        for n in range(1000):
            await on.fake.say(700, 20001, str(n))
        await on.fake.until(lambda: on.fake.world.groups[700].seq == 1000)
        await ear.until(lambda: len(ear.began) == 256)
        await asyncio.sleep(0.05)  # no more come
        assert (len(ear.began), ear.busiest) == (256, 256)
        ear.blocked.set()
        await ear.until(lambda: len(ear.frames) == 1000)
        assert ear.texts == [str(n) for n in range(1000)]


@both
async def test_hostile_frames_are_counted_and_the_next_is_heard(mode: str) -> None:
    hostile: list[object] = [
        "null", "42", "[]", '{"post_type":', "", "NaN", '{"a": NaN}', b"\x00\x01\xff", '"x"', "true",
        '{"post_type":' * 400 + "1" + "}" * 400,
        "[" * 100_000,
        {"post_type": "message"},
        {"post_type": "message", "message_type": "group"},
        {"post_type": "message", "message_type": "group", "group_id": 700},
        {"post_type": "notice"},
        {"post_type": "notice", "notice_type": "group_recall"},
        {"post_type": ["message"]},
        {"post_type": "meta_event", "meta_event_type": "heartbeat", "interval": -1, "status": "x"},
        {"post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 1e308, "status": None},
        {"post_type": "meta_event", "meta_event_type": ["x"]},
        {"retcode": 0, "echo": "999", "status": "ok"},
        {"retcode": "x", "echo": {"a": 1}, "status": 5},
        {"retcode": None},
        {},
    ]  # fmt: skip
    async with stage(mode, napcat()) as on:
        for _ in range(4):
            for frame in hostile:
                await on.fake.push(frame)
        await on.fake.say(700, 20001, "还在")
        await on.ear.until(lambda: on.ear.texts == ["还在"])
        await on.ear.until(lambda: len(on.ear.oddities) == 4 * 19)
        assert on.fake.connections == 1
        assert all(len(raw) <= 20_000 and why for raw, why in on.ear.oddities)


@pytest.mark.middle
async def test_ten_thousand_messages_in_sixty_groups_come_once_and_in_order() -> None:
    fake = NapCat(token=TOKEN)
    for group in range(1, 61):
        fake.world.add_group(group, f"PG {group} 群")
    async with stage("reverse", fake, Recorder(seconds=0.001)) as on:
        for n in range(10_000):
            await fake.say(n % 60 + 1, 20001, str(n))
        await on.ear.until(lambda: len(on.ear.frames) >= 10_000, timeout=60)
        assert not on.ear.again
        assert not on.ear.gaps
        assert [int(key.rsplit(":", 1)[1]) for key in on.ear.began if key.startswith("m:7:")] == list(range(1, 168))
        assert on.ear.texts == [str(n) for n in range(10_000)]
        assert on.ear.busiest <= 256


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
