"""Segments by command: given, shown, taken away, in the group and by its name in private."""

from __future__ import annotations

import pytest

from storage import segments
from storage.segments import Kind, Segment
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # a dialog each


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=("questions", "segments", "settings", "help"))
    for who, group in (("ayu", "g1"), ("bo", "g1"), ("bo", "g2")):
        await opened.make_admin(who, group=group)
    return opened


async def given(chat: Chat, group: int = 1) -> list[Segment]:
    async with chat.database.read() as store:
        return await segments.of_group(store, group)


@pytest.mark.parametrize(
    ("text", "segment", "said"),
    [
        ("分群 总群", Segment(Kind.GENERAL), "「群 g1」记为总群，同类的暂时只有它。去掉：「分群 -」"),
        ("/segment general", Segment(Kind.GENERAL), "记为总群"),
        ("分群 行业 金融", Segment(Kind.INDUSTRY, "金融"), "「群 g1」记为行业群「金融」"),
        ("分群 行业群 金融", Segment(Kind.INDUSTRY, "金融"), "行业群「金融」"),
        ("/segment industry Finance", Segment(Kind.INDUSTRY, "Finance"), "行业群「Finance」"),
        ("分群 区域 成都", Segment(Kind.REGION, "成都"), "「群 g1」记为区域群「成都」"),
        ("分群 群 g1 区域 成都", Segment(Kind.REGION, "成都"), "「群 g1」记为区域群「成都」"),
    ],
)
async def test_given(chat: Chat, text: str, segment: Segment, said: str) -> None:
    assert said in (await chat.ask_bot("ayu", text))[0]
    assert await given(chat) == [segment]


async def test_shown_and_taken_away(chat: Chat) -> None:
    async def one(text: str) -> str:
        return (await chat.ask_bot("ayu", text))[0]

    assert (await one("分群")).startswith("「群 g1」还没分群。这样分：")
    await one("分群 行业 金融")
    await one("分群 区域 成都")
    assert await one("分群") == "「群 g1」：行业群「金融」、区域群「成都」"
    assert "分群 segment：行业群「金融」、区域群「成都」" in (await one("设置")).splitlines()
    assert await one("分群 区域 -") == "「群 g1」：行业群「金融」"
    assert await one("分群 -") == "「群 g1」不再分群。"
    assert await given(chat) == []


async def test_by_name_in_private(chat: Chat) -> None:
    assert "记为区域群「成都」" in (await chat.tell("ayu", "分群 区域 成都"))[0]  # the one that she runs
    assert "带上群名" in (await chat.tell("bo", "分群 区域 成都"))[0]
    assert await chat.tell("bo", "分群 群 g2 区域 成都") == [
        "「群 g2」记为区域群「成都」，同类的还有 1 个群。去掉：「分群 -」"
    ]
    assert await chat.tell("bo", "分群") == ["「群 g1」：区域群「成都」\n「群 g2」：区域群「成都」"]
    assert "你管的群里没有" in (await chat.tell("ayu", "分群 群 g2 总群"))[0]
    assert await given(chat, 2) == [Segment(Kind.REGION, "成都")]


@pytest.mark.parametrize("text", ["分群 总群", "分群", "/segment industry finance"])
async def test_members_give_none(chat: Chat, text: str) -> None:
    for say in (chat.ask_bot, chat.tell):
        assert (await say("bob", text))[0].startswith("这个要群管理员来发。")
        chat.later(minutes=1)
    assert await given(chat) == []


async def test_a_sentence_is_no_command(chat: Chat) -> None:
    await chat.ask_bot("ayu", "分群 的依据是什么，按城市还是行业")
    assert await given(chat) == []


async def test_in_english(chat: Chat) -> None:
    await chat.ask_bot("ayu", "/settings community.language en")
    said = await chat.ask_bot("ayu", "/segment region Chengdu")
    assert said == ["「群 g1」 is region Chengdu now, so far the only one. Undo: /segment -"]
