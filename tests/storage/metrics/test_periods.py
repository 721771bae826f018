"""Periods: weeks, months and days as the community's zone cuts them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.metrics import Period, between, day_of, days, iso_week, last_days, month_of, previous, week_of, year_of

SHANGHAI, BERLIN, HAVANA = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")
ZONES = st.sampled_from([SHANGHAI, BERLIN, HAVANA, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Pacific/Apia"), UTC])
DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_week_of_shanghai_begins_on_sunday_afternoon_utc() -> None:
    week = week_of(date(2026, 11, 25), SHANGHAI)
    assert week == Period(utc("2026-11-22 16:00"), utc("2026-11-29 16:00"))
    assert iso_week(week, SHANGHAI) == (2026, 48)
    assert days(week, SHANGHAI) == (date(2026, 11, 23), date(2026, 11, 29))


@pytest.mark.parametrize("day", [date(2026, 12, 28), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3)])
def test_week_53_holds_days_of_two_years(day: date) -> None:
    week = week_of(day, SHANGHAI)
    assert days(week, SHANGHAI) == (date(2026, 12, 28), date(2027, 1, 3))
    assert iso_week(week, SHANGHAI) == (2026, 53)
    assert iso_week(previous(week, SHANGHAI), SHANGHAI) == (2026, 52)
    assert iso_week(week_of(date(2027, 1, 4), SHANGHAI), SHANGHAI) == (2027, 1)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_a_local_day_has_23_to_25_hours(day: date, hours: int) -> None:
    period = day_of(day, BERLIN)
    assert period.until - period.since == timedelta(hours=hours)


def test_the_week_before_a_change_is_cut_at_midnight() -> None:
    after = week_of(date(2026, 3, 30), BERLIN)
    before = previous(after, BERLIN)
    assert before == week_of(date(2026, 3, 23), BERLIN)
    assert before.until - before.since == timedelta(days=7, hours=-1)


def test_where_midnight_is_skipped_the_day_begins_with_the_change() -> None:
    assert day_of(date(2026, 3, 8), HAVANA).since == utc("2026-03-08 05:00")
    assert previous(day_of(date(2026, 3, 8), HAVANA), HAVANA) == day_of(date(2026, 3, 7), HAVANA)
    assert previous(day_of(date(2026, 3, 9), HAVANA), HAVANA) == day_of(date(2026, 3, 8), HAVANA)


def test_months_and_years() -> None:
    assert days(month_of(date(2028, 2, 11), SHANGHAI), SHANGHAI) == (date(2028, 2, 1), date(2028, 2, 29))
    assert days(month_of(date(2026, 12, 31), SHANGHAI), SHANGHAI) == (date(2026, 12, 1), date(2026, 12, 31))
    assert days(year_of(date(2026, 6, 1), SHANGHAI), SHANGHAI) == (date(2026, 1, 1), date(2026, 12, 31))
    # The period before has as many days: of a month of 28 days, the 28 days before.
    assert days(previous(month_of(date(2026, 2, 1), SHANGHAI), SHANGHAI), SHANGHAI) == (
        date(2026, 1, 4),
        date(2026, 1, 31),
    )


def test_the_last_days_end_with_the_given_one() -> None:
    assert days(last_days(7, date(2026, 11, 29), SHANGHAI), SHANGHAI) == (date(2026, 11, 23), date(2026, 11, 29))


def test_part_of_a_day_is_preceded_by_as_much_time() -> None:
    hour = Period(utc("2026-11-23 01:30"), utc("2026-11-23 02:30"))
    assert previous(hour, SHANGHAI) == Period(utc("2026-11-23 00:30"), utc("2026-11-23 01:30"))


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (utc("2026-01-02 00:00"), utc("2026-01-01 00:00")),
        (utc("2026-01-01 00:00"), utc("2026-01-01 00:00")),
        (utc("2026-01-01 00:00").replace(tzinfo=None), utc("2026-01-02 00:00")),
    ],
)
def test_what_is_no_period_is_refused(since: datetime, until: datetime) -> None:
    with pytest.raises(ValueError, match="period"):
        Period(since, until)


@given(day=DAYS, count=st.integers(1, 400), zone=st.sampled_from([SHANGHAI, BERLIN, HAVANA, ZoneInfo("Asia/Beirut")]))
def test_previous_has_as_many_days_and_leaves_no_hole(day: date, count: int, zone: ZoneInfo) -> None:
    period = between(day, day + timedelta(days=count), zone)
    before = previous(period, zone)
    assert before.until == period.since
    assert before == between(day - timedelta(days=count), day, zone)
    assert days(period, zone) == (day, day + timedelta(days=count - 1))
