"""Service time: every rule of it as a row, and its laws over zones with every kind of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.metrics import Options
from storage.metrics._clocks import ServiceClock, public_holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
ODD_ZONES = [
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # summer time began at midnight until 2018
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",  # moves by half an hour
    "Pacific/Apia",  # had no 2011-12-30
    "Pacific/Kiritimati",
    "Africa/Casablanca",
    "UTC",
]


def moment(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:30", 0.5),  # within the hours of a day
        ("2026-11-23 08:00", "2026-11-23 10:00", 1),  # asked before they begin
        ("2026-11-23 21:00", "2026-11-24 10:00", 2),  # over a night
        ("2026-11-23 22:00", "2026-11-24 08:59", 0),  # answered while closed
        ("2026-11-23 23:30", "2026-11-23 23:40", 0),
        ("2026-11-23 22:00", "2026-11-24 09:00", 0),  # 22:00 is closed, 09:00 is open
        ("2026-11-23 21:59", "2026-11-24 09:01", 2 / 60),
        ("2026-11-27 21:00", "2026-11-30 10:00", 1 + 13 + 13 + 1),  # a weekend counts
        ("2026-09-30 21:00", "2026-10-01 12:00", 1),  # National Day does not
        ("2026-09-30 21:00", "2026-10-08 10:00", 1 + 13 + 1),  # of that week only Sunday the 4th is no day off
        ("2026-10-01 10:00", "2026-10-01 18:00", 0),
        ("2026-11-23 12:00", "2026-11-23 12:00", 0),
        ("2026-11-23 13:00", "2026-11-23 12:00", 0),  # reversed
        ("2025-11-23 09:00", "2025-11-30 09:00", 7 * 13),
    ],
)
def test_service_hours_of_shanghai(since: str, until: str, hours: float) -> None:
    found = Options().clock.between(moment(since), moment(until))
    assert found == timedelta(hours=hours)


def test_holidays_are_editable() -> None:
    national_day, plain_day = date(2026, 10, 1), date(2026, 11, 23)
    assert Options().closed_on(national_day)
    assert not Options(workdays=frozenset({national_day})).closed_on(national_day)
    assert Options(holidays=frozenset({plain_day})).closed_on(plain_day)
    assert not Options(country="").closed_on(national_day)
    assert not Options(country="DE").closed_on(national_day)
    assert Options(country="DE").closed_on(date(2026, 10, 3))


def test_an_unknown_country_is_a_kind_refusal() -> None:
    with pytest.raises(ValueError, match="country 'XX'"):
        public_holidays("XX", 2026)
    assert public_holidays("CN", 1900) == frozenset()


def test_the_end_of_the_day_is_midnight() -> None:
    clock = Options(closes=time(0), opens=time(0), country="").clock
    assert clock.between(moment("2026-11-23 10:00"), moment("2026-11-25 11:30")) == timedelta(hours=49.5)


@pytest.mark.parametrize(
    ("zone", "since", "until", "hours"),
    [
        ("Europe/Berlin", "2026-03-28 21:00", "2026-03-29 10:00", 2),  # the night is an hour shorter
        ("Europe/Berlin", "2026-10-24 21:00", "2026-10-25 10:00", 2),  # the night is an hour longer
        ("Pacific/Apia", "2011-12-29 21:00", "2011-12-31 10:00", 2),  # the day between never was
    ],
)
def test_summer_time(zone: str, since: str, until: str, hours: float) -> None:
    place = ZoneInfo(zone)
    found = Options(zone=place, country="").clock.between(moment(since, place), moment(until, place))
    assert found == timedelta(hours=hours)


def test_a_change_within_the_hours_counts_as_it_passes() -> None:
    place = ZoneInfo("Europe/Berlin")
    clock = Options(zone=place, country="", opens=time(1), closes=time(4)).clock
    assert clock.between(moment("2026-03-29 00:00", place), moment("2026-03-29 12:00", place)) == timedelta(hours=2)
    assert clock.between(moment("2026-10-25 00:00", place), moment("2026-10-25 12:00", place)) == timedelta(hours=4)


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Options().clock.between(moment("2026-01-01 00:00").replace(tzinfo=None), moment("2026-01-02 00:00"))


def by_minutes(zone: ZoneInfo, opens: time, closes: time, closed: set[date], since: datetime, until: datetime) -> int:
    """Count the minutes whose local time lies within the hours: slow, and obviously right."""
    step, found = since, 0
    while step < until:
        local = step.astimezone(zone)
        found += opens <= local.time() < closes and local.date() not in closed
        step += timedelta(minutes=1)
    return found


minutes = st.integers(0, 4 * 24 * 60)
starts = st.sampled_from(
    [
        datetime(2026, 3, 27, tzinfo=UTC),
        datetime(2026, 10, 23, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 3, 7, tzinfo=UTC),
        datetime(2011, 12, 28, tzinfo=UTC),
        datetime(2018, 11, 3, tzinfo=UTC),
        datetime(2018, 2, 17, tzinfo=UTC),
        datetime(2026, 4, 3, tzinfo=UTC),
    ]
)


@given(zone=st.sampled_from(ODD_ZONES), start=starts, since=minutes, span=minutes, rest=st.sets(st.integers(0, 8)))
def test_it_is_the_sum_of_the_open_minutes(zone: str, start: datetime, since: int, span: int, rest: set[int]) -> None:
    place, begin = ZoneInfo(zone), start + timedelta(minutes=since)
    end = begin + timedelta(minutes=span // 4)
    closed = {start.date() + timedelta(days=number) for number in rest}
    clock = ServiceClock(place, time(9), time(22), closed.__contains__)
    expected = by_minutes(place, time(9), time(22), closed, begin, end)
    assert clock.between(begin, end) == timedelta(minutes=expected)


@given(
    zone=st.sampled_from(ODD_ZONES), start=starts, cuts=st.lists(st.integers(0, 400 * 86400), min_size=3, max_size=3)
)
def test_it_adds_up_and_never_outruns_the_calendar(zone: str, start: datetime, cuts: list[int]) -> None:
    clock = Options(zone=ZoneInfo(zone), country="").clock
    first, middle, last = (start + timedelta(seconds=cut) for cut in sorted(cuts))
    assert clock.between(first, last) == clock.between(first, middle) + clock.between(middle, last)
    assert timedelta(0) <= clock.between(first, last) <= last - first
