"""Builds a report: each part from the figures of storage, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers._reporting import Asked, Line, Report, charts, tables
from handlers._reporting.entries import entries, group_name
from handlers._reporting.figures import line, why
from handlers._reporting.footer import footer, news
from handlers._reporting.gathering import HEADLINES, Gathered, gather
from handlers._reporting.people import expertise
from handlers._reporting.reading import Material, NoGroupError, read
from handlers._reporting.spans import WishError
from handlers._reporting.texts import Texts
from handlers._reporting.texts import words as labels
from handlers._reporting.worth import drafts, waiting
from handlers._wording.masking import cut, mask
from handlers._wording.names import spaced
from storage import groups, metrics
from storage.database import Store
from storage.groups import Group

__all__ = ["NoGroupError", "WishError", "build"]


def quiet(_: str) -> None:
    """Say nothing of how far the report is."""


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
    figures = await gather(material, told)
    solved = await metrics.why(store, "solvers", material.scope, material.spans.period, now, material.options)
    told("who answers what")
    experts = await expertise(material, solved, material.command("solvers"))
    waits = await waiting(material, figures.whole["outcomes"].rows)
    texts = await drafts(material)
    told("what is worth an answer, or an article")
    heat = await tables.heat(material)
    told("busiest hours")
    language, zone = asked.language, asked.options.zone
    outcomes = figures.whole["outcomes"]
    steps = tables.shown(material, figures)
    report = Report(
        language=language,
        title=_title(material),
        span=_span(material),
        news=news(figures.whole, language),
        figures=tuple(_line(material, figures, name) for name in HEADLINES),
        outcomes=charts.pieces(outcomes.value, language),
        outcomes_why=material.point_at(why(outcomes, language, material.command("outcomes"))),
        charts=tuple(tables.chart(material, figures, name, steps) for name in tables.BY_STEP),
        steps=tables.steps_table(material, figures, steps),
        topics=tables.topics(material, figures, steps),
        expertise=experts,
        waiting=waits,
        drafts=texts,
        heat=heat,
        groups=tables.groups_table(material, figures),
        threads=(),
        footer=footer(material, outcomes.value),
        made=now.astimezone(zone).date(),
        words=labels(language, weekly=material.spans.weekly),
    )
    return await _with_entries(report, material)


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


def _line(material: Material, figures: Gathered, name: str) -> Line:
    found = line(figures.whole[name], figures.before.get(name), material.language, material.command(name))
    material.point_at(found.why)
    return found


async def _with_entries(report: Report, material: Material) -> Report:
    """Return the report with an entry for each thread that it points at."""
    found = await entries(material, material.named.values())
    return replace(report, threads=tuple(found[number] for number in sorted(found)))
