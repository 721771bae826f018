"""What a span of time is, and what people call it and the one before: 这一周, 上周; 这个月, 上月."""

from __future__ import annotations

from enum import StrEnum
from zoneinfo import ZoneInfo

from handlers import Text
from storage.metrics import Period, day_of, days, month_of, previous, week_of


class Span(StrEnum):
    """A local day, an ISO week, a calendar month, or some other time."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    OTHER = "other"


THIS = {
    Span.DAILY: Text(zh="这一天", en="that day"),
    Span.WEEKLY: Text(zh="这一周", en="this week"),
    Span.MONTHLY: Text(zh="这个月", en="this month"),
    Span.OTHER: Text(zh="这些天", en="these days"),
}
LAST = {
    Span.DAILY: Text(zh="前一天", en="the day before"),
    Span.WEEKLY: Text(zh="上周", en="last week"),
    Span.MONTHLY: Text(zh="上月", en="the month before"),
    Span.OTHER: Text(zh="之前", en="before"),
}


def span_of(period: Period, zone: ZoneInfo) -> Span:
    """Return what a period is: a local day, an ISO week, a calendar month, or none of these."""
    first = days(period, zone)[0]
    cuts = ((Span.WEEKLY, week_of), (Span.DAILY, day_of), (Span.MONTHLY, month_of))
    return next((span for span, cut in cuts if cut(first, zone) == period), Span.OTHER)


def heading(period: Period, zone: ZoneInfo, language: str) -> str:
    """Return what stands above the figures of a period: 这一周, This week."""
    words = THIS[span_of(period, zone)].in_language(language)
    return words[:1].upper() + words[1:]


def compared_with(period: Period, zone: ZoneInfo) -> Period:
    """Return the period to compare with: of a calendar month the month before, else as many days just before."""
    if span_of(period, zone) is not Span.MONTHLY:
        return previous(period, zone)
    return month_of(days(previous(period, zone), zone)[1], zone)
