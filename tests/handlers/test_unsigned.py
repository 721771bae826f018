"""Asked or answered without a name: a canary's name stands in nothing that anybody else gets to read."""

from __future__ import annotations

from typing import Any

import pytest

from bot.export import chatlab, thread_rows
from bot.turn import Turn
from classifiers import Role
from handlers._said_for import said_for
from storage import groups, members, metoo, metrics, threads
from storage.database import Database
from storage.frames import Place
from tests.chat import FEATURES, Chat
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

NAME, KEY = "金丝雀", "canary777"
CARD = f"成都-{NAME}-DBA"
QUESTION = "pg_wal 涨到 200G 了，复制槽也没用到，能直接删吗"
ANSWER = "别手删 pg_wal，先看归档是不是失败了，修好归档再做一次检查点就会回收"
AGAIN = "pg_wal 又涨到 200G，复制槽没用到，能直接删掉吗？"


async def _answer_as(chat: Chat, who: str, text: str) -> None:
    """Carry an answer into the first thread without its author's name, as it is done for an expert."""
    async with chat.database.write() as store:
        turn = Turn(chat.house, store, chat.account, chat.clock.now())
        group = await groups.ensure(store, Place("qq", "g1", name="群 g1"), chat.account.id)
        author = await members.ensure(store, "qq", who, "", chat.clock.now())
        ctx: Any = await turn.context(chat.house.features[0], group, member=author)
        await said_for(
            ctx, group=group, member=author.id, text=text, key="expert:1", thread=1, role=Role.ANSWER, unsigned=True
        )


async def _files(chat: Chat) -> str:
    """Return all that is written out for others."""
    async with chat.database.read() as store:
        group = next(group for group in await groups.every(store) if group.key == "g1")
        now = chat.clock.now()
        since = now.replace(hour=0, minute=0)
        pages = [line async for line in chatlab(store, group, now, rows=True) if '"_type": "message"' in line]
        pages += [line async for line in thread_rows(store, [group], now)]
        scope = metrics.Scope.group(group)
        period = metrics.Period(since, now)
        thanked = await metrics.why(store, "thanks", scope, period, now, metrics.Options())
        assert not any(row.counted and row.named for row in thanked)
        return "\n".join(pages)


def _others(chat: Chat) -> str:
    """Return all that was posted where the canary is not alone with the bot."""
    return "\n".join(posted.text for posted in chat.adapter.posted if posted.place.key != f"direct:{KEY}")


