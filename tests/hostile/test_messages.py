"""Hostile messages, 1 to 11, 17, 24 and 25 of the list: stored as far as they can be read, and nothing else happens."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.frames import MENTION_LIMIT, TEXT_LIMIT
from storage.threads import THREAD_MESSAGES, THREADS
from tests.hostile.front import CANARY, DROP, Front, standing

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.middle]


def text(words: object) -> dict[str, Any]:
    return {"type": "text", "data": {"text": words}}


async def stored_as(front: Front, want: str, message: object, **changes: object) -> None:
    """Say something, and see it stored as `want`, unanswered."""
    group = front.group()
    await front.say(group, 20001, message, **changes)
    row = await front.row(group)
    assert row.text == want
    assert await front.posts(group) == []


# -- 1, 2: what a database cannot bear --------------------------------------------------------------------------------


async def nul_is_taken_out(front: Front) -> None:
    group = front.group()
    sender = {"user_id": 20001, "card": "老\0樊", "nickname": "\0"}
    file = {"type": "file", "data": {"file": "慢\0SQL.txt"}}
    await front.say(group, 20001, [text(f"a\0b\x01 {CANARY}"), file], sender=sender, group_name="PG\0群")
    row = await front.row(group)
    assert (row.text, row.name) == (f"ab {CANARY}[文件] 慢SQL.txt", "老樊")


async def surrogates_are_replaced(front: Front) -> None:
    group = front.group()
    sender = {"user_id": 20001, "card": "樊\udc00", "nickname": "x"}
    await front.say(group, 20001, f"磁盘 \ud83d 满了 \ud83d\ude00 {CANARY}", sender=sender, group_name="\udc00")
    row = await front.row(group)
    assert (row.text, row.name) == (f"磁盘 \ufffd 满了 \U0001f600 {CANARY}", "樊\ufffd")


async def test_01_text_with_nul(front: Front) -> None:
    await nul_is_taken_out(front)


async def test_02_lone_surrogates(front: Front) -> None:
    await surrogates_are_replaced(front)


@pytest.mark.middle
async def test_01_and_02_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    async with standing(postgresql_url, tmp_path) as front:
        await nul_is_taken_out(front)
        await surrogates_are_replaced(front)


# -- 3 to 7: size, depth, shape ---------------------------------------------------------------------------------------


async def test_03_three_hundred_thousand_characters(front: Front) -> None:
    group, long = front.group(), "磁盘满了" * 75_000
    raw = front.raw(group, 20001, "")
    await front.push(json.dumps(raw | {"message": [text(long)]}, ensure_ascii=False))
    row = await front.row(group)
    assert row.text == long[:TEXT_LIMIT]
    assert row.flags == {"cut"}
    assert await front.posts(group) == []


@pytest.mark.parametrize(
    ("segments", "mentions", "cut"),
    [
        ([{"type": "at", "data": {"qq": "all"}}] * 5_000, 0, True),
        ([{"type": "at", "data": {"qq": "20002"}}] * 5_000, 1, True),
        ([{"type": "at", "data": {"qq": str(n)}} for n in range(30_000, 31_000)], MENTION_LIMIT, False),
    ],
    ids=["all", "one", "many"],
)
async def test_04_thousands_of_mentions(front: Front, segments: list[object], mentions: int, cut: bool) -> None:
    group = front.group()
    await front.say(group, 20001, segments, raw_message="")
    row = await front.row(group)
    assert len(row.mentions) == mentions
    assert ("cut" in row.flags) is cut
    assert not row.to_bot
    assert await front.posts(group) == []


@pytest.mark.parametrize("frame", ['{"a":' * 400 + "1" + "}" * 400, '{"a":' + "[" * 200_000], ids=["400", "200,000"])
async def test_05_a_frame_nested_too_deep(front: Front, frame: str) -> None:
    before = len(await front.quarantined())
    await front.push(frame)
    await front.kept_odd(before + 1)
    assert (await front.quarantined())[-1][1] == "nested too deep"


@pytest.mark.parametrize("depth", [400, 100_000])
async def test_05_a_card_nested_too_deep(front: Front, depth: int) -> None:
    card = '{"prompt": "x", "a": ' + "[" * depth + "]" * depth + "}"
    want = "[卡片] x" if depth == 400 else "[卡片]"
    await stored_as(front, want, [{"type": "json", "data": {"data": card}}], raw_message="")


@pytest.mark.parametrize(
    "frame",
    [
        "null", "42", "[]", '"x"', "NaN", '{"time": NaN}', '{"post_type": "message", "mess', "", b"\x00\xff\x01",
        '{"post_type": "message"}' * 2, "\ufeff{}", "9" * 5_000, f"{CANARY}",
    ],
)  # fmt: skip
async def test_06_no_frame_at_all(front: Front, frame: str | bytes) -> None:
    front.later(seconds=1)
    before, oddities = len(await front.quarantined()), front.oddities
    await front.push(frame)
    await front.kept_odd(before + 1)
    assert front.oddities == oddities + 1
    await front.still_hears(front.group())


@pytest.mark.parametrize(
    ("changes", "key", "member"),
    [
        ({"message_id": 2**70, "real_seq": DROP}, str(2**70), "20001"),
        ({"message_id": 2**70}, "seq:1", "20001"),
        ({"real_seq": str(2**63)}, None, "20001"),
        ({"real_seq": str(2**63 - 1)}, f"seq:{2**63 - 1}", "20001"),
        ({"real_seq": "-1"}, None, "20001"),
        ({"user_id": -5}, "seq:1", "-5"),
        ({"user_id": 2**80}, "seq:1", str(2**80)),
        ({"user_id": "老樊"}, "seq:1", ""),
        ({"user_id": 1e400}, "seq:1", ""),
    ],
)
async def test_07_ids_beyond_all_bounds(front: Front, changes: dict[str, object], key: str | None, member: str) -> None:
    group = front.group()
    raw = await front.say(group, 20001, f"磁盘满了 {CANARY}", **changes)
    row = await front.row(group)
    assert (row.key, row.member) == (key or str(raw["message_id"]), member)


@pytest.mark.parametrize("group_id", [0, -7, 2**70, 1e400, None, "", "../x", [1]])
async def test_07_groups_beyond_all_bounds(front: Front, group_id: object) -> None:
    front.later(seconds=1)
    group, posts = front.group(), len(front.fake.posts)
    await front.say(group, 20001, front.to_bot("磁盘满了怎么办"), group_id=group_id, message_id=str(group_id)[:9])
    assert await front.rows(group) == []
    assert front.app.dispatch.quarantined == 0
    assert [post.where for post in front.fake.posts[posts:]] == []


# -- 8: times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", [-1, 2**60, 1_795_395_600_000, 0, "gestern", None, 1e400, -1e400, True, [1], "1e400"])
async def test_08_a_time_that_cannot_be(front: Front, time: object) -> None:
    group = front.group()
    await front.say(group, 20001, f"磁盘满了 {CANARY}", time=time)
    row = await front.row(group)
    assert row.at == row.received_at
    assert row.flags == {"time_suspect"}


@pytest.mark.parametrize("time", [1_795_395_600.5, "1795395600"])
async def test_08_a_time_in_another_form(front: Front, time: object) -> None:
    group = front.group()
    await front.say(group, 20001, "磁盘满了", time=time)
    row = await front.row(group)
    assert (int(row.at.timestamp()), row.flags) == (1_795_395_600, frozenset())


@pytest.mark.parametrize("time", [1e400, "\ud83d", "a\0b", 2**60])
async def test_08_a_notice_at_a_time_that_cannot_be(front: Front, time: object) -> None:
    group = front.group()
    await front.say(group, 20001, "早")
    notice = {"post_type": "notice", "self_id": 10001, "time": time, "group_id": group, "user_id": 20002}
    await front.push(*({**notice, "notice_type": what} for what in ("group_increase", "group_decrease")))
    await front.still_hears(group)
    assert (await front.row(group)).text == "早"


# -- 9, 10: parts that nobody knows -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "want"),
    [
        ([{"type": "hologram", "data": {"x": 1}}], "[unsupported:hologram]"),
        ([{"type": "老\n樊\ud83d", "data": {}}], "[unsupported:____]"),
        ([{"type": "x" * 500, "data": {}}], f"[unsupported:{'x' * 40}]"),
        ([{"type": None, "data": {}}], "[unsupported:none]"),
        ([{"type": ["text"], "data": {"text": "x"}}], "[unsupported:none]"),
    ],
)
async def test_09_unknown_segments(front: Front, message: object, want: str) -> None:
    await stored_as(front, want, message, raw_message="")


@pytest.mark.parametrize("changes", [{}, {"group_id": DROP}, {"group_id": DROP, "guild_id": "g", "channel_id": "c"}])
async def test_09_an_unknown_message_type(front: Front, changes: dict[str, object]) -> None:
    """With a group it is a message there; without one it is nobody's, and no private talk either."""
    front.later(seconds=1)
    group, posts, before = front.group(), len(front.fake.posts), len(await front.quarantined())
    await front.say(group, 20001, "/help", message_type="guild", **changes)
    if changes:
        await front.kept_odd(before + 1)
        await front.posts(group)
        assert [post.where for post in front.fake.posts[posts:]] == []
    else:
        assert (await front.row(group)).text == "/help"
        await front.fake.until(lambda: len(front.fake.posts) > posts)  # answered there; not in the next one's time


