"""A chat with a group whose admin is ayu, and what she is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.chat import Chat
from tests.handlers.conftest import OpenChat

FEATURES = ("questions", "stats", "digest", "privacy", "settings", "help")

Say = Callable[..., Awaitable[str]]


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES, tables={"digest": {"when": "tue 10:00"}})
    await opened.make_admin("ayu")
    return opened


@pytest.fixture
def one(chat: Chat) -> Say:
    """Return a function that lets ayu speak to the bot, and returns the one answer."""

    async def said(text: str, who: str = "ayu", **more: object) -> str:
        replies = await chat.say(who, text, to_bot=True, **more)  # type: ignore[arg-type]
        assert len(replies) == 1
        return replies[0]

    return said
