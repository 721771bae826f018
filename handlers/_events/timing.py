"""Times as people write them: 12 月 5 日 14:00-17:00, 本周四 20:00, 明天晚上 8 点, 50 分钟. Pure.

A day without a year is the next such day; 周四 is the next Thursday, 本周四 this week's, 下周四 next week's. A time
that comes twice, where clocks go back, is the first one; one that clocks skip is refused.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers._events.refusing import Texts, UnreadableError
from handlers._events.zones import evened, zone_of
from handlers._rules import WEEKDAYS, instant

FARTHEST = timedelta(days=5 * 366)
LONGEST = timedelta(days=60)
_EVENING, _MORNING = time(18, 0), time(6, 0)  # what begins after the one may end before the other, next day

_NEAR = {"今天": 0, "今日": 0, "今晚": 0, "today": 0, "明天": 1, "明日": 1, "明晚": 1, "tomorrow": 1}
_NEAR |= {"后天": 2, "大后天": 3}
_NIGHT = {"今晚", "明晚"}
_DAYS = {char: number for number, char in enumerate("一二三四五六日")} | {"天": 6}
_DAYS |= {name: number for number, name in enumerate(WEEKDAYS)}
_PARTS = {"凌晨": 0, "早上": 0, "上午": 0, "中午": 12, "下午": 12, "晚上": 12, "晚": 12, "am": 0, "pm": 12}

_DATE = (
    r"(?:(?P<year>\d{4}) ?[-年./] ?)?(?P<month>\d{1,2}) ?[-月./] ?(?P<day>\d{1,2})(?!\d) ?[日号]?"
    r"(?: ?\(?周[一二三四五六日天]\)?)?"
)
_ENGLISH = r"(?:day)?(?:s|nes|rs|ur)?(?:day)?"
_WEEKDAY = (
    r"(?P<which>下下个?|下个?|这个?|本|this |next )? ?"
    rf"(?:(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])|(?P<english>{'|'.join(WEEKDAYS)}){_ENGLISH}\b)"
)
_DAY = rf"(?:{_DATE}|(?P<near>大后天|{'|'.join(_NEAR)})|{_WEEKDAY})"
_CLOCK = (
    r"(?P<part>凌晨|早上|上午|中午|下午|晚上|晚)? ?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::00)?"
    r"|(?P<oclock>\d{1,2}) ?[点时](?: ?(?P<half>半)| ?(?P<past>\d{1,2}) ?分?(?!钟))?)"
    r"(?: ?(?P<half_day>am|pm)\b)?"
)
_LENGTH = (
    r"(?P<length>(?:\d{1,4}(?:\.\d{1,2})?|[一两二三半]) ?个?半? ?"
    r"(?:分钟?|小时|天|日|min(?:ute)?s?\b|h(?:ou)?rs?\b|h\b|days?\b)"
    r"(?: ?\d{1,2} ?(?:分钟?|min(?:ute)?s?\b))?)"
)
_TO = r" ?(?:[-–—~至到]| to ) ?"


def _named(pattern: str, suffix: str) -> str:
    return re.sub(r"\?P<(\w+)>", rf"?P<\1{suffix}>", pattern)


_END = rf"(?:{_TO}(?:{_named(_DAY, '_2')}[ T]?,? ?)?{_named(_CLOCK, '_2')})"
_ZONE_OF = r"(?: ?\(?(?P<zone>[A-Za-z_]+/[A-Za-z_/]+|[一-鿿]{2,6}?)时间\)?)"
_WHEN = re.compile(rf"(?:{_DAY})?(?:[ T]|, ?)?(?:{_CLOCK})?(?:{_END})?{_ZONE_OF}?(?:,? ?{_LENGTH})?", re.IGNORECASE)
_IN_LINE = re.compile(
    rf"(?<![\d.\w/:-])(?:{_DAY})(?:[ T]|, ?)?(?:{_CLOCK})(?:{_END})?{_ZONE_OF}?(?:,? ?{_LENGTH})?", re.IGNORECASE
)
_LEFT_OUT = re.compile(r"(?:停|除了?|except) ?(?P<days>\d[\d ./年月日号、,和-]*)", re.IGNORECASE)
_SPANS = re.compile(
    r"(\d{1,4}(?:\.\d{1,2})?|[一两二三半]) ?个?(半)? ?(分钟?|小时|天|日|min(?:ute)?s?|h(?:ou)?rs?|h|days?)",
    re.IGNORECASE,
)
_WORDS = {"半": 0.5, "一": 1.0, "两": 2.0, "二": 2.0, "三": 3.0}


@dataclass(frozen=True, slots=True)
class Times:
    """When something begins and, where it was told, ends; both UTC, meant in a zone."""

    starts_at: datetime
    ends_at: datetime | None
    zone: ZoneInfo

    def until(self, usual: timedelta) -> datetime:
        """Return its end; where none was told, after as long as is usual."""
        return self.ends_at or self.starts_at + usual


# -- when -------------------------------------------------------------------------------------------------------------


def when(text: str, now: datetime, zone: ZoneInfo, *, past: bool = False) -> Times:
    """Return the times that a text means; only with `past` may they lie behind.

    Raises:
        UnreadableError: It tells no time, or one that there is not.
    """
    words = evened(text)
    found = _WHEN.fullmatch(words)
    if found is None or not words:
        raise UnreadableError(Texts.UNREAD, said=words[:40])
    return _times(found, now, zone, past)


def found_in(line: str, now: datetime, zone: ZoneInfo) -> tuple[Times | None, str]:
    """Return the times that a line tells somewhere, and the line without them; None where it tells none.

    Raises:
        UnreadableError: It tells one that there is not.
    """
    found = _IN_LINE.search(line)
    if found is None:
        return None, line
    return _times(found, now, zone, past=False), f"{line[: found.start()]} {line[found.end() :]}".strip()


def left_out(line: str, today: date) -> tuple[frozenset[date], str]:
    """Return the days that a line leaves out (停 12 月 31 日、1 月 2 日), and the line without them.

    Raises:
        UnreadableError: One of them is no day.
    """
    found = _LEFT_OUT.search(line)
    if found is None:
        return frozenset(), line
    return days(found["days"], today), f"{line[: found.start()]} {line[found.end() :]}".strip()


def days(text: str, today: date) -> frozenset[date]:
    """Return the days that a text lists, without a year the next such day.

    Raises:
        UnreadableError: One of them is no day.
    """
    found = list(re.finditer(_DATE, evened(text)))
    if not found:
        raise UnreadableError(Texts.UNREAD, said=evened(text)[:40])
    return frozenset(_next(one.groupdict(), today) for one in found)


def _next(said: dict[str, str | None], today: date) -> date:
    year, month, day = said["year"], int(said["month"] or 0), int(said["day"] or 0)
    found = _on(int(year or today.year), month, day)
    return found if year or found >= today else _on(today.year + 1, month, day)


def _times(found: re.Match[str], now: datetime, zone: ZoneInfo, past: bool) -> Times:
    said = found.groupdict()
    there = zone_of(said["zone"]) if said["zone"] else zone
    today = now.astimezone(there).date()
    day, clock = _day(said, "", today), _clock(said, "")
    if day is None or clock is None:
        raise UnreadableError(Texts.WHAT_CLOCK if clock is None else Texts.WHAT_DAY, said=found[0].strip()[:40])
    starts_at = moment(day, clock, there)
    if not past and starts_at <= now:
        later = _again(said, day)
        starts_at = moment(later, clock, there) if later is not None else starts_at
        day = later or day
    _refuse_far(starts_at, now, there, past)
    return Times(starts_at, _end(said, day, clock, starts_at, there), there)


def _refuse_far(starts_at: datetime, now: datetime, there: ZoneInfo, past: bool) -> None:
    shown = f"{starts_at.astimezone(there):%Y-%m-%d %H:%M}"
    if not past and starts_at <= now:
        raise UnreadableError(Texts.PAST, when=shown)
    if starts_at > now + FARTHEST:
        raise UnreadableError(Texts.FAR, when=shown)


def _again(said: dict[str, str | None], day: date) -> date | None:
    """Return the same day when it comes next, where what was said leaves it open: next year, or next week."""
    if said["month"] and not said["year"]:
        return _on(day.year + 1, day.month, day.day)
    if (said["weekday"] or said["english"]) and not said["which"]:
        return day + timedelta(days=7)
    return None


def _day(said: dict[str, str | None], suffix: str, today: date) -> date | None:
    month, near = said[f"month{suffix}"], said[f"near{suffix}"]
    weekday = said[f"weekday{suffix}"] or said[f"english{suffix}"]
    if month:
        return _on(int(said[f"year{suffix}"] or today.year), int(month), int(said[f"day{suffix}"] or 0))
    if near:
        return today + timedelta(days=_NEAR[near.lower()])
    if not weekday:
        return None
    which = (said[f"which{suffix}"] or "").strip().lower()
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=_DAYS[weekday.lower()])
    weeks = 2 if which.startswith("下下") else 1 if which.startswith(("下", "next")) else 0
    if not which and day < today:
        weeks = 1
    return day + timedelta(days=7 * weeks)


def _on(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise UnreadableError(Texts.NO_MONTH, month=month)
    if not (year and 1 <= day <= monthrange(year, month)[1]):
        raise UnreadableError(Texts.NO_DAY, month=month, day=day)
    return date(year, month, day)


def _clock(said: dict[str, str | None], suffix: str) -> time | None:
    part = (said[f"part{suffix}"] or said[f"half_day{suffix}"] or "").lower()
    hour, minute = said[f"hour{suffix}"], said[f"minute{suffix}"]
    if hour is None:
        hour, minute = said[f"oclock{suffix}"], "30" if said[f"half{suffix}"] else said[f"past{suffix}"]
    if hour is None:
        return None
    hours, minutes = int(hour), int(minute or 0)
    night = not suffix and not part and (said.get("near") or "") in _NIGHT
    if (_PARTS.get(part) or night) and hours < 12 and not (part == "中午" and hours >= 10):
        hours += 12
    if part == "am" and hours == 12:
        hours = 0
    if hours > 23 or minutes > 59:
        raise UnreadableError(Texts.NO_CLOCK, clock=f"{hour}:{minute or '00'}")
    return time(hours, minutes)


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time, UTC.

    Raises:
        UnreadableError: The clocks skip it that day; names the next one that there is.
    """
    found = instant(day, clock, zone)
    local = found.astimezone(zone)
    if (local.date(), local.time()) != (day, clock):
        shown = {"when": f"{day:%Y-%m-%d} {clock:%H:%M}", "next": f"{local:%H:%M}"}
        raise UnreadableError(Texts.SKIPPED, zone=zone.key, **shown)
    return found


