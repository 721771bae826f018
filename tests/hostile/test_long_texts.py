"""Long texts that a reader could stumble over: none holds the bot up for longer than a moment."""

from __future__ import annotations

import time

import pytest

from storage.database import Database
from tests.chat import Chat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

LENGTH = 10_000  # half of what a message may have
LIMIT = 1.5  # seconds, where a twentieth is usual; what reads a text again from each of its characters takes longer
PIECES = (
    "磁盘满了", "a", "1", "_", "@", "13800138000", "怎么办？", "x\n", "\n", "a.", "select ", "a(", "a(1)", "@群友1 ",
    "error: ", "#1 ", "1.2.3.", "「", "「a」", "http://a.b/c ", "谢谢", " ", "a_b_", "a-b/c.", "password=", "1.1.1.1 ",
    "a@b.c ", "，。！？", "a=", "不", "了", "吗", "有没有", "是不是", "还是", "-a ", "; ", "/", "\\", "\u3000",
    "a\u0301", "🏳️\u200d🌈", "update a ", "create table ",
)  # fmt: skip


async def seconds(chat: Chat, text: str) -> float:
    """Return how long a group waits for a message to the bot and the one behind it."""
    began = time.monotonic()
    await chat.ask_bot("b", text)
    await chat.say("c", "对，我也遇到了")
    return time.monotonic() - began


async def test_a_long_text_is_heard_at_once(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database, features=("questions",))
    await chat.say("a", "复制槽把磁盘撑满了怎么办？")
    took = {piece: await seconds(chat, "x" + (piece * LENGTH)[: LENGTH - 2] + "x") for piece in PIECES}
    assert {piece: spent for piece, spent in took.items() if spent > LIMIT} == {}


async def test_a_text_of_many_different_characters(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database, features=("questions",))
    many = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(LENGTH))
    assert await seconds(chat, many) < LIMIT
    assert await seconds(chat, "\ufdfa" * LENGTH) < LIMIT  # eighteen letters each, once they are spelt out
