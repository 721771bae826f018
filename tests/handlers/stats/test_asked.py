"""Which period and which groups are meant by words: a table, and laws of the periods."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.stats._asked import Asked, Reach, parse
from handlers.stats._exporting import Wish, wish
from storage.metrics import days, quarter_of

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 28)  # a Saturday

PERIODS = {
    "": "2026-11-22 2026-11-28",
    "7": "2026-11-22 2026-11-28",
    "30 天": "2026-10-30 2026-11-28",
    "近 30 天": "2026-10-30 2026-11-28",
    "last 30 days": "2026-10-30 2026-11-28",
    "1 day": "2026-11-28 2026-11-28",
    "today": "2026-11-28 2026-11-28",
    "昨天": "2026-11-27 2026-11-27",
    "week": "2026-11-23 2026-11-29",
    "本周": "2026-11-23 2026-11-29",
    "上周": "2026-11-16 2026-11-22",
    "LAST WEEK": "2026-11-16 2026-11-22",
    "month": "2026-11-01 2026-11-30",
    "上月": "2026-10-01 2026-10-31",
    "上个月": "2026-10-01 2026-10-31",
    "quarter": "2026-10-01 2026-12-31",
    "上季度": "2026-07-01 2026-09-30",
    "year": "2026-01-01 2026-12-31",
    "去年": "2025-01-01 2025-12-31",
}


@pytest.mark.parametrize(("words", "said"), PERIODS.items())
def test_periods(words: str, said: str) -> None:
    asked = parse(words)
    assert asked is not None
    first, last = days(asked.period(TODAY, ZONE, 7), ZONE)
    assert f"{first} {last}" == said


@pytest.mark.parametrize(
    ("words", "reach", "group"),
    [
        ("本群", Reach.HERE, ""),
        ("上月 同类群", Reach.SEGMENT, ""),
        ("同类群 上月", Reach.SEGMENT, ""),
        ("last month all", Reach.ALL, ""),
        ("30 天全部", Reach.ALL, ""),
        ("30 days segment", Reach.SEGMENT, ""),
        ("本周 「成都 群」", Reach.HERE, "成都 群"),
    ],
)
def test_groups(words: str, reach: Reach, group: str) -> None:
    asked = parse(words)
    assert asked is not None
    assert (asked.reach, asked.group) == (reach, group)


@pytest.mark.parametrize(
    "words", ["0", "367", "9999", "明年", "week week", "all all", "30 天 明天", "「」", "30; drop", "近"]
)
def test_what_is_none_of_them(words: str) -> None:
    assert parse(words) is None


def test_quarters_follow_each_other() -> None:
    day, seen = date(2023, 1, 1), set()
    while day < date(2027, 1, 1):
        first, last = days(quarter_of(day, ZONE), ZONE)
        assert first <= day <= last
        assert (first.day, first.month % 3) == (1, 1)
        seen.add(first)
        day = last + timedelta(days=1)
    assert len(seen) == 16


@pytest.mark.parametrize(
    ("args", "words", "what", "form"),
    [
        ("", "", "figures threads", "xlsx"),
        ("上月", "上月", "figures threads", "xlsx"),
        ("上月 数字", "上月", "figures", "xlsx"),
        ("30 天 题 csv", "30 天", "threads", "csv"),
        ("last month all figures threads csv", "last month all", "figures threads", "csv"),
        ("csv", "", "figures threads", "csv"),
    ],
)
def test_what_is_wished(args: str, words: str, what: str, form: str) -> None:
    assert wish(args) == (words, Wish(tuple(what.split()), form))
    assert isinstance(parse(words), Asked)
