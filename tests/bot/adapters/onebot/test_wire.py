"""What goes over the wire, in both directions: heard, posted, refused, survived."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.adapters import DeliveryError, Outcome
from storage.frames import Echo, GroupKind, Joined, Place, Recall
from storage.replies import At, Body, Paragraph, Plain
from tests.bot.adapters.onebot.recorder import Recorder, onebot
from tests.bot.adapters.onebot.staging import GROUP, TOKEN, both, napcat, stage
from tests.platforms.onebot.fake import NapCat

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute


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


@both
async def test_a_frame_that_is_too_large_ends_the_connection_with_1009(mode: str) -> None:
    async with stage(mode, napcat()) as on:
        await on.fake.push(json.dumps({"post_type": "message", "raw_message": "x" * 50 * 2**20}))
        await on.fake.until(lambda: on.fake.closed)
        assert on.fake.closed[0] == 1009
        if mode == "forward":
            with pytest.raises(ConnectionError, match="16 MiB"):
                await on.life
        else:
            await on.ear.until(lambda: len(on.ear.online_as) == 2)


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