@pytest.mark.parametrize(
    ("message", "want"),
    [
        ([{"type": "text"}, text("满了")], "满了"),
        ([text(None), text("满了")], "满了"),
        ([text(5), text(["x"]), text("满了")], "5满了"),
        (["磁盘", text("满了")], "磁盘满了"),
        ([None, 5, [text("x")], text("满了")], "满了"),
        ([{"type": "text", "data": "x"}, text("满了")], "满了"),
        ([{"type": "at"}, {"type": "reply", "data": {"id": {}}}, text("满了")], "满了"),
        (text("满了"), "满了"),
        ("[CQ:at,qq=][CQ:,x=1][CQ:image,file=a][CQ:at", "[CQ:,x=1][图片][CQ:at"),
        (5, ""),
        (None, "原文"),
        ([], ""),
    ],
)
async def test_10_segments_of_any_shape(front: Front, message: object, want: str) -> None:
    group = front.group()
    raw = front.raw(group, 20001, "")
    await front.push({**raw, "message": message, "raw_message": "原文"})
    assert (await front.row(group)).text == want
    assert await front.posts(group) == []


# -- 11, 17: who it was ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", [DROP, None, "老樊", [], {"user_id": 20002}, {"card": 5, "nickname": {}}])
async def test_11_no_sender_to_speak_of(front: Front, sender: object) -> None:
    group = front.group()
    await front.say(group, 20001, f"磁盘满了 {CANARY}", sender=sender)
    row = await front.row(group)
    assert row.member == "20001"
    assert row.name in {"", "5"}


