"""A month later, and the days on which to-dos are due: tables of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.series._months import due_on, moment_later, months_later

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2027, 3, 6), 0, date(2027, 3, 6)),
        (date(2027, 3, 6), 1, date(2027, 4, 3)),  # the first Saturday stays the first
        (date(2027, 3, 6), 2, date(2027, 5, 1)),
        (date(2027, 3, 6), 3, date(2027, 6, 5)),
        (date(2026, 12, 19), 1, date(2027, 1, 16)),  # over the year's end
        (date(2026, 11, 21), 12, date(2027, 11, 20)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),  # the fifth Sunday: the last of four
        (date(2027, 1, 31), 2, date(2027, 3, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 27)),  # the fifth Tuesday of a leap year
        (date(2027, 3, 31), 1, date(2027, 4, 28)),  # the fifth Wednesday
        (date(2027, 7, 31), 1, date(2027, 8, 28)),
        (date(2027, 5, 29), 2, date(2027, 7, 31)),  # there is a fifth one again
    ],
)
def test_a_month_later(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 36))
def test_the_weekday_stays_and_so_many_months_pass(day: date, months: int) -> None:
    later = months_later(day, months)
    assert later.weekday() == day.weekday()
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert abs((later.day - 1) // 7 - (day.day - 1) // 7) <= 1


def test_the_time_of_day_is_the_clocks_of_the_place() -> None:
    before = datetime(2027, 3, 6, 13, tzinfo=UTC)  # 14:00 in Berlin, in winter
    assert moment_later(before, 1, BERLIN) == datetime(2027, 4, 3, 12, tzinfo=UTC)
    gap = datetime(2027, 2, 28, 1, 30, tzinfo=UTC)  # 02:30, which the last Sunday of March has not
    assert moment_later(gap, 1, BERLIN) == datetime(2027, 3, 28, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "known", "due"),
    [
        (60, datetime(2026, 11, 23, tzinfo=UTC), date(2027, 1, 5)),
        (7, datetime(2026, 11, 23, tzinfo=UTC), date(2027, 2, 27)),
        (0, datetime(2026, 11, 23, tzinfo=UTC), date(2027, 3, 6)),
        (60, datetime(2027, 2, 1, 17, tzinfo=UTC), date(2027, 2, 2)),  # past already: on the local day it became known
        (30, datetime(2027, 2, 4, 12, tzinfo=UTC), date(2027, 2, 4)),
    ],
)
def test_when_a_todo_is_due(days: int, known: datetime, due: date) -> None:
    starts_at = datetime(2027, 3, 5, 17, tzinfo=UTC)  # 6 March, 01:00 in Shanghai
    assert due_on(starts_at, SHANGHAI, days, known) == due
    assert due_on(starts_at + timedelta(days=7), SHANGHAI, 0, known) == date(2027, 3, 13)
