"""Registering and leaving, in private and in a group, as members see it."""

from __future__ import annotations

import pytest

from storage.registrations import Source
from tests.handlers.joining.conftest import START, Town


async def test_in_private_all_that_matters_is_confirmed(town: Town) -> None:
    event = await town.event(capacity=40)
    assert await town.chat.tell("alice", "报名 E1") == [
        "报上了：E1 象行成都 · 第二轮，12 月 5 日周六 14:00\n"
        "高新区天府五街 · 第 1 位，共 40 席\n"
        "去不了回「取消 E1」，位子让给候补的人。"
    ]
    mine = await town.of(event, "alice")
    assert mine is not None
    assert (mine.source, mine.group) == (Source.PRIVATE, None)
    assert (await town.chat.tell("alice", "/join e1"))[0].startswith("你报过了：E1 ")


async def test_in_a_group_one_post_tells_of_all_within_two_minutes(town: Town) -> None:
    event = await town.event(capacity=12)
    for who in ("木子", "江南", "豆子", "阿棠", "石头", "青柠"):
        assert await town.chat.ask_bot(who, "报名 E1", name=f"成都-{who}-DBA") == []
    assert await town.gathered() == ["E1 报名收到：木子、江南、豆子 等 6 位，还剩 6 席。"]
    assert town.chat.adapter.posted[-1].reply_to is None
    mine = await town.of(event, "木子")
    assert mine is not None
    assert mine.source is Source.GROUP
    assert await town.chat.ask_bot("大桥", "报名 E1") == []
    assert await town.gathered() == ["E1 报名收到：大桥，还剩 5 席。"]


async def test_who_can_be_written_to_gets_the_rest_in_private(town: Town) -> None:
    await town.event(capacity=12)
    await town.chat.tell("alice", "我的活动")
    (told,) = await town.chat.ask_bot("alice", "报名 E1")
    assert told.startswith("报上了：E1 象行成都 · 第二轮，12 月 5 日周六 14:00\n")
    assert town.chat.adapter.posted[-1].place.key == "direct:alice"


async def test_who_does_not_want_to_be_named_is_counted(town: Town) -> None:
    await town.event()
    await town.chat.tell("alice", "别署名")
    await town.chat.ask_bot("alice", "报名 E1")
    assert "E1 报名收到：1 位。" in await town.gathered()


async def test_full_wait_leave_and_be_told_once(town: Town) -> None:
    event = await town.event(capacity=2)
    for who in ("alice", "bob", "carol", "dave"):
        said = await town.chat.tell(who, "报名 E1")
    assert said == ["E1 满了（2/2），你在候补第 2 位，有位子我马上告诉你。\n不等了回「取消 E1」。"]
    assert await town.chat.tell("alice", "取消 E1") == [
        "取消了 E1。改主意了再回「报名 E1」。",
        "有位子了，给你留上了：E1 象行成都 · 第二轮，12 月 5 日周六 14:00\n去不了回「取消 E1」，让给下一位。",
    ]
    assert town.chat.adapter.posted[-1].place.key == "direct:carol"
    assert await town.everybody(event) == [("bob", "in"), ("carol", "in"), ("dave", "waiting")]
    assert await town.chat.tell("alice", "取消 E1") == ["你没报 E1。看报了哪些：「我的活动」。"]
    town.chat.later(minutes=11)
    assert await town.chat.tick() == []


async def test_in_a_group_who_waits_is_told_with_the_others(town: Town) -> None:
    await town.event(capacity=1)
    for who in ("alice", "bob", "carol"):
        assert await town.chat.ask_bot(who, "报名 E1") == []
    assert await town.gathered() == [
        "E1 报名收到：alice，满了（1/1）。\nE1 满了（1/1）：bob、carol 排上候补，有位子我马上告诉。"
    ]
    assert await town.chat.ask_bot("alice", "取消 E1") == [
        "E1 报了名的 bob：\n有位子了，给你留上了：E1 象行成都 · 第二轮，12 月 5 日周六 14:00\n"
        "去不了回「取消 E1」，让给下一位。"
    ]
    assert await town.gathered() == ["E1 取消了 1 位，满了（1/1）。"]


