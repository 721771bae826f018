"""What is asked of a booklet, and what there is to make it of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers import Text
from handlers._booklet.lessons import Lessons
from handlers._booklet.pictures import Pictures
from handlers._booklet.texts import Texts
from handlers._threads.sharing import KEY
from storage import events, groups, metrics, series, settings
from storage.database import Store
from storage.events import Event, State
from storage.metrics import Meetings, Options, Period, Scope
from storage.series import Series

EVER = Period(datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
CHUNK = 1_000  # events asked for in one statement
SHARED = "community"


class NothingError(Exception):
    """There is nothing to tell; the text says so, in the community's language."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for: one of year, event and series.

    Attributes:
        options: The community's rules of figures; its zone cuts years and months.
        language: `zh` or `en`.
        name: The community's.
        lessons: What was learnt, by event, series and year.
        pictures: Finds the pictures of some events; None: there are none.
        sharing: What groups share where they set nothing.
    """

    options: Options
    language: str = "zh"
    name: str = ""
    year: int | None = None
    event: int | None = None
    series: int | None = None
    lessons: Lessons = field(default_factory=dict)
    pictures: Callable[[Collection[int]], Pictures] | None = None
    sharing: str = SHARED

    @property
    def zone(self) -> ZoneInfo:
        """The community's."""
        return self.options.zone

    def say(self, text: Text, **values: object) -> str:
        """Return a text in the language."""
        return text.in_language(self.language, **values)


@dataclass(frozen=True, slots=True)
class Material:
    """What a booklet is made of: held events with their people, as of `now`, in the order in which they were held.

    Words that were said in a group are quoted only where it is among `shared`.
    """

    order: Order
    now: datetime
    scope: Scope
    period: Period
    found: Meetings
    events: Mapping[int, Event]
    series: Mapping[int, Series]
    pictures: Pictures
    shared: frozenset[int] = frozenset()


async def read(store: Store, order: Order, now: datetime) -> Material:
    """Read what was held of what is asked for.

    Raises:
        NothingError: There is no such event or series, or nothing of it was held yet.
        PicturesError: The folder of pictures cannot be read.
    """
    every = {one.id: one for one in await series.every(store)}
    scope = Scope.community(await groups.every(store))
    period, wanted = await _meant(store, order, every)
    found = await metrics.meetings(store, scope, period, now, order.options)
    if wanted is not None:
        found = found.only(wanted)
    if not found.events:
        raise NothingError(await _nothing(store, order, every))
    ids = [held.id for held in found.events]
    known: dict[int, Event] = {}
    for start in range(0, len(ids), CHUNK):
        known |= await events.several(store, ids[start : start + CHUNK])
    pictures = order.pictures(set(ids)) if order.pictures else Pictures()
    shared = await _shared(store, scope, order.sharing)
    return Material(order, now, scope, period, found, known, every, pictures, shared)


async def _shared(store: Store, scope: Scope, default: str) -> frozenset[int]:
    """Return the groups whose words may be read by the whole community."""
    chosen = await settings.by_group(store, KEY)
    standard = chosen.get(settings.COMMUNITY, default)
    return frozenset(group for group in scope.groups if chosen.get(group, standard) == SHARED)


async def _meant(store: Store, order: Order, every: Mapping[int, Series]) -> tuple[Period, set[int] | None]:
    """Return the time in which to look, and which events are meant there; None: all.

    Raises:
        NothingError: There is no such event or series.
    """
    if order.year is not None:
        return metrics.year_of(date(order.year, 1, 1), order.zone), None
    if order.series is not None:
        if order.series not in every:
            raise NothingError(order.say(Texts.NO_SERIES, number=order.series))
        rounds = await events.of_series(store, order.series)
        return _around(rounds), {one.id for one in rounds}
    one = await events.find(store, order.event or 0)
    if one is None or one.state is State.DRAFT:
        raise NothingError(order.say(Texts.NO_EVENT, number=f"E{order.event}"))
    return _around([one]), {one.id}


def _around(found: Collection[Event]) -> Period:
    if not found:
        return EVER
    starts = [event.starts_at for event in found]
    return Period(min(starts), max(starts) + timedelta(seconds=1))


async def _nothing(store: Store, order: Order, every: Mapping[int, Series]) -> str:
    if order.year is not None:
        return order.say(Texts.NONE_OF_YEAR, year=order.year)
    if order.series is not None:
        return order.say(Texts.NONE_OF_SERIES, title=every[order.series].title)
    one = await events.get(store, order.event or 0)
    return order.say(Texts.CANCELLED if one.state is State.CANCELLED else Texts.NOT_OVER, number=one.number)
