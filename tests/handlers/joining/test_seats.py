"""Seats that an admin adds in the talk go at once to those who wait."""

from __future__ import annotations

from storage.database import Database
from tests.chat import Chat
from tests.handlers.joining.conftest import FEATURES, Town


async def test_both_engines_give_seats_alike(database: Database) -> None:
    """One walk on SQLite and on PostgreSQL: full, waiting, seats added, a seat given back."""
    chat = await Chat.open(database, features=("events", *FEATURES))
    town = Town(chat)
    await chat.make_admin("root")
    event = await town.event(capacity=1)
    for who in ("alice", "bob", "carol", "dave"):
        await chat.tell(who, "报名 E1")
    said = await chat.tell("root", "改活动 E1 席位 2")
    assert [line.split("：")[0] for line in said if "有位子" in line] == ["有位子了，给你留上了"]
    assert {one.place.key for one in chat.adapter.posted[-2:]} == {"direct:root", "direct:bob"}
    assert len(await chat.tell("alice", "取消 E1")) == 2
    assert {one.place.key for one in chat.adapter.posted[-2:]} == {"direct:alice", "direct:carol"}
    assert await town.everybody(event) == [("bob", "in"), ("carol", "in"), ("dave", "waiting")]
    for who in ("erin", "frank"):
        await chat.ask_bot(who, "报名 E1")
    assert await town.gathered() == ["E1 满了（2/2）：erin、frank 排上候补，有位子我马上告诉。"]
