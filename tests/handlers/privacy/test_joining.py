"""The bot comes into a group: it speaks once, and only where an admin wants it."""

from __future__ import annotations

import pytest

from storage import groups
from storage.groups import Coverage
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

NOTICE = """\
我是小象，ayu 请来的，帮群里记住问过的问题。
我会存下本群消息，用来串问答、算响应时间、出周报；原文只在本社区用，闲聊 180 天后删，问答留着备查。
平时不说话，@我才答。私聊我「别记我」从此不存，「删掉我」连以前的一起删。
嫌吵：管理员发「安静」。"""


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=("privacy", "settings", "help"), preview=True)
    await opened.make_owner("own")
    await opened.make_admin("ayu")
    return opened


async def test_an_admin_brought_it(chat: Chat) -> None:
    assert await chat.join("10000", is_bot=True, by="ayu") == [NOTICE]
    assert chat.adapter.posted[-1].place.key == "g1"
    chat.later(hours=1)
    assert await chat.join("10000", is_bot=True, by="ayu") == []  # once per group


@pytest.mark.parametrize("by", ["stranger", "", "管理员", "g1"])
async def test_somebody_else_did(chat: Chat, by: str) -> None:
    assert await chat.join("10000", is_bot=True, by=by) == [
        "我进了「群 g1」，拉我的不是管理员，所以没出声。\n要我留下：在那个群里 @我「打招呼」；不要就把我移出去。"
    ]
    assert chat.adapter.posted[-1].place.key == "direct:own"
    assert await chat.ask_bot("ayu", "打招呼") == [NOTICE]
    assert await chat.ask_bot("ayu", "/hello") == ["我在这儿介绍过了，11 月 23 日。"]


async def test_an_admin_of_another_group_is_none_here(chat: Chat) -> None:
    said = await chat.join("10000", is_bot=True, by="ayu", group="g2")
    assert said[0].startswith("我进了「群 g2」")


async def test_members_greet_nobody(chat: Chat) -> None:
    assert await chat.ask_bot("bob", "打招呼", name="ayu") == ["这个要群管理员来发。想收尾自己的题，回「解决了」。"]
    assert await chat.join("bob") == []


async def test_where_only_mentions_are_seen_it_says_so(chat: Chat) -> None:
    await chat.say("ayu", "早")
    async with chat.database.write() as store:
        await groups.cover(store, 1, Coverage.MENTIONS, chat.clock.now())
    said = (await chat.ask_bot("ayu", "打招呼"))[0]
    assert "这里我只看得到 @ 我的消息，会存下来串问答" in said


async def test_what_the_operator_configured(open_chat: OpenChat) -> None:
    chat = await open_chat(features=("privacy",), tables={"privacy": {"chatter_days": 0}}, language="en")
    await chat.make_admin("ayu")
    said = (await chat.join("10000", is_bot=True, by="ayu"))[0].splitlines()
    assert said[0] == "I am 小象. ayu brought me here to remember what was asked."
    assert "chatter is kept as well" in said[1]
    assert len(said) == 4
