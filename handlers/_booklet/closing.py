"""The numbers of a whole booklet: those that close it, each beside the year before, and the sentences that open it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from handlers._booklet import Definition, Told
from handlers._booklet.asking import Material
from handlers._booklet.texts import Texts
from handlers._wording.numbers import FEW, decimal, percent
from storage import metrics
from storage.database import Store
from storage.metrics import FIGURES, Missing, Unit, Value

NAMES = (
    "events_held", "event_registrations", "event_checkins", "attendance_rate", "no_shows", "first_timers",
    "sharing_companies", "attending_companies", "event_cities", "event_score", "carry_over",
)  # fmt: skip
ASKED = ("questions_before_events", "questions_after_events")
CITIES = 12  # at most


async def closing(store: Store, material: Material) -> tuple[Told, ...]:
    """Return the closing numbers: of a year beside the year before; of one event none, its record has them."""
    order = material.order
    if order.event is not None:
        return ()
    now = metrics.of_meetings(material.found, NAMES, material.period, material.now, order.options)
    before: Mapping[str, Value] = {}
    if order.year is not None:
        last = metrics.previous(material.period, order.zone)
        asked = await metrics.compute_all(store, ASKED, material.scope, material.period, material.now, order.options)
        then = await metrics.meetings(store, material.scope, last, material.now, order.options)
        if then.events:
            before = metrics.of_meetings(then, NAMES, last, material.now, order.options)
        now = {**now, **asked}
    return tuple(_told(value, before.get(name), order.language) for name, value in now.items() if _tells(value))


def _tells(value: Value) -> bool:
    return value.missing is not Missing.NOTHING and (value.missing is None or value.figure == "event_checkins")


def _told(value: Value, before: Value | None, language: str) -> Told:
    parts = [f"{value.n:,}/{value.of:,}"] if value.unit is Unit.SHARE and value.base >= FEW else []
    if value.unit is Unit.SCORE:
        parts.append((Texts.RATED_ONE if value.n == 1 else Texts.RATED).in_language(language, count=f"{value.n:,}"))
    if unknown := value.parts.get(metrics.Why.UNATTENDED, 0):
        parts.append(Texts.UNKNOWN_SHORT.in_language(language, count=unknown))
    if before is not None and before.value is not None:
        parts.append(Texts.BEFORE.in_language(language, value=said(before, language)))
    return Told(FIGURES[value.figure].label(language), said(value, language), " · ".join(parts))


def said(value: Value, language: str) -> str:
    """Return a value in its unit, or that nobody checked in; a share of fewer than twenty as counts."""
    if value.value is None:
        return Texts.UNATTENDED.in_language(language)
    if value.unit is Unit.SHARE:
        return percent(value.value) if value.base >= FEW else f"{value.n}/{value.of}"
    bound = "≤ " if value.bound is metrics.Bound.UPPER else ""
    return decimal(value.value) if value.unit is Unit.SCORE else f"{bound}{value.value:,.0f}"


def news(material: Material) -> tuple[str, ...]:
    """Return what was held in two or three sentences."""
    order, found = material.order, material.found
    told = [_held(material)]
    registered = sum(len(event.entries) for event in found.events)
    if found.observed:
        came, first = (
            sum(map(len, of))
            for of in ([event.came for event in found.observed], [event.first for event in found.observed])
        )
        numbers = {"registered": f"{registered:,}", "came": f"{came:,}", "first": f"{first:,}"}
        told.append(order.say(Texts.CAME, **numbers))
    elif registered:
        told.append(order.say(Texts.REGISTERED, registered=f"{registered:,}"))
    sharing = {company for event in found.events for company in event.sharing}
    return (*told, order.say(Texts.SHARED, count=len(sharing))) if len(sharing) > 1 else tuple(told)


def _held(material: Material) -> str:
    found = material.found.events
    there = {event.city for event in found}
    cities = there - {""}
    if len(found) == 1:
        return material.order.say(Texts.HELD_ONE)
    text = Texts.HELD if len(cities) > 1 else Texts.HELD_THERE if len(there) == 1 and cities else Texts.HELD_ONLINE
    return material.order.say(text, count=f"{len(found):,}", cities=len(cities), city=min(cities, default=""))


def cities(material: Material) -> tuple[Told, ...]:
    """Return how many events each city had, where there was more than one city."""
    counted = Counter(event.city for event in material.found.events if event.city)
    if len(counted) < 2 or material.order.event is not None:
        return ()
    return tuple(
        Told(city, material.order.say(Texts.ONE_EVENT if count == 1 else Texts.EVENTS, count=count))
        for city, count in counted.most_common(CITIES)
    )


def definitions(told: Sequence[Told], language: str) -> tuple[Definition, ...]:
    """Return what closing numbers mean."""
    labels = {one.label for one in told}
    return tuple(
        Definition(figure.label(language), figure.definition(language))
        for figure in FIGURES.values()
        if figure.name in (*NAMES, *ASKED) and figure.label(language) in labels
    )
