"""A fortnight in which nobody speaks to the bot: it says what was scheduled where an admin agreed, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import plugins
from bot.demo import _fortnight as fortnight
from classifiers import linker
from handlers._settings import APPROVED
from storage import groups, outbox, settings
from storage.database import Database
from storage.frames import Frame, Message
from storage.outbox import Post, State
from storage.replies import Purpose
from tests.chat import Chat

pytestmark = pytest.mark.middle

SUNDAY, ZONE = date(2026, 11, 22), ZoneInfo("Asia/Shanghai")
STEP = timedelta(hours=1)


async def live(database: Database) -> Chat:
    """Open a chat in which every feature is on and each group waits for an admin's yes; nobody has ever spoken."""
    features = sorted(plugins.available("handlers"))
    chat = await Chat.open(database, features=features, preview=True, linker=linker.build(linker.Settings()))
    chat.clock.time = fortnight.beginning(SUNDAY, ZONE)
    await chat.ear.online("10000", "小象", list(fortnight.places().values()))
    return chat


def unasked(chat: Chat) -> list[Frame]:
    """Return the fortnight as if it were said now, without what mentions the bot or tells it to do something."""
    found = []
    for frame in fortnight.frames(SUNDAY, ZONE):
        assert isinstance(frame.content, Message)
        text = frame.content.text
        if f"@{chat.account.display}" not in text and chat.house.vocabulary.parse(text, spoken_to=False) is None:
            found.append(replace(frame, replayed=False))
    return found


async def lived_through(chat: Chat) -> list[Post]:
    """Let the fortnight and the day after pass, and return all that was ever queued."""
    frames = unasked(chat)
    end = datetime.combine(SUNDAY + timedelta(days=2), datetime.min.time(), ZONE)
    while chat.clock.time < end:
        chat.clock.time += STEP
        while frames and frames[0].at <= chat.clock.time:
            await chat.hear(frames.pop(0))
        await chat.tick()
    async with chat.database.read() as store:
        return await outbox.in_state(store, *State)


async def test_where_nobody_agreed_nothing_is_said(sqlite_database: Database) -> None:
    chat = await live(sqlite_database)
    posts = await lived_through(chat)
    assert chat.adapter.posted == []
    assert {(post.purpose, post.state) for post in posts} <= {(Purpose.DIGEST, State.HELD)}


async def test_where_an_admin_agreed_only_what_was_scheduled_is_said(sqlite_database: Database) -> None:
    chat = await live(sqlite_database)
    async with sqlite_database.write() as store:
        agreed, other = await groups.every(store)
        await settings.put(store, agreed.id, APPROVED, True, chat.clock.now(), None)
    posts = await lived_through(chat)
    assert {posted.place.key for posted in chat.adapter.posted} == {agreed.key}
    assert [post for post in posts if post.group_id == other.id and post.state is not State.HELD] == []
    sent = [post for post in posts if post.state is State.SENT]
    kinds = Counter((post.purpose, post.key.split(":")[0]) for post in sent)
    assert kinds.keys() == {(Purpose.DIGEST, "digest"), (Purpose.REMINDER, "ladder")}
    assert kinds[Purpose.DIGEST, "digest"] == 3  # on the first Monday, when there was nothing to tell, and on two more
    assert kinds.total() <= 3 * 2 + 1  # the budget of two weeks, and of the Monday after
