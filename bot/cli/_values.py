"""Figures as text and as JSON: the number, what it was counted from, and what could not be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers._wording.durations import exact
from handlers._wording.numbers import percent
from storage.metrics import Bound, Covered, Figure, Missing, Row, Unit, Value

COLUMNS: Mapping[str, Sequence[str]] = {
    "zh": ("数字", "这段时间", "之前", "n", "说明"),
    "en": ("figure", "this period", "before", "n", "note"),
}
MISSING = {
    "zh": {Missing.NOT_OBSERVABLE: "看不到", Missing.NOTHING: "没有", Missing.TOO_EARLY: "还早"},
    "en": {Missing.NOT_OBSERVABLE: "not visible", Missing.NOTHING: "none", Missing.TOO_EARLY: "too early"},
}
SEEN = {
    "zh": "群：全部可见 {full}，导入 {imported}，只见 @ {mentions}，没有 {none}；缺口 {gaps}",
    "en": "groups: all seen {full}, imported {imported}, mentions only {mentions}, nothing {none}; gaps {gaps}",
}
EXTRAS = {
    "zh": {"mean": "平均", "p90": "p90", "survival_median": "连还在等的一起算"},
    "en": {"mean": "mean", "p90": "p90", "survival_median": "with those that wait"},
}
OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "zh": {"resolved": "解决", "inferred": "推断解决", "answered": "有答", "expired": "过期", "open": "在等"},
    "en": {},
}
WHOLES = frozenset(
    {"topics", "outcomes", "registrations_by_source", "registrations_by_platform"}
)  # figures whose parts are worth a line
MOST_PARTS = 6
LEFT_OUT = {"zh": "另有 {count} 题看不全", "en": "{count} more not fully seen"}


def line(
    figure: Figure[Any], value: Value, before: Value, language: str, names: Mapping[str, str]
) -> tuple[str, str, str, str, str]:
    """Return a figure as cells: label, value, value before, n, note; `names` are those of topics."""
    told = note(value, language, {**OUTCOMES[language], **names})
    return figure.label(language), text(value, language), text(before, language), counted(value), told


def text(value: Value, language: str) -> str:
    """Return a value in its unit, or why there is none."""
    if value.value is None:
        return MISSING[language][value.missing or Missing.NOTHING]
    bound = {Bound.UPPER: "≤ ", Bound.LOWER: "≥ "}.get(value.bound, "") if value.bound else ""
    return bound + number(value.unit, value.value, language)


def number(unit: Unit, value: float, language: str) -> str:
    """Return a number in its unit."""
    if unit is Unit.SECONDS:
        return exact(timedelta(seconds=value), language)
    if unit is Unit.SHARE:
        return percent(value)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def counted(value: Value) -> str:
    """Return how many things a number was counted from."""
    return f"{value.n:,}" if value.of is None else f"{value.n:,}/{value.of:,}"


def note(value: Value, language: str, names: Mapping[str, str]) -> str:
    """Return what stands beside a number: mean and p90 of a time, the parts of a whole, and what was left out."""
    notes = []
    if value.unit is Unit.SECONDS and value.value is not None:
        for name, word in EXTRAS[language].items():
            if (extra := value.extra.get(name)) is not None and (value.many_open or name != "survival_median"):
                notes.append(f"{word} {exact(timedelta(seconds=extra), language)}")
    elif value.figure in WHOLES and value.value:
        parts = sorted(value.parts.items(), key=lambda part: -part[1])
        notes += [f"{names.get(name, name or '?')} {count}" for name, count in parts[:MOST_PARTS] if count]
    hidden = value.coverage.left_out + value.coverage.unknown
    if hidden:
        notes.append(LEFT_OUT[language].format(count=hidden))
    return ", ".join(notes)


def coverage(covered: Covered, language: str) -> str:
    """Return what was seen of the groups, in one line."""
    counts = {str(name): count for name, count in covered.counts.items()}
    return SEEN[language].format(**counts, gaps=len(covered.gaps))


def row_value(figure: Figure[Any], row: Row, language: str) -> str:
    """Return what one row adds to a number."""
    seconds = row.value if figure.unit is Unit.SECONDS else None
    if seconds is not None:
        return exact(timedelta(seconds=seconds), language)
    if row.waited is not None:
        return f"> {exact(timedelta(seconds=row.waited), language)}"
    if row.value is None or (row.event is None and figure.unit in {Unit.COUNT, Unit.MEMBERS}):
        return ""
    return f"{row.value:g}" if row.weight is None else f"{row.value:g}/{row.weight:g}"


def as_json(figure: Figure[Any], value: Value) -> dict[str, Any]:
    """Return a figure with all that belongs to it, as JSON can hold it."""
    seen = value.coverage
    return {
        "figure": figure.name,
        "zh": figure.zh,
        "en": figure.en,
        "unit": str(value.unit),
        "value": value.value,
        "n": value.n,
        "of": value.of,
        "missing": None if value.missing is None else str(value.missing),
        "bound": None if value.bound is None else str(value.bound),
        "extra": dict(value.extra),
        "parts": {str(name): count for name, count in value.parts.items()},
        "coverage": {str(name): count for name, count in seen.counts.items()},
        "left_out": seen.left_out,
        "unknown": seen.unknown,
        "gaps": len(seen.gaps),
        "definition": {"zh": figure.definition_zh, "en": figure.definition_en},
        "definition_version": value.definition_version,
    }
