"""Which span of time is meant by `--since`, `--until` and `--week`: local days of the community."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cli._opening import RefusalError
from storage.metrics import Period, between, last_days, week_of

DAYS = 7


def period_of(since: str | None, until: str | None, now: datetime, zone: ZoneInfo, *, week: bool) -> Period:
    """Return the period: the last whole week, the days named, or without either the last seven days, today included.

    Raises:
        RefusalError: A day cannot be read, the days are the wrong way round, or both ways were taken.
    """
    today = now.astimezone(zone).date()
    if week:
        if since or until:
            raise RefusalError("--week is a period of its own; leave --since and --until out.")
        return week_of(today - timedelta(days=7), zone)
    if not since and not until:
        return last_days(DAYS, today, zone)
    last = day_of(until, "--until") if until else today
    first = day_of(since) if since else last - timedelta(days=DAYS - 1)
    if first > last:
        raise RefusalError(f"The period would end ({last}) before it begins ({first}).")
    return between(first, last + timedelta(days=1), zone)


def day_of(text: str, option: str = "--since") -> date:
    """Return the day that was typed for an option.

    Raises:
        RefusalError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusalError(f"{option} {text} is no day; write it as 2026-11-23.") from None
