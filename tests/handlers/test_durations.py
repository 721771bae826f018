from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers._wording.durations import day, exact, rough, since, weekday, when

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)  # a Thursday, 20:00 in Shanghai


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(seconds=-5), "不到 1 分钟", "under a minute"),
        (timedelta(seconds=59), "不到 1 分钟", "under a minute"),
        (timedelta(minutes=1), "1 分钟", "1 minute"),
        (timedelta(minutes=38, seconds=59), "38 分钟", "38 minutes"),
        (timedelta(hours=1), "1 小时", "1 hour"),
        (timedelta(hours=23, minutes=59), "23 小时", "23 hours"),
        (timedelta(days=1), "1 天", "1 day"),
        (timedelta(days=2, hours=23), "2 天", "2 days"),
        (timedelta(days=400), "400 天", "400 days"),
    ],
)
def test_rough(span: timedelta, zh: str, en: str) -> None:
    assert (rough(span, "zh"), rough(span, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(seconds=30), "不到 1 分钟", "under a minute"),
        (timedelta(minutes=38), "38 分钟", "38 minutes"),
        (timedelta(hours=1, minutes=6), "1 小时 06 分", "1 h 06 min"),
        (timedelta(hours=2), "2 小时", "2 hours"),
        (timedelta(days=3, hours=4, minutes=5), "3 天 4 小时", "3 days 4 hours"),
        (timedelta(days=1), "1 天", "1 day"),
    ],
)
def test_exact(span: timedelta, zh: str, en: str) -> None:
    assert (exact(span, "zh"), exact(span, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("back", "dated", "named", "attribute", "attribute_en"),
    [
        (timedelta(0), "11 月 26 日", "今天 20:00", "今天", "today"),
        (timedelta(hours=21), "11 月 25 日", "昨天 23:00", "昨天", "yesterday"),
        (timedelta(days=2), "11 月 24 日", "前天 20:00", "前天", "Tuesday"),
        (timedelta(days=3), "11 月 23 日", "本周一 20:00", "这周", "earlier this week"),
        (timedelta(days=5), "11 月 21 日", "11 月 21 日 20:00", "上周", "last week"),
        (timedelta(days=30), "10 月 27 日", "10 月 27 日 20:00", "上个月", "last month"),
        (timedelta(days=80), "9 月 7 日", "9 月 7 日 20:00", "9 月 7 日", "7 Sep"),
        (timedelta(days=400), "2025 年 10 月 22 日", "2025 年 10 月 22 日 20:00", "2025 年 10 月 22 日", "22 Oct 2025"),
    ],
)
def test_days(back: timedelta, dated: str, named: str, attribute: str, attribute_en: str) -> None:
    moment = NOW - back
    assert day(moment, NOW, SHANGHAI, "zh") == dated
    assert when(moment, NOW, SHANGHAI, "zh") == named
    assert since(moment, NOW, SHANGHAI, "zh") == attribute
    assert since(moment, NOW, SHANGHAI, "en") == attribute_en


def test_days_are_cut_in_the_zone() -> None:
    late = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)  # 00:30 of the 26th in Shanghai
    assert when(late, NOW, SHANGHAI, "zh") == "今天 00:30"
    assert when(late, NOW, ZoneInfo("UTC"), "zh") == "昨天 16:30"
    assert when(NOW + timedelta(days=3), NOW, SHANGHAI, "zh") == "本周日 20:00"
    assert when(NOW + timedelta(days=2), NOW, SHANGHAI, "en") == "this Saturday 20:00"


def test_the_short_name_of_a_weekday() -> None:
    thursday = date(2026, 12, 3)
    assert (weekday(thursday, "zh"), weekday(thursday, "en")) == ("周四", "Thu")
