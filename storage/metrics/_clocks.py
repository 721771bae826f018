"""Service time: how much of a wait fell into the hours in which members may hope for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NOTHING = timedelta(0)


class ServiceClock:
    """Runs from `opens` to `closes` of each local day, weekends included, and rests on closed days.

    `closes` of 00:00 means the end of the day. The time up to a moment is kept per day, so that a wait of a year
    costs no more than one of an hour.
    """

    def __init__(self, zone: ZoneInfo, opens: time, closes: time, closed: Callable[[date], bool]) -> None:
        self._zone = zone
        self._opens = opens
        self._closes = closes
        self._closed = closed
        self._ran: dict[date, timedelta] = {}  # before each day, counted from the earliest day asked for
        self._windows: dict[date, tuple[datetime, datetime]] = {}
        self._first = self._last = date.max

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Return how long the clock ran from `since` to `until`: 0 where it rested all along, or `until` is earlier.

        Raises:
            ValueError: A time is naive.
        """
        if since.tzinfo is None or until.tzinfo is None:
            raise ValueError("the service clock needs times with a zone")
        if until <= since:
            return NOTHING
        first, last = since.astimezone(self._zone).date(), until.astimezone(self._zone).date()
        self._reach(first, last)
        return self._until(last, until) - self._until(first, since)

    def _until(self, day: date, moment: datetime) -> timedelta:
        opened, closed = self._windows[day]
        return self._ran[day] + max(min(moment, closed) - opened, NOTHING)

    def _reach(self, first: date, last: date) -> None:
        if first < self._first:
            self._ran, self._first, self._last = {first: NOTHING}, first, first
            self._windows.setdefault(first, self._window(first))
        for day in _days(self._last, last):
            opened, closed = self._windows[day]
            self._ran[day + DAY] = self._ran[day] + (closed - opened)
            self._windows.setdefault(day + DAY, self._window(day + DAY))
            self._last = day + DAY

    def _window(self, day: date) -> tuple[datetime, datetime]:
        """Return when the clock runs on a local day; an empty window at its noon where it rests."""
        opened = self._moment(day, self._opens)
        closed = self._moment(day + DAY if self._closes == time() else day, self._closes)
        # A day that its zone left out (Samoa, 2011-12-30) would come out as the next one, and count twice.
        left_out = opened.astimezone(self._zone).date() != day
        return (opened, opened) if left_out or self._closed(day) else (opened, max(opened, closed))

    def _moment(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self._zone).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    while first < last:
        yield first
        first += DAY


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country (ISO 3166 code, e.g. `CN`) in a year; none where it is empty.

    Days off that a government moved onto a working day are among them. For years that the library does not know,
    the answer is none.

    Raises:
        ValueError: The country is unknown to the library.
    """
    if not country:
        return frozenset()
    import holidays  # it costs a fifth of a second, which only figures with a service clock should pay

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known for country {country!r}; use an ISO code such as CN") from error
