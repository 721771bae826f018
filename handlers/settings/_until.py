"""Until when, as people say it: 3d, 两周, 到周一, 到明天 14:00, 到 12 月 5 日, until fri 18:00."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers._rules import WEEKDAYS, instant

LONGEST = timedelta(days=366)
_NUMBERS = {char: number for number, char in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_UNITS = {"h": "hours", "小时": "hours", "d": "days", "天": "days", "w": "weeks", "周": "weeks", "星期": "weeks"}
_NEAR = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2}
_DAYS = {char: number for number, char in enumerate("一二三四五六日")} | {"天": 6}
_DAYS |= {name: number for number, name in enumerate(WEEKDAYS)}

_SPAN = r"(?:(?P<number>\d{1,3}|[一两二三四五六七八九十]) ?个?(?P<unit>h|d|w|小时|天|周|星期))"
_DATE = r"(?:(?P<year>\d{4}) ?[-年] ?)?(?P<month>\d{1,2}) ?[-月] ?(?P<day>\d{1,2}) ?[日号]?"
_WEEKDAY = rf"(?P<next>下|next )?(?:周|星期)?(?P<weekday>[一二三四五六日天]|{'|'.join(WEEKDAYS)})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})"
_MOMENT = rf"(?:到|until |till ) ?(?=\S)(?:{_DATE}|(?P<near>{'|'.join(_NEAR)})|{_WEEKDAY})?(?: ?{_CLOCK})?"
_UNTIL = re.compile(f"{_SPAN}|{_MOMENT}")
SHAPE = re.sub(r"\?P<\w+>", "?:", _UNTIL.pattern)  # of a command's arguments


def end_of(text: str, now: datetime, zone: ZoneInfo, morning: time) -> datetime | None:
    """Return the moment (UTC) that a text means; a day alone means its morning.

    None where nothing can be read, and for what is past or more than a year away.
    """
    found = _UNTIL.fullmatch(text)
    if found is None:
        return None
    said = found.groupdict()
    try:
        end = now + _span(said) if said["unit"] else _moment(said, now, zone, morning)
    except ValueError:  # the 31st of February, 25:00
        return None
    return end if now < end <= now + LONGEST else None


def _span(said: dict[str, str | None]) -> timedelta:
    number = said["number"] or ""
    return timedelta(**{_UNITS[said["unit"] or ""]: _NUMBERS.get(number) or int(number)})


def _moment(said: dict[str, str | None], now: datetime, zone: ZoneInfo, morning: time) -> datetime:
    today = now.astimezone(zone).date()
    at = time(int(said["hour"] or 0), int(said["minute"] or 0)) if said["hour"] else morning
    if said["near"]:
        return instant(today + timedelta(days=_NEAR[said["near"]]), at, zone)
    if said["weekday"]:
        return _on_weekday(said, today, at, now, zone)
    if not said["month"]:  # a time of day alone
        end = instant(today, at, zone)
        return end if end > now else instant(today + timedelta(days=1), at, zone)
    month, day = int(said["month"]), int(said["day"] or 0)
    end = instant(date(int(said["year"] or today.year), month, day), at, zone)
    return end if said["year"] or end > now else instant(date(today.year + 1, month, day), at, zone)


def _on_weekday(said: dict[str, str | None], today: date, at: time, now: datetime, zone: ZoneInfo) -> datetime:
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=_DAYS[said["weekday"] or ""])
    end = instant(day, at, zone)
    return instant(day + timedelta(days=7), at, zone) if said["next"] or end <= now else end
