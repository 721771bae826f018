"""The calendars that are subscribed to: read by a third party's parser, over a year with DST changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest
import recurring_ical_events

from storage import events, groups, segments
from storage.database import Database
from storage.events import Kind
from storage.frames import Place
from storage.segments import Segment
from tests.bot.pages.stage import NOW, added, opened, plan
from tests.chat import ManualClock

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def client(sqlite_database: Database, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    async with opened(sqlite_database, clock) as found:
        yield found


async def entries(client: httpx.AsyncClient, path: str) -> list[Any]:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_one_event_as_a_file(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    await added(sqlite_database, summary="第一行\n第二行, 有逗号; 有分号 \\ 有反斜线")
    (entry,) = await entries(client, "/e/1.ics")
    assert entry["uid"] == "uid-talk"
    assert str(entry["summary"]) == "逻辑复制上生产前要过的五道坎"
    assert entry.decoded("dtstart") == datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
    assert entry.decoded("dtend") == datetime(2026, 12, 3, 12, 50, tzinfo=UTC)
    assert str(entry["description"]) == (
        "第一行\n第二行, 有逗号; 有分号 \\ 有反斜线\n柏舟，苇间数据\n报名：在群里或私聊发「报名 E1」\nhttps://pg.example.org/e/1"
    )
    assert str(entry["location"]) == "https://meet.example.org/57"
    assert (str(entry["status"]), entry["sequence"], str(entry["url"])) == (
        "CONFIRMED",
        0,
        "https://pg.example.org/e/1",
    )


async def test_who_looked_before_is_told_that_nothing_changed(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    event = await added(sqlite_database)
    first = await client.get("/calendar.ics")
    clock.time += timedelta(hours=5)
    again = await client.get("/calendar.ics", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    async with sqlite_database.write() as store:
        await events.change(store, event.id, plan(title="六道坎"), clock.now())
    clock.time += timedelta(minutes=1)  # read at most once a minute
    changed = await client.get("/calendar.ics", headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    (entry,) = icalendar.Calendar.from_ical(changed.content).walk("VEVENT")
    assert (entry["uid"], entry["sequence"], str(entry["summary"])) == ("uid-talk", 1, "六道坎")


async def test_what_was_called_off_is_cancelled_for_ninety_days(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    event = await added(sqlite_database)
    async with sqlite_database.write() as store:
        await events.cancel(store, event.id, NOW)
    for path in ("/calendar.ics", "/e/1.ics"):
        (entry,) = await entries(client, path)
        assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 1)
        assert str(entry["summary"]).startswith("取消了：")
    clock.time += timedelta(days=91)
    assert await entries(client, "/calendar.ics") == []
    assert (await client.get("/e/1.ics")).status_code == 410


SHOWN = [
    ("/calendar.ics", {"all", "general", "chengdu", "finance"}),
    ("/calendar/general.ics", {"all", "general"}),
    ("/calendar/region/成都.ics", {"all", "chengdu"}),
    ("/calendar/industry/金融.ics", {"all", "finance"}),
    ("/calendar/region/%E8%A5%BF%E5%AE%89.ics", {"all"}),  # a group is there, no event yet
]


async def test_each_segment_has_its_own(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    kinds = segments.Kind
    targets = {
        "all": (),
        "general": (Segment(kinds.GENERAL),),
        "chengdu": (Segment(kinds.REGION, "成都"),),
        "finance": (Segment(kinds.INDUSTRY, "金融"),),
    }
    for title, wanted in targets.items():
        await added(sqlite_database, title=title, targets=wanted)
    await added(sqlite_database, title="draft", published=False)
    async with sqlite_database.write() as store:
        group = await groups.ensure(store, Place("qq", "g1", name="西安群"), None)
        await segments.give(store, group.id, Segment(kinds.REGION, "西安"))
    got = [(path, {str(entry["summary"]) for entry in await entries(client, path)}) for path, _ in SHOWN]
    assert got == SHOWN
    for path in (
        "/calendar/region/nowhere.ics",
        "/calendar/city/成都.ics",
        "/calendar/region/.ics",
        "/calendar/region",
    ):
        assert (await client.get(path)).status_code == 404


async def test_a_weekly_rule_is_shown_at_its_local_hour_all_year(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    clock.time = datetime(2027, 1, 1, tzinfo=UTC)
    first = datetime(2027, 1, 5, 20, 0, tzinfo=BERLIN)  # Tuesdays; aware arithmetic in a zone keeps the wall's hour
    wanted = [first + timedelta(weeks=week) for week in range(52)]
    for number, starts in enumerate(wanted):
        begins = starts.astimezone(UTC)
        when = {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "zone": "Europe/Berlin"}
        await added(sqlite_database, title=f"第 {number} 次", kind=Kind.QA, **when)
    feed = icalendar.Calendar.from_ical((await client.get("/calendar.ics")).content)
    found = recurring_ical_events.of(feed).between(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    local = sorted(entry["dtstart"].dt.astimezone(BERLIN) for entry in found)
    assert local == wanted
    assert {moment.hour for moment in local} == {20}
    assert {moment.utcoffset() for moment in local} == {timedelta(hours=1), timedelta(hours=2)}
    assert {entry["dtend"].dt - entry["dtstart"].dt for entry in found} == {timedelta(hours=1)}


HOSTILE = [
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:b",
    '逗号, 分号; 反斜线\\ 冒号: 引号"',
    "长" * 200,
    "😀" * 60,
    "a\u2028b\u0085c",
    "@所有人 <b>x</b>",
]


async def test_no_title_breaks_the_file(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    for number, title in enumerate(HOSTILE, 1):
        await added(sqlite_database, title=title, city=title, summary=title)
        (entry,) = await entries(client, f"/e/{number}.ics")
        assert str(entry["summary"]) == title.replace("\r\n", "\n")
        assert str(entry["location"]) == title.replace("\r\n", "\n")
    assert len(await entries(client, "/calendar.ics")) == len(HOSTILE)