async def test_added_seats_go_to_who_waits(town: Town) -> None:
    event = await town.event(capacity=1)
    await town.chat.say("alice", "大家好")
    for who in ("alice", "bob", "carol"):
        await town.chat.tell(who, "报名 E1")
    await town.seats(event, 2)
    town.chat.later(minutes=11)
    told = await town.chat.tick()
    assert [line.split("：")[0] for line in told] == ["有位子了，给你留上了"]
    assert town.chat.adapter.posted[-1].place.key == "direct:bob"


async def test_a_free_seat_goes_to_who_waits_and_not_to_who_comes(town: Town) -> None:
    event = await town.event(capacity=1)
    await town.chat.tell("alice", "报名 E1")
    await town.chat.tell("bob", "报名 E1")
    await town.seats(event, 3)
    told = await town.chat.tell("carol", "报名 E1")
    assert [line.split("：")[0] for line in told] == ["报上了", "有位子了，给你留上了"]
    assert [state for _, state in await town.everybody(event)] == ["in", "in", "in"]


@pytest.mark.parametrize(
    ("changes", "later", "said"),
    [
        ({"publish": False}, {}, "没有 E1 这个活动。看有哪些：发「活动」。"),
        ({}, {"days": 13}, "E1 已经结束。看接下来的：发「活动」。"),
    ],
)
async def test_what_is_not_open(town: Town, changes: dict[str, bool], later: dict[str, int], said: str) -> None:
    event = await town.event(**changes)
    town.chat.later(**later)
    assert await town.chat.tell("alice", "报名 E1") == [said]
    assert await town.of(event, "alice") is None


async def test_while_it_runs_one_may_still_come(town: Town) -> None:
    await town.event()
    town.chat.clock.time = START
    assert (await town.chat.tell("alice", "报名 E1"))[0].startswith("报上了")


async def test_taking_back_alone_ends_a_dialog(town: Town) -> None:
    event = await town.event(asks=("company",))
    for words in ("取消", "/cancel"):
        await town.chat.tell("alice", "报名 E1")
        assert await town.chat.tell("alice", words) == ["好，不弄了。"]
    assert await town.of(event, "alice") is not None


async def test_with_a_friends_word(town: Town) -> None:
    event = await town.event()
    (told,) = await town.chat.tell("alice", "邀请 E1")
    code = told.splitlines()[1].rpartition(" ")[2].rstrip("」")
    assert told.splitlines()[1] == f"《象行成都 · 第二轮》12 月 5 日周六 14:00，对小象说「报名 E1 {code}」"
    assert (await town.chat.tell("alice", f"报名 E1 {code}"))[0].startswith(f"{code} 是你自己的口令")
    assert (await town.chat.tell("bob", "报名 E1 0000"))[0].startswith("没有 0000 这个邀请口令")
    assert (await town.chat.tell("bob", f"报名 E1 {code.lower()}"))[0].startswith("报上了")
    mine = await town.of(event, "bob")
    assert mine is not None
    assert mine.source is Source.REFERRAL
    assert mine.referrer is not None


async def test_many_may_register_in_a_group_within_a_minute(town: Town) -> None:
    event = await town.event(capacity=100)
    for number in range(30):
        await town.chat.ask_bot(f"m{number}", "报名 E1")
    assert len(await town.everybody(event)) == 30


async def test_one_member_gives_ten_commands_a_minute(town: Town) -> None:
    every = [await town.event() for _ in range(12)]
    for event in every:
        await town.chat.tell("alice", f"报名 {event.number}")
    assert [event.id for event in every if await town.of(event, "alice")] == list(range(1, 11))


@pytest.mark.parametrize("words", ["报名 E1 网页", "/join E1 WEB"])
async def test_who_comes_by_the_page_says_so(town: Town, words: str) -> None:
    event = await town.event()
    await town.chat.tell("alice", words)
    mine = await town.of(event, "alice")
    assert mine is not None
    assert mine.source is Source.LINK


async def test_a_seat_that_was_promised_is_told_in_a_quiet_group_as_well(town: Town) -> None:
    await town.event(capacity=1)
    await town.chat.make_admin("root")
    for who in ("alice", "bob"):
        await town.chat.ask_bot(who, "报名 E1")
    await town.gathered()
    await town.chat.ask_bot("root", "安静")
    told = await town.chat.tell("alice", "取消 E1")
    assert any("有位子了，给你留上了" in text for text in told)
