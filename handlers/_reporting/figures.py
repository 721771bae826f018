"""Figures in words: a value with what it was counted from, the period before, and the list behind it; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from handlers._reporting import Behind, Line, Why
from handlers._reporting.texts import MISSING, OUTCOMES, REASONS, Texts
from handlers._wording.durations import exact
from handlers._wording.numbers import FEW, percent, short
from storage import metrics
from storage.metrics import FIGURES, Bound, Missing, Row, Told, Unit, Value

LISTED = 8  # rows of a list behind a figure of the whole period
LISTED_FEW = 3  # of a month or a group
_BOUNDS = {Bound.UPPER: ("≤ ", Texts.AT_MOST), Bound.LOWER: ("≥ ", Texts.AT_LEAST)}


def words(value: Value, language: str) -> str:
    """Return a value in its unit, or why there is none; a share of fewer than 20 as counts."""
    if value.value is None:
        return MISSING[value.missing or Missing.NOTHING].in_language(language)
    bound = _BOUNDS[value.bound][0] if value.bound else ""
    if value.unit is Unit.SECONDS:
        return exact(timedelta(seconds=value.value), language)
    if value.unit is Unit.SHARE:
        return percent(value.value) if value.base >= FEW else f"{value.n}/{value.of}"
    return bound + f"{value.value:,.0f}"


def counted(value: Value, language: str) -> str:
    """Return what a share or a time was counted from, where its words do not say it."""
    if value.value is None or value.of is None:
        return ""
    if value.unit is Unit.SHARE:
        return f"{value.n:,}/{value.of:,}" if value.base >= FEW else ""
    if value.unit is Unit.MEMBERS:
        return f"{value.n:,}/{value.of:,}"
    return Texts.OF_QUESTIONS.in_language(language, n=f"{value.n:,}", of=f"{value.of:,}")


def _beside(value: Value, language: str) -> str:
    """Return what stands beside a value: mean, p90 and open waits of a time, on which side of the truth it may lie."""
    told = []
    if value.unit is Unit.SECONDS and value.value is not None:
        for name, text in (("mean", Texts.MEAN), ("p90", Texts.P90)):
            if (number := value.extra.get(name)) is not None:
                told.append(text.in_language(language, value=exact(timedelta(seconds=number), language)))
    if value.many_open and (number := value.extra.get("survival_median")) is not None:
        told.append(Texts.WITH_OPEN.in_language(language, value=exact(timedelta(seconds=number), language)))
    elif value.many_open and value.value is not None:
        told.append(Texts.HALF_OPEN.in_language(language))
    if value.bound and value.value is not None:
        told.append(_BOUNDS[value.bound][1].in_language(language))
    return (", " if language == "en" else "，").join(told)


def growth(now: Value, before: Value | None, language: str) -> str:
    """Return how a value moved against the period before: per cent, of shares points; nothing where n is under 20."""
    if before is None or now.value is None or before.value is None or min(now.base, before.base) < FEW:
        return ""
    if now.unit is Unit.SHARE:
        return Texts.POINTS.in_language(language, value=signed((now.value - before.value) * 100))
    change = metrics.growth(now, before)
    return "" if change is None else f"{signed(change * 100)}%"


def signed(number: float) -> str:
    """Return a change as it is printed: +4, -4, ±0."""
    return f"{round(number):+,}" if round(number) else "±0"


def line(told: Told, before: Value | None, language: str, command: str) -> Line:
    """Return a figure as it is printed; a value before that nobody could see is left out."""
    value = told.value
    figure = FIGURES[value.figure]
    known = before if before is not None and before.value is not None else None
    return Line(
        figure=value.figure,
        label=figure.label(language),
        value=words(value, language),
        counted=counted(value, language),
        before="" if known is None else Texts.BEFORE.in_language(language, value=words(known, language)),
        growth=growth(value, known, language),
        note=_beside(value, language),
        why=why(told, language, command),
        number=value,
    )


def why(told: Told, language: str, command: str, limit: int = LISTED) -> Why:
    """Return where a number comes from; of threads those rows that say most, of people none."""
    figure = FIGURES[told.value.figure]
    if figure.unit is Unit.MEMBERS:
        note = Texts.PEOPLE.in_language(language)
        return Why(figure.label(language), figure.definition(language), note=note, line=command)
    behind = sorted((row for row in told.rows if row.counted and row.thread is not None), key=_telling)
    rows = tuple(Behind(row.thread, "", _adds(figure.name, figure.unit, row, language)) for row in behind[:limit])
    notes = [Texts.MORE.in_language(language, count=f"{len(behind) - limit:,}")] if len(behind) > limit else []
    notes += _left_out([row for row in told.rows if not row.counted], language)
    return Why(figure.label(language), figure.definition(language), rows, " ".join(notes), command)


def _telling(row: Row) -> tuple[float, float, int]:
    """Sort what still waits before what took long, what does not count before what does, and the newest first."""
    value = row.value or 0.0
    if row.value is None:
        return 0, -(row.waited or 0.0), -(row.thread or 0)
    return 1, -value if value > 1 else value, -(row.thread or 0)


def _adds(name: str, unit: Unit, row: Row, language: str) -> str:
    if name == "outcomes":
        return OUTCOMES.get(row.why, OUTCOMES["unanswered"]).in_language(language)
    if unit is Unit.SECONDS and row.value is not None:
        return short(timedelta(seconds=row.value), language)
    if unit is Unit.SECONDS:
        return Texts.WAITED.in_language(language, span=short(timedelta(seconds=row.waited or 0), language))
    if unit is Unit.SHARE:
        return (Texts.YES if row.value else Texts.NO).in_language(language)
    return ""


def _left_out(rows: Sequence[Row], language: str) -> list[str]:
    found = Counter(row.why for row in rows if row.why in REASONS)
    if not found:
        return []
    reasons = (", " if language == "en" else "、").join(
        f"{REASONS[why].in_language(language)} {count:,}" for why, count in found.most_common()
    )
    return [Texts.LEFT_OUT.in_language(language, count=f"{found.total():,}", reasons=reasons)]
