"""The one place where figures are defined: each a name, unit, list query and reducer.

    options = Options(zone=community.zone, country=community.country, holidays=community.holidays)
    week = week_of(yesterday, options.zone)
    scope = Scope.community(await groups.every(store))
    values = await compute_all(store, ["questions", "first_response_time", "r7"], scope, week, now, options)
    rows = await why(store, "r7", scope, week, now, options)       # the same query as the number

`compute_all` reads the threads of a period once for all figures of threads; other figures share what they read as
well. Nothing is written. Every `Value` carries n, its coverage and the definition version; `value` is
None exactly where `missing` says why, so what cannot be seen is never 0.

A figure is told *as of* `now`: what happened later does not exist yet. So a period of the past can be had as it
stood then, and a cohort can be compared with the one before at equal age, by moving period and `now` together:

    then = now - (week.until - week.since)
    before = await compute_all(store, names, scope, previous(week, options.zone), then, options)
    changed = revised(printed, printable(before))                   # 修订: corrected since it was printed

Rates over matured threads (`response_rate_24h`, `r7`, ...) may as well be compared as of one `now`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from storage.database import Store
from storage.groups import Span
from storage.metrics import (
    activity,
    answers,
    around,
    attendance,
    bot_response,
    events,
    hours,
    membership,
    questions,
    solvers,
    suggested,
    waits,
)
from storage.metrics._ask import Ask, Options, Scope
from storage.metrics._cases import Case, Sample, cases, load, load_cases
from storage.metrics._coverage import Covered, Seen, look, see
from storage.metrics._held import Held, Meetings
from storage.metrics._meetings import meetings, of_meetings
from storage.metrics._printed import bar, growth, printable, revised, risen
from storage.metrics._reducers import whole_per_cents
from storage.metrics._terms import Bound, Figure, Limits, Missing, Row, Unit, Value, Why
from storage.metrics.periods import (
    Period,
    between,
    day_of,
    days,
    iso_week,
    last_days,
    midnight,
    month_of,
    previous,
    quarter_of,
    week_of,
    year_of,
)

__all__ = [
    "FIGURES",
    "Ask",
    "Bound",
    "Case",
    "Covered",
    "Figure",
    "Held",
    "Meetings",
    "Missing",
    "Options",
    "Part",
    "Period",
    "Row",
    "Sample",
    "Scope",
    "Seen",
    "Told",
    "Unit",
    "UnknownFigureError",
    "Value",
    "Why",
    "alike",
    "bar",
    "between",
    "compute",
    "compute_all",
    "day_of",
    "days",
    "evaluate",
    "evaluate_parts",
    "figure",
    "find",
    "growth",
    "iso_week",
    "last_days",
    "load",
    "meetings",
    "midnight",
    "month_of",
    "of_meetings",
    "previous",
    "printable",
    "quarter_of",
    "revised",
    "risen",
    "visible_in",
    "week_of",
    "whole_per_cents",
    "why",
    "year_of",
]

K = TypeVar("K")

FIGURES: Mapping[str, Figure[Any]] = {
    found.name: found
    for module in (
        questions,
        waits,
        bot_response,
        suggested,
        answers,
        solvers,
        activity,
        hours,
        membership,
        events,
        attendance,
        around,
    )
    for found in module.FIGURES
}


class UnknownFigureError(LookupError):
    """There is no figure of that name."""


def figure(name: str) -> Figure[Any]:
    """Return a figure by name.

    Raises:
        UnknownFigureError: There is none.
    """
    try:
        return FIGURES[name]
    except KeyError as error:
        raise UnknownFigureError(f"no figure is called {name!r}; there are {', '.join(FIGURES)}") from error


def find(word: str) -> Figure[Any] | None:
    """Return the figure that people mean by a word: name or label in either language, whole or the beginning of it."""
    wanted = word.strip().casefold()
    if not wanted:
        return None
    names = {found: {found.name, found.zh.casefold(), found.en.casefold()} for found in FIGURES.values()}
    exact = next((found for found, known in names.items() if wanted in known), None)
    return exact or next((found for found, known in names.items() if any(n.startswith(wanted) for n in known)), None)


async def compute(store: Store, name: str, scope: Scope, period: Period, now: datetime, options: Options) -> Value:
    """Return one figure of a scope over a period, as of `now` (UTC).

    Raises:
        UnknownFigureError: There is none of that name.
    """
    return (await compute_all(store, [name], scope, period, now, options))[name]


async def compute_all(
    store: Store, names: Iterable[str], scope: Scope, period: Period, now: datetime, options: Options
) -> dict[str, Value]:
    """Return several figures by name; what they share is read once.

    Raises:
        UnknownFigureError: There is none of one of the names.
    """
    wanted = [figure(name) for name in names]
    ask, seen = Ask(scope, period, now, options), await look(store, scope.groups, period, now)
    material: dict[Any, Any] = {}
    for load_one in dict.fromkeys(found.load for found in wanted):
        material[load_one] = await load_one(store, ask, seen)
    return {found.name: found.value(material[found.load], ask, seen) for found in wanted}


async def why(store: Store, name: str, scope: Scope, period: Period, now: datetime, options: Options) -> list[Row]:
    """Return the list behind a figure: the very rows that `compute` reduces, and those that were left out.

    Raises:
        UnknownFigureError: There is none of that name.
    """
    found, ask = figure(name), Ask(scope, period, now, options)
    seen = await look(store, scope.groups, period, now)
    return found.rows(await found.load(store, ask, seen), ask)


def evaluate(names: Iterable[str], sample: Sample, now: datetime, options: Options) -> dict[str, Value]:
    """Return figures of threads from a sample that was loaded before: pure, for several moments or many figures.

    Raises:
        UnknownFigureError: There is none of one of the names.
        ValueError: A figure is not one of threads by t0.
    """
    wanted = _of_threads(names)
    ask = Ask(sample.scope, sample.period, now, options)
    seen = see(sample.scope.groups, sample.spans, sample.period, now)
    found = cases(sample.threads, seen, now)
    return {one.name: one.value(found, ask, seen) for one in wanted}


class Part(NamedTuple):
    """A part of a sample: some of its groups, over some of its time."""

    scope: Scope
    period: Period


class Told(NamedTuple):
    """A figure of a part: the number, and the very rows it was made of."""

    value: Value
    rows: list[Row]


def evaluate_parts(
    names: Iterable[str], sample: Sample, now: datetime, options: Options, parts: Mapping[K, Part]
) -> dict[K, dict[str, Told]]:
    """Return figures of threads for many parts of a sample (months, groups), each equal to `compute` of that part.

    Each thread is judged once, in however many parts it lies.

    Raises:
        UnknownFigureError: There is none of one of the names.
        ValueError: A figure is not one of threads by t0.
    """
    wanted = _of_threads(names)
    ask = Ask(sample.scope, sample.period, now, options)
    found = cases(sample.threads, see(sample.scope.groups, sample.spans, sample.period, now), now)
    rows = {one.name: one.rows(found, ask) for one in wanted}
    told: dict[K, dict[str, Told]] = {}
    for key, part in parts.items():
        groups, period = set(part.scope.groups), part.period
        held = [
            index
            for index, case in enumerate(found)
            if case.thread.group_id in groups and period.since <= case.facts.asked_at < period.until
        ]
        seen = see(part.scope.groups, _touching(sample.spans, period), period, now)
        told[key] = {one.name: _told(one, [rows[one.name][index] for index in held], seen) for one in wanted}
    return told


def _told(found: Figure[Any], rows: list[Row], seen: Seen) -> Told:
    return Told(found.value_of(rows, Limits(), seen), rows)


def _touching(spans: Iterable[Span], period: Period) -> list[Span]:
    return [span for span in spans if span.since < period.until and (span.until is None or span.until > period.since)]


def _of_threads(names: Iterable[str]) -> list[Figure[Any]]:
    wanted = [figure(name) for name in names]
    other = [found.name for found in wanted if found.load is not load_cases]
    if other:
        raise ValueError(f"these figures need more than the threads of the period: {', '.join(other)}")
    return wanted


def alike(sample: Sample, period: Period, before: Period, now: datetime, at_least: float = 0.5) -> bool:
    """Return whether all groups that were seen in a period (for a share of it) were so in the one before as well.

    Both lie within the sample. A month of which the record holds three days makes no growth.
    """
    now_seen, then_seen = (
        set(see(sample.scope.groups, _touching(sample.spans, one), one, now).visible(at_least))
        for one in (period, before)
    )
    return bool(now_seen) and now_seen <= then_seen


async def visible_in(
    store: Store, groups: Iterable[int], periods: Iterable[Period], now: datetime, at_least: float = 0.5
) -> tuple[int, ...]:
    """Return the groups whose messages were seen, live or by import, for a share (0..1) of each of several periods.

    For comparisons of like with like: `scope.only(await visible_in(store, scope.groups, [week, before], now))`.
    """
    kept = tuple(groups)
    for period in periods:
        kept = (await look(store, kept, period, now)).visible(at_least)
    return kept
