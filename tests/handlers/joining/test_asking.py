"""What an event asks for: one question after the other, each may be left out, and nothing is kept elsewhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage import companies
from storage.messages import MESSAGES
from tests.handlers.joining.conftest import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_what_an_event_asks_for_is_asked_in_private(town: Town) -> None:
    event = await town.event(asks=("company", "title", "phone"))
    (said,) = await town.chat.tell("alice", "报名 E1")
    assert said.splitlines()[-2:] == [
        "公司、职位和手机号只给签到的同事看，活动后 30 天删。",
        "公司是？发我一句就行，不想填回「不想填」。",
    ]
    assert await town.chat.tell("alice", "苇间数据") == ["职位是？发我一句就行，不想填回「不想填」。"]
    assert await town.chat.tell("alice", "不想填") == ["手机号是？发我一句就行，不想填回「不想填」。"]
    assert await town.chat.tell("alice", "不告诉你") == ["这不像手机号。再发一次，或回「不想填」。"]
    assert await town.chat.tell("alice", "138 0013 8000") == ["记下了。要改就再发「报名 E1」。"]
    mine = await town.of(event, "alice")
    assert mine is not None
    assert (mine.title, mine.phone) == ("", "138 0013 8000")
    async with town.chat.database.read() as store:
        assert await companies.names(store, [mine.company or 0]) == {mine.company: "苇间数据"}
        said_so = await store.scalars(select(MESSAGES.c.text))
    assert not [text for text in said_so if "8000" in text or "苇间" in text]


async def test_nothing_need_be_told(town: Town) -> None:
    event = await town.event(asks=("company", "phone"))
    await town.chat.tell("alice", "报名 E1")
    assert await town.chat.tell("alice", "都不填") == ["好，不填。名照样报着。"]
    mine = await town.of(event, "alice")
    assert mine is not None
    assert mine.company is None


async def test_too_long_an_answer_and_no_address(town: Town) -> None:
    await town.event(asks=("city", "email"))
    await town.chat.tell("alice", "报名 E1")
    assert await town.chat.tell("alice", "长" * 50) == ["最多 40 个字。再发一次，或回「不想填」。"]
    await town.chat.tell("alice", "成都")
    assert await town.chat.tell("alice", "alice") == ["这不像邮箱。再发一次，或回「不想填」。"]
    assert await town.chat.tell("alice", "alice@example.org") == ["记下了。要改就再发「报名 E1」。"]


async def test_in_a_group_nothing_is_asked(town: Town) -> None:
    await town.event(asks=("company", "phone"))
    await town.chat.tell("alice", "我的活动")
    (told,) = await town.chat.ask_bot("alice", "报名 E1")
    assert told.splitlines()[-1] == "想留公司和手机号的话，回「报名 E1」。"
    assert await town.gathered() == ["E1 报名收到：alice。\nE1 想知道公司和手机号，私聊我「报名 E1」填；不填也行。"]
    (stands,) = await town.chat.tell("alice", "报名 E1")
    assert stands.startswith("你报过了：E1")
    assert stands.splitlines()[-1] == "公司是？发我一句就行，不想填回「不想填」。"


async def test_who_leaves_is_asked_no_more(town: Town) -> None:
    await town.event(asks=("company",))
    await town.chat.tell("alice", "报名 E1")
    await town.chat.tell("alice", "取消 E1")
    said = await town.chat.tell("alice", "苇间数据")
    assert "记下了。要改就再发「报名 E1」。" not in said
