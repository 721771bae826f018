"""The pages for checking in and for certificates: who may see today's code, and what a number tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from storage import certificates, checkins, events, members
from storage.database import Database
from tests.bot.pages.stage import NOW, added, opened
from tests.bot.pages.test_event_page import lines
from tests.chat import ManualClock

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

STARTS = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
DAY = date(2026, 12, 3)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def client(sqlite_database: Database, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    async with opened(sqlite_database, clock) as found:
        yield found


MOMENTS = [(-121, 410), (-119, 200), (0, 200), (50, 200), (109, 200), (111, 410), (60 * 24, 410)]


async def test_todays_code_is_there_in_its_time(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    event = await added(sqlite_database)
    async with sqlite_database.write() as store:
        code = await checkins.code_of(store, event.id, DAY)
    for minutes, status in MOMENTS:
        clock.time = STARTS + timedelta(minutes=minutes)
        answer = await client.get("/e/1/checkin", params={"k": code.token})
        assert answer.status_code == status
        assert (f"签到 {code.code}" in answer.text) is (code.code in answer.text) is (status == 200)
        assert answer.headers["cache-control"] == "no-store"
        assert (lines(answer.text)[-2] == "今天到 21:50 有效。") is (status == 200)


async def test_without_the_link_there_is_no_code(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    event = await added(sqlite_database)
    async with sqlite_database.write() as store:
        await checkins.code_of(store, event.id, DAY)
    clock.time = STARTS
    for token in ("", "x", "\u00e9", "令牌", "x" * 2000):
        assert (await client.get("/e/1/checkin", params={"k": token})).status_code == 404
    assert (await client.get("/e/1/checkin")).status_code == 404


async def test_the_link_of_another_event_or_of_a_cancelled_one_shows_nothing(
    client: httpx.AsyncClient, sqlite_database: Database, clock: ManualClock
) -> None:
    one, other = await added(sqlite_database, title="a"), await added(sqlite_database, title="b")
    async with sqlite_database.write() as store:
        code = await checkins.code_of(store, one.id, DAY)
        await checkins.code_of(store, other.id, DAY)
    clock.time = STARTS
    assert (await client.get(f"/e/{other.id}/checkin", params={"k": code.token})).status_code == 404
    async with sqlite_database.write() as store:
        await events.cancel(store, one.id, clock.now())
    assert (await client.get(f"/e/{one.id}/checkin", params={"k": code.token})).status_code == 410


async def issued(database: Database) -> str:
    event = await added(database, title="上手培训")
    async with database.write() as store:
        holder = await members.ensure(store, "qq", "muzi", "木子", NOW)
        return (
            await certificates.issue(
                store, event=event.id, what=event.title, name="木子", result="通过", member=holder.id, at=NOW
            )
        ).number


async def test_a_number_tells_what_it_stands_for_and_no_name(
    client: httpx.AsyncClient, sqlite_database: Database
) -> None:
    number = await issued(sqlite_database)
    answer = await client.get(f"/cert/{number.lower()}")
    assert answer.status_code == 200
    assert lines(answer.text) == [
        "这张证书有效", "编号", number, "持有人", "木*", "活动", "上手培训", "结果", "通过",
        "颁发", "2026-12-01", "象群测试社区",
    ]  # fmt: skip
    assert "木子" not in answer.text


async def test_one_that_was_taken_back_says_so(client: httpx.AsyncClient, sqlite_database: Database) -> None:
    number = await issued(sqlite_database)
    async with sqlite_database.write() as store:
        assert await certificates.revoke(store, number, NOW + timedelta(days=1))
    answer = await client.get(f"/cert/{number}")
    assert lines(answer.text)[0] == "这张证书已撤销"
    assert lines(answer.text)[-3:-1] == ["撤销", "2026-12-02"]


async def test_what_was_never_issued_is_not_there(client: httpx.AsyncClient) -> None:
    for number in ("XQ-2026-0000-0000", "x", "%00", "<script>", "XQ" * 900):
        answer = await client.get(f"/cert/{number}")
        assert answer.status_code == 404
        assert lines(answer.text)[0] == "没有这个编号的证书"
