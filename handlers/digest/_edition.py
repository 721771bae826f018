"""Editions: which week a digest tells of, and the key by which it is posted once; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers import Text
from handlers._rules import parse
from handlers._wording.names import spaced
from storage.metrics import Period, days, iso_week, week_of

WEEK = timedelta(days=7)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Texts:
    """The first line."""

    WEEK = Text(zh="{name}周报 · 第 {week} 周（{days}）", en="{name} weekly · week {week} ({days})")
    SPAN = Text(zh="{name}周报 · {days}", en="{name} weekly · {days}")
    NAMELESS = Text(zh="象群", en="Xiangqun")


@dataclass(frozen=True, slots=True)
class Edition:
    """One digest of a group: what it tells of, and its identity in the outbox."""

    period: Period
    key: str


def edition(group: int, when: str, due: datetime, zone: ZoneInfo) -> Edition:
    """Return the edition of a due instant: the last full ISO week before it, whenever it is really posted.

    Under a rule of seconds or hours (`every 5s`) each instant is an edition of its own, of the seven days before.
    """
    if parse(when).every is not None:
        return Edition(Period(due - WEEK, due), f"digest:{group}:{due.isoformat()}")
    period = week_of(due.astimezone(zone).date() - WEEK, zone)
    year, week = iso_week(period, zone)
    return Edition(period, f"digest:{group}:{year}-W{week:02d}")


def title(name: str, period: Period, zone: ZoneInfo, language: str) -> str:
    """Return a digest's first line, with its week and days."""
    first, last = days(period, zone)
    called = name or Texts.NAMELESS.in_language(language)
    shown = _english(first, last) if language == "en" else f"{first.month}.{first.day}–{last.month}.{last.day}"
    if period == week_of(first, zone):
        week = iso_week(period, zone)[1]
        return spaced(Texts.WEEK.in_language(language, name=called, week=week, days=shown))
    return spaced(Texts.SPAN.in_language(language, name=called, days=shown))


def _english(first: date, last: date) -> str:
    end = f"{last.day} {_MONTHS[last.month - 1]}"
    if first.month == last.month:
        return f"{first.day}–{end}"
    return f"{first.day} {_MONTHS[first.month - 1]} – {end}"
