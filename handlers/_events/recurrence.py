"""When an event comes again: rules as people say them (每周二、周四), or of RFC 5545, and the days they mean. Pure.

Times are local: an event at 20:00 stays at 20:00 when clocks change. Only what comes once a day at most is understood,
and nothing that could keep a machine busy in search of a day that never comes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from handlers._events.refusing import Texts, UnreadableError
from handlers._events.zones import evened
from handlers._rules import instant

AHEAD = timedelta(weeks=5)  # how far ahead events are made
MOST = 500  # of one rule
_DAYS = dict(zip("一二三四五六日", ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True)) | {"天": "SU"}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS |= {name: name[:2].upper() for name in _ENGLISH}
_ONE = rf"(?:(?:周|星期|礼拜)?[一二三四五六日天]|(?:{'|'.join(_ENGLISH)})[a-z]*)"
_NAMED = re.compile(rf"[一二三四五六日天]|{'|'.join(_ENGLISH)}")
_EVERY = re.compile(
    rf"(?:每(?P<fortnight>两|隔|隔一)?(?:个)?(?:周|星期)|every (?P<other>other |second )?)\s*"
    rf"(?P<days>{_ONE}(?:\s*(?:[、,和及]|and|\s)\s*{_ONE})*)",
    re.IGNORECASE,
)
_DAILY = re.compile(r"每天|daily|every day", re.IGNORECASE)
_MONTHLY = re.compile(r"每月第(?P<nth>[一二三四1-4])个?(?:周|星期)(?P<day>[一二三四五六日天])")
_MONTH_DAY = re.compile(r"每(?:个)?月 ?(?P<day>\d{1,2}) ?[日号]")
_RRULE = re.compile(
    r"(?:RRULE:)?((?:FREQ|INTERVAL|WKST|BYDAY|COUNT|UNTIL|BYMONTH(?:DAY)?|BYSETPOS)=\S+)", re.IGNORECASE
)
_NTH = {"一": 1, "二": 2, "三": 3, "四": 4}
_NUMBER = re.compile(r"\d{1,4}")
_ORDINAL = re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)")
_PARTS: Mapping[str, frozenset[str]] = {  # which others a frequency may have: none of them can miss for ever
    "DAILY": frozenset({"BYDAY"}),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY"}),
    "YEARLY": frozenset(),
}
_COMMON = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})


def found_in(line: str) -> tuple[str, str, str]:
    """Return the rule that a line tells somewhere, and what is before and behind it; empty where it tells none.

    Raises:
        UnreadableError: It tells one that cannot be.
    """
    if found := _RRULE.search(line):
        return checked(found[1]), *_around(line, found)
    if found := _MONTHLY.search(line):
        nth = _NTH.get(found["nth"]) or int(found["nth"])
        return f"FREQ=MONTHLY;BYDAY={nth}{_DAYS[found['day']]}", *_around(line, found)
    if found := _MONTH_DAY.search(line):
        return checked(f"FREQ=MONTHLY;BYMONTHDAY={int(found['day'])}"), *_around(line, found)
    if found := _DAILY.search(line):
        return "FREQ=DAILY", *_around(line, found)
    if found := _EVERY.search(line):
        days = [
            _DAYS[day.lower()] for day in re.findall(rf"[一二三四五六日天]|{'|'.join(_ENGLISH)}", found["days"], re.I)
        ]
        interval = "INTERVAL=2;" if found["fortnight"] or found["other"] else ""
        return f"FREQ=WEEKLY;{interval}BYDAY={','.join(dict.fromkeys(days))}", *_around(line, found)
    return "", line, ""


def _around(line: str, found: re.Match[str]) -> tuple[str, str]:
    return line[: found.start()], line[found.end() :]


def checked(rule: str) -> str:
    """Return a rule of RFC 5545 in capitals, without its name, if it can be followed here.

    Raises:
        UnreadableError: It cannot be read, comes more than once a day, or could be sought for ever.
    """
    words = evened(rule).upper().removeprefix("RRULE:").strip("; ")
    parts = dict(part.partition("=")[::2] for part in words.split(";"))
    frequency = parts.get("FREQ", "")
    allowed = _PARTS.get(frequency)
    if len(words) > 200 or len(parts) != words.count(";") + 1:
        raise UnreadableError(Texts.RULE, said=words[:40])
    if allowed is None:
        raise UnreadableError(Texts.RULE_PART, part=f"FREQ={frequency}"[:40])
    for name, value in parts.items():
        if not (name in _COMMON | allowed and _possible(name, value)):
            raise UnreadableError(Texts.RULE_PART, part=f"{name}={value}"[:40])
    if frequency != "MONTHLY" and re.search(r"\d", parts.get("BYDAY", "")):
        raise UnreadableError(Texts.RULE_PART, part=f"BYDAY={parts['BYDAY']}"[:40])
    if len(allowed & parts.keys()) > 1 or (frequency == "DAILY" and "BYDAY" in parts and "INTERVAL" in parts):
        raise UnreadableError(Texts.RULE_PART, part=words[:40])
    _read(words, datetime(2026, 1, 1))  # noqa: DTZ001 - a rule's times are local
    return words


def _possible(name: str, value: str) -> bool:
    match name:
        case "INTERVAL":
            return bool(_NUMBER.fullmatch(value)) and 1 <= int(value) <= 52
        case "COUNT":
            return bool(_NUMBER.fullmatch(value)) and 1 <= int(value) <= MOST
        case "BYMONTHDAY":
            return all(re.fullmatch(r"-?\d{1,2}", day) and 1 <= abs(int(day)) <= 31 for day in value.split(","))
        case "BYDAY":
            return all(_ORDINAL.fullmatch(day) for day in value.split(","))
        case "UNTIL":
            return bool(re.fullmatch(r"\d{8}(?:T\d{6}Z?)?", value))
        case _:
            return True


def _read(rule: str, start: datetime, zone: ZoneInfo | None = None) -> Iterable[datetime]:
    """Return the rule as the library has it; all its times are local, also the one until which it goes."""
    if until := re.search(r"UNTIL=(\d{8})(?:T(\d{6})(Z?))?", rule):
        rule = rule.replace(until[0], f"UNTIL={_local(until, zone)}")
    try:
        found: Iterable[datetime] = rrulestr(rule, dtstart=start)
    except (ValueError, OverflowError) as error:
        raise UnreadableError(Texts.RULE, said=rule[:40]) from error
    return found


def _local(until: re.Match[str], zone: ZoneInfo | None) -> str:
    if not until[3] or zone is None:
        return f"{until[1]}T{until[2] or '235959'}"
    try:
        moment = datetime.strptime(f"{until[1]}{until[2]}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise UnreadableError(Texts.RULE, said=until[0]) from error
    return f"{moment.astimezone(zone):%Y%m%dT%H%M%S}"


def starts(
    rule: str,
    first: datetime,
    zone: ZoneInfo,
    *,
    after: datetime | None,
    until: datetime,
    except_on: Collection[date] = (),
) -> list[datetime]:
    """Return when a rule's events begin, UTC: those later than `after`, up to `until`, but on the days left out.

    A local time that clocks skip is moved behind the gap that day. At most `MOST` are returned.

    Raises:
        UnreadableError: The rule cannot be read.
    """
    local = first.astimezone(zone).replace(tzinfo=None)
    last = until.astimezone(zone).replace(tzinfo=None)
    found: list[datetime] = []
    for each in _read(rule, local, zone):
        if each > last or len(found) >= MOST:
            break
        moment = instant(each.date(), time(each.hour, each.minute), zone)
        if each.date() not in except_on and (after is None or moment > after):
            found.append(moment)
    return found


def first_of(rule: str, start: datetime, zone: ZoneInfo) -> datetime:
    """Return when the first event of a rule begins, at or after a start whose time of day it has; UTC.

    Raises:
        UnreadableError: It never does.
    """
    found = starts(rule, start, zone, after=None, until=start + timedelta(days=366))
    if not found:
        raise UnreadableError(Texts.NEVER)
    return found[0]
