"""Editions: which day, week or month a digest tells of, and the key by which it is posted once; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from handlers import Text
from handlers._rules import Rule, parse
from handlers._wording.names import spaced
from handlers._wording.spans import Span, span_of
from storage.metrics import Period, day_of, days, iso_week, month_of, week_of

WEEK = timedelta(days=7)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Every = Literal["auto", "daily", "weekly", "monthly"]


class Texts:
    """What editions are called, and the first line."""

    NAMELESS = Text(zh="象群", en="Xiangqun")
    WEEK = Text(zh="第 {week} 周（{days}）", en="week {week} ({days})")


KINDS = {
    Span.DAILY: Text(zh="日报", en="daily"),
    Span.WEEKLY: Text(zh="周报", en="weekly"),
    Span.MONTHLY: Text(zh="月报", en="monthly"),
    Span.OTHER: Text(zh="周报", en="weekly"),
}
_CALLED = Text(zh="{name}{kind}", en="{name} {kind}")


@dataclass(frozen=True, slots=True)
class Edition:
    """One digest of a group: what it tells of, and its identity in the outbox."""

    period: Period
    key: str


def edition(to: int | str, when: str, due: datetime, zone: ZoneInfo, every: Every = "auto") -> Edition:
    """Return the edition of a due instant: the last full day, ISO week or month before it, whenever it is posted.

    Which of the three, the rule says (`daily 18:30`, `mon 09:00`, `day 1 10:00`) unless `every` does. Under a rule of
    seconds or hours (`every 5s`) each instant is an edition of its own, of the seven days before.

    Args:
        to: The group that it is for, or whoever else: it is part of the key.
        when: The rule of time.
        due: The instant that is due.
        zone: Cuts days, weeks and months.
        every: How long a time it tells of; `auto` leaves that to the rule.
    """
    rule = parse(when)
    span = _span(rule) if every == "auto" else Span(every)
    if span is Span.OTHER:
        return Edition(Period(due - WEEK, due), f"digest:{to}:{due.isoformat()}")
    today = due.astimezone(zone).date()
    if span is Span.DAILY:
        yesterday = today - timedelta(days=1)
        return Edition(day_of(yesterday, zone), f"digest:{to}:{yesterday.isoformat()}")
    if span is Span.MONTHLY:
        period = month_of(today.replace(day=1) - timedelta(days=1), zone)
        return Edition(period, f"digest:{to}:{days(period, zone)[0]:%Y-%m}")
    period = week_of(today - WEEK, zone)
    year, week = iso_week(period, zone)
    return Edition(period, f"digest:{to}:{year}-W{week:02d}")


def _span(rule: Rule) -> Span:
    if rule.every is not None:
        return Span.OTHER
    if rule.day is not None:
        return Span.MONTHLY
    return Span.DAILY if rule.weekday is None else Span.WEEKLY


def kind(period: Period, zone: ZoneInfo, language: str) -> str:
    """Return what people call an edition: 日报, 周报, 月报."""
    return KINDS[span_of(period, zone)].in_language(language)


def called(name: str, period: Period, zone: ZoneInfo, language: str) -> str:
    """Return what a digest is called: 象群周报."""
    known = name or Texts.NAMELESS.in_language(language)
    return spaced(_CALLED.in_language(language, name=known, kind=kind(period, zone, language)))


def title(name: str, period: Period, zone: ZoneInfo, language: str) -> str:
    """Return a digest's first line, with its day, its week and days, or its month."""
    return f"{called(name, period, zone, language)} · {dates(period, zone, language)}"


def dates(period: Period, zone: ZoneInfo, language: str) -> str:
    """Return a period as a title names it: 11 月 29 日 周日, 第 48 周（11.23–11.29）, 2026 年 11 月, 11.18–11.24."""
    first, last = days(period, zone)
    match span_of(period, zone):
        case Span.DAILY if language == "en":
            return f"{_WEEKDAYS[first.weekday()]}, {first.day} {_MONTHS[first.month - 1]}"
        case Span.DAILY:
            return f"{first.month} 月 {first.day} 日 周{'一二三四五六日'[first.weekday()]}"
        case Span.MONTHLY:
            return (
                f"{_MONTHS[first.month - 1]} {first.year}" if language == "en" else f"{first.year} 年 {first.month} 月"
            )
        case Span.WEEKLY:
            week = iso_week(period, zone)[1]
            return Texts.WEEK.in_language(language, week=week, days=_between(first, last, language))
    return _between(first, last, language)


def _between(first: date, last: date, language: str) -> str:
    if language != "en":
        return f"{first.month}.{first.day}–{last.month}.{last.day}"
    end = f"{last.day} {_MONTHS[last.month - 1]}"
    if first.month == last.month:
        return f"{first.day}–{end}"
    return f"{first.day} {_MONTHS[first.month - 1]} – {end}"
