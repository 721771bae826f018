"""A month later: the same weekday of the month, for what is planned for a first Saturday is meant to stay one; pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers._rules import instant

_WEEK = 7
_MONTHS = 12


def months_later(day: date, months: int) -> date:
    """Return the day so many months later: the third Saturday after the third Saturday.

    The fifth of a weekday becomes the last one where a month has four.
    """
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    first, length = monthrange(year, month + 1)
    found = 1 + (day.weekday() - first) % _WEEK + (day.day - 1) // _WEEK * _WEEK
    return date(year, month + 1, found if found <= length else found - _WEEK)


def moment_later(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the moment so many months later at the same time of the zone's clocks, UTC."""
    local = moment.astimezone(zone)
    return instant(months_later(local.date(), months), local.time().replace(tzinfo=None), zone)


def due_on(starts_at: datetime, zone: ZoneInfo, days: int, known_at: datetime) -> date:
    """Return the local day on which something is due that has to be done so many days before an event.

    What would have been due before anybody knew of it is due on the day it became known.
    """
    day = starts_at.astimezone(zone).date() - timedelta(days=days)
    return max(day, known_at.astimezone(zone).date())
