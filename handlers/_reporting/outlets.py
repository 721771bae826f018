"""Months of the website and the official account, beside ours and never added to them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from handlers._reporting import Outlet, Row, Table
from handlers._reporting.anonymity import cut as cut_down
from handlers._reporting.figures import signed
from handlers._reporting.reading import Material
from handlers._reporting.texts import HEADINGS, MISSING, OUTLETS
from handlers._wording.masking import cut, mask
from storage import outlets as given
from storage.metrics import Missing
from storage.outlets import FIGURES, Month

NAME = 30


async def outlets(material: Material) -> tuple[Outlet, ...]:
    """Return the months of the report's steps, by source; only figures that a source told at least once."""
    zone, steps = material.options.zone, (material.spans.earlier, *material.spans.steps)
    first, last = (f"{step.since.astimezone(zone):%Y-%m}" for step in (steps[0], steps[-1]))
    found = await given.every(material.store, first, last)
    shown = f"{steps[1].since.astimezone(zone):%Y-%m}"
    is_open = material.asked.edition.is_open
    told = [_opened(month) for month in found] if is_open else found
    every = [
        _outlet(source, list(months), shown, material.language, few="< 5" if is_open else "0")
        for source, months in groupby(told, key=lambda month: month.source)
    ]
    return tuple(outlet for outlet in every if outlet.months.rows)


def _outlet(source: str, months: Sequence[Month], first: str, language: str, few: str) -> Outlet:
    told = [name for name in FIGURES if any(getattr(month, name) is not None for month in months)]
    head = (HEADINGS["month"].in_language(language), *(OUTLETS[name].in_language(language) for name in told))
    by_month = {month.month: month for month in months}
    rows = tuple(
        Row(month.month, tuple(_cell(month, by_month.get(_before(month.month)), name, language, few) for name in told))
        for month in months
        if month.month >= first
    )
    return Outlet(cut(mask(source), NAME), Table(head, rows))


def _opened(month: Month) -> Month:
    """Return a month as strangers may read it: in fives, so that nobody can be counted who came."""
    told = (getattr(month, name) for name in FIGURES)
    return Month(month.month, month.source, *(None if number is None else cut_down(number) for number in told))


def _before(month: str) -> str:
    """Return the month before."""
    year, number = map(int, month.split("-"))
    return f"{year - (number == 1):04}-{(number - 2) % 12 + 1:02}"


def _cell(month: Month, before: Month | None, name: str, language: str, few: str) -> str:
    """Return a number with its growth against the month before, where that is known: 12,300 (+4%)."""
    now: int | None = getattr(month, name)
    then: int | None = None if before is None else getattr(before, name)
    if now is None:
        return MISSING[Missing.NOTHING].in_language(language)
    if now == 0:
        return few
    return f"{now:,} ({signed((now - then) / then * 100)}%)" if then else f"{now:,}"
