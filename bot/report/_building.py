"""Builds a report: each part from the figures of storage, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.report import Asked, Behind, Chart, Heat, Line, Report, Row, Table, Topic, Why
from bot.report import _charts as charts
from bot.report._entries import entries, group_name
from bot.report._figures import LISTED_FEW, growth, line, why, words
from bot.report._footer import footer, news, sight
from bot.report._people import expertise
from bot.report._reading import Material, NoGroupError, read
from bot.report._spans import WishError, is_over
from bot.report._texts import HEADINGS, WEEKDAYS, Texts
from bot.report._texts import words as labels
from bot.report._worth import drafts, waiting
from handlers._wording.masking import cut, mask
from handlers._wording.names import spaced
from storage import groups, metrics
from storage.database import Store
from storage.groups import Group
from storage.metrics import FIGURES, Missing, Part, Period, Scope, Told, Value

__all__ = ["NoGroupError", "WishError", "build"]

OF_THREADS = ("questions", "first_response_time", "response_rate_24h", "r7", "close_time", "outcomes", "topics")
OF_PEOPLE = ("active", "answerers", "messages")
HEADLINES = ("questions", "first_response_time", "response_rate_24h", "r7", "close_time", *OF_PEOPLE)
BY_STEP = ("questions", "first_response_time", "response_rate_24h", "r7", "active", "answerers")
BY_GROUP = ("questions", "first_response_time", "response_rate_24h", "r7")
TOPICS = 10
WHOLE = "whole"


def quiet(_: str) -> None:
    """Say nothing of how far the report is."""


@dataclass(slots=True)
class _Told:
    """Figures of the period, of each step (the one before the first included) and of each group."""

    whole: dict[str, Told]
    before: dict[str, Value]
    steps: list[dict[str, Told]]
    groups: dict[int, dict[str, Told]]


async def build(
    store: Store,
    asked: Asked,
    now: datetime,
    found: Sequence[Group] | None = None,
    told: Callable[[str], None] = quiet,
) -> Report:
    """Return the report of groups (None: of all) as of `now`, UTC; `told` hears of each part that is done.

    Raises:
        NoGroupError: There is no group.
        WishError: The period is none.
    """
    material = await read(store, asked, await groups.every(store) if found is None else found, now)
    told("what was asked")
    figures = await _figures(material, told)
    solved = await metrics.why(store, "solvers", material.scope, material.spans.period, now, material.options)
    told("who answers what")
    experts = await expertise(material, solved, _command(material, "solvers"))
    waits = await waiting(material, figures.whole["outcomes"].rows)
    texts = await drafts(material)
    told("what is worth an answer, or an article")
    heat = await _heat(material)
    told("busiest hours")
    language, zone = asked.language, asked.options.zone
    outcomes = figures.whole["outcomes"]
    steps = _shown(material, figures)
    report = Report(
        language=language,
        title=_title(material),
        span=_span(material),
        news=news(figures.whole, language),
        figures=tuple(_line(material, figures, name) for name in HEADLINES),
        outcomes=charts.pieces(outcomes.value, language),
        outcomes_why=material.point_at(why(outcomes, language, _command(material, "outcomes"))),
        charts=tuple(_chart(material, figures, name, steps) for name in BY_STEP),
        steps=_steps(material, figures, steps),
        topics=_topics(material, figures, steps),
        expertise=experts,
        waiting=waits,
        drafts=texts,
        heat=heat,
        groups=_groups(material, figures),
        threads=(),
        footer=footer(material, outcomes.value),
        made=now.astimezone(zone).date(),
        words=labels(language, weekly=material.spans.weekly),
    )
    return await _with_entries(report, material)


async def _figures(material: Material, told: Callable[[str], None]) -> _Told:
    store, spans, scope = material.store, material.spans, material.scope
    every = [spans.earlier, *spans.steps]
    parts: dict[str | int, Part] = {f"{number}": Part(scope, step) for number, step in enumerate(every)}
    parts[WHOLE] = Part(scope, spans.period)
    parts |= {group: Part(Scope.group(found), spans.period) for group, found in material.groups.items()}
    found = metrics.evaluate_parts(OF_THREADS, material.sample, material.now, material.options, parts)
    told("figures of threads, by step and group")
    whole = found[WHOLE] | await _people(material, spans.period)
    steps = [found[f"{number}"] | await _people(material, step) for number, step in enumerate(every)]
    told("figures of people, by month or week")
    then = material.now - (spans.period.since - spans.before.since)
    before = await metrics.compute_all(store, HEADLINES, scope, spans.before, then, material.options)
    told("the period before")
    return _Told(whole, before, steps, {group: found[group] for group in material.groups})


async def _people(material: Material, period: Period) -> dict[str, Told]:
    """Return the figures that are not of threads; whose rows are people, and are not listed."""
    found = await metrics.compute_all(material.store, OF_PEOPLE, material.scope, period, material.now, material.options)
    return {name: Told(value, []) for name, value in found.items()}


def _title(material: Material) -> str:
    name = cut(mask(material.asked.name), 30) or Texts.NAMELESS.in_language(material.language)
    return spaced(Texts.TITLE.in_language(material.language, name=name))


def _span(material: Material) -> str:
    first, last = metrics.days(material.spans.period, material.options.zone)
    last = min(last, material.now.astimezone(material.options.zone).date())
    if material.asked.wish.group is None:
        return Texts.SPAN.in_language(material.language, first=first, last=last, groups=len(material.groups))
    group = group_name(material, material.scope.groups[0])
    return Texts.SPAN_ONE.in_language(material.language, first=first, last=last, group=group)


def _command(material: Material, figure: str, period: Period | None = None, group: int | None = None) -> str:
    """Return the line that lists all of what is behind a figure."""
    first, last = metrics.days(period or material.spans.period, material.options.zone)
    chosen = group if group is not None else material.scope.groups[0] if material.asked.wish.group is not None else None
    where = "" if chosen is None else f" --group {chosen}"
    return material.asked.line(f"why {figure}{where} --since {first} --until {last}")


def _line(material: Material, figures: _Told, name: str) -> Line:
    found = line(figures.whole[name], figures.before[name], material.language, _command(material, name))
    material.point_at(found.why)
    return found


# -- step by step ---------------------------------------------------------------------------------------------------


def _shown(material: Material, figures: _Told) -> Sequence[Period]:
    """Return the steps to show, from the first to the last of which anything was seen."""
    told = figures.steps[1:]
    seen = [n for n, one in enumerate(told) if one["questions"].value.missing is not Missing.NOT_OBSERVABLE]
    first, last = (seen[0], seen[-1]) if seen else (len(told) - 1, len(told) - 1)
    figures.steps = figures.steps[first : last + 2]
    return material.spans.steps[first : last + 1]


def _of_steps(figures: _Told, name: str) -> list[Value]:
    return [told[name].value for told in figures.steps[1:]]


def _chart(material: Material, figures: _Told, name: str, steps: Sequence[Period]) -> Chart:
    values = _of_steps(figures, name)
    return charts.chart(name, values, steps, material.now, material.options.zone, material.language)


def _steps(material: Material, figures: _Told, steps: Sequence[Period]) -> Table:
    language = material.language
    head = (
        HEADINGS["week" if material.spans.weekly else "month"].in_language(language),
        *(FIGURES[name].label(language) for name in BY_STEP),
    )
    told = figures.steps
    rows = [_step(material, step, now, before) for step, before, now in zip(steps, told[:-1], told[1:], strict=True)]
    return Table(head, tuple(rows))


def _step(material: Material, step: Period, now: Mapping[str, Told], before: Mapping[str, Told]) -> Row:
    language, over = material.language, is_over(step, material.now)
    cells = []
    for name in BY_STEP:
        value = now[name].value
        moved = growth(value, before[name].value, language) if over else ""
        cells.append(f"{words(value, language)} ({moved})" if moved else words(value, language))
    whys = tuple(
        material.point_at(why(now[name], language, _command(material, name, step), LISTED_FEW)) for name in BY_STEP
    )
    unseen = now["questions"].value.missing is Missing.NOT_OBSERVABLE
    note = Texts.UNSEEN if unseen else None if over else Texts.UNFINISHED
    said = "" if note is None else note.in_language(language)
    return Row(charts.step(step, material.options.zone), tuple(cells), () if unseen else whys, said, dim=bool(said))


# -- topics -----------------------------------------------------------------------------------------------------------


def _topics(material: Material, figures: _Told, steps: Sequence[Period]) -> tuple[Topic, ...]:
    told = figures.whole["topics"]
    most = sorted(told.value.parts.items(), key=lambda part: (not part[0], -part[1], part[0]))
    kept = [key for key, _ in most if key][:TOPICS] + [key for key, _ in most if not key]
    by_step = {key: [value.parts.get(key, 0) for value in _of_steps(figures, "topics")] for key in kept}
    highest = max((max(numbers) for numbers in by_step.values()), default=0)
    return tuple(_topic(material, told, key, by_step[key], highest, steps) for key in kept)


def _topic(
    material: Material, told: Told, key: str, numbers: Sequence[int], highest: int, steps: Sequence[Period]
) -> Topic:
    language, zone = material.language, material.options.zone
    rows = [row for row in told.rows if row.counted and row.why == key]
    latest = sorted(rows, key=lambda row: -(row.thread or 0))[: LISTED_FEW * 2]
    more = len(rows) - len(latest)
    note = Texts.MORE.in_language(language, count=f"{more:,}") if more else ""
    figure = FIGURES["topics"]
    behind = tuple(Behind(row.thread, "") for row in latest)
    because = Why(figure.label(language), figure.definition(language), behind, note, _command(material, "topics"))
    return Topic(
        label=material.topic(key) or Texts.TOPIC_NONE.in_language(language),
        count=len(rows),
        bars=charts.counts(numbers, highest, steps, zone),
        latest=_latest(numbers, steps, material),
        why=material.point_at(because),
    )


def _latest(numbers: Sequence[int], steps: Sequence[Period], material: Material) -> str:
    """Return how often in the last step that is over, beside the one before it."""
    over = [index for index, step in enumerate(steps) if is_over(step, material.now)]
    if not over or over[-1] == 0:
        return ""
    last = over[-1]
    step = charts.step(steps[last], material.options.zone)
    return Texts.TOPIC_LATEST.in_language(material.language, step=step, now=numbers[last], before=numbers[last - 1])


# -- hours, groups, threads -------------------------------------------------------------------------------------------


async def _heat(material: Material) -> Heat | None:
    name, language = "message_hours", material.language
    value = await metrics.compute(
        material.store, name, material.scope, material.spans.period, material.now, material.options
    )
    if not value.n:
        return None
    counts = tuple(tuple(value.parts[f"{day}-{hour:02d}"] for hour in range(24)) for day in range(1, 8))
    most, day, hour = max((counts[day][hour], -day, -hour) for day in range(7) for hour in range(24))
    days = WEEKDAYS[language]
    said = Texts.HEAT.in_language(language, day=days[-day], hour=-hour, count=f"{most:,}")
    figure = FIGURES[name]
    because = Why(figure.label(language), figure.definition(language), line=_command(material, name))
    return Heat(counts, days, said, because)


def _groups(material: Material, figures: _Told) -> Table:
    language, period = material.language, material.spans.period
    head = [HEADINGS["group"].in_language(language), *(FIGURES[name].label(language) for name in BY_GROUP)]
    head += [HEADINGS["messages"].in_language(language), HEADINGS["coverage"].in_language(language)]
    messages = figures.whole["messages"].value.parts
    most = sorted(material.groups, key=lambda group: (-figures.groups[group]["questions"].value.n, group))
    rows = []
    for group in most:
        told = figures.groups[group]
        covered = told["questions"].value.coverage
        unseen = told["questions"].value.missing is Missing.NOT_OBSERVABLE
        cells = [words(told[name].value, language) for name in BY_GROUP]
        cells += [f"{messages[str(group)]:,}" if str(group) in messages else cells[0] if unseen else "0"]
        whys = tuple(
            material.point_at(why(told[name], language, _command(material, name, group=group), LISTED_FEW))
            for name in BY_GROUP
        )
        seen = sight(material, group, covered, period)
        rows.append(Row(group_name(material, group), (*cells, seen), () if unseen else whys, dim=unseen))
    return Table(tuple(head), tuple(rows))


async def _with_entries(report: Report, material: Material) -> Report:
    """Return the report with an entry for each thread that it points at."""
    found = await entries(material, material.named.values())
    return replace(report, threads=tuple(found[number] for number in sorted(found)))
