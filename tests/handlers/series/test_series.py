"""A series by command: started, shown, its to-dos and goals, and its rounds when one of them moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import checkins, events, goals, members, privacy, registrations, segments, series, todos
from storage.database import Database
from storage.segments import Kind as SegmentKind
from storage.segments import Segment
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("questions", "series", "settings", "help")
START = "开系列 成都 2027-03-06"


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES)
    await opened.make_admin("muzi")
    await opened.say("muzi", "大家好")  # so that the group is heard of
    return opened


async def one(chat: Chat, text: str, who: str = "muzi") -> str:
    found = await chat.tell(who, text)
    assert len(found) == 1, found
    return found[0]


async def test_a_series_is_started_with_all_its_rounds_as_drafts(chat: Chat) -> None:
    assert (await one(chat, START)).splitlines() == [
        "《象行成都》排了 4 场，都还是草稿，定好一场发一场「公布 E1」：",
        "E1 第一轮 城市行，2027 年 3 月 6 日 14:00",
        "E2 第二轮 上手培训，2027 年 4 月 3 日 14:00",
        "E3 第三轮 企业行，2027 年 5 月 1 日 14:00",
        "E4 峰会，2027 年 6 月 5 日 14:00",
        "待办 21 条，0 条现在就该办：「待办 成都」。细节：「系列 成都」。",
    ]
    async with chat.database.read() as store:
        found = await events.of_series(store, 1)
        assert [(event.kind.value, event.round, event.state.value) for event in found] == [
            ("tour", 1, "draft"), ("training", 2, "draft"), ("visit", 3, "draft"), ("summit", 4, "draft"),
        ]  # fmt: skip
        assert {event.ends_at - event.starts_at for event in found} == {timedelta(hours=3)}
        assert {event.targets for event in found} == {()}
        every = await todos.of_events(store, [1])
        assert [(todo.days, todo.due_on) for todo in every] == [
            (60, date(2027, 1, 5)), (60, date(2027, 1, 5)), (30, date(2027, 2, 4)), (30, date(2027, 2, 4)),
            (7, date(2027, 2, 27)),
        ]  # fmt: skip
        assert len(await goals.of_series(store, 1)) == 5


@pytest.mark.middle
async def test_the_title_the_time_and_the_groups_of_the_city(chat: Chat) -> None:
    async with chat.database.write() as store:
        await segments.give(store, 1, Segment(SegmentKind.REGION, "成都"))
    said = await one(chat, "/series start 成都 2027年3月6日 09:30-17:00 蓉城 PG 行")
    assert said.startswith("《蓉城 PG 行》排了 4 场")
    assert "3 月 6 日 09:30" in said
    async with chat.database.read() as store:
        event = await events.get(store, 1)
        assert event.targets == (Segment(SegmentKind.REGION, "成都"),)
        assert event.ends_at - event.starts_at == timedelta(hours=7, minutes=30)


@pytest.mark.middle
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("开系列 成都", "这样开："),
        ("开系列 成都 2027-02-30", "2 月没有 30 日"),
        ("开系列 成都 2027-03-06 25:61", "没有 25:61 这个时刻"),
        ("开系列 成都 2026-01-06", "已经过去了"),
        ("开系列 成都 2099-01-06", "太远了"),
        ("开系列 成都 2027-03-06 @所有人 快来", "我从不 @ 全体"),
        ("开系列 成都 2027-03-06 " + "长" * 70, "标题最多 60 个字"),
        ("/series start", "这样开："),
        ("系列 拉萨", "没有「拉萨」的系列"),
        ("系列 挪 拉萨", "没有「拉萨」的系列"),
        ("待办 E9", "没有 E9 这个活动"),
        ("我来 T9", "没有 T9 这条待办"),
        ("办好 T9", "没有 T9 这条待办"),
        ("目标 拉萨 1 签到 40", "没有「拉萨」的系列"),
    ],
)
async def test_what_cannot_be_meant_is_told_kindly(chat: Chat, text: str, said: str) -> None:
    found = await one(chat, text)
    assert said in found or found.startswith(said), found
    async with chat.database.read() as store:
        assert await series.every(store) == []


@pytest.mark.middle
@pytest.mark.parametrize("text", [START, "系列", "待办", "我来 T1", "目标 成都", "系列 模板"])
async def test_members_decide_nothing(chat: Chat, text: str) -> None:
    for say in (chat.ask_bot, chat.tell):
        assert (await say("bob", text))[0].startswith("这个要群管理员来发。")
    async with chat.database.read() as store:
        assert await series.every(store) == []


@pytest.mark.middle
async def test_a_city_has_one_series_at_a_time(chat: Chat) -> None:
    await one(chat, START)
    assert (await one(chat, START)).startswith("成都的系列《象行成都》还没收尾。")
    ended = await one(chat, "系列 收尾 成都")
    assert ended.startswith("《象行成都》收尾了，不再提醒它的 21 条待办。")
    assert (await one(chat, "系列 成都")).startswith("系列 1《象行成都》，成都，已收尾")
    assert (await one(chat, START)).startswith("《象行成都》排了 4 场")
    assert (await one(chat, "系列")).splitlines() == [
        "成都 《象行成都》，0/4 场办过，下一场 E5 2027 年 3 月 6 日 14:00",
        "成都 《象行成都》，0/4 场办过，已收尾",
        "看一个：「系列 成都」。",
    ]


@pytest.mark.middle
async def test_the_template_is_shown_and_set(chat: Chat) -> None:
    said = await one(chat, "系列 模板")
    assert "tour +0 第一轮 城市行" in said
    await chat.make_owner("olga")
    assert "不能是" in (await one(chat, "/settings series.rounds 第一轮", "olga"))
    await one(chat, "/settings series.rounds talk +0 一, talk +1 二", "olga")
    assert "talk +1 二" in await one(chat, "系列 模板")
    assert (await one(chat, START)).startswith("《象行成都》排了 2 场")


@pytest.mark.middle
async def test_an_owner_edits_the_template_line_by_line(chat: Chat) -> None:
    await chat.make_owner("olga")
    assert await one(chat, "系列 模板 加 T-14 订横幅") == "模板是大家的，要所有者来改。"
    assert (await one(chat, "系列 模板 加 T-14 订横幅，两条", "olga")).startswith("模板加了一行：T-14 订横幅，两条。")
    assert "T-14 订横幅，两条" in await one(chat, "系列 模板 待办")
    assert await one(chat, "系列 模板 去掉 T-7 核对名单，准备签到码和物料", "olga") == (
        "模板去掉了：T-7 核对名单，准备签到码和物料。"
    )
    assert "没有「T-8 没有的」这一行" in await one(chat, "系列 模板 去掉 T-8 没有的", "olga")
    for line in ("party +0 一", "tour +1 早于峰会", "T-999 太早", "@所有人 40"):
        assert "模板加了" not in await one(chat, f"系列 模板 加 {line}", "olga")
    assert "排了 5 场" not in await one(chat, "系列 模板 加 meeting +6 复盘会", "olga")
    assert (await one(chat, START)).startswith("《象行成都》排了 5 场")
    assert await one(chat, "系列 模板 还原", "olga") == "模板还原了，照配置和自带的来。"
    assert "meeting" not in await one(chat, "系列 模板")


# -- to-dos -----------------------------------------------------------------------------------------------------------


@pytest.mark.middle
async def test_todos_are_added_owned_done_and_dropped(chat: Chat) -> None:
    await one(chat, START)
    said = (await one(chat, "待办 E1")).splitlines()
    assert said[:2] == ["还没办的 5 条，先到的在前：", "T1 场地和日期定下来 · E1 2027 年 1 月 5 日前，没人认领"]
    assert said[-1] == "认领「我来 T1」，办好「办好 T1」。"
    assert (
        await one(chat, "待办 E1 T-14 订横幅")
        == "记下了 T22：订横幅，2027 年 2 月 20 日前。给谁办：「负责 T22 @名字」。"
    )
    assert (await one(chat, "我来 t22")).startswith("T22 归你：订横幅")
    assert "T22 订横幅 · E1 2027 年 2 月 20 日前，muzi" in await one(chat, "待办 E1")
    assert await one(chat, "办好 T22") == "T22 办好了，谢谢。还剩 5 条。"
    assert await one(chat, "办好 T22") == "T22 之前就办好了。"
    assert await one(chat, "待办 T1 -") == "T1 不用办了。"
    assert (await one(chat, "待办 成都")).startswith("还没办的 20 条")
    assert "最多提前 365 天" in await one(chat, "待办 E1 T-400 订横幅")


@pytest.mark.middle
async def test_a_todo_is_given_to_somebody_who_is_told_and_may_finish_it(chat: Chat) -> None:
    await one(chat, START)
    await chat.say("dou", "我在")
    assert (await one(chat, "负责 T1 @dou")).startswith("给谁办，在群里 @ 着说")
    said = await chat.ask_bot("muzi", "负责 T1 @dou", mentions=["dou"])
    assert said == [
        "T1 归 dou：场地和日期定下来，2027 年 1 月 5 日前。",
        "T1 请你来办：场地和日期定下来，E1 的，2027 年 1 月 5 日前。办好了回「办好 T1」；办不了跟请你的人说一声。",
    ]
    assert await one(chat, "办好 T2", "dou") == "T2 归别人办，或者要管理员来说。"
    assert await one(chat, "办好 T1", "dou") == "T1 办好了，谢谢。还剩 4 条。"


async def test_reminders_on_the_day_and_once_when_late(chat: Chat) -> None:
    await one(chat, START)
    await chat.say("dou", "我在")
    await chat.ask_bot("muzi", "负责 T1 @dou", mentions=["dou"])
    chat.clock.time = datetime(2027, 1, 4, 2, tzinfo=UTC)
    assert await chat.tick() == []
    chat.later(days=1)  # 5 January, 10:00
    said = await chat.tick()
    assert sorted(posted.place.key for posted in chat.adapter.posted[-2:]) == ["direct:dou", "direct:muzi"]
    assert [len(text.splitlines()) for text in said] == [3, 3]
    assert any("T1 场地和日期定下来 · E1 今天，dou" in text for text in said)
    chat.later(hours=3)
    assert await chat.tick() == []
    await chat.tell("dou", "办好 T1")
    chat.later(hours=21)
    said = await chat.tick()
    assert len(said) == 1
    assert "T2 主办企业和赞助席位谈好 · E1 过了 1 天，没人认领" in said[0]
    chat.later(days=1)
    assert await chat.tick() == []


@pytest.mark.middle
async def test_what_is_late_at_the_start_is_told_once(chat: Chat) -> None:
    assert "2 条现在就该办" in await one(chat, "开系列 成都 2026-12-29")
    chat.later(days=1, hours=1)
    said = await chat.tick()
    assert len(said) == 1
    assert said[0].count("过了 1 天") == 2
    chat.later(days=1)
    assert not any("T1 " in text for text in await chat.tick())


@pytest.mark.middle
async def test_nobody_is_reminded_of_what_has_ended_or_is_off(chat: Chat) -> None:
    await one(chat, START)
    async with chat.database.write() as store:
        await events.cancel(store, 1, chat.clock.now())
    chat.clock.time = datetime(2027, 1, 5, 2, tzinfo=UTC)
    assert await chat.tick() == []
    assert (await one(chat, "待办")).startswith("还没办的 16 条")


@pytest.mark.middle
async def test_whoever_is_forgotten_has_nothing_to_do_any_more(chat: Chat) -> None:
    await one(chat, START)
    await chat.say("dou", "我在")
    await chat.ask_bot("muzi", "负责 T1 @dou", mentions=["dou"])
    async with chat.database.write() as store:
        for name in ("dou", "muzi"):
            found = await members.find(store, "qq", name)
            assert found is not None
            await privacy.forget(store, [found.id], chat.clock.now())
    await chat.make_owner("olga")
    assert "T1 场地和日期定下来 · E1 2027 年 1 月 5 日前，没人认领" in await one(chat, "待办", "olga")
    chat.clock.time = datetime(2027, 1, 5, 2, tzinfo=UTC)
    assert len(await chat.tick()) == 1
    assert chat.adapter.posted[-1].place.key == "direct:olga"


# -- rounds that move -------------------------------------------------------------------------------------------------


async def moved(chat: Chat, event: int, **span: float) -> None:
    async with chat.database.write() as store:
        before = await events.get(store, event)
        later = {name: getattr(before, name) + timedelta(**span) for name in ("starts_at", "ends_at")}
        await events.change(store, event, replace(before, **later), chat.clock.now())


async def test_a_round_moves_with_its_todos_and_the_later_ones_only_if_wanted(chat: Chat) -> None:
    await one(chat, START)
    await moved(chat, 1, days=14)
    chat.later(minutes=11)
    said = await chat.tick()
    assert [text.splitlines() for text in said] == [[
        "《象行成都》的 E1 从 2027 年 3 月 6 日挪到了 2027 年 3 月 20 日。后面 3 场现在没有动，一起挪的话是这样：",
        "E2 2027 年 4 月 3 日 → 2027 年 4 月 17 日 14:00",
        "E3 2027 年 5 月 1 日 → 2027 年 5 月 15 日 14:00",
        "E4 2027 年 6 月 5 日 → 2027 年 6 月 19 日 14:00",
        "要挪回「系列 挪 成都」。不回就不动。",
    ]]  # fmt: skip
    async with chat.database.read() as store:
        assert (await todos.of_events(store, [1]))[0].due_on == date(2027, 1, 19)
        assert (await events.get(store, 2)).starts_at == datetime(2027, 4, 3, 6, tzinfo=UTC)
    chat.later(minutes=11)
    assert await chat.tick() == []  # asked once
    assert (await one(chat, "系列 挪 成都")).startswith("《象行成都》后面 3 场挪好了，待办跟着挪了：")
    async with chat.database.read() as store:
        assert [event.starts_at.day for event in await events.of_series(store, 1)] == [20, 17, 15, 19]
        assert (await todos.of_events(store, [2]))[0].due_on == date(2027, 2, 16)
    chat.later(minutes=11)
    assert await chat.tick() == []
    assert await one(chat, "系列 挪 成都") == "《象行成都》没有要跟着挪的场次。"


@pytest.mark.middle
async def test_a_round_that_moves_back_leaves_nothing_to_shift(chat: Chat) -> None:
    await one(chat, START)
    for days in (14, -14):
        await moved(chat, 1, days=days)
        chat.later(minutes=11)
        await chat.tick()
    assert await one(chat, "系列 挪 成都") == "《象行成都》没有要跟着挪的场次。"


@pytest.mark.middle
async def test_whoever_was_told_of_a_later_round_is_told_that_it_moves(database: Database) -> None:
    features = ("joining", "events", "reminding", "series", "settings", "questions")
    chat = await Chat.open(database, features=features, tables={"reminding": {"card": False}})
    await chat.make_admin("muzi")
    await chat.say("muzi", "大家好")
    await chat.tell("muzi", START)
    said = await chat.tell("muzi", "公布 E2 发")
    assert any("第二轮 上手培训" in text for text in said[1:])
    await chat.say("dou", "大家好")
    await chat.tell("dou", "报名 E2")
    await moved(chat, 1, days=7)
    chat.later(minutes=11)
    (asked,) = await chat.tick()
    assert asked.splitlines()[-1] == "要挪回「系列 挪 成都」，公布过的会告诉群里和报了名的人。不回就不动。"
    said = await chat.tell("muzi", "系列 挪 成都")
    said += await chat.tick()
    assert sum("后面 3 场挪好了" in text for text in said) == 1
    places = [posted.place.key for posted in chat.adapter.posted[-len(said) :]]
    assert sorted(places) == ["direct:dou", "direct:muzi", "g1"]
    assert sum(text.startswith("改期：《象行成都 · 第二轮 上手培训》改到") for text in said) == 1
    chat.later(minutes=11)
    assert await chat.tick() == []


# -- figures ----------------------------------------------------------------------------------------------------------


async def held(chat: Chat, event: int, came: list[str], registered: list[str]) -> None:
    async with chat.database.write() as store:
        await events.publish(store, event, chat.clock.now())
        found = await events.get(store, event)
        for name in dict.fromkeys([*registered, *came]):
            member = await members.ensure(store, "qq", name, name, chat.clock.now())
            values = {"state": registrations.State.IN, "at": found.starts_at, "changed_at": found.starts_at}
            await registrations.put(store, event, member.id, values | {"source": registrations.Source.GROUP})
            if name in came:
                day = found.starts_at.date()
                await checkins.add(store, event, member.id, day, found.starts_at)


async def test_carry_over_and_flags_from_round_to_round(chat: Chat) -> None:
    await one(chat, START)
    await one(chat, "目标 成都 1 报名 3")
    await one(chat, "目标 成都 1 找到本地负责人")
    await held(chat, 1, ["a", "b", "c"], ["d"])
    await held(chat, 2, ["b", "x"], ["c"])
    chat.clock.time = datetime(2027, 4, 10, 2, tzinfo=UTC)
    assert (await one(chat, "系列 成都")).splitlines()[1:3] == [
        "E1 第一轮 城市行，3 月 6 日，报名 4 签到 3，下一轮又报名 2/3、又来 1/3",
        "E2 第二轮 上手培训，4 月 3 日，报名 3 签到 2，旗 0/1",
    ]
    assert await one(chat, "目标 成都 1 找到本地负责人 达到") == "记下了，第 1 轮 找到本地负责人 达到。"
    assert (await one(chat, "目标 成都")).splitlines()[:3] == [
        "《象行成都》每一轮的目标，插上的旗才交给下一轮：",
        "第 1 轮 报名 4/3 达到，签到 3/40 没达到，找到本地负责人 达到；旗 2/3，没达到的带到第 2 轮",
        "第 2 轮 签到 2/40 没达到；旗 0/1，没达到的带到第 3 轮",
    ]
    await one(chat, "目标 成都 1 签到 达到 41")
    assert "签到 41/40 达到" in await one(chat, "目标 成都")
    assert "没有「名气」这个目标" in await one(chat, "目标 成都 1 名气 达到")
    assert "只有 4 轮" in await one(chat, "目标 成都 7 签到 40")
    assert await one(chat, "目标 成都 1 签到 -") == "第 1 轮不再有「签到」这个目标。"


@pytest.mark.middle
async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES, language="en")
    await chat.make_admin("muzi")
    said = (await one(chat, "/series start Chengdu 2027-03-06")).splitlines()
    assert said[0] == "“Chengdu series” has 4 events, all of them drafts; one by one: /event publish E1"
    assert said[1] == "E1 Round 1: tour, 6 Mar 2027 14:00"
    assert (await one(chat, "/todo Chengdu")).splitlines()[1].startswith("T1 Settle place and day · E1 by 5 Jan")
    assert (await one(chat, "/goal Chengdu")).splitlines()[1] == "Round 1: registered 60 to come, checked in 40 to come"
    assert (await one(chat, "/series")).startswith("Chengdu “Chengdu series”, 0 of 4 held, next: E1")


@pytest.mark.middle
async def test_both_engines(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await chat.make_admin("muzi")
    await chat.say("muzi", "大家好")
    await one(chat, START)
    await held(chat, 1, ["a", "b"], ["c"])
    await moved(chat, 1, days=7)
    chat.later(minutes=11)
    assert len(await chat.tick()) == 1
    assert "后面 3 场挪好了" in (await chat.tell("muzi", "系列 挪 成都"))[0]
    chat.clock.time = datetime(2027, 4, 12, 2, tzinfo=UTC)
    assert "报名 3 签到 2" in await one(chat, "系列 成都")
    assert "第 1 轮 报名 3/60 没达到" in await one(chat, "目标 成都")
