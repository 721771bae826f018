"""Median, p90 and mean of a list of numbers, each by one stated definition."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which a share (0..1) of the values lies; None where there are none.

    Linear interpolation between the two nearest ranks: the value at position share * (n - 1) of the sorted list,
    counted from 0 (type 7 of Hyndman and Fan 1996; `percentile_cont` in SQL, PERCENTILE.INC in a spreadsheet). So
    the median of an even number of values is the mean of the middle two, and p90 of a few values is near the
    largest without being it.

    Raises:
        ValueError: The share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    if not values:
        return None
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def median(values: Sequence[float]) -> float | None:
    """Return the middle value, of an even number the mean of the middle two; None where there are none."""
    return percentile(values, 0.5)


def p90(values: Sequence[float]) -> float | None:
    """Return the value that nine in ten do not exceed (see `percentile`); None where there are none."""
    return percentile(values, 0.9)


def mean(values: Sequence[float]) -> float | None:
    """Return the arithmetic mean; None where there are no values."""
    return math.fsum(values) / len(values) if values else None
