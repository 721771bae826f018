"""Numbers in words: brackets, per cent only with enough behind it, times with and without unit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers._wording.durations import exact
from handlers._wording.numbers import beside, percent, shares, short, times
from storage.metrics import Covered, Unit, Value


def a_share(n: int, of: int) -> Value:
    return Value("r7", Unit.SHARE, n, n / of, of, None, None, Covered({}), {}, {})


@pytest.mark.parametrize(
    ("now", "before", "language", "more", "said"),
    [
        ("143", "128", "zh", {}, "143（128）"),
        ("143", "128", "zh", {"word": "上周"}, "143（上周 128）"),
        ("143", "128", "zh", {"word": "上周", "revised": True}, "143（上周 128 修订）"),
        ("143", "128", "en", {"word": "last week", "revised": True}, "143 (last week 128 revised)"),
        ("143", None, "zh", {"word": "上周", "revised": True}, "143"),
    ],
)
def test_beside(now: str, before: str | None, language: str, more: dict[str, object], said: str) -> None:
    assert beside(now, before, language, **more) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((124, 136), (113, 128), ("91%，124/136", "88%，113/128")),
        ((19, 20), (16, 18), ("19/20", "16/18")),  # one of the two rests on too few: no per cent in either
        ((19, 20), None, ("95%，19/20", None)),
        ((18, 19), None, ("18/19", None)),
        ((0, 30), (30, 30), ("0%，0/30", "100%，30/30")),
    ],
)
def test_shares(now: tuple[int, int], before: tuple[int, int] | None, said: tuple[str, str | None]) -> None:
    assert shares(a_share(*now), a_share(*before) if before else None, "zh") == said


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.001, "1%"), (0.004, "1%"), (0.914, "91%"), (0.999, "99%"), (1, "100%")]
)
def test_nearly_all_is_not_all(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (660, 840, ("11 分钟", "14")),
        (3960, 4860, ("1 小时 06 分", "1 小时 21 分")),
        (660, 4860, ("11 分钟", "1 小时 21 分")),
        (20, 30, ("不到 1 分钟", "不到 1 分钟")),
        (660, None, ("11 分钟", None)),
        (660, 20, ("11 分钟", "不到 1 分钟")),
    ],
)
def test_times(now: float, before: float | None, said: tuple[str, str | None]) -> None:
    assert times(now, before, exact, "zh") == said


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(seconds=59), "不到 1 分", "under 1 min"),
        (timedelta(minutes=9), "9 分", "9 min"),
        (timedelta(hours=1, minutes=10), "1 时 10 分", "1 h 10 min"),
        (timedelta(hours=2), "2 时", "2 h"),
        (timedelta(days=2, hours=3, minutes=5), "2 天 3 时", "2 d 3 h"),
        (timedelta(days=3), "3 天", "3 d"),
        (timedelta(minutes=-5), "不到 1 分", "under 1 min"),
    ],
)
def test_short(span: timedelta, zh: str, en: str) -> None:
    assert (short(span, "zh"), short(span, "en")) == (zh, en)
