"""Service hours and holidays that a group sets by command hold for its figures, on both engines."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from handlers._hours import options
from storage import groups, metrics, settings
from storage.database import Database
from storage.metrics import Scope
from storage.settings import COMMUNITY
from tests.chat import Chat

pytestmark = pytest.mark.middle

FIGURE = "first_response_service_time"
QUESTION = "请问主库磁盘满了，pg_wal 能直接删吗？"


@pytest.fixture
async def chat(database: Database) -> Chat:
    """Return two groups in which the same was asked at nine and answered at eleven."""
    opened = await Chat.open(database, features=("questions", "settings"))
    for group in ("g1", "g2"):
        await opened.make_admin("ayu", group=group)
        opened.clock.time = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
        await opened.say("alice", QUESTION, group=group)
        opened.later(hours=2, seconds=-1)
        await opened.say("bob", "别删，先看复制槽，删掉没人用的", group=group, reply_to=opened.last)
    return opened


async def hours(chat: Chat) -> dict[str, float | None]:
    """Return how many service hours the first response took, by group, and in the middle of both."""
    now, zone = chat.clock.now(), chat.house.community.zone
    period = metrics.last_days(7, now.astimezone(zone).date(), zone)
    found: dict[str, float | None] = {}
    async with chat.database.read() as store:
        asked, every = await options(store, chat.house.community), await groups.every(store)
        for scope in (*map(Scope.group, every), Scope.community(every, "both")):
            value = (await metrics.compute(store, FIGURE, scope, period, now, asked)).value
            found[scope.label] = None if value is None else round(value / 3600, 1)
    return found


async def test_each_group_has_its_own_hours(chat: Chat) -> None:
    assert await hours(chat) == {"群 g1": 2, "群 g2": 2, "both": 2}
    await chat.tell("ayu", "设置 群 g1 service.hours 10:00-19:00")
    assert await hours(chat) == {"群 g1": 1, "群 g2": 2, "both": 1.5}
    await chat.tell("ayu", "设置 群 g1 service.hours -")
    await chat.tell("ayu", "设置 群 g2 holidays.add 2026-11-23")
    assert await hours(chat) == {"群 g1": 2, "群 g2": 0, "both": 1}


async def test_what_holds_for_all_lies_below_what_a_group_set(chat: Chat) -> None:
    async with chat.database.write() as store:
        for group, key, value in (
            (COMMUNITY, "service.hours", "08:00-20:00"),
            (COMMUNITY, "holidays.country", "DE"),
            (1, "service.hours", "10:00-24:00"),
            (1, "holidays.remove", ["2026-12-25"]),
            (2, "service.hours", "nonsense"),  # of an older release
        ):
            await settings.put(store, group, key, value, chat.clock.now(), None)
        found = await options(store, chat.house.community)
    assert (found.opens, found.closes, found.country) == (time(8), time(20), "DE")
    assert (found.of(1).opens, found.of(1).closes, found.of(1).country) == (time(10), time(0), "DE")
    assert [found.of(group).closed_on(date(2026, 12, 25)) for group in (1, 2, 3)] == [False, True, True]
    assert found.of(3) is found
