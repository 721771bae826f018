"""Percentiles, the survival median and whole per cents: worked by hand, and against a slow exact twin."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.metrics import whole_per_cents
from storage.metrics._percentiles import mean, median, p90, percentile
from storage.metrics._survival import survival_median

waits = st.lists(st.integers(0, 30), max_size=40)


@pytest.mark.parametrize(
    ("values", "middle", "ninety", "average"),
    [
        ([], None, None, None),
        ([5], 5, 5, 5),
        ([1, 3], 2, 2.8, 2),
        ([3, 1, 2], 2, 2.8, 2),
        ([1, 2, 3, 4], 2.5, 3.7, 2.5),
        ([0, 0, 0, 100], 0, 70, 25),
        (list(range(1, 12)), 6, 10, 6),
        ([7, 7, 7], 7, 7, 7),
    ],
)
def test_percentiles(values: list[float], middle: float, ninety: float, average: float) -> None:
    assert median(values) == middle
    assert p90(values) == (pytest.approx(ninety) if values else None)
    assert mean(values) == average


def test_a_share_lies_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile([1], 90)


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=50))
def test_percentiles_are_those_of_the_textbook(values: list[float]) -> None:
    assert median(values) == pytest.approx(statistics.median(values))
    assert p90(values) == pytest.approx(statistics.quantiles(values, n=10, method="inclusive")[8])


@pytest.mark.parametrize(
    ("ended", "waiting", "found"),
    [
        ([], [], None),
        ([], [5, 9], None),  # nobody was answered
        ([4], [], 4),
        ([1, 2, 3], [], 2),
        ([1, 2, 3, 4], [], 2),  # the lower of the middle two
        ([1, 2], [10, 10], 2),  # half, exactly
        ([1, 2], [10, 10, 10], None),  # most still wait
        ([2, 2, 9], [1, 1, 1, 1], 2),  # young ones that wait are no evidence
        ([1, 5], [1], 5),  # who waits as long as somebody's answer took was at risk then
        ([1, 2, 3], [2, 5, 6], 3),  # 5/6, 4/6, then 2/3 of it is 4/9
    ],
)
def test_survival_median_by_hand(ended: list[float], waiting: list[float], found: float | None) -> None:
    assert survival_median(ended, waiting) == found


def exact(ended: list[int], waiting: list[int]) -> int | None:
    share = Fraction(1)
    for time in sorted(set(ended)):
        at_risk = sum(wait >= time for wait in ended + waiting)
        share *= 1 - Fraction(ended.count(time), at_risk)
        if share <= Fraction(1, 2):
            return time
    return None


@given(waits, waits)
def test_survival_median_is_kaplan_and_meiers(ended: list[int], waiting: list[int]) -> None:
    assert survival_median(ended, waiting) == exact(ended, waiting)


@given(waits)
def test_without_anybody_waiting_it_is_the_lower_median(ended: list[int]) -> None:
    assert survival_median(ended, []) == (statistics.median_low(ended) if ended else None)


@pytest.mark.parametrize(
    ("parts", "cents"),
    [
        ({}, {}),
        ({"a": 0, "b": 0}, {"a": 0, "b": 0}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        ({"resolved": 79, "inferred": 12, "answered": 24, "unanswered": 13}, [62, 9, 19, 10]),
        ({"a": 1, "b": 999}, {"a": 0, "b": 100}),
    ],
)
def test_whole_per_cents(parts: dict[str, int], cents: dict[str, int] | list[int]) -> None:
    found = whole_per_cents(parts)
    assert (list(found.values()) if isinstance(cents, list) else found) == cents


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10_000), max_size=6))
def test_whole_per_cents_sum_to_100(parts: dict[str, int]) -> None:
    found = whole_per_cents(parts)
    of = sum(parts.values())
    assert sum(found.values()) == (100 if of else 0)
    assert all(abs(cents - 100 * parts[name] / of) < 1 for name, cents in found.items() if of)
