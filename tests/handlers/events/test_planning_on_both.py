"""One walk through planning on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from storage import events
from storage.database import Database
from tests.chat import Chat


@pytest.mark.middle
async def test_both_engines_plan_alike(database: Database) -> None:
    chat = await Chat.open(database, features=("events", "posting"))
    await chat.make_admin("root")
    await chat.say("root", "早")
    await chat.tell("root", "发活动 线上分享《甲》12 月 3 日 20:00 柏舟/苇间数据 面向 总群")
    await chat.tell("root", "发")
    await chat.tell("root", "改期 E1 12 月 4 日 20:00 发")
    assert (await chat.tell("root", "活动"))[0].splitlines()[1] == "12 月 4 日 20:00 线上《甲》柏舟 · E1"
    assert "先排了 10 场草稿" in (await chat.tell("root", "发活动 线上分享《周二见》每周二、周四 20:00"))[0]
    await chat.tell("root", "活动规则 R1 停 12 月 1 日")
    await chat.tell("root", "取消活动 E1 发")
    async with database.read() as store:
        assert [event.number for event in await events.coming(store, chat.clock.now())] == []
        assert len(await events.drafts(store)) == 9
