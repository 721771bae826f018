"""When something is said after an event: never at night, and never so late that nobody remembers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers._rules import instant
from handlers._tables import Quiet

MORNING = time(9, 30)
LATEST = timedelta(days=3)  # after it was due nobody is asked any more
SETTLED = timedelta(minutes=5)  # what is given within so long of the first goes into one post


def due(ends_at: datetime, after: timedelta, zone: ZoneInfo, night: Quiet) -> datetime:
    """Return when people are spoken to after an end: some time later, at night the next morning at half past nine."""
    wanted = ends_at + after
    local = wanted.astimezone(zone)
    if not night.is_night(local.time()):
        return wanted
    evening = night.quiet_from > night.quiet_until and local.time() >= night.quiet_from
    return instant(local.date() + timedelta(days=int(evening)), max(MORNING, night.quiet_until), zone)


def is_time(due_at: datetime, now: datetime, zone: ZoneInfo, night: Quiet) -> bool:
    """Say whether it is time, also where nothing ran when it was due."""
    return due_at <= now <= due_at + LATEST and not night.is_night(now.astimezone(zone).time())
