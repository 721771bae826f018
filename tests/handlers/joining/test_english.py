"""The same in English, read as a whole."""

from __future__ import annotations

from storage.database import Database
from tests.chat import Chat
from tests.handlers.conftest import check_manners
from tests.handlers.joining.conftest import FEATURES, Town


async def test_a_walk_in_english(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database, features=("reminding", *FEATURES), language="en")
    town = Town(chat)
    await town.event(title="Logical replication", capacity=2, asks=("company", "phone"))
    assert await chat.tell("alice", "/join E1") == [
        "You are in: E1 Logical replication, Sat 5 Dec 14:00\n"
        "高新区天府五街 · number 1 of 2 seats\n"
        "You will be reminded a day and an hour before.\n"
        "If you cannot come: /cancel E1; who waits gets the seat.\n"
        "Your company and phone number are seen by who runs the event alone, and erased 30 days after it.\n"
        "Your company? Or “skip”."
    ]
    assert await chat.tell("alice", "skip") == ["Your phone number? Or “skip”."]
    assert await chat.tell("alice", "none") == ["All right. You are in all the same."]
    assert await chat.ask_bot("bob", "/join E1") == []
    assert await chat.ask_bot("carol", "/join E1") == []
    assert await town.gathered() == [
        "E1, registered: bob; now full (2/2).\n"
        "E1 is full (2/2): carol in line; I will say when there is a seat.\n"
        "E1 would like to know your company and phone number: /join E1 in private; you need not."
    ]
    assert await chat.tell("dave", "/join E1") == [
        "E1 is full (2/2). You are number 2 in line; I tell you when there is a seat.\nTo wait no longer: /cancel E1."
        "\nYour company? Or “skip”."
    ]
    assert await chat.tell("alice", "/my_events") == [
        "You registered for 1:\nE1 5 Dec 14:00 “Logical replication”\nIf you cannot come: /cancel E1."
    ]
    assert await chat.tell("alice", "/remind E1 1h") == ["All right, E1: a reminder an hour before."]
    assert (await chat.tell("alice", "/share E1"))[0].startswith("Pass this on:\n“Logical replication”, Sat 5 Dec")
    assert (await chat.tell("alice", "/cancel E1"))[0] == "Cancelled: E1. Changed your mind? /join E1."
    for posted in chat.adapter.posted:
        check_manners(posted.text)
