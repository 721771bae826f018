"""Hours of a day in which somebody is left alone; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

Hours = tuple[time, time]  # from and until, local; they may go over midnight, and none are those that end as they begin


def within(moment: time, hours: Hours) -> bool:
    """Say whether a local time lies within hours of the day."""
    since, until = hours
    return since <= moment < until if since <= until else moment >= since or moment < until


def is_quiet(now: datetime, zone: ZoneInfo, every: Iterable[Hours]) -> bool:
    """Say whether a moment lies in any of some local hours."""
    return any(within(now.astimezone(zone).time(), hours) for hours in every)


def quiet_next(now: datetime, zone: ZoneInfo, every: Iterable[Hours]) -> datetime:
    """Return when the first of some local hours begin after a moment, at most a day later."""
    local = now.astimezone(zone)
    begins = [
        local.replace(hour=since.hour, minute=since.minute, second=0, microsecond=0)
        for since, until in every
        if since != until
    ]
    return min((b if b > local else b + timedelta(days=1) for b in begins), default=local + timedelta(days=1))
