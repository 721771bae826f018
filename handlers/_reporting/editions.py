"""What an edition keeps of the figures: within the community all of them, for others what `anonymity` lets through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers._reporting import Asked, Edition, Piece
from handlers._reporting import anonymity as safe
from handlers._reporting.anonymity import Cell, Who
from handlers._reporting.gathering import EVERYBODY, INTERNAL, OF_THREADS, Gathered, together
from handlers._reporting.reading import Material, persons
from handlers._reporting.spans import WishError
from handlers._reporting.texts import OUTCOMES, Texts
from handlers._wording.numbers import FEW
from storage import metrics
from storage.metrics import Period, Row, Scope, Told, Unit, Value
from storage.outcome import Outcome

OTHER = "*"  # the key under which small topics are one
TOPICS = 10
SMALL = 0  # the key under which small groups are one
_UNANSWERED = frozenset({Outcome.OPEN, Outcome.EXPIRED})


class TooEarlyError(WishError):
    """The public edition is not out yet; the text says from when on."""


def out_from(asked: Asked, period: Period) -> date:
    """Return the local day from which a period's public edition may be read."""
    return (period.until + timedelta(days=asked.public_after)).astimezone(asked.options.zone).date()


def check(asked: Asked, period: Period, now: datetime) -> None:
    """Let nothing be published before its day.

    Raises:
        TooEarlyError: The public edition is asked for, and the period is not over for long enough.
    """
    if asked.edition is not Edition.PUBLIC or now >= period.until + timedelta(days=asked.public_after):
        return
    if not asked.wish.month and not asked.wish.year:
        raise TooEarlyError(Texts.NOT_OVER.in_language(asked.language))
    raise TooEarlyError(Texts.TOO_EARLY.in_language(asked.language, day=out_from(asked, period)))


async def opened(material: Material, figures: Gathered) -> Gathered:
    """Return the figures as strangers may read them: without any list behind them, and by the rules of anonymity."""
    who = await _who(material, figures)
    whole, *steps = [bare_of(part, who) for part in (figures.whole, *figures.steps)]
    for part, parts in zip((whole, *steps), _topics(figures, who), strict=True):
        part["topics"] = Told(replace(part["topics"].value, parts=parts), [])
    _hide_months(figures, steps, who)
    groups, count = await _groups(material, figures, who)
    return replace(
        figures,
        whole=whole,
        before=bare_of(figures.before, who),
        steps=steps,
        groups=groups,
        outcomes=_outcomes(figures.whole["outcomes"], who, material.language),
        together=count,
    )


async def _who(material: Material, figures: Gathered) -> Who:
    """Return what tells the person who asked the thread of a row."""
    person = await persons(material.store, figures.askers.values())
    return lambda row: person.get(figures.askers.get(row.thread or 0, 0))


def bare_of(told: Mapping[str, Told], who: Who) -> dict[str, Told]:
    """Return figures of one part as strangers may read them."""
    found: dict[str, Value] = {name: safe.opened(told[name], who) for name in OF_THREADS if name in told}
    for name in EVERYBODY:
        if name in told and name not in INTERNAL and told[name].value.unit in {Unit.MEMBERS, Unit.COUNT}:
            found[name] = safe.counted(told[name].value)
    if "answer_concentration" in told:
        answered = told["answerers"].value.value or 0.0
        found["answer_concentration"] = safe.concentration(told["answer_concentration"].value, answered)
    if "messages" in found and (told["active"].value.value or 0) < safe.K:
        found["messages"] = safe.withheld(found["messages"])
    return {name: Told(value, []) for name, value in found.items()}


def _hide_months(figures: Gathered, steps: list[dict[str, Told]], who: Who) -> None:
    """Withhold the questions of more months where those of one could be worked out from the total."""
    cells = {n: safe.cell(_counted(step["questions"].rows), who) for n, step in enumerate(figures.steps) if n}
    for number in safe.hidden(cells, [cells]):
        steps[number]["questions"] = Told(safe.withheld(steps[number]["questions"].value), [])


def _counted(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.counted]


# -- topics and outcomes ----------------------------------------------------------------------------------------------


