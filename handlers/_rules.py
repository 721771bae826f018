"""Rules of time, written as people speak, and the instants they mean: `mon 09:00`, `daily 18:30`, `day 1 10:00`.

Pure. Local times that a clock change skips mean the first instant after the gap; those that come twice mean the
first. `every 5s`, `every 10m` and `every 2h` count from the schedule's beginning.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = {"周一": "mon", "周二": "tue", "周三": "wed", "周四": "thu", "周五": "fri", "周六": "sat", "周日": "sun"}
_CHINESE |= {"周天": "sun", "每天": "daily", "每月": "day"}
_UNITS = {"s": 1, "m": 60, "h": 3600}
_EVERY = re.compile(r"every (\d{1,6})\s?([smh])")
_AT = re.compile(r"(?:(daily|mon|tue|wed|thu|fri|sat|sun)|day (\d{1,2})) (\d{1,2}):(\d{2})")
LOOK_BACK_DAYS = 62  # the longest time between two instants of a rule, and to spare


class RuleError(ValueError):
    """A time is written like this: mon 09:00, daily 18:30, day 1 10:00 (周一 09:00, 每天 18:30)."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is due: each `every`, or at a local time on some days."""

    every: timedelta | None = None
    weekday: int | None = None  # 0 is Monday
    day: int | None = None  # of the month; the last one where a month is shorter
    at: time = time(0, 0)

    def falls_on(self, day: date) -> bool:
        """Say whether a local day is one of the rule's."""
        if self.weekday is not None:
            return day.weekday() == self.weekday
        if self.day is not None:
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return True


def parse(text: str) -> Rule:
    """Return the rule that a text means.

    Raises:
        RuleError: It is none; the message shows how to write one.
    """
    words = " ".join(text.lower().replace("：", ":").split())
    for chinese, english in _CHINESE.items():
        words = words.replace(chinese, f"{english} ")
    words = " ".join(words.replace("号", " ").replace("日", " ").split())
    if found := _EVERY.fullmatch(words):
        every = int(found[1]) * _UNITS[found[2]]
        if every > 0:
            return Rule(every=timedelta(seconds=every))
    elif found := _AT.fullmatch(words):
        hour, minute, day = int(found[3]), int(found[4]), int(found[2] or 0)
        if hour < 24 and minute < 60 and (found[1] or 1 <= day <= 31):
            weekday = WEEKDAYS.index(found[1]) if found[1] in WEEKDAYS else None
            return Rule(weekday=weekday, day=day or None, at=time(hour, minute))
    raise RuleError


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a local time: after a gap the first one that exists, of two the first."""
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # In a gap: fold=0 reads the clock before the change, fold=1 the one after; the change lies between the two.
    early, late = sorted((moment, local.replace(fold=1).astimezone(UTC)))
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def latest_due(rule: Rule, zone: ZoneInfo, since: datetime, now: datetime) -> datetime | None:
    """Return the last instant of a rule that is after `since` and not after `now`; None if there is none.

    Of several that were missed only the last is due: nobody wants three digests at once.
    """
    if rule.every is not None:
        steps = (now - since) // rule.every
        return since + steps * rule.every if steps > 0 else None
    day = now.astimezone(zone).date() + timedelta(days=1)  # a gap at midnight may move an instant to the day before
    for _ in range(LOOK_BACK_DAYS):
        if rule.falls_on(day):
            moment = instant(day, rule.at, zone)
            if moment <= since:
                return None
            if moment <= now:
                return moment
        day -= timedelta(days=1)
    return None


def next_due(rule: Rule, zone: ZoneInfo, since: datetime, now: datetime) -> datetime | None:
    """Return the first instant of a rule after `now` (and after `since`), for people who ask when."""
    if rule.every is not None:
        return since + ((now - since) // rule.every + 1) * rule.every
    day = now.astimezone(zone).date() - timedelta(days=1)
    for _ in range(LOOK_BACK_DAYS):
        moment = instant(day, rule.at, zone) if rule.falls_on(day) else None
        if moment is not None and moment > max(now, since):
            return moment
        day += timedelta(days=1)
    return None


def _readable(text: str) -> str:
    try:
        parse(text)
    except RuleError as error:
        raise PydanticCustomError("rule", str(error)) from error
    return text


RuleText = Annotated[str, AfterValidator(_readable)]
"""A setting that is a rule of time, kept as it was written."""
