"""Texts of 20,000 characters that a reader could stumble over: none holds the bot up for longer than a moment."""

from __future__ import annotations

import time

import pytest

from storage.database import Database
from storage.frames import TEXT_LIMIT
from tests.chat import Chat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

LIMIT = 2.0  # seconds; what reads a text again and again takes five to fifteen
PIECES = (
    "磁盘满了", "a", "1", "_", "@", "13800138000", "怎么办？", "x\n", "\n", "a.", "select ", "a(", "a(1)", "@群友1 ",
    "error: ", "#1 ", "1.2.3.", "「", "「a」", "http://a.b/c ", "谢谢", " ", "a_b_", "a-b/c.", "password=", "1.1.1.1 ",
    "a@b.c ", "，。！？", "a=", "不", "了", "吗", "有没有", "是不是", "还是", "-a ", "; ", "/", "\\", "\u3000",
    "a\u0301", "🏳️\u200d🌈", "update a ", "create table ",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
async def test_a_long_text_is_heard_at_once(sqlite_database: Database, piece: str) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.say("a", "复制槽把磁盘撑满了怎么办？")
    text = "x" + (piece * TEXT_LIMIT)[: TEXT_LIMIT - 2] + "x"
    began = time.monotonic()
    await chat.ask_bot("b", text)
    await chat.say("c", "对，我也遇到了")
    assert time.monotonic() - began < LIMIT


async def test_a_text_of_many_different_characters(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    text = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(TEXT_LIMIT))
    began = time.monotonic()
    await chat.ask_bot("b", text)
    await chat.ask_bot("c", "\ufdfa" * TEXT_LIMIT)  # eighteen letters each, once they are spelt out
    assert time.monotonic() - began < 2 * LIMIT
