"""The same in English: agreed, asked, shown first, posted."""

from __future__ import annotations

import pytest

from storage.database import Database
from tests.handlers.conftest import check_manners
from tests.handlers.experts.conftest import FEATURES, MORNING, Circle
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def test_an_expert_is_asked_and_answers_in_english(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at=MORNING, features=FEATURES, language="en")
    circle = Circle(town)
    await circle.chat.tell("joe", "/expert on")
    await circle.chat.tell("joe", "/skill replication")
    number = await circle.question("ann", "slot is gone after a Patroni switchover on PG 17.2, how do I get it back？")
    circle.chat.later(hours=5)
    assert await circle.route(number) == [
        "joe, would you look at a question? No hurry.\n"
        "#1 slot is gone after a Patroni switchover on PG 17.2: waiting for 5 hours\n"
        "Why you: you said that you know Replication and high availability. No. 1 this week, of 3 at most.\n"
        "Reply to this and I post it in the group, with your name; /pass and I ask somebody else; /rest for a week "
        "without me. Silence is fine, too."
    ]
    (shown,) = await circle.chat.tell("joe", "create it again with pg_create_logical_replication_slot")
    assert shown.splitlines()[0] == "Is this for #1? It would be posted like this:"
    told = await circle.chat.tell("joe", "send")
    assert any(text.startswith("@ann joe on #1:\ncreate it again") for text in told)
    await circle.chat.make_admin("root")
    assert await circle.chat.tell("root", "/experts") == [
        "1 agreed to be asked; 1 asks in 28 days, 1 answered, 0 passed on. In brackets: asked/answered.\n"
        "Replication and high availability: joe (1/1)"
    ]
    for posted in circle.chat.adapter.posted:
        check_manners(posted.text)
