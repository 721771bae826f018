"""Spans: which period is meant, what it is compared with, and in which steps it is told."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers._reporting import Wish
from handlers._reporting.spans import Spans, WishError, is_over, spans_of
from storage.metrics import Period, days

pytestmark = pytest.mark.middle

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 25)


def told(period: Period) -> tuple[str, str]:
    first, last = days(period, ZONE)
    return first.isoformat(), last.isoformat()


@pytest.mark.parametrize(
    ("wish", "period", "before"),
    [
        (Wish(), ("2025-12-01", "2026-11-25"), ("2024-12-06", "2025-11-30")),
        (Wish(month="2026-11"), ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")),
        (Wish(month="2026-03"), ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (Wish(year="2026"), ("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (Wish(since="2026-11-19"), ("2026-11-19", "2026-11-25"), ("2026-11-12", "2026-11-18")),
        (Wish(since="2026-11-25"), ("2026-11-25", "2026-11-25"), ("2026-11-24", "2026-11-24")),
    ],
)
def test_a_wish_names_a_period(wish: Wish, period: tuple[str, str], before: tuple[str, str]) -> None:
    found = spans_of(wish, TODAY, ZONE)
    assert (told(found.period), told(found.before)) == (period, before)


def steps(found: Spans) -> list[str]:
    return [told(step)[0] for step in (found.earlier, *found.steps)]


def test_twelve_months_end_with_the_one_in_which_the_period_ends() -> None:
    found = steps(spans_of(Wish(), TODAY, ZONE))
    assert (found[0], found[1], found[-1], len(found)) == ("2025-11-01", "2025-12-01", "2026-11-01", 13)
    assert steps(spans_of(Wish(year="2025"), TODAY, ZONE))[1:] == [f"2025-{month:02d}-01" for month in range(1, 13)]
    assert steps(spans_of(Wish(year="2026"), TODAY, ZONE))[-1] == "2026-11-01"  # December has not come yet


def test_a_short_record_is_told_by_week() -> None:
    found = steps(spans_of(Wish(), TODAY, ZONE, weekly=True))
    assert (found[0], found[-2:], len(found)) == ("2026-08-31", ["2026-11-16", "2026-11-23"], 13)


def test_all_that_is_read_holds_every_part() -> None:
    for wish in (Wish(), Wish(month="2026-02"), Wish(year="2020"), Wish(since="2001-01-01")):
        found = spans_of(wish, TODAY, ZONE)
        for part in (found.period, found.earlier, *found.steps):
            assert found.whole.since <= part.since < part.until <= found.whole.until


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(month="2026-13"), "--month 2026-13"),
        (Wish(month="2026-1"), "--month 2026-1"),
        (Wish(month="2026-11-01"), "--month"),
        (Wish(month="<script>"), "--month"),
        (Wish(year="26"), "--year 26"),
        (Wish(year="0001"), "--year 0001"),
        (Wish(year="9999"), "--year 9999"),
        (Wish(since="yesterday"), "--since yesterday"),
        (Wish(since="20261123"), "--since"),
        (Wish(since="2026-11-26"), "2026-11-26, which has not come yet"),
        (Wish(year="2027"), "2027-01-01, which has not come yet"),
        (Wish(year="2026", month="2026-11"), "take one"),
    ],
)
def test_what_is_no_period_is_refused(wish: Wish, words: str) -> None:
    with pytest.raises(WishError, match=words):
        spans_of(wish, TODAY, ZONE)


def test_a_step_is_over_when_it_is() -> None:
    month = spans_of(Wish(month="2026-11"), TODAY, ZONE).period
    assert is_over(month, month.until)
    assert not is_over(month, datetime(2026, 11, 25, tzinfo=ZONE))