@pytest.mark.parametrize(("user", "sender", "decision"), [(20002, 20001, "denied"), (20001, 20002, "done")])
async def test_11_authority_comes_from_the_envelope(front: Front, user: int, sender: int, decision: str) -> None:
    group = front.group()
    await front.make_admin(20001, group)
    claim = {"user_id": sender, "card": "群友1", "nickname": "群友1", "role": "owner", "title": "管理员"}
    await front.say(group, user, "/quiet", sender=claim)
    (post,) = await front.posts(group)
    assert post.text.startswith("这个要群管理员来发" if decision == "denied" else "好，安静了")
    assert await front.decisions(group) == [("quiet", decision)]


@pytest.mark.parametrize(
    "words",
    [
        "\u202e满盘磁\u202c 了",
        "磁\u200b盘\u2060满了",
        "Z̸̛̺a̷͚l̶̰g̷o̵" * 200,
        "аdmin 说的",
        "\ufeff磁盘",
        "\u2066x\u2069",
        "🏳️\u200d🌈",
    ],
)
async def test_17_strange_but_storable_characters(front: Front, words: str) -> None:
    await stored_as(front, words, [text(words)])


# -- 24, 25: replies to nowhere, and the same thing thrice -----------------------------------------------------------


def reply_to(message: object, words: str) -> list[dict[str, Any]]:
    return [{"type": "reply", "data": {"id": str(message)}}, text(words)]


async def test_24_replies_to_nowhere(front: Front) -> None:
    """Nothing, another group's message, itself, a circle: no thread holds messages of two groups."""
    group, other = front.group(), front.group()
    elsewhere = await front.say(other, 20002, "复制槽把磁盘撑满了，怎么办？")
    question = await front.say(group, 20001, "升级以后慢了三倍，怎么查？")
    await front.say(group, 20002, reply_to(4711, "先看执行计划"))
    await front.say(group, 20003, reply_to(elsewhere["message_id"], "别删，先看复制槽"))
    await front.say(group, 20004, reply_to(77, "自己"), message_id=77)
    await front.say(group, 20005, reply_to(79, "甲"), message_id=78)
    await front.say(group, 20006, reply_to(78, "乙"), message_id=79)
    await front.say(group, 20001, reply_to(question["message_id"], "还是慢"))
    assert len(await front.rows(group)) == 7
    assert await front.posts(group) == []
    async with front.app.database.read() as store:
        query = select(THREADS.c.group_id, THREAD_MESSAGES.c.message_id).join(
            THREADS, THREADS.c.id == THREAD_MESSAGES.c.thread_id
        )
        placed = {message: thread for thread, message in await store.rows(query)}
    here, there = {row.id for row in await front.rows(group)}, {row.id for row in await front.rows(other)}
    assert len({placed[message] for message in here if message in placed}) == 1
    assert {placed[m] for m in here if m in placed}.isdisjoint({placed[m] for m in there if m in placed})


async def test_25_the_same_text_three_times_in_one_second(front: Front) -> None:
    group = front.group()
    for _ in range(3):
        await front.say(group, 20001, "1")
    rows = await front.rows(group)
    assert [row.text for row in rows] == ["1", "1", "1"]
    assert rows[2].at - rows[0].at < timedelta(seconds=1)
    assert await front.posts(group) == []
