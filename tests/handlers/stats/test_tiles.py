"""The figures as tiles: the numbers of the lines, the time before named, nothing where nothing can be said."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from handlers._drawing import Tile
from handlers._wording.figures import Compared
from handlers._wording.spans import Span
from handlers.stats._lines import week
from handlers.stats._tiles import drawn
from storage.metrics import Covered, Missing, Period, Scope, Unit, Value

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
WEEK = Period(NOW - timedelta(days=7), NOW)
SEEN = Covered({})


def count(n: int) -> Value:
    return Value("questions", Unit.COUNT, n, n, None, None, None, SEEN, {}, {})


def share(n: int, of: int) -> Value:
    return Value("share", Unit.SHARE, n, n / of, of, None, None, SEEN, {}, {})


def span(minutes: float, mean: float | None = None, *, n: int = 40, of: int = 40) -> Value:
    extra = {"mean": None if mean is None else mean * 60, "survival_median": minutes * 120}
    return Value("time", Unit.SECONDS, n, minutes * 60, of, None, None, SEEN, extra, {})


def nothing(why: Missing) -> Value:
    return Value("questions", Unit.COUNT, 0, None, None, why, None, SEEN, {}, {})


def compared(now: dict[str, Value], before: dict[str, Value], revised: str = "") -> Compared:
    names = ("questions", "first_response_time", "response_rate_24h", "r7", "close_time")
    told = {name: now.get(name, nothing(Missing.NOTHING)) for name in names}
    return Compared(Scope("group:1", "", (1,)), WEEK, WEEK, told, before, frozenset({revised} - {""}), NOW)


FULL = compared(
    {
        "questions": count(143),
        "first_response_time": span(11, 66),
        "response_rate_24h": share(124, 136),
        "r7": share(79, 128),
        "close_time": span(160),
    },
    {
        "questions": count(128),
        "first_response_time": span(14, 81),
        "response_rate_24h": share(113, 128),
        "r7": share(70, 121),
        "close_time": span(185),
    },
)


def tiles(found: Compared, last: str = "上周", language: str = "zh") -> tuple[Tile, ...]:
    part = drawn(found, "这一周", last, language)
    assert part is not None
    return part.tiles


def test_a_full_week_has_five_tiles() -> None:
    assert tiles(FULL) == (
        Tile("提问", "143 个", "上周 128"),
        Tile("首次响应 · 中位", "11 分钟", "上周 14 分钟", "平均 1 时 06 分（1 时 21 分）"),
        Tile("24 小时内有人应", "91%", "上周 88%", "124/136（113/128）"),
        Tile("解决率", "62%", "上周 58%", "79/128（70/121） · 满 7 天的题"),
        Tile("解决用时 · 中位", "2 小时 40 分", "上周 3 小时 05 分"),
    )


def test_the_numbers_are_those_of_the_lines() -> None:
    for language in ("zh", "en"):
        said = " ".join(week(FULL, Span.WEEKLY, language))
        shown = " ".join(f"{t.value} {t.before} {t.note} {t.label}" for t in tiles(FULL, "last week", language))
        assert set(re.findall(r"\d+", said)) == set(re.findall(r"\d+", shown))


def test_few_are_told_as_counts() -> None:
    found = compared({"questions": count(9), "r7": share(5, 9)}, {"r7": share(40, 60)})
    assert tiles(found)[1:] == (Tile("解决率", "5/9", "上周 40/60", "满 7 天的题"),)


def test_what_was_corrected_since_is_marked() -> None:
    found = compared({"questions": count(143)}, {"questions": count(128)}, "questions")
    assert tiles(found) == (Tile("提问", "143 个", "上周 128 修订"),)


def test_without_a_time_before_nothing_stands_beneath() -> None:
    assert tiles(compared({"questions": count(3)}, {}), language="en") == (Tile("Questions", "3"),)


def test_many_that_still_wait_are_told() -> None:
    found = compared({"questions": count(40), "first_response_time": span(10, 20, n=20, of=40)}, {})
    assert tiles(found)[1].note == "平均 20 分钟 · 连还在等的一起算 20 分钟"


def test_what_was_not_seen_has_no_tiles() -> None:
    assert drawn(compared({"questions": nothing(Missing.NOT_OBSERVABLE)}, {}), "这一周", "上周", "zh") is None
