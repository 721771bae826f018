"""What members ask of their own registrations, and what two accounts of one person hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import members
from tests.handlers.joining.conftest import START, Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_ones_own_events_the_next_first(town: Town) -> None:
    await town.event(capacity=1)
    await town.event(title="慢 SQL 三板斧", starts_at=START - timedelta(days=9), ends_at=START - timedelta(days=8))
    await town.chat.tell("bob", "报名 E1")
    assert await town.chat.tell("alice", "我的活动") == ["你还没报活动。看有哪些：发「活动」。"]
    await town.chat.tell("alice", "报名 E1")
    await town.chat.tell("alice", "报名 E2")
    assert await town.chat.tell("alice", "我的活动") == [
        "你报了 2 个：\nE2 本周四 14:00 《慢 SQL 三板斧》\nE1 12 月 5 日 14:00 《象行成都 · 第二轮》 · 候补第 1 位\n"
        "去不了回「取消 E2」。"
    ]


async def test_how_one_is_reminded(town: Town) -> None:
    event = await town.event()
    assert await town.chat.tell("alice", "提醒 E1 不要") == ["你没报 E1。看报了哪些：「我的活动」。"]
    await town.chat.tell("alice", "报名 E1")
    for words, kept, said in (
        ("不要", "off", "好，E1 不提醒了。"),
        ("一小时", "1h", "好，E1 提前一小时提醒一次。"),
        ("一天", "1d", "好，E1 提前一天提醒一次。"),
        ("都要", "", "好，E1 照常提醒。"),
    ):
        assert await town.chat.tell("alice", f"提醒 E1 {words}") == [said]
        mine = await town.of(event, "alice")
        assert mine is not None
        assert mine.remind == kept


async def test_bound_accounts_yield_a_seat_to_who_waits(town: Town) -> None:
    event = await town.event(capacity=2)
    for who in ("alice", "alice2", "bob"):
        await town.chat.tell(who, "报名 E1")
    (code,) = [line.rpartition("绑定 ")[2].splitlines()[0] for line in await town.chat.tell("alice", "绑定")]
    said = await town.chat.tell("alice2", f"绑定 {code}")
    assert [line.split("，")[0] for line in said] == ["绑好了", "有位子了"]
    assert await town.everybody(event) == [("alice", "in"), ("bob", "in")]
    assert (await town.chat.tell("alice2", "报名 E1"))[0].startswith("你报过了")
    await town.chat.tell("alice2", "解绑")
    assert await town.everybody(event) == [("alice", "in"), ("bob", "in")]
    assert (await town.chat.tell("alice2", "报名 E1"))[0].startswith("E1 满了（2/2）")


async def test_either_account_may_leave(town: Town) -> None:
    event = await town.event()
    await town.chat.tell("alice", "报名 E1")
    async with town.chat.database.write() as store:
        one = await members.find(store, "qq", "alice")
        other = await members.ensure(store, "telegram", "77", "alice", town.chat.clock.now())
        assert one is not None
        await members.link(store, one.id, other.id, town.chat.clock.now())
    assert (await town.of(event, "77", "telegram")) is not None
    assert (await town.chat.tell("alice", "取消 E1"))[0].startswith("取消了 E1")
    assert await town.everybody(event) == []


async def test_who_is_not_recorded_is_not_registered(town: Town) -> None:
    event = await town.event()
    await town.chat.tell("alice", "别记我")
    said = await town.chat.tell("alice", "报名 E1")
    assert await town.of(event, "alice") is None or said == []
