"""When events were, as a book says it: with year and weekday, in the time of the place; pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers._booklet.texts import MONTHS, Texts
from storage.events import Event

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def when(event: Event, zone: ZoneInfo, language: str) -> str:
    """Return day and time of an event: 2026 年 12 月 3 日 周四 20:00–21:00.

    What happened at a place is told in that place's time, which is named where it is not the community's.
    """
    there = ZoneInfo(event.zone)
    local = there if event.venue else zone
    starts, ends = event.starts_at.astimezone(local), event.ends_at.astimezone(local)
    first = f"{day(starts.date(), language)} {starts:%H:%M}"
    last = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{day(ends.date(), language)} {ends:%H:%M}"
    told = f"{first}–{last}" if starts.date() == ends.date() else f"{first} – {last}"
    if starts.utcoffset() == event.starts_at.astimezone(zone).utcoffset():
        return told
    return Texts.ZONED.in_language(language, when=told, zone=event.zone)


def day(local: date, language: str) -> str:
    """Return a day with year and weekday."""
    if language == "en":
        return f"{_DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1][:3]} {local.year}"
    return f"{local.year} 年 {local.month} 月 {local.day} 日 周{'一二三四五六日'[local.weekday()]}"


def short(moment: datetime, zone: ZoneInfo, language: str, *, year: bool = True) -> str:
    """Return a local day without weekday: 2026 年 3 月 5 日, 5 Mar 2026."""
    local = moment.astimezone(zone).date()
    if language == "en":
        return f"{local.day} {MONTHS[local.month - 1][:3]}" + (f" {local.year}" if year else "")
    return (f"{local.year} 年 " if year else "") + f"{local.month} 月 {local.day} 日"


def month(local: date, language: str) -> str:
    """Return a month with its year."""
    named = MONTHS[local.month - 1] if language == "en" else str(local.month)
    return Texts.MONTH.in_language(language, year=local.year, month=named)
