"""A booklet of a thousand events: soon there, and complete; and the queries for held events do not grow with them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from time import perf_counter

import pytest

from handlers._booklet.asking import Order, read
from handlers._booklet.building import make
from handlers._booklet.pages import pdf
from storage import checkins, members
from storage.database import Database, Store
from storage.feedback import FEEDBACK
from storage.metrics import Options, Period, Scope, meetings
from storage.registrations import REGISTRATIONS
from tests.handlers.booklet.held import NOW, event
from tests.statements import statements

BEGAN = datetime.fromisoformat("2026-01-02T09:00:00+08:00")
SECONDS = 60


async def many(store: Store, count: int) -> None:
    """Keep events, eight hours apart, each with thirty registrations, of every second one twenty of them came."""
    ids = [(await members.ensure(store, "qq", f"p{number}", "", BEGAN)).id for number in range(300)]
    for number in range(count):
        at = BEGAN + timedelta(hours=8 * number)
        made = await event(store, f"第 {number} 场", f"{at:%Y-%m-%dT%H:%M}", city="成都" if number % 3 else "")
        who = list(dict.fromkeys(ids[(number * 7 + other * 13) % 300] for other in range(30)))
        seats = {"event_id": made, "state": "in", "at": at, "changed_at": at, "source": "group"}
        await store.insert_new(REGISTRATIONS, [seats | {"member_id": member} for member in who])
        if number % 2:
            there = {"event_id": made, "day": at.date(), "at": at, "how": "code"}
            await store.insert_new(checkins.CHECKINS, [there | {"member_id": member} for member in who[:20]])
            said = {"event_id": made, "score": 5, "text": "讲得清楚。", "at": at + timedelta(hours=3)}
            await store.insert_new(FEEDBACK, [said | {"member_id": member} for member in who[:8]])


async def asked_of(database: Database) -> int:
    """Return how many statements it takes to read what was held."""
    period = Period(BEGAN - timedelta(days=1), NOW)
    with statements(database) as seen:
        async with database.read() as store:
            await meetings(store, Scope.community([]), period, NOW, Options())
    return len(seen)


async def test_what_was_held_is_read_in_as_many_queries_however_much_it_is(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        await many(store, 2)
    few = await asked_of(sqlite_database)
    async with sqlite_database.write() as store:
        await many(store, 20)
    assert await asked_of(sqlite_database) == few < 20


@pytest.mark.long
async def test_a_thousand_events_make_a_booklet_within_a_minute(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        await many(store, 1000)
    began, heard = perf_counter(), list[int]()
    async with sqlite_database.read() as store:
        material = await read(store, Order(Options(), year=2026), NOW)
        found = await make(store, material, lambda done, _of: heard.append(done))
    document = pdf(found)
    assert perf_counter() - began < SECONDS
    assert heard == list(range(1, 1001))
    assert 200 < len(re.findall(rb"/Type\s*/Page\b", document)) < 1000
