"""Durations and days as people say them, in both languages: 38 分钟, 等了 2 天, 11 月 26 日, 今天 20:00."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_WEEKDAYS = (("周一", "Monday"), ("周二", "Tuesday"), ("周三", "Wednesday"), ("周四", "Thursday"), ("周五", "Friday"),
             ("周六", "Saturday"), ("周日", "Sunday"))  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = {-2: ("前天", ""), -1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow"), 2: ("后天", "")}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def rough(span: timedelta, language: str) -> str:
    """Return a span in its largest unit, rounded down: how long somebody has waited (2 天, 5 小时, 38 分钟)."""
    seconds = _seconds(span)
    for unit, zh, en in ((_DAY, "天", "day"), (_HOUR, "小时", "hour"), (_MINUTE, "分钟", "minute")):
        if seconds >= unit:
            return _count(seconds // unit, zh, en, language)
    return _moment(language)


def exact(span: timedelta, language: str) -> str:
    """Return a span in its two largest units, rounded down: how long something took (1 小时 06 分, 3 天 4 小时)."""
    seconds = _seconds(span)
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    if days:
        rest = f" {_count(hours, '小时', 'hour', language)}" if hours else ""
        return _count(days, "天", "day", language) + rest
    if hours and minutes:
        return f"{hours} 小时 {minutes:02d} 分" if language != "en" else f"{hours} h {minutes:02d} min"
    if hours:
        return _count(hours, "小时", "hour", language)
    return _count(minutes, "分钟", "minute", language) if minutes else _moment(language)


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))  # a platform's clock may run ahead of ours


def _count(number: int, zh: str, en: str, language: str) -> str:
    if language != "en":
        return f"{number} {zh}"
    return f"{number} {en}" if number == 1 else f"{number} {en}s"


def _moment(language: str) -> str:
    return "under a minute" if language == "en" else "不到 1 分钟"


def day(moment: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the local date of a moment, with the year only where it is another (11 月 26 日, 26 Nov)."""
    local, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if language == "en":
        short = f"{local.day} {_MONTHS[local.month - 1]}"
        return short if local.year == today.year else f"{short} {local.year}"
    short = f"{local.month} 月 {local.day} 日"
    return short if local.year == today.year else f"{local.year} 年 {short}"


def dated(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the local date of a moment with its weekday, true whenever it is read: 2026 年 12 月 3 日 周四."""
    local = moment.astimezone(zone).date()
    zh, en = _WEEKDAYS[local.weekday()]
    if language == "en":
        return f"{en}, {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{local.year} 年 {local.month} 月 {local.day} 日 {zh}"


def weekday(local: date, language: str) -> str:
    """Return the short name of a local date's weekday: 周四, Thu."""
    zh, en = _WEEKDAYS[local.weekday()]
    return zh if language != "en" else en[:3]


def when(moment: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Return day and time as people say them: 今天 20:00, 本周四 20:00, 12 月 5 日 14:00."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    named = _near(local.date(), today, language) or day(moment, now, zone, language)
    return f"{named} {local:%H:%M}"


def since(moment: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Return how far back something lies, as an attribute: 今天, 昨天, 上周, 上个月, else its date."""
    local, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    back = (today - local).days
    if back in {0, 1, 2} and (near := _near(local, today, language)):
        return near
    if _monday(local) == _monday(today):
        return "earlier this week" if language == "en" else "这周"
    if _monday(local) == _monday(today) - timedelta(days=7):
        return "last week" if language == "en" else "上周"
    if (today.year - local.year) * 12 + today.month - local.month == 1:
        return "last month" if language == "en" else "上个月"
    return day(moment, now, zone, language)


def _near(local: date, today: date, language: str) -> str:
    zh, en = _NEAR.get((local - today).days, ("", ""))
    if language != "en" and zh:
        return zh
    if language == "en" and en:
        return en
    if _monday(local) != _monday(today):
        return ""
    zh, en = _WEEKDAYS[local.weekday()]
    if language == "en":
        return f"this {en}" if local > today else en
    return f"本{zh}"


def _monday(local: date) -> date:
    return local - timedelta(days=local.weekday())