def _topics(figures: Gathered, who: Who) -> list[dict[str, int]]:
    """Return how often was asked about what, in the period and then in each step; small topics are one."""
    cells = _by_why(figures.whole["topics"].rows, who)
    most = sorted((key for key in cells if key), key=lambda key: (-cells[key].count, key))[: TOPICS - 1]
    alone, rest = safe.merged(cells, [*most, ""])
    told = alone | ({OTHER: rest} if rest else {})
    steps = [_as_told(_by_why(step["topics"].rows, who), alone, told) for step in figures.steps]
    grid = {(n, key): found for n, step in enumerate(steps) for key, found in step.items() if n}
    rows = [[(n, key) for n in range(1, len(steps))] for key in told]
    gone = safe.hidden(grid, [*rows, *([(n, key) for key in told] for n in range(1, len(steps)))])
    shown = [
        {key: safe.cut(found.count) for key, found in step.items() if n and (n, key) not in gone}
        for n, step in enumerate(steps)
    ]
    return [{key: safe.cut(found.count) for key, found in told.items()}, *shown]


def _by_why(rows: Iterable[Row], who: Who) -> dict[str, Cell]:
    by_why: dict[str, list[Row]] = {}
    for row in _counted(rows):
        by_why.setdefault(row.why, []).append(row)
    return {key: safe.cell(found, who) for key, found in by_why.items()}


def _as_told(cells: Mapping[str, Cell], alone: Mapping[str, Cell], told: Mapping[str, Cell]) -> dict[str, Cell]:
    found = {key: cells.get(key, safe.NOBODY) for key in alone}
    if OTHER in told:
        found[OTHER] = safe.NOBODY
        for key, one in cells.items():
            found[OTHER] = found[OTHER] if key in alone else found[OTHER].plus(one)
    return found


def _outcomes(told: Told, who: Who, language: str) -> tuple[Piece, ...]:
    """Return the bar of outcomes with small pieces as one; none where that leaves but one."""
    cells: dict[str, Cell] = {}
    for why, found in _by_why(told.rows, who).items():
        kind = "unanswered" if why in _UNANSWERED else why if why in OUTCOMES else str(Outcome.RESOLVED)
        cells[kind] = cells.get(kind, safe.NOBODY).plus(found)
    alone, rest = safe.merged(cells)
    kept = {kind: alone[kind] for kind in OUTCOMES if kind in alone} | ({"other": rest} if rest else {})
    if len(kept) < 2 or told.value.value is None:
        return ()
    shares = metrics.whole_per_cents({kind: found.count for kind, found in kept.items()})
    labels, rated = {**OUTCOMES, "other": Texts.OTHER}, (told.value.of or 0) >= FEW
    return tuple(
        Piece(kind, labels[kind].in_language(language), safe.cut(found.count), shares[kind], rated)
        for kind, found in kept.items()
    )


# -- groups -----------------------------------------------------------------------------------------------------------


async def _groups(material: Material, figures: Gathered, who: Who) -> tuple[dict[int, dict[str, Told]], int]:
    """Return the groups that stand alone, those that do not as one, and how many these are."""
    cells = await _speakers(material, figures)
    named = [group for group, found in material.groups.items() if group in material.shared and found.name]
    alone, rest = safe.merged(cells, named)
    small = [found for group, found in material.groups.items() if group not in alone]
    every = {group: figures.groups[group] for group in alone} | ({SMALL: together(material, small)} if rest else {})
    spoken = alone | ({SMALL: rest} if rest else {})
    asked = {group: safe.cell(_counted(told["questions"].rows), who) for group, told in every.items()}
    gone = safe.hidden(asked, [asked])
    found = {group: bare_of(told, who) for group, told in every.items()}
    for group, told in found.items():
        messages = replace(figures.whole["messages"].value, value=float(spoken[group].count), missing=None)
        told["messages"] = Told(safe.counted(messages), [])
        if group in gone:
            told["questions"] = Told(safe.withheld(told["questions"].value), [])
    return found, len(small)


async def _speakers(material: Material, figures: Gathered) -> dict[int, Cell]:
    """Return of each group how many messages were posted, and by whom."""
    parts, period = figures.whole["messages"].value.parts, material.spans.period
    cells = {}
    for group, found in material.groups.items():
        rows = await metrics.why(material.store, "active", Scope.group(found), period, material.now, material.options)
        cells[group] = replace(safe.cell(rows, lambda row: row.person), count=parts.get(str(group), 0))
    return cells
