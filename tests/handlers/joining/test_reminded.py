"""What is promised of reminders is what will be kept: by the settings, the event, and what each chose."""

from __future__ import annotations

from typing import Any

import pytest

from storage.database import Database
from tests.chat import Chat
from tests.handlers.joining.conftest import FEATURES, START, Town


@pytest.mark.parametrize(
    ("table", "wanted", "hours", "said"),
    [
        ({}, None, 48, "提前一天和一小时各提醒你一次。"),
        ({}, None, 5, "提前一小时提醒你一次。"),
        ({}, ("7d", "1d"), 48, "提前一天提醒你一次。"),
        ({"private": ["1h"]}, ("1d", "1h"), 48, "提前一小时提醒你一次。"),
        ({}, (), 48, ""),
        ({"enabled": False}, None, 48, ""),
        ({}, None, 0.5, ""),
    ],
)
async def test_what_is_promised(
    sqlite_database: Database, table: dict[str, Any], wanted: tuple[str, ...] | None, hours: float, said: str
) -> None:
    chat = await Chat.open(sqlite_database, features=("reminding", *FEATURES), tables={"reminding": table})
    town = Town(chat)
    await town.event(reminders=wanted)
    chat.clock.time = START
    chat.later(hours=-hours)
    (told,) = await chat.tell("alice", "报名 E1")
    lines = told.splitlines()
    assert (lines[2] if len(lines) == 4 else "") == said
