"""Gathers the figures of a report: of its period, of the one before, of each month or week, and of each group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from handlers._reporting.reading import Material
from storage import metrics
from storage.metrics import Part, Period, Scope, Told, Value

OF_THREADS = ("questions", "first_response_time", "response_rate_24h", "r7", "close_time", "outcomes", "topics")
OF_PEOPLE = ("active", "answerers", "messages")
HEADLINES = ("questions", "first_response_time", "response_rate_24h", "r7", "close_time", *OF_PEOPLE)
WHOLE = "whole"


@dataclass(slots=True)
class Gathered:
    """Figures of the period, of each step (the one before the first included) and of each group.

    `alike` says of each step but that one whether the one before it was seen as well.
    """

    whole: dict[str, Told]
    before: dict[str, Value]
    steps: list[dict[str, Told]]
    alike: list[bool]
    groups: dict[int, dict[str, Told]]


async def gather(material: Material, told: Callable[[str], None]) -> Gathered:
    """Return every figure that the report needs; `told` hears of each part that is done."""
    store, spans, scope = material.store, material.spans, material.scope
    every = [spans.earlier, *spans.steps]
    parts: dict[str | int, Part] = {f"{number}": Part(scope, step) for number, step in enumerate(every)}
    parts[WHOLE] = Part(scope, spans.period)
    parts |= {group: Part(Scope.group(found), spans.period) for group, found in material.groups.items()}
    found = metrics.evaluate_parts(OF_THREADS, material.sample, material.now, material.options, parts)
    told("figures of threads, by month and group")
    whole = found[WHOLE] | await _people(material, spans.period)
    steps = [found[f"{number}"] | await _people(material, step) for number, step in enumerate(every)]
    told("figures of people, by month or week")
    then = material.now - (spans.period.since - spans.before.since)
    before: dict[str, Value] = {}
    if await _was_seen(material):
        before = await metrics.compute_all(store, HEADLINES, scope, spans.before, then, material.options)
    alike = [metrics.alike(material.sample, now, last, material.now) for last, now in pairwise(every)]
    told("the period before")
    return Gathered(whole, before, steps, alike, {group: found[group] for group in material.groups})


async def _was_seen(material: Material) -> bool:
    """Return whether all groups that were seen in the period were seen in the one before as well."""
    spans, groups = material.spans, material.scope.groups
    now_seen = set(await metrics.visible_in(material.store, groups, [spans.period], material.now))
    then_seen = set(await metrics.visible_in(material.store, groups, [spans.before], material.now))
    return bool(now_seen) and now_seen <= then_seen


async def _people(material: Material, period: Period) -> dict[str, Told]:
    """Return the figures that are not of threads; whose rows are people, and are not listed."""
    found = await metrics.compute_all(material.store, OF_PEOPLE, material.scope, period, material.now, material.options)
    return {name: Told(value, []) for name, value in found.items()}
