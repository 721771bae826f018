"""Words that the bot carries into a group are their author's message there: placed, counted, exported, forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.export import chatlab, thread_rows
from bot.turn import Turn
from classifiers import Role
from handlers import Context, UserError
from handlers._relink import Relinker
from handlers._said_for import carried_among, said_for, unsigned_among
from storage import activity, groups, members, memberships, messages, metrics, privacy, search, threads
from storage.database import Database, Store
from storage.frames import Place
from storage.groups import Group
from storage.members import Member
from storage.messages import Stored
from storage.threads import Thread
from tests.chat import Chat
from tests.handlers.scripted import Scripted, Town

AT = "2026-11-23T10:00:00+08:00"
ANSWER = "先看 pg_replication_slots 里有没有没人用的槽，删掉它，空间就回来了"


async def _town(database: Database) -> Chat:
    return (await Town.open(database, at=AT, features=("questions", "lookups", "corrections"))).chat


async def _context(chat: Chat, store: Store) -> tuple[Context[Any], Group, Member]:
    """Return what a handler is given in the direct of somebody who was never seen in the group, and both."""
    turn = Turn(chat.house, store, chat.account, chat.clock.now())
    stranger = await members.ensure(store, "telegram", "t7", "老樊", chat.clock.now())
    group = await groups.ensure(store, Place("qq", "g1", name="群 g1"), chat.account.id)
    direct = await groups.ensure(store, Place("telegram", "direct:t7"), None)
    return await turn.context(chat.house.features[0], direct, member=stranger), group, stranger


async def _carry(chat: Chat, text: str, key: str, **more: Any) -> Stored:
    async with chat.database.write() as store:
        ctx, group, stranger = await _context(chat, store)
        return await said_for(ctx, group=group, member=stranger.id, text=text, key=key, **more)


async def _thread(chat: Chat, number: int) -> Thread:
    async with chat.database.read() as store:
        found = await threads.find(store, number)
        assert found is not None
        return found


async def _places(chat: Chat, *wanted: Stored) -> list[tuple[int, str]]:
    async with chat.database.read() as store:
        found = await threads.places(store, [message.id for message in wanted])
        return [found[message.id] for message in wanted]


async def test_an_answer_is_a_humans_and_closes_with_thanks(database: Database) -> None:
    chat = await _town(database)
    await chat.say("alice", "磁盘满了怎么办？")
    chat.later(minutes=10)
    carried = await _carry(chat, ANSWER, "expert:1", thread=1, role=Role.ANSWER)
    again = await _carry(chat, ANSWER, "expert:1", thread=1, role=Role.ANSWER)
    assert again.id == carried.id
    assert await _places(chat, carried) == [(1, "answer")]
    facts = (await _thread(chat, 1)).facts
    assert facts.first_response_at == facts.first_answer_at == carried.at
    chat.later(minutes=5)
    assert await chat.ask_bot("alice", "解决了") == [
        "#1 结了，15 分钟。谢谢老樊。\n谢错人了回「谢 @名字」，又坏了回「没解决」。"
    ]
    async with database.read() as store:
        assert await search.find(store, "pg_replication_slots", groups=[carried.group_id])
        day = carried.at.astimezone(chat.house.community.zone).date()
        active = await activity.active_days(store, [carried.group_id], day, day.replace(day=day.day + 1))
        assert carried.member_id in {member for _, member in active}
        assert await memberships.groups_of(store, [carried.member_id or 0]) == []  # it is no member of the group


async def test_a_question_opens_a_thread_of_its_author_whatever_the_linker_says(database: Database) -> None:
    chat = await _town(database)
    await chat.say("alice", "早")
    asked = await _carry(chat, "今天天气不错", "ask:1", role=Role.QUESTION, unsigned=True)  # chatter to the linker
    assert await _places(chat, asked) == [(1, "question")]
    thread = await _thread(chat, 1)
    assert (thread.asker, thread.facts.asked_at, thread.imported) == (asked.member_id, asked.at, False)
    loose = await _carry(chat, "随便说一句", "loose:1")
    async with database.read() as store:
        assert await threads.places(store, [loose.id]) == {}
        assert await unsigned_among(store, [1]) == await carried_among(store, [1]) == {1}
        assert (asked.name, asked.flags) == ("", {"carried", "unsigned"})


async def test_a_relink_leaves_it_where_it_is_and_no_undo_takes_it(database: Database) -> None:
    chat = await _town(database)
    await chat.say("alice", "磁盘满了怎么办？")
    first = chat.last
    chat.later(minutes=2)
    asked = await _carry(chat, "没有问号的问题", "ask:1", role=Role.QUESTION)
    told = await _carry(chat, "那就删槽", "expert:1", thread=1, role=Role.ANSWER)
    chat.later(minutes=2)
    await chat.say("bob", "晚到的一句？", age=chat.clock.now() - asked.at)  # before both, so all is placed anew
    assert await _places(chat, asked, told) == [(2, "question"), (1, "answer")]
    async with database.write() as store:
        ctx, group, _ = await _context(chat, store)
        opener = await messages.find(store, group.id, first)
        assert opener is not None
        await Relinker(store, Scripted(), ctx.topics, ctx.memories).again(opener)
    assert await _places(chat, asked, told) == [(2, "question"), (1, "answer")]
    await chat.make_admin("root")
    assert "撤销了" not in (await chat.say("root", "/undo"))[0]
    async with database.read() as store:
        period = metrics.Period(asked.at.replace(hour=0), asked.at.replace(hour=23))
        sample = await metrics.load(store, metrics.Scope("g", "", (asked.group_id,)), period)
        assert [thread.id for thread in sample.threads if thread.facts.first_answer_at == told.at] == [1]


async def test_mydata_and_forgetme_cover_it_and_an_export_keeps_an_unsigned_author_out(database: Database) -> None:
    chat = await _town(database)
    asked = await _carry(chat, "槽怎么删干净？", "ask:1", role=Role.QUESTION, unsigned=True)
    signed = await _carry(chat, ANSWER, "expert:1", thread=1, role=Role.ANSWER)
    member = asked.member_id or 0
    async with database.read() as store:
        group = await groups.get(store, asked.group_id)
        lines = [line async for line in chatlab(store, group, chat.clock.now(), rows=True)]
        rows = [row for row in map(json.loads, lines) if row["_type"] == "message"]
        assert [(row["content"], row["sender"]) for row in rows] == [(ANSWER, "t7")]
        assert [json.loads(row)["asker"] async for row in thread_rows(store, [group], chat.clock.now())] == [None]
        mine = await privacy.mydata(store, [member])
        assert {row["text"] for row in mine["messages"]} == {"槽怎么删干净？", ANSWER}
    async with database.write() as store:
        await privacy.forget(store, [member], chat.clock.now())
    async with database.read() as store:
        left = await messages.several(store, [asked.id, signed.id])
        assert [(message.text, message.name) for message in left] == [("", ""), ("", "")]
        assert all(message.member_id != member for message in left)
    assert await _places(chat, asked, signed) == [(1, "question"), (1, "answer")]


async def test_whoever_is_not_to_be_recorded_is_told_so(database: Database) -> None:
    chat = await _town(database)
    async with database.write() as store:
        await privacy.opt_out(store, "telegram", "t7", chat.clock.now())
    with pytest.raises(UserError, match="记我"):
        await _carry(chat, "槽怎么删？", "ask:1", role=Role.QUESTION)
