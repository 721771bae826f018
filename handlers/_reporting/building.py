"""Builds a report: each part from the figures of storage, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers._reporting import (
    OPEN_SECTIONS,
    SECTIONS,
    Asked,
    Definition,
    Edition,
    Line,
    Report,
    charts,
    editions,
    tables,
)
from handlers._reporting.entries import entries, group_name
from handlers._reporting.figures import line, why
from handlers._reporting.footer import footer, news
from handlers._reporting.gathering import HEADLINES, INTERNAL, LOAD, PEOPLE, Gathered, gather
from handlers._reporting.outlets import outlets
from handlers._reporting.people import expertise, thanks
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
from storage.metrics import FIGURES, Told

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
        WishError: The period is none, or its public edition is not out yet.
    """
    material = await read(store, asked, await groups.every(store) if found is None else found, now)
    editions.check(asked, material.spans.period, now)
    told("what was asked")
    figures = await gather(material, told)
    unanswered = figures.whole["outcomes"].rows
    if asked.edition.is_open:
        figures = await editions.opened(material, figures)
        told("what others may read")
    report = _figures(material, figures)
    solved = await metrics.why(store, "solvers", material.scope, material.spans.period, now, material.options)
    told("who answers what")
    if asked.edition.is_open:
        return replace(report, thanks=await thanks(material, solved), outlets=await outlets(material))
    report = replace(
        report,
        expertise=await expertise(material, solved, material.command("solvers")),
        waiting=await waiting(material, unanswered),
        drafts=await drafts(material),
        outlets=await outlets(material),
    )
    told("what is worth an answer, or an article")
    report = replace(report, heat=await tables.heat(material))
    told("busiest hours")
    return await _with_entries(report, material)


def _figures(material: Material, figures: Gathered) -> Report:
    """Return the report as far as it is figures."""
    language, whole = material.language, figures.whole
    steps = tables.shown(material, figures)
    outcomes = whole["outcomes"]
    load = (*LOAD, *(name for name in INTERNAL if name in whole and whole[name].value.value is not None))
    lines = {name: _line(material, figures, name) for name in dict.fromkeys((*HEADLINES, *PEOPLE, *load))}
    return Report(
        language=language,
        title=_title(material),
        span=_span(material),
        news=news(whole, language),
        figures=tuple(lines[name] for name in HEADLINES),
        outcomes=charts.pieces(outcomes.value, language) if figures.outcomes is None else figures.outcomes,
        outcomes_why=material.point_at(why(outcomes, language, material.command("outcomes"))),
        charts=tuple(tables.chart(material, figures, name, steps) for name in tables.BY_STEP),
        steps=tables.steps_table(material, figures, steps),
        people=tuple(lines[name] for name in PEOPLE),
        load=tuple(lines[name] for name in load),
        topics=tables.topics(material, figures, steps),
        groups=tables.groups_table(material, figures),
        footer=footer(material, outcomes.value),
        made=material.now.astimezone(material.options.zone).date(),
        sections=OPEN_SECTIONS if material.asked.edition.is_open else SECTIONS,
        edition=material.asked.edition,
        note=_note(material),
        definitions=_definitions(language, load),
        words=labels(language, weekly=material.spans.weekly),
    )


def _title(material: Material) -> str:
    name = cut(mask(material.asked.name), 30) or Texts.NAMELESS.in_language(material.language)
    return spaced(Texts.TITLE.in_language(material.language, name=name))


def _span(material: Material) -> str:
    first, last = metrics.days(material.spans.period, material.options.zone)
    last = min(last, material.now.astimezone(material.options.zone).date())
    chosen = material.scope.groups[0]
    named = chosen in material.shared or not material.asked.edition.is_open
    if material.asked.wish.group is None or not named:
        return Texts.SPAN.in_language(material.language, first=first, last=last, groups=len(material.groups))
    group = group_name(material, chosen)
    return Texts.SPAN_ONE.in_language(material.language, first=first, last=last, group=group)


def _note(material: Material) -> str:
    """Return what stands on the cover: for whom the edition is, and until when."""
    asked, language = material.asked, material.language
    day = editions.out_from(asked, material.spans.period)
    notes = {Edition.INTERNAL: Texts.INTERNAL, Edition.PARTNER: Texts.PARTNER, Edition.PUBLIC: Texts.PUBLIC}
    return spaced(notes[asked.edition].in_language(language, day=day))


def _definitions(language: str, load: Sequence[str]) -> tuple[Definition, ...]:
    names = dict.fromkeys((*HEADLINES, "outcomes", *PEOPLE, *load))
    return tuple(Definition(FIGURES[name].label(language), FIGURES[name].definition(language)) for name in names)


def _line(material: Material, figures: Gathered, name: str) -> Line:
    before: Told | None = figures.before.get(name)
    value = None if before is None else before.value
    found = line(figures.whole[name], value, material.language, material.command(name))
    material.point_at(found.why)
    return found


async def _with_entries(report: Report, material: Material) -> Report:
    """Return the report with an entry for each thread that it points at."""
    found = await entries(material, material.named.values())
    return replace(report, threads=tuple(found[number] for number in sorted(found)))
