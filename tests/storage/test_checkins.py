"""Check-ins: the days of an event and when their codes hold, codes that differ, and who came for the first time."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import checkins, events, interviews, members, privacy
from storage.checkins import Code
from storage.database import Database, Store
from storage.events import Event, State
from storage.interviews import Interview
from tests.storage.rows import a_member
from tests.storage.test_events import NOW, TALK

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START, END = TALK.starts_at, TALK.ends_at  # 10:00 to 10:50 on 3 December in Shanghai
TODAY = date(2026, 12, 3)


async def an_event(store: Store, **changes: object) -> Event:
    number = await events.add(store, replace(TALK, **changes), at=NOW)  # type: ignore[arg-type]
    assert number is not None
    return await events.get(store, number)


def planned(starts: str, ends: str, zone: str = "Asia/Shanghai") -> Event:
    """Return an event that is in no row."""
    told = {field.name: getattr(TALK, field.name) for field in fields(TALK)}
    told |= {"starts_at": moment(starts), "ends_at": moment(ends), "zone": zone}
    return Event(**told, id=1, uid="1", state=State.PUBLISHED, created_at=NOW)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "zone", "days"),
    [
        ("2026-12-05T14:00+08:00", "2026-12-05T17:00+08:00", "Asia/Shanghai", [5]),
        ("2026-12-05T22:00+08:00", "2026-12-06T02:00+08:00", "Asia/Shanghai", [5]),
        ("2026-12-05T09:00+08:00", "2026-12-06T17:00+08:00", "Asia/Shanghai", [5, 6]),
        ("2026-12-05T09:00+08:00", "2026-12-07T00:00+08:00", "Asia/Shanghai", [5, 6]),
        ("2026-12-05T23:00+00:00", "2026-12-06T01:00+00:00", "Asia/Shanghai", [6]),
    ],
)
def test_the_days_of_an_event(starts: str, ends: str, zone: str, days: list[int]) -> None:
    assert [day.day for day in checkins.days(planned(starts, ends, zone))] == days


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-12-05T06:59+08:00", None),
        ("2026-12-05T07:00+08:00", 5),
        ("2026-12-05T17:59+08:00", 5),
        ("2026-12-05T18:00+08:00", None),
        ("2026-12-06T07:00+08:00", 6),
        ("2026-12-07T12:00+08:00", 7),
        ("2026-12-07T17:59+08:00", 7),
        ("2026-12-07T18:00+08:00", None),
    ],
)
def test_a_code_holds_from_two_hours_before_to_one_after(at: str, day: int | None) -> None:
    event = planned("2026-12-05T09:00+08:00", "2026-12-07T17:00+08:00")
    found = checkins.day_at(event, moment(at))
    assert (found and found.day) == day


def test_a_day_between_goes_by_the_clock_also_where_clocks_change() -> None:
    event = planned("2026-10-31T09:00-04:00", "2026-11-02T17:00-05:00", "America/New_York")
    found = [checkins.window(event, day) for day in checkins.days(event)]
    assert found == [
        (moment("2026-10-31T07:00-04:00"), moment("2026-10-31T18:00-04:00")),
        (moment("2026-11-01T07:00-05:00"), moment("2026-11-01T18:00-05:00")),
        (moment("2026-11-02T07:00-05:00"), moment("2026-11-02T18:00-05:00")),
    ]


async def test_each_event_and_day_has_a_code_of_its_own(database: Database) -> None:
    async with database.write() as store:
        drawn = []
        for number in range(30):
            event = await an_event(store)
            drawn.append(await checkins.code_of(store, event.id, TODAY + DAY * (number % 2)))
        assert len({code.code for code in drawn}) == len({code.token for code in drawn}) == 30
        assert all(len(code.code) == 4 and code.code.isdigit() for code in drawn)
        assert await checkins.code_of(store, drawn[0].event, drawn[0].day) == drawn[0]
        assert await checkins.codes_like(store, drawn[0].code, TODAY + DAY) == [drawn[0]]
        assert await checkins.codes_like(store, drawn[0].token, TODAY) == [drawn[0]]
        assert await checkins.codes_like(store, drawn[0].code, TODAY + 3 * DAY) == []
        assert await checkins.drawn(store, drawn[0].event, TODAY + 5 * DAY) is None


async def test_two_who_ask_at_once_get_the_same_code(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store)

    async def asked() -> Code:
        async with database.write() as store:
            return await checkins.code_of(store, event.id, TODAY)

    assert len(set(await asyncio.gather(*(asked() for _ in range(4))))) == 1


async def test_a_person_is_there_once_a_day_whichever_account_says_so(database: Database) -> None:
    async with database.write() as store:
        event, one, other = await an_event(store), await a_member(store, "1"), await a_member(store, "2")
        await members.link(store, one.id, other.id, NOW)
        assert await checkins.add(store, event.id, one.id, TODAY, START)
        assert not await checkins.add(store, event.id, other.id, TODAY, START + HOUR)
        assert await checkins.add(store, event.id, other.id, TODAY + DAY, START + DAY, checkins.HOST)
        assert await checkins.persons(store, event.id) == {other.person_id}
        assert [(came.day, came.how) for came in await checkins.of_event(store, event.id)] == [
            (TODAY, "code"),
            (TODAY + DAY, "host"),
        ]
        assert len(await checkins.of_event(store, event.id, TODAY)) == 1


async def test_who_comes_for_the_first_time(database: Database) -> None:
    async with database.write() as store:
        before, here, later = [await an_event(store) for _ in range(3)]
        old, new = await a_member(store, "1"), await a_member(store, "2")
        await checkins.add(store, before.id, old.id, TODAY, START)
        for member in (old, new):
            await checkins.add(store, here.id, member.id, TODAY + DAY, START + DAY)
            await checkins.add(store, later.id, member.id, TODAY + 2 * DAY, START + 2 * DAY)
        assert await checkins.first_timers(store, before.id) == {old.person_id}
        assert await checkins.first_timers(store, here.id) == {new.person_id}
        assert await checkins.first_timers(store, later.id) == set()
        assert await checkins.first_timers_since(store, here.id, START + DAY) == [new.id]
        await checkins.add(store, here.id, new.id, TODAY + 2 * DAY, START + 2 * DAY)
        assert await checkins.first_timers_since(store, here.id, START + 2 * DAY) == []
        assert await checkins.first_timers(store, here.id) == {new.person_id}


async def test_guesses_are_counted_by_member_and_in_all(database: Database) -> None:
    async with database.write() as store:
        one, other = await a_member(store, "1"), await a_member(store, "2")
        for step in range(3):
            await checkins.guessed(store, one.id, NOW + step * HOUR / 3)
        await checkins.guessed(store, other.id, NOW)
        assert await checkins.guesses(store, NOW - HOUR) == 4
        assert await checkins.guesses(store, NOW, [one.id]) == 2
        await checkins.guessed(store, other.id, NOW + 2 * DAY)
        assert await checkins.guesses(store, NOW - HOUR) == 1


async def test_what_was_told_on_site_is_the_members_own(database: Database) -> None:
    async with database.write() as store:
        event, member = await an_event(store), await a_member(store)
        await interviews.keep(store, event.id, member.id, {"industry": "制造"}, START, interviews.HOST)
        await interviews.keep(store, event.id, member.id, {"industry": "金融", "needs": "双活"}, END)
        told = Interview(event.id, member.id, "self", END, industry="金融", needs="双活")
        assert await interviews.of_event(store, event.id) == [told]
        assert await interviews.of_members(store, [member.id]) == [told]
        assert (await privacy.mydata(store, [member.id]))["interviews"][0]["needs"] == "双活"
        await checkins.add(store, event.id, member.id, TODAY, START)
        await checkins.guessed(store, member.id, START)
        await privacy.forget(store, [member.id], END)
        assert (await interviews.of_event(store, event.id))[0].needs == ""
        assert len(await checkins.persons(store, event.id)) == 1
        assert await checkins.guesses(store, START - HOUR) == 0
        assert await interviews.drop(store, event.id, [member.id])
        assert not await interviews.drop(store, event.id, [member.id])
