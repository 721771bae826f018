"""A day of an event in English: questions, votes, the code, the count, an interview."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import checkins
from tests.handlers.checkin.given import ON_SITE, START, published
from tests.handlers.conftest import OpenChat

FEATURES = ("ask", "speakers", "checkin", "questions")


@pytest.mark.middle
async def test_a_day_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES, language="en")
    event = await published(chat, ON_SITE, title="Slow SQL")
    await chat.make_admin("root")
    assert (await chat.tell("ann", "/q E1 How do I see replication lag?"))[0].splitlines() == [
        "Q1 noted for E1 “Slow SQL”; the most wanted first.",
        "Want it answered, too? /up Q1. All of them: /questions E1",
    ]
    assert await chat.tell("bob", "/up Q1") == ["Your vote for Q1 counts, 1 in all."]
    assert (await chat.tell("bob", "/questions E1"))[0].splitlines()[1] == "Q1 How do I see replication lag? (+1)"
    assert await chat.tell("root", "/answered Q1") == ["Q1 is ticked off; that was the last one."]
    chat.clock.time = START - timedelta(minutes=10)
    async with chat.database.write() as store:
        code = (await checkins.code_of(store, event.id, checkins.days(event)[0])).code
    assert (await chat.tell("ann", f"/checkin {code}"))[0].splitlines()[:2] == [
        "Checked in at E1, number 1 today.",
        "Your first time here, welcome. Ask anyone, or me.",
    ]
    assert (await chat.tell("root", "/checkin_for E1 ann, zoe"))[0].splitlines() == [
        "Were checked in: ann",
        "Not registered: zoe. They can say the code to me in private, registered or not.",
    ]
    assert (await chat.tell("root", "/attendance E1"))[0].splitlines()[:2] == [
        "E1 “Slow SQL”: 1 checked in today, 1 of 1 who registered",
        "For the first time, 1: ann",
    ]
    await chat.tell("ann", "/interview E1")
    said = [(await chat.tell("ann", word))[0] for word in ("yes", "banking", "skip", "one primary, two replicas", "HA")]
    assert said[-1].startswith("Noted, thank you.")
