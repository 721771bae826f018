"""The parts of a report that are rows: months or weeks, topics, hours and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers._reporting import Behind, Chart, Heat, Row, Table, Topic, Why, charts
from handlers._reporting.editions import OTHER, SMALL, TOPICS
from handlers._reporting.entries import group_name
from handlers._reporting.figures import LISTED_FEW, growth, why, words
from handlers._reporting.footer import sight
from handlers._reporting.gathering import Gathered
from handlers._reporting.reading import Material
from handlers._reporting.spans import is_over
from handlers._reporting.texts import HEADINGS, WEEKDAYS, Texts
from storage import metrics
from storage.metrics import FIGURES, Missing, Period, Told, Value

BY_STEP = ("questions", "first_response_time", "response_rate_24h", "r7", "active", "answerers")
BY_GROUP = ("questions", "first_response_time", "response_rate_24h", "r7")
_LAST = frozenset({"", OTHER})  # topics that stand behind all others, however large
_TOPIC_LABELS = {"": Texts.TOPIC_NONE, OTHER: Texts.OTHER}


def shown(material: Material, figures: Gathered) -> Sequence[Period]:
    """Return the steps to show, from the first to the last of which anything was seen."""
    told = figures.steps[1:]
    seen = [n for n, one in enumerate(told) if one["questions"].value.missing is not Missing.NOT_OBSERVABLE]
    first, last = (seen[0], seen[-1]) if seen else (len(told) - 1, len(told) - 1)
    figures.steps, figures.alike = figures.steps[first : last + 2], figures.alike[first : last + 1]
    return material.spans.steps[first : last + 1]


def _of_steps(figures: Gathered, name: str) -> list[Value]:
    return [told[name].value for told in figures.steps[1:]]


def chart(material: Material, figures: Gathered, name: str, steps: Sequence[Period]) -> Chart:
    """Return one figure by month or week."""
    values = _of_steps(figures, name)
    return charts.chart(name, values, steps, figures.alike, material.now, material.options.zone, material.language)


def steps_table(material: Material, figures: Gathered, steps: Sequence[Period]) -> Table:
    """Return the figures of each month or week, with their growth against the one before."""
    language = material.language
    head = (
        HEADINGS["week" if material.spans.weekly else "month"].in_language(language),
        *(FIGURES[name].label(language) for name in BY_STEP),
    )
    told = zip(steps, figures.steps[:-1], figures.steps[1:], figures.alike, strict=True)
    rows = [_step(material, step, now, before if alike else {}) for step, before, now, alike in told]
    return Table(head, tuple(rows))


def _step(material: Material, step: Period, now: Mapping[str, Told], before: Mapping[str, Told]) -> Row:
    language, over = material.language, is_over(step, material.now)
    cells = []
    for name in BY_STEP:
        value = now[name].value
        moved = growth(value, before[name].value, language) if over and before else ""
        cells.append(f"{words(value, language)} ({moved})" if moved else words(value, language))
    whys = tuple(
        material.point_at(why(now[name], language, material.command(name, step), LISTED_FEW)) for name in BY_STEP
    )
    unseen = now["questions"].value.missing is Missing.NOT_OBSERVABLE
    note = Texts.UNSEEN if unseen else None if over else Texts.UNFINISHED
    said = "" if note is None else note.in_language(language)
    return Row(charts.step(step, material.options.zone), tuple(cells), () if unseen else whys, said, dim=bool(said))


# -- topics -----------------------------------------------------------------------------------------------------------


def topics(material: Material, figures: Gathered, steps: Sequence[Period]) -> tuple[Topic, ...]:
    """Return what was asked about, most asked first; questions without a topic last."""
    told = figures.whole["topics"]
    most = sorted(told.value.parts.items(), key=lambda part: (part[0] in _LAST, -part[1], part[0]))
    kept = [key for key, _ in most if key not in _LAST][:TOPICS] + [key for key, _ in most if key in _LAST]
    untold = None if material.asked.edition.is_open else 0
    by_step = {key: [value.parts.get(key, untold) for value in _of_steps(figures, "topics")] for key in kept}
    highest = {key: max((number or 0 for number in numbers), default=0) for key, numbers in by_step.items()}
    alike = max((highest[key] for key in kept if key != OTHER), default=0)  # many small ones would dwarf all others
    return tuple(
        _topic(material, told, key, by_step[key], highest[key] if key == OTHER else alike, steps) for key in kept
    )


def _topic(
    material: Material, told: Told, key: str, numbers: Sequence[int | None], highest: int, steps: Sequence[Period]
) -> Topic:
    language, zone = material.language, material.options.zone
    rows = [row for row in told.rows if row.counted and row.why == key]
    latest = sorted(rows, key=lambda row: -(row.thread or 0))[: LISTED_FEW * 2]
    more = len(rows) - len(latest)
    note = Texts.MORE.in_language(language, count=f"{more:,}") if more else ""
    figure = FIGURES["topics"]
    behind = tuple(Behind(row.thread, "") for row in latest)
    because = Why(figure.label(language), figure.definition(language), behind, note, material.command("topics"))
    return Topic(
        label=_TOPIC_LABELS[key].in_language(language) if key in _TOPIC_LABELS else material.topic(key),
        count=told.value.parts[key],
        bars=charts.counts(numbers, highest, steps, zone, language),
        latest=_latest(numbers, steps, material),
        why=material.point_at(because),
    )


def _latest(numbers: Sequence[int | None], steps: Sequence[Period], material: Material) -> str:
    """Return how often in the last step that is over, beside the one before it."""
    over = [index for index, step in enumerate(steps) if is_over(step, material.now)]
    if not over or over[-1] == 0:
        return ""
    last = over[-1]
    if numbers[last] is None or numbers[last - 1] is None:
        return ""
    step = charts.step(steps[last], material.options.zone)
    return Texts.TOPIC_LATEST.in_language(material.language, step=step, now=numbers[last], before=numbers[last - 1])


# -- hours, groups, threads -------------------------------------------------------------------------------------------


async def heat(material: Material) -> Heat | None:
    """Return the busiest hours; None where no message was seen."""
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
    because = Why(figure.label(language), figure.definition(language), line=material.command(name))
    return Heat(counts, days, said, because)


def groups_table(material: Material, figures: Gathered) -> Table:
    """Return the groups side by side, those with most questions first."""
    language = material.language
    head = [HEADINGS["group"].in_language(language), *(FIGURES[name].label(language) for name in BY_GROUP)]
    head += [HEADINGS["messages"].in_language(language), HEADINGS["coverage"].in_language(language)]
    most = sorted(
        figures.groups, key=lambda group: (group == SMALL, -figures.groups[group]["questions"].value.n, group)
    )
    return Table(tuple(head), tuple(_group(material, figures, group) for group in most))


def _group(material: Material, figures: Gathered, group: int) -> Row:
    told, language = figures.groups[group], material.language
    covered = told["questions"].value.coverage
    unseen = told["questions"].value.missing is Missing.NOT_OBSERVABLE
    cells = [words(told[name].value, language) for name in BY_GROUP]
    whys = tuple(
        material.point_at(why(told[name], language, material.command(name, group=group), LISTED_FEW))
        for name in BY_GROUP
    )
    if group == SMALL:
        head, seen = Texts.OTHER_GROUPS.in_language(language, count=figures.together), ""
    else:
        head, seen = group_name(material, group), sight(material, group, covered, material.spans.period)
    return Row(head, (*cells, _messages(figures, group, language), seen), () if unseen else whys, dim=unseen)


def _messages(figures: Gathered, group: int, language: str) -> str:
    if "messages" in figures.groups[group]:
        return words(figures.groups[group]["messages"].value, language)
    parts = figures.whole["messages"].value.parts
    if str(group) in parts:
        return f"{parts[str(group)]:,}"
    asked = figures.groups[group]["questions"].value
    return words(asked, language) if asked.missing is Missing.NOT_OBSERVABLE else "0"
