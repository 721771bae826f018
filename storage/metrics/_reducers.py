"""Reducers: how the counted rows of a figure become its number. Pure; `compute` and `why` meet here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from storage.metrics._percentiles import mean, median, p90
from storage.metrics._survival import survival_median
from storage.metrics._terms import Reduced, Row
from storage.outcome import Evidence, Outcome

TOP = 5
OUTCOMES = (Outcome.RESOLVED, Evidence.INFERRED, Outcome.ANSWERED, Outcome.EXPIRED, Outcome.OPEN)


def total(rows: Sequence[Row]) -> Reduced:
    """Return the sum of the rows, and its parts by why."""
    found = _sum(rows)
    return Reduced(found, found, parts=Counter(row.why for row in rows))


def distinct(rows: Sequence[Row]) -> Reduced:
    """Return how many rows there are, each of something else; its parts are what they tell of, by name."""
    return Reduced(len(rows), len(rows), parts=Counter({row.title: int(row.value or 0) for row in rows}))


def by_why(rows: Sequence[Row]) -> Reduced:
    """Return the sum of the rows, and how much of it each why has."""
    parts: Counter[str] = Counter()
    for row in rows:
        parts[row.why] += int(row.value or 0)
    found = _sum(rows)
    return Reduced(found, found, parts=parts)


def scores(rows: Sequence[Row]) -> Reduced:
    """Return the mean of what was given, with its median and how often each score was given; of few it says little."""
    given = [row.value for row in rows if row.value is not None]
    parts = Counter(f"{value:g}" for value in given)
    return Reduced(len(given), mean(given), extra={"median": median(given)}, parts=parts)


def total_by_group(rows: Sequence[Row]) -> Reduced:
    """Return the sum of the rows, and its parts by group id."""
    parts: Counter[str] = Counter()
    for row in rows:
        parts[str(row.group)] += int(row.value or 0)
    found = _sum(rows)
    return Reduced(found, found, parts=parts)


def share(rows: Sequence[Row]) -> Reduced:
    """Return which share of the rows has the value 1; nothing where there are none."""
    found, of = _sum(rows), len(rows)
    return Reduced(found, found / of if of else None, of, parts=Counter(row.why for row in rows))


def times(rows: Sequence[Row]) -> Reduced:
    """Return the median of the times, with p90, mean and the median that counts those that still wait."""
    ended = [row.value for row in rows if row.value is not None]
    waiting = [row.waited for row in rows if row.value is None and row.waited is not None]
    extra = {
        "median": median(ended),
        "p90": p90(ended),
        "mean": mean(ended),
        "survival_median": survival_median(ended, waiting),
    }
    return Reduced(len(ended), extra["median"], len(rows), extra)


def outcomes(rows: Sequence[Row]) -> Reduced:
    """Return the share that is resolved, and the counts of all outcomes, which sum to all threads."""
    found = Counter(row.why for row in rows)
    parts = {str(name): found[name] for name in OUTCOMES}
    of = len(rows)
    resolved = parts[Outcome.RESOLVED]
    return Reduced(resolved, resolved / of if of else None, of, parts=parts)


def people(rows: Sequence[Row]) -> Reduced:
    """Return how many distinct persons the rows name."""
    found = len({row.person for row in rows})
    return Reduced(found, found, parts=Counter(row.why for row in rows))


def concentration(rows: Sequence[Row]) -> Reduced:
    """Return which share of the sum the five largest rows hold; beside it the share of the largest."""
    parts = sorted((row.value or 0.0 for row in rows), reverse=True)
    of = math.fsum(parts)
    found = math.fsum(parts[:TOP])
    extra = {"largest": parts[0] / of if of else None, "people": float(len(parts))}
    return Reduced(round(found), found / of if of else None, round(of), extra)


def absence(rows: Sequence[Row]) -> Reduced:
    """Return the smallest number of persons without whom less than half of the sum would be left.

    `left` says which share would be. Nothing where there is nothing.
    """
    parts = sorted((row.value or 0.0 for row in rows), reverse=True)
    of = math.fsum(parts)
    found, left = 0, of
    while left and 2 * left >= of:
        left -= parts[found]
        found += 1
    extra = {"people": float(len(parts)), "threads": of, "left": left / of if of else None}
    return Reduced(found, float(found) if of else None, extra=extra)


def sizes(rows: Sequence[Row]) -> Reduced:
    """Return the sum of sizes; `n` says of how many groups, `day` the oldest snapshot among them."""
    parts = {str(row.group): round(row.value or 0) for row in rows}
    oldest = min((row.day for row in rows if row.day is not None), default=None)
    return Reduced(len(rows), _sum(rows), parts=parts, day=oldest)


def ratio(rows: Sequence[Row]) -> Reduced:
    """Return the sum of the values over the sum of the weights; nothing where the weights are 0."""
    found, of = _sum(rows), round(math.fsum(row.weight or 0.0 for row in rows))
    return Reduced(found, found / of if of else None, of)


def whole_per_cents(parts: Mapping[str, int]) -> dict[str, int]:
    """Return shares in whole per cents that sum to 100 (largest remainders); all 0 where there is nothing.

    Of equal remainders the larger part gets the missing per cent, then the earlier one.
    """
    of = sum(parts.values())
    if of == 0:
        return dict.fromkeys(parts, 0)
    cents = {name: part * 100 // of for name, part in parts.items()}
    by_remainder = sorted(parts, key=lambda name: (parts[name] * 100 % of, parts[name]), reverse=True)
    for name in by_remainder[: 100 - sum(cents.values())]:
        cents[name] += 1
    return cents


def _sum(rows: Sequence[Row]) -> int:
    return round(math.fsum(row.value or 0.0 for row in rows))
