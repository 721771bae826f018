"""Builds a booklet: of a year its series and months, of a series its rounds, or one event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from handlers._booklet import Booklet, Chapter, Record
from handlers._booklet.asking import Material, NothingError, Order, read
from handlers._booklet.closing import cities, closing, definitions, news
from handlers._booklet.dates import month, short
from handlers._booklet.records import Kept, record
from handlers._booklet.texts import Texts, words
from handlers._reporting.reading import silent
from handlers._wording.masking import flat
from handlers._wording.names import spaced
from storage import feedback, speaker_questions
from storage.database import Store
from storage.metrics import Held
from storage.outcome import DEFINITION_VERSION

__all__ = ["NothingError", "Order", "chapters", "make", "read"]

Heard = Callable[[int, int], None]  # so many events, of so many, are done


def quiet(_done: int, _of: int) -> None:
    """Say nothing of how far the booklet is."""


async def make(store: Store, material: Material, heard: Heard = quiet) -> Booklet:
    """Return the booklet of what was read; `heard` hears of each event that is done."""
    order, told = material.order, dict[int, Record]()
    for done, held in enumerate(material.found.events, 1):
        told[held.id] = record(await _kept(store, material, held), order.zone, order.language)
        heard(done, len(material.found.events))
    figures = await closing(store, material)
    return Booklet(
        title=_title(material),
        span=_span(material),
        note=order.say(Texts.NOTE, version=DEFINITION_VERSION),
        language=order.language,
        made=material.now.astimezone(order.zone).date(),
        news=news(material),
        chapters=tuple(chapters(material, told)),
        figures=figures,
        cities=cities(material),
        lessons=_lines(order.lessons.get("year", ()) if order.year else ()),
        definitions=definitions(figures, order.language),
        words=words(order.language),
        pictures=material.pictures.content,
        remarks=tuple(material.pictures.remarks),
    )


async def _kept(store: Store, material: Material, held: Held) -> Kept:
    """Return all that is kept of an event, without words of who opted out, or of groups that keep theirs."""
    event = material.events[held.id]
    asked = await speaker_questions.listed(store, event.id)
    said = [one for one in await feedback.of_event(store, event.id) if one.text.strip()]
    wrote = {one.member for one in asked} | {one.member for one in said}
    gone = await silent(store, wrote) if wrote else frozenset[int]()
    return Kept(
        event,
        held,
        asked=len(asked),
        questions=[
            one for one in asked if one.member not in gone and (one.group is None or one.group in material.shared)
        ],
        feedback=[one for one in said if one.member not in gone],
        lessons=material.order.lessons.get(event.number, ()),
        pictures=material.pictures.of.get(event.id, ()),
    )


# -- chapters ---------------------------------------------------------------------------------------------------------


def chapters(material: Material, told: Mapping[int, Record]) -> list[Chapter]:
    """Return the series in the order in which they began, then the months of what belongs to none."""
    order = material.order
    of_series: dict[int, list[Held]] = {}
    of_month: dict[tuple[int, int], list[Held]] = {}
    for held in material.found.events:
        local = held.starts_at.astimezone(order.zone)
        if held.series in material.series and order.event is None:
            of_series.setdefault(held.series or 0, []).append(held)
        else:
            of_month.setdefault((local.year, local.month), []).append(held)
    found = [
        Chapter(
            flat(material.series[number].title),
            _summed(order, members),
            tuple(told[held.id] for held in members),
            _lines(order.lessons.get(f"S{number}", ())),
        )
        for number, members in of_series.items()
    ]
    for members in of_month.values():
        named = month(members[0].starts_at.astimezone(order.zone).date(), order.language)
        found.append(Chapter(named, _summed(order, members), tuple(told[held.id] for held in members)))
    return found


def _summed(order: Order, members: Sequence[Held]) -> str:
    """Return a chapter in one line: 3 场 · 报名 128 · 到场 88."""
    parts = [order.say(Texts.ONE_EVENT if len(members) == 1 else Texts.EVENTS, count=len(members))]
    if registered := sum(len(held.entries) for held in members):
        parts.append(order.say(Texts.REGISTERED_SHORT, count=f"{registered:,}"))
    observed = [held for held in members if held.observed]
    if observed:
        parts.append(order.say(Texts.CAME_SHORT, count=f"{sum(len(held.came) for held in observed):,}"))
    if len(observed) < len(members):
        parts.append(order.say(Texts.UNKNOWN_SHORT, count=len(members) - len(observed)))
    return " · ".join(parts)


# -- the cover --------------------------------------------------------------------------------------------------------


def _title(material: Material) -> str:
    order = material.order
    if order.year is not None:
        named = order.name or order.say(Texts.NAMELESS)
        return spaced(order.say(Texts.TITLE_YEAR, name=flat(named), year=order.year))
    if order.series is not None:
        return spaced(order.say(Texts.TITLE_SERIES, title=flat(material.series[order.series].title)))
    return flat(next(iter(material.events.values())).title)


def _span(material: Material) -> str:
    order, held = material.order, material.found.events
    first, last = held[0].starts_at, held[-1].ends_at
    same = first.astimezone(order.zone).year == last.astimezone(order.zone).year
    told = [short(first, order.zone, order.language), short(last, order.zone, order.language, year=not same)]
    if first.astimezone(order.zone).date() == last.astimezone(order.zone).date():
        return told[0]
    if order.language == "en" and same:
        told = [short(first, order.zone, "en", year=False), short(last, order.zone, "en")]
    return spaced(order.say(Texts.SPAN, first=told[0], last=told[1]))


def _lines(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(flat(line)[:400] for line in said)
