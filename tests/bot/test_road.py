"""The road of one message, through the front door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import inbox, messages, privacy
from storage.database import Database
from storage.frames import Edit, Frame, Place
from tests.chat import Chat


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database)


async def test_a_message_is_stored_once_however_often_it_comes(chat: Chat) -> None:
    for _ in range(3):
        await chat.say("alice", "早", key="k1")
    async with chat.database.read() as store:
        group = 1
        assert (await messages.find(store, group, "k1")) is not None
        assert len(await messages.several(store, range(1, 100))) == 1
        assert await inbox.count(store) == {"done": 1}


async def test_a_command_older_than_two_minutes_is_not_obeyed(chat: Chat) -> None:
    assert await chat.say("alice", "/help", age=timedelta(seconds=121)) == []
    assert len(await chat.say("alice", "/help")) == 1


async def test_a_flood_of_mentions_is_answered_once(chat: Chat) -> None:
    replies = [reply for i in range(30) for reply in await chat.ask_bot("alice", f"备份怎么做 {i}")]
    assert len(replies) == 1


async def test_an_edit_of_who_opted_out_is_not_stored(chat: Chat) -> None:
    await chat.say("alice", "原文", key="k1")
    async with chat.database.write() as store:
        await privacy.opt_out(store, "qq", "alice", chat.clock.now())
    await chat.hear(Frame("edit:k1", Place("qq", "g1"), chat.clock.now(), Edit("k1", "canary")))
    async with chat.database.read() as store:
        found = await messages.find(store, 1, "k1")
    assert found is not None
    assert found.text == "原文"
