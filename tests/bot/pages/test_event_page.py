"""An event's page: what it tells, to whom, and that what people typed stays text."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from bot.pages._event import safe, times
from handlers import Community
from storage import checkins, events, feedback, members, registrations
from storage.database import Database
from storage.events import Event, Kind, Speaker
from storage.registrations import Source, State
from tests.bot.pages.stage import NOW, added, opened
from tests.chat import ManualClock

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def client(sqlite_database: Database, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    async with opened(sqlite_database, clock) as found:
        yield found


def lines(page: str) -> list[str]:
    """Return what is read on a page, line by line."""
    body = page[page.index("<body>") :]
    text = html.unescape(re.sub(r"<[^>]+>", "\n", body))
    return [line.strip() for line in text.splitlines() if line.strip()]


async def test_it_says_what_one_needs_to_come(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    await added(sqlite_database, capacity=40, hosts=("苇间数据",), summary="适合：正要做双活的人")
    answer = await client.get("/e/1")
    assert answer.status_code == 200
    assert lines(answer.text) == [
        "线上分享 · 还有 2 天",
        "逻辑复制上生产前要过的五道坎",
        "时间", "12 月 3 日 周四 20:00–20:50", "北京时间，50 分钟",
        "地点", "线上",
        "分享", "柏舟，苇间数据", "线上跑着 400 多套逻辑复制",
        "主办", "苇间数据",
        "席位", "共 40 席，还剩 40 席",
        "适合：正要做双活的人",
        "报名：在群里发，或私聊小象", "报名 E1",
        "想先问：发这一句，票多的先答", "问 E1 你的问题",
        "进入活动", "加进日历",
        "象群测试社区",
    ]  # fmt: skip
    assert answer.headers["cache-control"] == "public, max-age=60"


SEATS = [(1, "共 2 席，还剩 1 席"), (2, "2 席都满了，候补 0 位"), (3, "2 席都满了，候补 1 位")]


async def test_it_says_how_many_seats_are_left(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    event = await added(sqlite_database, capacity=2)
    for coming, want in SEATS:
        async with sqlite_database.write() as store:
            who = await members.ensure(store, "qq", f"m{coming}", "木子", NOW)
            values = {"state": State.IN if coming < 3 else State.WAITING, "at": NOW, "changed_at": NOW}
            await registrations.put(store, event.id, who.id, values | {"source": Source.GROUP})
        page = (await client.get("/e/1")).text
        assert want in lines(page)
        assert "木子" not in page


async def test_after_it_the_page_counts_who_came_and_names_nobody(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    event = await added(sqlite_database, capacity=40)
    async with sqlite_database.write() as store:
        for number in range(6):
            who = (await members.ensure(store, "qq", f"m{number}", f"木子{number}", NOW)).id
            values = {"state": State.IN, "at": NOW, "changed_at": NOW, "source": Source.GROUP}
            await registrations.put(store, event.id, who, values)
            if number < 5:
                await checkins.add(store, event.id, who, date(2026, 12, 3), event.starts_at)
                await feedback.rate(store, event.id, who, [], 4 + number % 2, "讲得清楚", event.ends_at)
    clock.time = event.ends_at
    page = (await client.get("/e/1")).text
    seen = lines(page)
    at = seen.index("到场")
    assert seen[at : at + 5] == ["到场", "报名 6 位，签到 5 位", "第一次来的 5 位", "评分", "4.4 分，5 人打分"]
    assert "木子" not in page
    assert "讲得清楚" not in page


async def test_after_it_there_is_the_replay(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    event = await added(sqlite_database)
    clock.time += timedelta(days=3)
    async with sqlite_database.write() as store:
        await events.keep_record(store, event.id, replay="https://pg.example.org/r/55", slides="javascript:alert(1)")
    text = (await client.get("/e/1")).text
    assert 'href="https://pg.example.org/r/55"' in text
    assert "javascript" not in text
    assert "报名" not in text
    assert lines(text)[0] == "线上分享 · 已结束"


CODES = [("k7q2", "报名 E1 K7Q2"), ("", "报名 E1"), ("<b>", "报名 E1"), ("x" * 17, "报名 E1"), ("报名", "报名 E1")]


async def test_a_referral_is_carried_into_the_words(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    await added(sqlite_database)
    got = [lines((await client.get("/e/1", params={"from": code})).text).count(want) for code, want in CODES]
    assert got == [1] * len(CODES)


async def test_what_is_not_published_is_not_there(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    await added(sqlite_database, published=False)
    for number in ("1", "2", "0", "01", "-1", "99999999999999999999", "9" * 5000, "x", "١"):
        for wanted in (f"/e/{number}", f"/e/{number}.ics"):
            answer = await client.get(wanted)
            assert answer.status_code == 404, wanted
            assert lines(answer.text)[0] == "没有这一页"


async def test_what_was_called_off_is_gone_and_says_so(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    event = await added(sqlite_database)
    async with sqlite_database.write() as store:
        await events.cancel(store, event.id, NOW)
    answer = await client.get("/e/1")
    assert answer.status_code == 410
    assert lines(answer.text)[:2] == [
        "《逻辑复制上生产前要过的五道坎》取消了", "原定 12 月 3 日 周四 20:00–20:50。",
    ]  # fmt: skip


async def test_a_draft_that_was_called_off_was_never_there(
    client: httpx.AsyncClient, sqlite_database: Database
) -> None:
    event = await added(sqlite_database, published=False)
    async with sqlite_database.write() as store:
        await events.cancel(store, event.id, NOW)
    assert (await client.get("/e/1")).status_code == 404
    assert (await client.get("/e/1.ics")).status_code == 404


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "'; DROP TABLE events; --",
    "</style><style>body{display:none}",
    "\u202etxt.exe",
]


async def test_what_people_typed_stays_text(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    for text in HOSTILE:
        said = dict.fromkeys(("title", "summary", "venue", "city"), text)
        event = await added(sqlite_database, **said, hosts=(text,), speakers=(Speaker(text, text, text),))
        answer = await client.get(f"/e/{event.id}")
        page = answer.text
        assert lines(page).count(text) >= 3
        assert page.count("<script") == page.count("<img") == 0
        assert page.count("<style") == 1
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy


LINKS = [
    ("https://a.example/x?y=1", True),
    ("http://a.example", True),
    ("javascript:alert(1)", False),
    ("data:text/html,x", False),
    ("//a.example", False),
    ("腾讯会议 123 456", False),
]


@pytest.mark.parametrize(("link", "leads"), LINKS)
def test_only_addresses_of_the_web_are_pressed(link: str, leads: bool) -> None:
    assert bool(safe(link)) is leads


TIMES = [
    (
        "Asia/Shanghai",
        ("2026-12-03T12:00", "2026-12-03T12:50"),
        ("12 月 3 日 周四 20:00–20:50", "北京时间，50 分钟"),
    ),
    (
        "Asia/Singapore",  # its clocks show the same
        ("2026-12-03T12:00", "2026-12-03T12:50"),
        ("12 月 3 日 周四 20:00–20:50", "Singapore 时间，UTC+08:00，50 分钟"),
    ),
    (
        "Europe/Berlin",  # clocks go forward between
        ("2027-03-28T00:30", "2027-03-28T01:30"),
        (
            "2027 年 3 月 28 日 周日 01:30–03:30",
            "Berlin 时间，UTC+01:00，1 小时",
            "北京时间 2027 年 3 月 28 日 周日 08:30–09:30",
        ),
    ),
    (
        "America/New_York",
        ("2026-12-05T14:00", "2026-12-07T21:00"),
        (
            "12 月 5 日 周六 09:00 到 12 月 7 日 周一 16:00",
            "New York 时间，UTC-05:00，2 天 7 小时",
            "北京时间 12 月 5 日 周六 22:00 到 12 月 8 日 周二 05:00",
        ),
    ),
]


@pytest.mark.parametrize(("zone", "span", "want"), TIMES)
def test_times_are_told_in_the_place_and_at_home(zone: str, span: tuple[str, str], want: tuple[str, ...]) -> None:
    starts, ends = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in span)
    event = Event(
        id=1, uid="u", kind=Kind.TALK, title="x", starts_at=starts, ends_at=ends, zone=zone,
        state=events.State.PUBLISHED, created_at=NOW,
    )  # fmt: skip
    assert times(event, NOW, Community()) == want


async def test_it_speaks_english_where_the_community_does(sqlite_database: Database, clock: ManualClock) -> None:
    await added(sqlite_database)
    async with opened(sqlite_database, clock, "en") as client:
        seen = lines((await client.get("/e/1")).text)
    assert seen[0] == "Online talk · 2 days left"
    assert "3 Dec Thu 20:00–20:50" in seen
    assert "/join E1" in seen
