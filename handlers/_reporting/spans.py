"""Which spans of time a report tells of: its period, the one before, and its months or weeks; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers._reporting import Wish
from storage.metrics import Period, between, days, midnight, month_of, previous, week_of, year_of

STEPS = 12
SHORT_RECORD = timedelta(days=60)  # a record of less is told by week: two bars are no chart
FIRST_YEAR, LAST_YEAR = 1970, 9000
DAY = timedelta(days=1)


class WishError(ValueError):
    """The period that was asked for is none; the text says why."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The period of a report, the one it is compared with, and the steps in which it is told.

    Attributes:
        steps: Twelve calendar months or weeks, oldest first; the last is the one in which the period ends.
        earlier: The step before the first of them, for its growth.
        weekly: Whether the steps are weeks.
    """

    period: Period
    before: Period
    steps: tuple[Period, ...]
    earlier: Period
    weekly: bool = False

    @property
    def whole(self) -> Period:
        """All that has to be read of threads, but for the period before."""
        first = min(self.period.since, self.earlier.since)
        return Period(first, max(self.period.until, self.steps[-1].until))


def spans_of(wish: Wish, latest: date, zone: ZoneInfo, *, weekly: bool = False) -> Spans:
    """Return the spans of what was asked for; without anything the twelve months up to a local day.

    Raises:
        WishError: It is no month, year or day, it lies ahead, or several ways were taken.
    """
    if sum(map(bool, (wish.month, wish.year, wish.since))) > 1:
        raise WishError("--month, --year and --since are three ways to name one period; take one of them.")
    period, before = _period(wish, latest, zone)
    if period.since >= midnight(latest + DAY, zone):
        raise WishError(f"The period begins {days(period, zone)[0]}, which has not come yet.")
    last = min(days(period, zone)[1], latest)
    step_of = week_of if weekly else month_of
    steps = [step_of(last, zone)]
    while len(steps) <= STEPS:
        steps.insert(0, step_of(days(steps[0], zone)[0] - DAY, zone))
    return Spans(period, before, tuple(steps[1:]), steps[0], weekly)


def _period(wish: Wish, latest: date, zone: ZoneInfo) -> tuple[Period, Period]:
    if wish.month:
        month = month_of(_day(f"{wish.month}-01", "--month", wish.month, "2026-11"), zone)
        return month, month_of(days(month, zone)[0] - DAY, zone)
    if wish.year:
        first = _day(f"{wish.year}-01-01", "--year", wish.year, "2026")
        return year_of(first, zone), year_of(first - DAY, zone)
    if wish.since:
        first = _day(wish.since, "--since", wish.since, "2026-11-23")
        period = between(first, max(latest, first) + DAY, zone)
        return period, previous(period, zone)
    period = between(_months_back(latest, STEPS - 1), latest + DAY, zone)
    return period, previous(period, zone)


def _day(text: str, option: str, typed: str, example: str) -> date:
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-11-23") else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WishError(f"{option} {typed} cannot be read; write it as {example}.")
    return found


def _months_back(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def is_over(period: Period, now: datetime) -> bool:
    """Return whether a period lies behind, so that it may be compared with another."""
    return period.until <= now
