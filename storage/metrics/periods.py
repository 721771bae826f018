"""Periods: spans of time that are cut at the midnights of the community's one zone, and the ones before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time, `since` <= t < `until`, both UTC."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a period needs times with a zone")
        if self.since >= self.until:
            raise ValueError(f"a period ends after it begins: {self.since} .. {self.until}")


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a local day, UTC; where summer time skips 00:00, the moment of the change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def between(first: date, after: date, zone: ZoneInfo) -> Period:
    """Return the local days `first` <= day < `after`."""
    return Period(midnight(first, zone), midnight(after, zone))


def day_of(day: date, zone: ZoneInfo) -> Period:
    """Return one local day: 23, 24 or 25 hours."""
    return between(day, day + timedelta(days=1), zone)


def week_of(day: date, zone: ZoneInfo) -> Period:
    """Return the ISO week (Monday to Sunday) that holds a local day."""
    monday = day - timedelta(days=day.weekday())
    return between(monday, monday + timedelta(days=7), zone)


def month_of(day: date, zone: ZoneInfo) -> Period:
    """Return the calendar month that holds a local day."""
    first = day.replace(day=1)
    return between(first, (first + timedelta(days=31)).replace(day=1), zone)


def quarter_of(day: date, zone: ZoneInfo) -> Period:
    """Return the quarter of the calendar year (January to March, ...) that holds a local day."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return between(first, (first + timedelta(days=93)).replace(day=1), zone)


def year_of(day: date, zone: ZoneInfo) -> Period:
    """Return the calendar year that holds a local day."""
    return between(date(day.year, 1, 1), date(day.year + 1, 1, 1), zone)


def last_days(count: int, day: date, zone: ZoneInfo) -> Period:
    """Return the `count` local days that end with `day` (inclusive).

    With today as `day` the period is unfinished; with yesterday it compares fairly with `previous`.
    """
    return between(day - timedelta(days=count - 1), day + timedelta(days=1), zone)


def previous(period: Period, zone: ZoneInfo) -> Period:
    """Return the period of the same length just before: as many local days; of part of a day, as much time.

    Days are counted by the calendar, so that a week before a change to summer time is still cut at midnights.
    """
    first, last = days(period, zone)
    after = last + timedelta(days=1)
    if period == between(first, after, zone):
        return between(first - (after - first), first, zone)
    return Period(period.since - (period.until - period.since), period.since)


def days(period: Period, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last local day that a period touches."""
    last = period.until - timedelta(microseconds=1)
    return period.since.astimezone(zone).date(), last.astimezone(zone).date()


def iso_week(period: Period, zone: ZoneInfo) -> tuple[int, int]:
    """Return (ISO year, ISO week) of a period's first day; 2026-12-28 opens week 53 of 2026."""
    year, week, _ = days(period, zone)[0].isocalendar()
    return year, week
