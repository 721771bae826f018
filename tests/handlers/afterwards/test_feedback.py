"""Feedback: asked once of those who came, answered with a number, read without names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.afterwards._feedback import read
from storage import feedback, members
from tests.handlers.afterwards.conftest import Open
from tests.handlers.afterwards.given import PLAN, TALK, After

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

ASKED = "《象行成都》怎么样？回 1 到 5，想说什么接着写。不回也没事。"


@pytest.mark.parametrize(
    ("said", "score", "line"),
    [
        ("5", 5, ""),
        ("5 讲得很清楚", 5, "讲得很清楚"),
        ("4分", 4, ""),
        ("4 分，场地有点挤", 4, "场地有点挤"),
        (" 3。 ", 3, ""),
        ("2 \n 听不清\n 后排", 2, "听不清 后排"),
        ("6", None, "6"),
        ("0", None, "0"),
        ("55", None, "55"),
        ("5 分钟后重启试试", None, "5 分钟后重启试试"),
        ("3 个库都挂了", None, "3 个库都挂了"),
        ("4 GB 内存够吗", None, "4 GB 内存够吗"),
        ("4.5", None, "4.5"),
        ("1、先停库", None, "1、先停库"),
        ("挺好", None, "挺好"),
        ("", None, ""),
    ],
)
def test_what_is_a_score(said: str, score: int | None, line: str) -> None:
    assert read(said) == (score, line)


async def test_who_came_is_asked_once_two_hours_later(after: After) -> None:
    await after.registers("muzi", "jiangnan", "douzi")
    await after.comes("muzi", "jiangnan")
    assert await after.ends(hours=1, minutes=50) == []
    assert await after.ends(minutes=15) == [ASKED, ASKED]
    assert sorted(after.told("怎么样")) == ["direct:jiangnan", "direct:muzi"]
    after.chat.later(hours=1)
    assert await after.tick() == []


async def test_a_number_answers_and_the_last_word_counts(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    assert await after.chat.tell("muzi", "4 场地有点挤") == ["记下了，4 分，谢谢。改主意了回「评分 E1 4」。"]
    assert await after.chat.tell("muzi", "评分 E1 5 讲得很清楚") == ["改成 5 分了。"]
    async with after.chat.database.read() as store:
        (kept,) = await feedback.of_event(store, after.event.id)
    assert (kept.score, kept.text) == (5, "讲得很清楚")


async def test_a_reply_to_the_question_may_be_words_alone(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    asked = after.chat.adapter.posted[-1].key
    (said,) = await after.chat.tell("muzi", "讲得很清楚", reply_to=asked)
    assert said == "记下了，谢谢。想给个分再回「评分 E1 4」。"
    assert await after.chat.tell("muzi", "5", reply_to=asked) == ["改成 5 分了。"]
    async with after.chat.database.read() as store:
        (kept,) = await feedback.of_event(store, after.event.id)
    assert (kept.score, kept.text) == (5, "讲得很清楚")


async def test_a_number_means_nothing_to_who_was_not_asked_or_a_week_later(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    await after.chat.tell("douzi", "5")
    after.chat.later(days=8)
    await after.chat.tell("muzi", "5")
    async with after.chat.database.read() as store:
        assert await feedback.of_event(store, after.event.id) == []


async def test_a_question_of_ones_own_goes_where_questions_go(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    (said,) = await after.chat.tell("muzi", "5 分钟前主库磁盘满了，能直接删 pg_wal 里的文件吗")
    assert "分，谢谢" not in said


async def test_at_night_it_waits_for_half_past_nine(open_after: Open) -> None:
    late = timedelta(hours=7)
    evening = await open_after(plan=replace(PLAN, starts_at=PLAN.starts_at + late, ends_at=PLAN.ends_at + late))
    await evening.registers("muzi")
    await evening.comes("muzi")
    assert await evening.ends(hours=2, minutes=1) == []
    evening.chat.clock.time = evening.chat.clock.time.replace(hour=1, minute=25) + timedelta(days=1)  # 09:25
    assert await evening.tick() == []
    evening.chat.later(minutes=10)
    assert await evening.tick() == [ASKED]


async def test_online_all_who_registered_are_asked(open_after: Open) -> None:
    online = await open_after(plan=TALK)
    await online.registers("muzi", "douzi")
    await online.registers("stranger", private=False)
    assert len(await online.ends(hours=2)) == 2
    assert sorted(online.told("怎么样")) == ["direct:douzi", "direct:muzi"]


async def test_what_is_rated_must_have_begun_and_by_whom_it_concerns(after: After) -> None:
    after.chat.later(days=-1)
    await after.registers("muzi")
    assert await after.chat.tell("muzi", "评分 E1 5") == ["E1 还没开始，反馈等它结束再说。"]
    after.chat.later(days=1)
    assert await after.chat.tell("douzi", "评分 E1 5") == ["E1 的评分只收报了名、签过到的人的。"]
    assert await after.chat.tell("muzi", "/rate E1 9") == ["1 到 5 分，想说什么接着写：「评分 E57 5 讲得清楚」"]
    assert await after.chat.tell("muzi", "/rate E99 5") == ["没有 E99 这个活动。看有哪些：发「活动」。"]


async def test_admins_read_counts_then_an_average_and_never_a_name(after: After) -> None:
    everyone = ("muzi", "jiangnan", "douzi", "hank", "lena")
    await after.registers(*everyone)
    await after.comes(*everyone)
    await after.ends(hours=2)
    assert await after.chat.tell("root", "反馈 E1") == ["E1 还没有人评。"]
    for who, score in zip(everyone[:4], ("5 讲得清楚", "4", "4 联系我 13812345678", "3"), strict=True):
        await after.chat.tell(who, score)
    (few,) = await after.chat.tell("root", "反馈 E1")
    assert few.splitlines() == [
        "E1 《象行成都》 · 4 人评，签到 5", "5 分 1、4 分 2、3 分 1", "「讲得清楚」", "「联系我 ***」"
    ]  # fmt: skip
    await after.chat.tell("lena", "5")
    (five,) = await after.chat.tell("root", "反馈 E1")
    assert five.splitlines()[1] == "平均 4.2 分（n=5）：5 分 2、4 分 2、3 分 1"
    assert not any(name in five for name in everyone)
    assert await after.chat.tell("muzi", "反馈 E1") == ["这个要群管理员来发。"]


async def test_a_long_line_is_cut_and_says_so(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    (said,) = await after.chat.tell("muzi", "5 " + "好" * 300)
    assert said.splitlines()[1] == "话长了，只记了前 200 个字。"
    async with after.chat.database.read() as store:
        (kept,) = await feedback.of_event(store, after.event.id)
    assert kept.text == "好" * 200


async def test_one_person_with_two_accounts_has_one_word(after: After) -> None:
    await after.registers("muzi", "muzi2")
    await after.comes("muzi")
    one, two = await after.member("muzi"), await after.member("muzi2")
    async with after.chat.database.write() as store:
        await members.link(store, two, one, after.chat.clock.now())
    assert len(await after.ends(hours=2)) == 1
    await after.chat.tell("muzi", "3")
    await after.chat.tell("muzi2", "评分 E1 5")
    async with after.chat.database.read() as store:
        (kept,) = await feedback.of_event(store, after.event.id)
    assert kept.score == 5


async def test_it_can_be_switched_off_and_a_cancelled_event_asks_nobody(open_after: Open) -> None:
    off = await open_after(tables={"afterwards": {"feedback_after": 0, "invite_after": 0}})
    await off.registers("muzi")
    await off.comes("muzi")
    assert await off.ends(hours=3) == []


async def test_what_is_missed_by_days_is_not_asked_any_more(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    assert await after.ends(days=4) == []
