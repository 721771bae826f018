"""Which day, week or month a digest tells of, its key, and its first line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.digest._edition import Every, edition, title
from storage.metrics import Period, between, day_of, days, month_of, week_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("when", "due", "first", "key"),
    [
        ("mon 09:00", "2026-11-30T09:00+08:00", date(2026, 11, 23), "digest:5:2026-W48"),
        ("mon 09:00", "2026-11-30T00:00+08:00", date(2026, 11, 23), "digest:5:2026-W48"),
        ("sun 20:00", "2026-11-29T20:00+08:00", date(2026, 11, 16), "digest:5:2026-W47"),  # its own week is not over
        ("fri 18:00", "2026-11-27T18:00+08:00", date(2026, 11, 16), "digest:5:2026-W47"),
        ("mon 09:00", "2027-01-04T09:00+08:00", date(2026, 12, 28), "digest:5:2026-W53"),
        ("mon 09:00", "2027-01-11T09:00+08:00", date(2027, 1, 4), "digest:5:2027-W01"),
        ("mon 00:30", "2026-11-29T16:30+00:00", date(2026, 11, 23), "digest:5:2026-W48"),  # Monday in Shanghai
    ],
)
def test_the_last_full_week_before_the_due_instant(when: str, due: str, first: date, key: str) -> None:
    found = edition(5, when, datetime.fromisoformat(due), SHANGHAI)
    assert (found.period, found.key) == (week_of(first, SHANGHAI), key)


@pytest.mark.parametrize(
    ("when", "every", "due", "period", "key"),
    [
        ("daily 18:30", "auto", "2026-11-26T18:30+08:00", day_of(date(2026, 11, 25), SHANGHAI), "2026-11-25"),
        ("daily 00:10", "auto", "2027-01-01T00:10+08:00", day_of(date(2026, 12, 31), SHANGHAI), "2026-12-31"),
        ("daily 18:30", "weekly", "2026-11-26T18:30+08:00", week_of(date(2026, 11, 16), SHANGHAI), "2026-W47"),
        ("day 1 10:00", "auto", "2026-12-01T10:00+08:00", month_of(date(2026, 11, 1), SHANGHAI), "2026-11"),
        ("day 31 10:00", "auto", "2026-02-28T10:00+08:00", month_of(date(2026, 1, 1), SHANGHAI), "2026-01"),
        ("day 1 10:00", "auto", "2027-01-01T10:00+08:00", month_of(date(2026, 12, 1), SHANGHAI), "2026-12"),
        ("mon 09:00", "monthly", "2026-12-14T09:00+08:00", month_of(date(2026, 11, 1), SHANGHAI), "2026-11"),
        ("mon 09:00", "daily", "2026-12-14T09:00+08:00", day_of(date(2026, 12, 13), SHANGHAI), "2026-12-13"),
        ("mon 09:00", "weekly", "2027-01-04T09:00+08:00", week_of(date(2026, 12, 28), SHANGHAI), "2026-W53"),
    ],
)
def test_days_weeks_and_months(when: str, every: Every, due: str, period: Period, key: str) -> None:
    found = edition(5, when, datetime.fromisoformat(due), SHANGHAI, every)
    assert (found.period, found.key) == (period, f"digest:5:{key}")


def test_a_late_digest_has_the_key_of_its_due_instant() -> None:
    due = datetime.fromisoformat("2026-11-30T09:00+08:00")
    keys = {edition(5, "mon 09:00", due + timedelta(hours=hours), SHANGHAI).key for hours in range(150)}
    assert keys == {"digest:5:2026-W48"}


def test_each_instant_of_a_rule_in_seconds_is_an_edition() -> None:
    due = datetime(2026, 11, 30, 1, 0, 5, tzinfo=UTC)
    found = edition(5, "every 5s", due, SHANGHAI)
    assert found.period == Period(due - timedelta(days=7), due)
    assert found.key == "digest:5:2026-11-30T01:00:05+00:00"


@pytest.mark.parametrize(
    ("name", "first", "zh", "en"),
    [
        ("象群", date(2026, 11, 23), "象群周报 · 第 48 周（11.23–11.29）", "象群 weekly · week 48 (23–29 Nov)"),
        ("", date(2026, 2, 8), "象群周报 · 第 6 周（2.2–2.8）", "Xiangqun weekly · week 6 (2–8 Feb)"),
        ("PG", date(2026, 11, 30), "PG 周报 · 第 49 周（11.30–12.6）", "PG weekly · week 49 (30 Nov – 6 Dec)"),
    ],
)
def test_title(name: str, first: date, zh: str, en: str) -> None:
    period = week_of(first, SHANGHAI)
    assert (title(name, period, SHANGHAI, "zh"), title(name, period, SHANGHAI, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        (day_of(date(2026, 11, 29), SHANGHAI), "PG 日报 · 11 月 29 日 周日", "PG daily · Sun, 29 Nov"),
        (day_of(date(2027, 1, 1), SHANGHAI), "PG 日报 · 1 月 1 日 周五", "PG daily · Fri, 1 Jan"),
        (month_of(date(2026, 12, 1), SHANGHAI), "PG 月报 · 2026 年 12 月", "PG monthly · Dec 2026"),
        (
            week_of(date(2027, 1, 2), SHANGHAI),
            "PG 周报 · 第 53 周（12.28–1.3）",
            "PG weekly · week 53 (28 Dec – 3 Jan)",
        ),
        (
            month_of(date(2027, 2, 1), SHANGHAI),
            "PG 月报 · 2027 年 2 月",
            "PG monthly · Feb 2027",
        ),  # four weeks, a month
    ],
)
def test_the_titles_of_days_and_months(period: Period, zh: str, en: str) -> None:
    assert (title("PG", period, SHANGHAI, "zh"), title("PG", period, SHANGHAI, "en")) == (zh, en)


def test_the_title_of_what_is_no_week() -> None:
    period = between(date(2026, 11, 18), date(2026, 11, 25), SHANGHAI)
    assert days(period, SHANGHAI) == (date(2026, 11, 18), date(2026, 11, 24))
    assert title("象群", period, SHANGHAI, "zh") == "象群周报 · 11.18–11.24"
