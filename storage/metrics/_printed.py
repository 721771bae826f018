"""Figures beside figures: what is kept of them once printed, what was revised since, how they grew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.metrics._reducers import whole_per_cents
from storage.metrics._terms import Unit, Value
from storage.outcome import Evidence, Outcome

PRINTED_EXTRA = ("p90", "mean", "last", "largest")
DIGITS = 4  # a share to a hundredth of a per cent


def printable(values: Mapping[str, Value]) -> dict[str, Any]:
    """Return figures as numbers that JSON can hold, for `storage.activity.print_figures`: no names, no texts.

    Seconds are whole, shares have four digits. A figure without a value stands as None.
    """
    return {name: _numbers(value) for name, value in values.items()}


def _numbers(value: Value) -> dict[str, Any] | None:
    if value.value is None:
        return None
    digits = 0 if value.unit is Unit.SECONDS else DIGITS
    numbers: dict[str, Any] = {"value": round(float(value.value), digits), "n": value.n}
    if value.unit is Unit.SHARE:
        numbers["of"] = value.of
    for name in PRINTED_EXTRA:
        if (number := value.extra.get(name)) is not None:
            numbers[name] = round(number, digits)
    if value.parts:
        numbers["parts"] = {str(name): count for name, count in value.parts.items()}
    return numbers


def revised(printed: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """Return the names of figures that were printed otherwise than they are now: 修订.

    Both are what `printable` returned, or anything else of JSON by name (the very words that were printed); a figure
    that is in one of them only was not revised. Recompute as of the moment of printing, else a period that merely
    grew older looks revised.
    """
    return {name for name in printed.keys() & now.keys() if printed[name] != now[name]}


def growth(now: Value, before: Value) -> float | None:
    """Return the change from one period to the next as a share of the earlier one; None where there is no telling."""
    if now.value is None or not before.value:
        return None
    return (now.value - before.value) / before.value


def risen(now: Value, before: Value) -> list[tuple[str, int, int]]:
    """Return the parts (topics) that rose, as (key, now, before), the steepest first; those without a key left out."""
    rises = [(key, count, before.parts.get(key, 0)) for key, count in now.parts.items() if key]
    return sorted(
        (rise for rise in rises if rise[1] > rise[2]), key=lambda rise: (rise[2] - rise[1], -rise[1], rise[0])
    )


def bar(outcomes: Value) -> dict[str, int]:
    """Return the outcomes in whole per cents that sum to 100: resolved, inferred, answered, unanswered."""
    parts = outcomes.parts
    unanswered = parts.get(Outcome.OPEN, 0) + parts.get(Outcome.EXPIRED, 0)
    counts = {str(name): parts.get(name, 0) for name in (Outcome.RESOLVED, Evidence.INFERRED, Outcome.ANSWERED)}
    return whole_per_cents({**counts, "unanswered": unanswered})