def _end(said: dict[str, str | None], day: date, clock: time, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    if said["length"]:
        return checked(starts_at, starts_at + length(said["length"]), zone)
    end = _clock(said, "_2")
    if end is None:
        return None
    last = _day(said, "_2", day)
    if last is None:
        if not said["part_2"] and said["part"] in {"下午", "晚上", "晚"} and end < clock and end.hour < 12:
            end = end.replace(hour=end.hour + 12)  # 下午 2 点到 5 点
        last = day + timedelta(days=1) if end <= clock and clock >= _EVENING and end <= _MORNING else day
    return checked(starts_at, moment(last, end, zone), zone)


def checked(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Return an end that comes after its beginning, and not too long after.

    Raises:
        UnreadableError: It does not.
    """
    if ends_at <= starts_at:
        start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
        form = "%H:%M" if start.date() == end.date() else "%Y-%m-%d %H:%M"
        raise UnreadableError(Texts.BACKWARDS, start=start.strftime(form), end=end.strftime(form))
    if ends_at - starts_at > LONGEST:
        raise UnreadableError(Texts.LONG)
    return ends_at


# -- how long ---------------------------------------------------------------------------------------------------------


def length(text: str) -> timedelta:
    """Return a length of time: 50 分钟, 1.5 小时, 一个半小时, 1 小时 30 分, 2 天, 90 min.

    Raises:
        UnreadableError: It is none, or none at all.
    """
    words = evened(text)
    parts = list(_SPANS.finditer(words))
    total = sum((_span(part) for part in parts), timedelta())
    if not parts or _SPANS.sub("", words).strip() or not timedelta() < total <= LONGEST:
        raise UnreadableError(Texts.LONG if total > LONGEST else Texts.LENGTH, said=words[:40])
    return total


def _span(part: re.Match[str]) -> timedelta:
    number = (_WORDS[part[1]] if part[1] in _WORDS else float(part[1])) + (0.5 if part[2] else 0)
    unit = part[3].lower()
    if unit.startswith(("天", "日", "d")):
        return timedelta(days=number)
    return timedelta(hours=number) if unit.startswith(("小时", "h")) else timedelta(minutes=number)