async def test_a_canary_is_named_nowhere(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-24T10:00:00+08:00", features=FEATURES)
    chat = town.chat
    await chat.make_admin("root")
    for who in (KEY, "bob", "carol"):
        await chat.say(who, "早", name=CARD if who == KEY else who)
    chat.later(minutes=1)
    await chat.tell(KEY, f"问 {QUESTION}", name=CARD)
    await chat.tell(KEY, "匿名", name=CARD)
    chat.later(minutes=5)
    carried = next(posted for posted in chat.adapter.posted if "托我问" in posted.text)
    await chat.say("bob", "是不是归档失败了", reply_to=carried.key)
    chat.later(minutes=5)
    for words in ("看 1", "还有谁在等", "找 pg_wal", "统计", "为什么 首次响应"):
        await chat.ask_bot("bob", words)
        chat.later(seconds=30)
        await chat.tell("carol", words)
        chat.later(seconds=30)
    await chat.tell(KEY, "解决了 1", name=CARD)
    for words in ("看 1", "/digest now", "同问 1", "/digest preview", "/stats week"):
        await chat.ask_bot("root", words)
        chat.later(seconds=30)
    await chat.ask_bot("carol", AGAIN)
    for moment in ("2026-11-26T10:00:00+08:00", "2026-11-30T09:30:00+08:00", "2026-12-01T10:00:00+08:00"):
        await town.at(moment)
    assert "pg_wal" in _others(chat)
    assert NAME not in _others(chat)
    assert KEY not in _others(chat)
    files = await _files(chat)
    assert QUESTION not in files  # under whatever name
    assert '"asker": null' in files


async def test_an_answer_that_was_carried_unsigned_thanks_nobody_by_name(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-24T10:00:00+08:00", features=FEATURES)
    chat = town.chat
    await chat.make_admin("root")
    await chat.say(KEY, "早", name=CARD)
    await town.ask("alice", f"{QUESTION}？")
    chat.later(minutes=5)
    await _answer_as(chat, KEY, ANSWER)
    chat.later(minutes=5)
    assert (await chat.ask_bot("alice", "解决了"))[0] == (
        "#1 结了，10 分钟。谢谢回答的朋友。\n谢错人了回「谢 @名字」，又坏了回「没解决」。"
    )
    chat.later(minutes=1)
    shown = (await chat.ask_bot("bob", "看 1"))[0]
    assert "有人：别手删 pg_wal" in shown
    await chat.ask_bot("alice", f"谢 @{NAME}")
    chat.later(minutes=1)
    await chat.ask_bot("carol", AGAIN)
    await chat.say("root", "/digest now")
    await chat.say("root", "结题 1")
    assert "别手删 pg_wal" in _others(chat)
    posts = _others(chat).replace(f"见{NAME}在群里", "")  # what alice typed herself is told back to her
    assert NAME not in posts


async def test_who_says_metoo_to_their_own_unsigned_question_is_not_given_away(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-24T10:00:00+08:00", features=("ask", "questions"))
    chat = town.chat
    await chat.say(KEY, "早", name=CARD)
    chat.later(minutes=1)
    assert (await chat.tell(KEY, QUESTION, name=CARD))[0].endswith("不想自己问，发「问」加上问题，我替你问。")
    chat.later(minutes=1)
    await chat.tell(KEY, f"问 {QUESTION}", name=CARD)
    await chat.tell(KEY, "匿名", name=CARD)
    for who in (KEY, "bob"):
        chat.later(minutes=1)
        await chat.ask_bot(who, "同问 1", name=CARD if who == KEY else who)
        chat.later(minutes=3)
        assert await chat.tick() == ["#1 的同问记下了，有结果在群里说。"]
    async with chat.database.read() as store:
        assert await metoo.counts(store, [1]) == {1: 1}
    assert await chat.tell(KEY, "同问 1", name=CARD) == ["#1 就是你问的。好了回「解决了」。"]


async def test_the_nudge_comes_in_private(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-24T10:00:00+08:00", features=("ask", "questions", "escalation"))
    chat = town.chat
    await chat.say(KEY, "早", name=CARD)
    chat.later(minutes=1)
    await chat.tell(KEY, f"问 {QUESTION}", name=CARD)
    await chat.tell(KEY, "匿名", name=CARD)
    carried = next(posted for posted in chat.adapter.posted if "托我问" in posted.text)
    chat.later(minutes=5)
    await chat.say("bob", ANSWER, reply_to=carried.key)
    for hour in range(10, 18):
        await town.at(f"2026-11-25T{hour}:30:00+08:00")
    nudges = [posted for posted in chat.adapter.posted if "后来好了吗" in posted.text]
    assert [posted.place.key for posted in nudges] == [f"direct:{KEY}"]
    assert NAME not in _others(chat)


async def test_what_its_asker_says_in_the_group_besides_does_not_tell(sqlite_database: Database) -> None:
    town = await Town.open(
        sqlite_database, at="2026-11-24T10:00:00+08:00", features=("ask", "questions", "lookups", "corrections")
    )
    chat = town.chat
    await chat.say(KEY, "早", name=CARD)
    chat.later(minutes=1)
    await chat.tell(KEY, f"问 {QUESTION}", name=CARD)
    await chat.tell(KEY, "匿名", name=CARD)
    carried = next(posted for posted in chat.adapter.posted if "托我问" in posted.text)
    for minutes in (1, 60):  # each time with a memory that is rebuilt
        chat.later(minutes=minutes)
        chat.house.memories.__init__()  # type: ignore[misc]
        await chat.say(KEY, f"版本是 16，{minutes}", name=CARD, reply_to=carried.key)
    async with chat.database.read() as store:
        content = await threads.content(store, 1)
        facts = (await threads.several(store, [1]))[1].facts
    # A stranger's answer to the linker; as a detail it would tell whose question it is.
    assert [(p.role, "unsigned" in p.message.flags) for p in content] == [("question", True), *[("answer", False)] * 2]
    assert facts.first_response_at is None  # and yet nobody answers themselves
    chat.later(minutes=1)
    assert (await chat.ask_bot(KEY, "我的", name=CARD))[0].startswith("还没见你问过")
    chat.later(minutes=1)
    assert (await chat.ask_bot(KEY, "解决了", name=CARD))[0].startswith("没找到你在等的题")
    assert (await chat.tell(KEY, "我的", name=CARD))[0].splitlines()[1].startswith("#1 ")
    assert (await chat.tell(KEY, "解决了", name=CARD))[0].startswith("#1 结了")
