"""Whoever asks to be forgotten leaves a seat that is taken, and no word about themselves."""

from __future__ import annotations

import pytest

from storage import registrations
from tests.handlers.joining.conftest import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_who_is_forgotten_is_a_stranger_with_a_seat(town: Town) -> None:
    event = await town.event(asks=("company", "phone"))
    await town.chat.ask_bot("alice", "报名 E1")
    await town.gathered()
    await town.chat.tell("alice", "报名 E1")
    await town.chat.tell("alice", "苇间数据")
    await town.chat.tell("alice", "138 0013 8000")
    await town.chat.tell("alice", "邀请 E1")
    assert await town.chat.tell("alice", "删掉我")
    assert await town.chat.tell("alice", "删掉我 确定")
    async with town.chat.database.read() as store:
        (left,) = await registrations.of_event(store, event.id)
    assert (left.phone, left.company) == ("", None)
    assert await town.of(event, "alice") is None
