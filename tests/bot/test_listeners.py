"""Two accounts in one group: one listens, the other only sends; a direct is served by who was spoken to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dispatch import Dispatch
from bot.inbox import Inbox
from storage import accounts, groups, messages
from storage.accounts import Account
from storage.database import Database
from storage.frames import Frame, GroupKind, Message, Place
from tests.chat import Chat, Recorder

GROUP, DIRECT = Place("qq", "g1", name="群 g1"), Place("qq", "direct:alice", GroupKind.DIRECT, "alice")


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    found = await Chat.open(sqlite_database)
    object.__setattr__(found.house, "adapters", {"test": Recorder(), "second": Recorder()})
    return found


async def second(chat: Chat) -> Account:
    async with chat.database.write() as store:
        return await accounts.ensure(store, "second", "qq")


async def hear(chat: Chat, account: Account, place: Place, key: str) -> None:
    """Let the second account hear what the first one hears too, under an id of its own."""
    known = {chat.account.id: chat.account, account.id: account}
    dispatch = Dispatch(chat.database, chat.house, known, chat.clock, lambda: None)
    message = Message(key, chat.clock.now(), "alice", "alice", "pg_wal 涨到 200G 了，怎么清理？")
    frame = Frame(f"m:{place.key}:{key}", place, message.at, message)
    await Inbox(chat.database, chat.clock, lambda: None).put_all(account.id, [frame])
    await dispatch.drain()
    assert not dispatch.quarantined


async def test_only_the_first_account_listens(chat: Chat) -> None:
    await chat.say("alice", "pg_wal 涨到 200G 了，怎么清理？", key="here")
    await hear(chat, await second(chat), GROUP, "there")
    async with chat.database.read() as store:
        group = await groups.at(store, GROUP)
        assert group is not None
        assert group.account_id == chat.account.id
        assert await messages.find(store, group.id, "there") is None


async def test_the_second_takes_over_when_the_first_is_no_longer_configured(chat: Chat) -> None:
    await chat.say("alice", "pg_wal 涨到 200G 了，怎么清理？", key="here")
    object.__setattr__(chat.house, "adapters", {"second": Recorder()})
    account = await second(chat)
    await hear(chat, account, GROUP, "there")
    async with chat.database.read() as store:
        group = await groups.at(store, GROUP)
        assert group is not None
        assert group.account_id == account.id
        assert await messages.find(store, group.id, "there") is not None


async def test_a_direct_is_answered_by_the_account_that_was_spoken_to(chat: Chat) -> None:
    await chat.tell("alice", "帮助")
    account = await second(chat)
    await hear(chat, account, replace(DIRECT), "there")
    async with chat.database.read() as store:
        direct = await groups.at(store, DIRECT)
    assert direct is not None
    assert direct.account_id == account.id
