"""What `stats` and `why` do: figures with all that belongs to them, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from bot.cli import _values
from bot.cli._opening import Desk, RefusalError, chosen_groups
from bot.cli._periods import period_of
from bot.cli._printing import console, put
from bot.refusals import near
from storage import members, metrics, topics
from storage.database import Store
from storage.groups import Group
from storage.metrics import FIGURES, Figure, Period, Row, Scope, Value

LISTED = 50  # rows of `why` for people


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    group: str | None
    since: str | None
    until: str | None
    week: bool
    as_json: bool


async def stats(desk: Desk, asked: Asked) -> int:
    """Print every figure of a period beside the period before."""
    now, zone = desk.now(), desk.config.community.zone
    period = period_of(asked.since, asked.until, now, zone, week=asked.week)
    last = metrics.previous(period, zone)
    async with desk.database.read() as store:
        scope = scope_of(await chosen_groups(store, asked.group), asked.group)
        options = await desk.options_in(store)
        found = await metrics.compute_all(store, FIGURES, scope, period, now, options)
        then = now - (period.until - period.since)
        before = await metrics.compute_all(store, FIGURES, scope, last, then, options)
        names = {topic.key: topic.name(desk.language) for topic in (await topics.every(store)).values()}
    if asked.as_json:
        print(json.dumps(_as_json(scope, period, found, before), ensure_ascii=False, indent=1))
        return 0
    print(_heading(desk, scope, period))
    print(_values.coverage(found["questions"].coverage, desk.language))
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold")
    for name in _values.COLUMNS[desk.language]:
        table.add_column(name)
    for name, value in found.items():
        table.add_row(*_values.line(FIGURES[name], value, before[name], desk.language, names))
    put(console(), table)
    return 0


async def why(desk: Desk, word: str, asked: Asked, *, everything: bool) -> int:
    """Print the rows behind one figure.

    Raises:
        RefusalError: There is no such figure.
    """
    now, zone = desk.now(), desk.config.community.zone
    figure = figure_of(word)
    period = period_of(asked.since, asked.until, now, zone, week=asked.week)
    async with desk.database.read() as store:
        found = await chosen_groups(store, asked.group)
        scope = scope_of(found, asked.group)
        options = await desk.options_in(store)
        value = await metrics.compute(store, figure.name, scope, period, now, options)
        rows = await metrics.why(store, figure.name, scope, period, now, options)
        names = await _names(store, rows)
    if asked.as_json:
        listed = [_row_as_json(row, names) for row in rows if row.counted or everything]
        head = {"period": _span(period), "scope": scope.key, **_values.as_json(figure, value)}
        print(json.dumps({**head, "rows": listed}, ensure_ascii=False, indent=1))
        return 0
    print(_heading(desk, scope, period))
    _explain(desk, figure, value, rows, names, {group.id: group for group in found}, everything=everything)
    return 0


def _explain(
    desk: Desk,
    figure: Figure[Any],
    value: Value,
    rows: Sequence[Row],
    names: dict[int, str],
    groups: dict[int, Group],
    *,
    everything: bool,
) -> None:
    language = desk.language
    print(f"{figure.label(language)}: {_values.text(value, language)}")
    print(figure.definition(language))
    table = Table(box=None, pad_edge=False, show_header=False)
    shown = [row for row in rows if row.counted or everything]
    for row in shown[:LISTED]:
        group = groups.get(row.group or 0)
        what = f"#{row.thread} {row.title}" if row.thread else names.get(row.member or 0, row.title)
        what = f"E{row.event} {row.title}" if row.event else what
        told = _values.row_value(figure, row, language)
        table.add_row(what, group.name if group else "", told, row.why, "" if row.counted else "-")
    put(console(), table)
    if len(shown) > LISTED:
        print(f"... {len(shown) - LISTED} more; --format json lists them all")
    left = Counter(row.why for row in rows if not row.counted)
    if left and not everything:
        print("left out: " + ", ".join(f"{count} {reason}" for reason, count in left.most_common()) + " (--all)")


def scope_of(found: Sequence[Group], wanted: str | None) -> Scope:
    """Return the groups as the scope of figures: one that was named, or all."""
    return Scope.community(found) if wanted is None else Scope.group(found[0])


def figure_of(word: str) -> Figure[Any]:
    """Return the figure that is meant by its name or label.

    Raises:
        RefusalError: There is none.
    """
    found = metrics.find(word)
    if found is None:
        raise RefusalError(f"No figure is called {word}{near(word, FIGURES)}. There are: {', '.join(FIGURES)}")
    return found


async def _names(store: Store, rows: Iterable[Row]) -> dict[int, str]:
    wanted = {row.member for row in rows if row.member is not None and row.thread is None}
    return {number: member.name for number, member in (await members.several(store, wanted)).items()}


def _heading(desk: Desk, scope: Scope, period: Period) -> str:
    first, last = metrics.days(period, desk.config.community.zone)
    label = scope.label or desk.config.community.name
    return f"{label} · {first} .. {last} ({desk.config.community.zone.key})"


def _span(period: Period) -> dict[str, str]:
    return {"since": period.since.isoformat(), "until": period.until.isoformat()}


def _as_json(scope: Scope, period: Period, found: dict[str, Value], before: dict[str, Value]) -> dict[str, Any]:
    figures = [
        {**_values.as_json(FIGURES[name], value), "before": _values.as_json(FIGURES[name], before[name])["value"]}
        for name, value in found.items()
    ]
    return {"scope": scope.key, "groups": list(scope.groups), "period": _span(period), "figures": figures}


def _row_as_json(row: Row, names: dict[int, str]) -> dict[str, Any]:
    told = {name: value for name, value in row._asdict().items() if value is not None}
    told["day"] = None if row.day is None else row.day.isoformat()
    if row.member in names and row.named:
        told["name"] = names[row.member]
    return told
