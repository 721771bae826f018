"""A chat with the features about questions, which watches the manners of every reply."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from storage.database import Database
from tests.chat import Chat

FEATURES = ("questions", "lookups", "corrections", "help")
LINES, SHOWN_LINES = 7, 12
SETTINGS = ("括号里是谁定的", "in brackets who chose it", " = ")  # all that matters of a group, or of a table

OpenChat = Callable[..., Awaitable[Chat]]


@pytest.fixture
async def open_chat(sqlite_database: Database) -> AsyncIterator[OpenChat]:
    """Return a function that opens a chat; afterwards no post may have been too long, or in the wrong tone."""
    opened: list[Chat] = []

    async def opening(**more: Any) -> Chat:
        chat = await Chat.open(sqlite_database, **{"features": FEATURES, **more})
        opened.append(chat)
        return chat

    yield opening
    for chat in opened:
        for posted in chat.adapter.posted:
            check_manners(posted.text)


def check_manners(text: str) -> None:
    """Hold a post against voice.md: at most 7 lines (a thread, settings: 12), and none of the words we do not use."""
    lines = text.splitlines()
    whole_thread = any(line.startswith(("结果：", "Outcome:")) for line in lines)
    settings = bool(lines) and any(part in lines[0] for part in SETTINGS)
    assert len(lines) <= (SHOWN_LINES if whole_thread or settings else LINES), text
    assert all(line.strip() for line in lines), text
    for word in ("您", "亲，", "检测到", "已成功", "工单", "系统提示", "请知悉", "！！", "!!", "{", "None"):
        assert word not in text, text


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    """Return an open chat in Chinese."""
    return await open_chat()
