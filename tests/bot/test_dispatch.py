"""Dispatch: order, poison, and that the lanes behind a bug go on."""

from __future__ import annotations

import logging

import pytest

from handlers import Context, Feature, NoSettings, Right, Router, UserError
from storage import inbox, messages
from storage.database import Database
from storage.inbox import MAX_ATTEMPTS
from storage.messages import Stored
from tests.chat import Chat

router = Router(NoSettings)
heard: list[str] = []


@router.message
async def hear(message: Stored, ctx: Context[NoSettings]) -> None:
    """Remember a message, or break on one."""
    if "炸" in message.text:
        raise RuntimeError("a bug")
    heard.append(message.text)


@router.command("half", needs=Right.READ)
async def half(command: object, ctx: Context[NoSettings]) -> None:
    """Do half of it, then refuse."""
    found = await messages.get(ctx.store, 1)
    await messages.erase(ctx.store, [found.id])
    raise UserError("不行，因为试试。")


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    heard.clear()
    chat = await Chat.open(sqlite_database, features=())
    feature = Feature("test", router, NoSettings())
    chat.house.features.append(feature)  # type: ignore[attr-defined]
    chat.house.vocabulary._add(feature, router.commands[0])
    return chat


async def test_a_poisonous_frame_is_quarantined_and_the_others_go_on(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    from storage.frames import Frame, Message, Place

    place = Place("qq", "g1")
    frames = [
        Frame(f"m:{i}", place, chat.clock.now(), Message(str(i), chat.clock.now(), "alice", "alice", text))
        for i, text in enumerate(["一", "二", "炸弹 canary", "三"])
    ]
    with caplog.at_level(logging.ERROR):
        await chat.inbox.put_all(chat.account.id, frames)
        await chat.dispatch.drain()
    assert sorted(set(heard), key=heard.index) == ["一", "二", "三"]
    assert chat.dispatch.quarantined == 1
    assert "canary" not in caplog.text
    async with chat.database.read() as store:
        assert await inbox.count(store) == {"done": 3, "quarantined": 1}
        assert len(await messages.several(store, range(10))) == 3


async def test_attempts_are_counted_before_the_work(chat: Chat) -> None:
    async with chat.database.write() as store:
        from storage.inbox import Received

        row = Received(chat.account.id, "x", "qq:g1", "", "{", chat.clock.now())
        await inbox.put(store, [row])
    await chat.dispatch.drain()
    assert chat.dispatch.quarantined == 1
    async with chat.database.read() as store:
        from sqlalchemy import select

        assert await store.scalar(select(inbox.INBOX.c.attempts)) == MAX_ATTEMPTS


async def test_a_refused_command_leaves_nothing_half_done(chat: Chat) -> None:
    await chat.say("alice", "原文")
    assert await chat.say("alice", "/half") == ["不行，因为试试。"]
    async with chat.database.read() as store:
        assert (await messages.get(store, 1)).text == "原文"
