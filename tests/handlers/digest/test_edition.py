"""Which week a digest tells of, its key, and its first line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.digest._edition import edition, title
from storage.metrics import Period, between, days, week_of

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
        ("daily 18:30", "2026-11-26T18:30+08:00", date(2026, 11, 16), "digest:5:2026-W47"),
        ("mon 00:30", "2026-11-29T16:30+00:00", date(2026, 11, 23), "digest:5:2026-W48"),  # Monday in Shanghai
    ],
)
def test_the_last_full_week_before_the_due_instant(when: str, due: str, first: date, key: str) -> None:
    found = edition(5, when, datetime.fromisoformat(due), SHANGHAI)
    assert (found.period, found.key) == (week_of(first, SHANGHAI), key)


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


def test_the_title_of_what_is_no_week() -> None:
    period = between(date(2026, 11, 18), date(2026, 11, 25), SHANGHAI)
    assert days(period, SHANGHAI) == (date(2026, 11, 18), date(2026, 11, 24))
    assert title("象群", period, SHANGHAI, "zh") == "象群周报 · 11.18–11.24"
