"""Gathers the figures of a report: of its period, of the one before, of each month or week, and of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from handlers._reporting import Piece
from handlers._reporting.reading import Material
from storage import metrics
from storage.groups import Group
from storage.metrics import Part, Period, Sample, Scope, Told

OF_THREADS = ("questions", "first_response_time", "response_rate_24h", "r7", "close_time", "outcomes", "topics")
OF_PEOPLE = ("active", "answerers", "messages")
PEOPLE = ("active", "newcomers", "reactivated", "regulars", "lost_regulars")
LOAD = ("answerers", "first_answerers", "answer_concentration")
INTERNAL = (  # for who can act on them, and no stranger
    "answer_absence_factor",
    "deflection",
    "suggestion_precision",
    "suggestion_feedback",
)
HEADLINES = ("questions", "first_response_time", "response_rate_24h", "r7", "close_time", *OF_PEOPLE)
EVERYBODY = tuple(dict.fromkeys((*OF_PEOPLE, *PEOPLE, *LOAD, *INTERNAL)))
WHOLE = "whole"


@dataclass(slots=True)
class Gathered:
    """Figures of the period, of the one before, of each step (the one before the first included) and of each group.

    Attributes:
        alike: Of each step but the one before the first, whether the one before it was seen as well.
        groups: By group; in an open edition those that are too small are one, under 0.
        askers: Of every thread that was read, the member who asked.
        outcomes: The bar of outcomes, where an edition has one of its own.
        together: How many groups are told as one.
    """

    whole: dict[str, Told]
    before: dict[str, Told]
    steps: list[dict[str, Told]]
    alike: list[bool]
    groups: dict[int, dict[str, Told]]
    askers: dict[int, int]
    outcomes: tuple[Piece, ...] | None = None
    together: int = 0


async def gather(material: Material, told: Callable[[str], None]) -> Gathered:
    """Return every figure that the report needs; `told` hears of each part that is done."""
    spans, scope = material.spans, material.scope
    every = [spans.earlier, *spans.steps]
    parts: dict[str | int, Part] = {f"{number}": Part(scope, step) for number, step in enumerate(every)}
    parts[WHOLE] = Part(scope, spans.period)
    parts |= {group: Part(Scope.group(found), spans.period) for group, found in material.groups.items()}
    found = metrics.evaluate_parts(OF_THREADS, material.sample, material.now, material.options, parts)
    told("figures of threads, by month and group")
    whole = found[WHOLE] | await _people(material, spans.period, EVERYBODY)
    steps = [found[f"{number}"] | await _people(material, step) for number, step in enumerate(every)]
    told("figures of people, by month or week")
    askers = _askers(material.sample)
    before = await _before(material, askers)
    alike = [metrics.alike(material.sample, now, last, material.now) for last, now in pairwise(every)]
    told("the period before")
    return Gathered(whole, before, steps, alike, {group: found[group] for group in material.groups}, askers)


def _askers(sample: Sample) -> dict[int, int]:
    return {thread.id: thread.asker for thread in sample.threads}


async def _before(material: Material, askers: dict[int, int]) -> dict[str, Told]:
    """Return the figures of the period before, as they stood then; nothing where not every group was seen."""
    if not await _was_seen(material):
        return {}
    spans, scope = material.spans, material.scope
    then = material.now - (spans.period.since - spans.before.since)
    sample = await metrics.load(material.store, scope, spans.before)
    askers |= _askers(sample)
    parts = {WHOLE: Part(scope, spans.before)}
    found = metrics.evaluate_parts(OF_THREADS, sample, then, material.options, parts)[WHOLE]
    values = await metrics.compute_all(material.store, EVERYBODY, scope, spans.before, then, material.options)
    return found | {name: Told(value, []) for name, value in values.items()}


async def _was_seen(material: Material) -> bool:
    """Return whether all groups that were seen in the period were seen in the one before as well."""
    spans, groups = material.spans, material.scope.groups
    now_seen = set(await metrics.visible_in(material.store, groups, [spans.period], material.now))
    then_seen = set(await metrics.visible_in(material.store, groups, [spans.before], material.now))
    return bool(now_seen) and now_seen <= then_seen


async def _people(material: Material, period: Period, names: Sequence[str] = OF_PEOPLE) -> dict[str, Told]:
    """Return the figures that are not of threads; whose rows are people, and are not listed."""
    found = await metrics.compute_all(material.store, names, material.scope, period, material.now, material.options)
    return {name: Told(value, []) for name, value in found.items()}


def together(material: Material, groups: Iterable[Group]) -> dict[str, Told]:
    """Return the figures of threads of several groups as if they were one."""
    parts = {WHOLE: Part(Scope.community(groups), material.spans.period)}
    return metrics.evaluate_parts(OF_THREADS, material.sample, material.now, material.options, parts)[WHOLE]
