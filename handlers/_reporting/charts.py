"""Bars of charts: how high each is, and what is said of it when it is pointed at; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers._reporting import Bar, Chart, Piece
from handlers._reporting.figures import growth, words
from handlers._reporting.texts import MISSING, OUTCOMES
from handlers._wording.numbers import FEW
from storage import metrics
from storage.metrics import FIGURES, Missing, Period, Unit, Value
from storage.outcome import Evidence, Outcome

LEVELS = 5
MONTH = timedelta(days=20)  # a shorter step is a week


def step(period: Period, zone: ZoneInfo, *, short: bool = False) -> str:
    """Return what a month or week is called: 2026-11, 2026-11-09; as short as an axis has it: 11, 11.9."""
    local = period.since.astimezone(zone)
    if period.until - period.since < MONTH:
        return f"{local.month}.{local.day}" if short else f"{local:%Y-%m-%d}"
    return f"{local.month}" if short else f"{local:%Y-%m}"


def chart(
    name: str,
    values: Sequence[Value],
    steps: Sequence[Period],
    alike: Sequence[bool],
    now: datetime,
    zone: ZoneInfo,
    language: str,
) -> Chart:
    """Return a figure by month or week; the growth told is that of the last step that is over.

    `alike` says of each step whether the one before it was seen as well.
    """
    highest = 1.0 if FIGURES[name].unit is Unit.SHARE else max((value.value or 0.0 for value in values), default=0.0)
    bars = tuple(
        Bar(
            step(period, zone, short=True),
            f"{step(period, zone)}: {words(value, language)}",
            None if value.value is None else (value.value / highest if highest else 0.0),
        )
        for period, value in zip(steps, values, strict=True)
    )
    over = [n for n, period in enumerate(steps) if period.until <= now and values[n].value is not None]
    last = over[-1] if over else len(steps) - 1
    moved = growth(values[last], values[last - 1], language) if last > 0 and over and alike[last] else ""
    latest = f"{step(steps[last], zone)} {words(values[last], language)}"
    return Chart(FIGURES[name].label(language), latest, moved, bars)


def counts(
    numbers: Sequence[int | None], highest: int, steps: Sequence[Period], zone: ZoneInfo, language: str
) -> tuple[Bar, ...]:
    """Return counts by month or week as bars against the highest of several such rows; None is not told."""
    few = MISSING[Missing.WITHHELD].in_language(language)
    return tuple(
        Bar(
            step(period, zone, short=True),
            f"{step(period, zone)}: {few if number is None else f'{number:,}'}",
            None if number is None else number / highest if highest else 0.0,
        )
        for period, number in zip(steps, numbers, strict=True)
    )


def pieces(outcomes: Value, language: str) -> tuple[Piece, ...]:
    """Return the bar of outcomes: whole per cents that sum to 100, each with its count."""
    parts = outcomes.parts
    found = {str(name): parts.get(name, 0) for name in (Outcome.RESOLVED, Evidence.INFERRED, Outcome.ANSWERED)}
    found["unanswered"] = parts.get(Outcome.OPEN, 0) + parts.get(Outcome.EXPIRED, 0)
    shares = metrics.bar(outcomes)
    if not outcomes.of:
        return ()
    return tuple(
        Piece(name, OUTCOMES[name].in_language(language), count, shares[name], rated=outcomes.of >= FEW)
        for name, count in found.items()
    )


def level(count: int, highest: int) -> int:
    """Return how dark a cell of the heat map is, 0 (nothing) to 5 (the busiest hour); the steps are even."""
    return 0 if count <= 0 or highest <= 0 else min(LEVELS, 1 + (count * LEVELS - 1) // highest)
