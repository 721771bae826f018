"""Events by command: planned by a line or step by step, shown before anything is posted, moved, called off."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from storage import events, members, recurring, segments
from storage.events import Event, Kind, State
from storage.segments import Kind as SegmentKind
from storage.segments import Segment
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # a dialog each
LINE = (
    "发活动 线上分享《逻辑复制上生产前要过的五道坎》 12 月 3 日 20:00 50 分钟 柏舟/苇间数据 https://meet.example.org/1"
)
FEATURES = ("events", "couriers", "settings", "posting", "help")


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES)
    await opened.make_admin("root")
    for who in ("root", "bob"):
        await opened.say(who, "早")
    return opened


async def event(chat: Chat, number: int = 1) -> Event:
    async with chat.database.read() as store:
        return await events.get(store, number)


async def published(chat: Chat) -> None:
    await chat.tell("root", LINE)
    await chat.tell("root", "发")
    chat.later(minutes=5)


# -- one line ---------------------------------------------------------------------------------------------------------


async def test_one_line_is_a_draft_that_is_shown(chat: Chat) -> None:
    assert await chat.tell("root", LINE) == [
        "《逻辑复制上生产前要过的五道坎》 · 线上分享 · E1 · 草稿\n12 月 3 日 20:00（50 分钟，还有 10 天）\n"
        "柏舟（苇间数据）\n线上 · https://meet.example.org/1\n发到 1 个群。\n"
        "E1 先记成草稿。公布回「发」，留着回「不发」，改就回「改 席位 50」。"
    ]
    found = await event(chat)
    assert (found.state, found.kind, found.starts_at) == (
        State.DRAFT,
        Kind.TALK,
        datetime(2026, 12, 3, 12, 0, tzinfo=UTC),
    )
    assert await chat.tell("bob", "活动 E1") == ["没有 E1 这个活动。看有哪些：发「活动」。"]  # nobody else knows of it
    assert "E1 · 草稿" in (await chat.tell("root", "活动 E1"))[0]


async def test_published_at_one_word_and_once(chat: Chat) -> None:
    await chat.tell("root", LINE)
    said = await chat.tell("root", "改 席位 50")
    assert "50 席" in said[0]
    said = await chat.tell("root", "发")
    assert said[0] == "E1 公布了，群里的通知排上了。"
    assert [one.place.key for one in chat.adapter.posted if "12 月 3 日" in one.text and one.place.key == "g1"] == [
        "g1"
    ]
    chat.later(minutes=5)
    assert await chat.tell("root", "公布 E1 发") == ["E1 早就公布了，该通知的群都通知过。"]
    assert (await chat.ask_bot("bob", "活动")) == [
        "接下来的活动：\n12 月 3 日 20:00 线上《逻辑复制上生产前要过的五道坎》柏舟 · E1\n"
        "看哪个发「活动 E1」，报名发「报名 E1」。"
    ]


async def test_kept_and_published_later(chat: Chat) -> None:
    await chat.tell("root", LINE)
    assert await chat.tell("root", "不发") == ["E1 留作草稿。要公布时：「公布 E1」。"]
    assert "· E1" in (await chat.tell("root", "活动草稿"))[0]
    said = await chat.tell("root", "公布 E1")
    assert said[0].endswith("公布回「发」，留着回「不发」，改就回「改 席位 50」。")
    said = await chat.ask_bot("root", "公布 E1")
    assert said[0].endswith("公布就回「公布 E1 发」。先改：「改活动 E1 席位 50」。")
    assert (await event(chat)).state is State.DRAFT
    assert (await chat.ask_bot("root", "公布 E1 发"))[0].startswith("E1 公布了")
    assert (await event(chat)).state is State.PUBLISHED
    assert await chat.tell("root", "活动草稿") == ["没有草稿。要发一个：「发活动」。"]


@pytest.mark.parametrize(
    "text", ["发活动 《x》明天 20:00", "改活动 E1 席位 5", "公布 E1 发", "改期 E1 明天 20:00", "取消活动 E1 发",
             "活动草稿", "办活动", "/event add “x” tomorrow 20:00", "/event publish E1 yes", "活动规则"]
)  # fmt: skip
async def test_members_plan_none(chat: Chat, text: str) -> None:
    await chat.tell("root", LINE)
    for say in (chat.ask_bot, chat.tell):
        assert (await say("bob", text))[0].startswith("这个要群管理员来发。")
        chat.later(minutes=2)
    assert (await event(chat)).state is State.DRAFT
    async with chat.database.read() as store:
        assert len(await events.drafts(store)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("发活动 《x》2026-02-30 25:61", "2 月没有 30 日。时间这样写：12 月 5 日 14:00"),
        ("发活动 《@所有人 快来》明天 20:00", "我从不 @ 全体"),
        ("发活动 《x》明天 20:00-19:00", "结束 19:00 不晚于开始 20:00"),
        ("发活动 《x》明天 20:00 席位 0", "席位要在 1 到 100000 之间"),
        ("发活动 《x》明天 20:00 时区 Mars/Base", "没有「Mars/Base」这个时区"),
        (f"发活动 《{'长' * 61}》明天 20:00", "标题最多 60 个字"),
        ("发活动 《x》明天 20:00 RRULE:FREQ=SECONDLY;COUNT=1000000000", "这样重复不行：FREQ=SECONDLY"),
        ("改活动 E9 席位 5", "没有 E9 这个活动"),
    ],
)
async def test_bad_input_keeps_nothing(chat: Chat, text: str, said: str) -> None:
    assert said in (await chat.tell("root", text))[0]
    async with chat.database.read() as store:
        assert await events.drafts(store) == []


async def test_markup_in_a_title_stays_text(chat: Chat) -> None:
    said = await chat.tell("root", "发活动 《<b>粗</b> *星* [CQ:at,qq=1]》明天 20:00")
    assert "《<b>粗</b> *星* [CQ:at,qq=1]》 · " in said[0]
    assert (await event(chat)).title == "<b>粗</b> *星* [CQ:at,qq=1]"


# -- step by step -----------------------------------------------------------------------------------------------------


async def test_step_by_step(chat: Chat) -> None:
    assert (await chat.ask_bot("root", "发活动"))[0].startswith("私聊我发「发活动」")
    assert (await chat.tell("root", "发活动"))[0].startswith("活动叫什么？一共 11 个问题")
    assert await chat.tell("root", "跳过") == [
        "这个跳不过。活动叫什么？一共 11 个问题，可选的回「跳过」，不想发了回「取消」。"
    ]
    assert (await chat.tell("root", "象行成都 · 第二轮"))[0].startswith("是哪一类？企业行、")
    assert (await chat.tell("root", "城市行"))[0].startswith("什么时候？")
    assert "2 月没有 30 日" in (await chat.tell("root", "2 月 30 日 14:00"))[0]
    assert (await chat.tell("root", "12 月 5 日 14:00-17:00"))[0].startswith("在哪个城市？")
    assert (await chat.tell("root", "成都"))[0].startswith("具体在哪里？")
    for said in ("高新区天府五街", "柏舟/苇间数据、Lena", "苇间数据"):
        await chat.tell("root", said)
    assert (await chat.tell("root", "0"))[0].startswith("席位要在")
    for said in ("40", "跳过", "区域 成都"):
        await chat.tell("root", said)
    shown = await chat.tell("root", "跳过")
    assert shown[0].startswith("《象行成都 · 第二轮》 · 城市行 · E1 · 草稿\n12 月 5 日 14:00（3 小时，还有 12 天）\n")
    found = await event(chat)
    assert (found.city, found.venue, found.capacity, found.hosts) == ("成都", "高新区天府五街", 40, ("苇间数据",))
    assert found.targets == (Segment(SegmentKind.REGION, "成都"),)
    assert [speaker.name for speaker in found.speakers] == ["柏舟", "Lena"]


async def test_cancel_ends_the_dialog(chat: Chat) -> None:
    await chat.tell("root", "发活动")
    await chat.tell("root", "x")
    assert len(await chat.tell("root", "取消")) == 1
    assert (await chat.tell("root", "活动草稿"))[0].startswith("没有草稿")
    async with chat.database.read() as store:
        assert await events.drafts(store) == []


# -- changes ----------------------------------------------------------------------------------------------------------


async def test_what_is_published_is_moved_with_a_yes(chat: Chat) -> None:
    await published(chat)
    assert (await chat.tell("root", "改活动 E1 时间 12 月 4 日 20:00"))[0].startswith("E1 已经公布，改时间用「改期")
    assert await chat.tell("root", "改期 E1 12 月 4 日 20:00") == [
        "《逻辑复制上生产前要过的五道坎》从 12 月 3 日 20:00 改到 12 月 4 日 20:00？\n"
        "会告诉知道它的 1 个群和报了名的 0 位，各一次。\n改就回「发」，不改不用回。"
    ]
    assert await chat.tell("root", "再想想") == ["好，E1 不动。"]
    assert (await event(chat)).moved_at is None
    await chat.tell("root", "改期 E1 12 月 4 日 20:00")
    said = await chat.tell("root", "发")
    assert said[0] == "E1 改到 12 月 4 日 20:00 了。"
    moved = await event(chat)
    assert (moved.starts_at, moved.ends_at) == (
        datetime(2026, 12, 4, 12, tzinfo=UTC),
        datetime(2026, 12, 4, 12, 50, tzinfo=UTC),
    )
    assert moved.moved_at is not None
    told = len(chat.adapter.posted)
    assert await chat.tell("root", "改期 E1 12 月 4 日 20:00 发") == ["E1 本来就是 12 月 4 日 20:00。"]
    assert len(chat.adapter.posted) == told + 1


async def test_a_draft_moves_at_once(chat: Chat) -> None:
    await chat.tell("root", LINE)
    assert await chat.tell("root", "改期 E1 12 月 4 日 20:00") == ["E1 改到 12 月 4 日 20:00 了。"]
    assert await chat.tell("root", "取消活动 E1") == ["E1 取消了。"]
    assert await chat.tell("root", "公布 E1 发") == ["E1 取消了，不能再公布。"]


async def test_called_off_with_a_yes(chat: Chat) -> None:
    await published(chat)
    in_group = await chat.ask_bot("root", "取消活动 E1")
    assert in_group[0].endswith("取消就回「取消活动 E1 发」，不取消不用回。")
    assert (await chat.tell("root", "取消活动 E1"))[0].endswith("取消就回「发」，不取消不用回。")
    assert (await event(chat)).is_published
    said = await chat.tell("root", "发")
    assert said[0] == "E1 取消了。"
    assert await chat.tell("root", "取消活动 E1 发") == ["E1 早就取消了。"]
    assert (await chat.ask_bot("bob", "活动")) == ["还没有定下来的活动。"]


async def test_a_change_of_what_is_published_is_not_posted(chat: Chat) -> None:
    await published(chat)
    posted = len(chat.adapter.posted)
    said = await chat.tell("root", "改活动 E1 讲者 Lena/Acme")
    assert said[0].startswith("改好了：\n")
    assert said[0].endswith("群里发过的不会变，也没另外通知。")
    assert len(chat.adapter.posted) == posted + 1
    assert (await event(chat)).sequence == 1


async def test_a_group_sees_what_is_for_it(chat: Chat) -> None:
    async with chat.database.write() as store:
        await segments.give(store, 1, Segment(SegmentKind.REGION, "成都"))
    await chat.tell("root", "发活动 线上分享《甲》12 月 3 日 20:00 面向 区域 成都")
    await chat.tell("root", "发")
    await chat.tell("root", "发活动 线上分享《乙》12 月 4 日 20:00 面向 区域 上海")
    await chat.tell("root", "发")
    assert "《甲》" in (shown := (await chat.ask_bot("bob", "活动"))[0])
    assert "《乙》" not in shown
    assert "《乙》" in (await chat.tell("bob", "活动"))[0]


# -- rules ------------------------------------------------------------------------------------------------------------


async def test_a_rule_makes_events_ahead_and_each_once(chat: Chat) -> None:
    said = await chat.tell("root", "发活动 线上分享《周二见》每周二、周四 20:00 停 12 月 1 日")
    assert said[0].startswith(
        "记成 R1：《周二见》，每周二、周四 20:00。先排了 9 场草稿，明天 20:00 起：E1、E2、…、E9。\n"
    )
    assert (await chat.tell("root", "公布 R1"))[0].startswith("R1 公布了：9 场")
    async with chat.database.read() as store:
        assert len(await events.coming(store, chat.clock.now())) == 9
    for _ in range(8):
        chat.later(days=1)
        await chat.tick()
    async with chat.database.read() as store:
        rule = await recurring.find(store, 1)
        every = await events.of_rule(store, 1, datetime(2026, 1, 1, tzinfo=UTC))
    assert rule is not None
    assert rule.except_on == {date(2026, 12, 1)}
    assert len(every) == 11
    assert len({one.occurrence for one in every}) == len(every)
    assert all(one.is_published for one in every)
    assert {f"{one.starts_at:%a %H:%M}" for one in every} == {"Tue 12:00", "Thu 12:00"}


async def test_days_are_left_out_with_a_yes_and_a_rule_ends(chat: Chat) -> None:
    await chat.tell("root", "发活动 线上分享《周二见》每周二、周四 20:00")
    assert (await chat.tell("root", "活动规则"))[0].startswith("R1 《周二见》：每周二、周四 20:00（排成草稿）")
    assert await chat.tell("root", "活动规则 R1 停 12 月 1 日") == ["R1 这几天停：12 月 1 日。E3 取消了。"]
    await chat.tell("root", "公布 R1")
    assert "停就回「活动规则 R1 停 12 月 8 日 发」" in (await chat.tell("root", "活动规则 R1 停 12 月 8 日"))[0]
    assert (await event(chat, 5)).is_published
    assert await chat.tell("root", "活动规则 R1 停 12 月 8 日 发") == ["R1 这几天停：12 月 8 日。E5 取消了。"]
    assert (await chat.tell("root", "活动规则 R1 停办"))[0].startswith("R1 停办，不再往后排；排好的 8 场还在")
    assert (await chat.tell("root", "活动规则"))[0].startswith("没有定期的活动。")
    chat.later(days=20)
    await chat.tick()
    async with chat.database.read() as store:
        assert len(await events.of_rule(store, 1, datetime(2026, 1, 1, tzinfo=UTC))) == 10


async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES, language="en")
    await chat.make_admin("root")
    await chat.say("root", "hi")
    said = await chat.tell("root", "/event add talk “Slow SQL” 2026-12-03 20:00 50 min Lena/Acme")
    assert said[0].startswith(
        "“Slow SQL” · Online talk · E1 · draft\n3 Dec 20:00 (50 minutes, 10 days left)\nLena (Acme)\n"
    )
    assert (await chat.tell("root", "publish"))[0].startswith("E1 is published")
    chat.later(minutes=5)
    assert (await chat.tell("root", "/events"))[0].startswith("Coming up:\n3 Dec 20:00 online “Slow SQL” Lena · E1\n")
    assert (await chat.tell("root", "/event postpone E1 2026-12-04 20:00"))[0].startswith("Move “Slow SQL” from 3 Dec")


async def test_what_is_typed_stays_as_it_was_typed(chat: Chat) -> None:
    await chat.tell("root", LINE)
    await chat.tell("root", "改活动 E1 标题 《复制：坑，与１０道坎》")
    assert (await event(chat)).title == "复制：坑，与１０道坎"


async def test_a_speaker_who_is_mentioned_is_that_member(chat: Chat) -> None:
    await chat.say("root", "发活动《甲》明天 20:00 @小柏/苇间数据、Lena", to_bot=True, mentions=("bob",))
    await chat.ask_bot("root", "改活动 E1 讲者 小柏、Lena/Acme")
    first, second = (await event(chat)).speakers
    assert (first.name, first.company, second.name, second.company) == ("小柏", "苇间数据", "Lena", "Acme")
    async with chat.database.read() as store:
        found = await members.ensure(store, "qq", "bob", "bob", chat.clock.now())
    assert (first.member, second.member) == (found.id, None)


async def test_whoever_goes_on_to_something_else_is_not_held_up(chat: Chat) -> None:
    await chat.tell("root", LINE)
    assert (await chat.tell("root", "对了，今天天气真好"))[0].startswith("E1 先留作草稿，公布时发「公布 E1」。")
    assert "公布" not in "".join(await chat.tell("root", "发"))
    assert (await event(chat)).state is State.DRAFT


async def test_what_is_over_is_not_moved(chat: Chat) -> None:
    await published(chat)
    chat.later(days=12)
    assert await chat.tell("root", "改期 E1 明天 20:00") == ["E1 已经办完了。再办一场：「发活动」。"]
    assert await chat.tell("root", "取消活动 E1") == ["E1 已经办完了，不用取消。"]
