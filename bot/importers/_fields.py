"""Reads the fields of a row: text, ids, numbers, moments; says what is wrong with one that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.importers import Options
from storage.frames import MENTION_LIMIT, Kind
from storage.sanitize import sanitize

EARLIEST = datetime(1999, 1, 1, tzinfo=UTC)  # when the first of these platforms began
LATEST_SECOND = 4_102_444_800  # of the year 2100; more are milliseconds
ID_LIMIT = 128  # characters; ids of platforms have a few dozen

NO_TIME = "has no time in seconds"
TOO_EARLY = "has a time of before 1999: the clock was not set"
NO_LOCAL_TIME = "has no date and time that can be read"
YET_TO_COME = "has a time that is yet to come"

# A date, a time of day, perhaps a zone, as programs write them: 2026-11-23 9:04:05 PM, 2026年11月23日 09:04, ...T...Z
MOMENT = (
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?[ T\u00a0\u202f]+"
    r"(?P<early>[上下]午|[AP]M|)[ \u00a0\u202f]?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:[ \u00a0\u202f](?P<late>[AaPp][Mm]))?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_MOMENT = re.compile(MOMENT)


# What stands for something that is no text, where a format has nothing else; a whole text of it is of that kind.
STAND_INS: Mapping[str, Kind] = {
    "[图片]": Kind.IMAGE,
    "[动画表情]": Kind.STICKER,
    "[表情]": Kind.STICKER,
    "[语音]": Kind.VOICE,
    "[视频]": Kind.VIDEO,
    "[文件]": Kind.FILE,
    "[链接]": Kind.LINK,
    "[位置]": Kind.LINK,
    "[名片]": Kind.LINK,
    "[聊天记录]": Kind.FORWARD,
    "[红包]": Kind.OTHER,
    "[转账]": Kind.OTHER,
}


class RowError(ValueError):
    """A row cannot be used; the text is the reason."""


def words(value: object) -> str:
    """Return text, or a number as text; anything else is none."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def table(value: object) -> Mapping[str, Any]:
    """Return an object, or an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def ident(value: object) -> str:
    """Return an id, or nothing where it is too long to be one."""
    text = sanitize(words(value)).strip()
    return text if len(text) <= ID_LIMIT else ""


def idents(values: object) -> tuple[str, ...]:
    """Return the ids of a list, as many as a message may mention."""
    found = map(ident, values) if isinstance(values, list) else ()
    return tuple(filter(None, found))[:MENTION_LIMIT]


def number(value: object, default: int) -> int:
    """Return a whole number, also one that is written as text."""
    if isinstance(value, str) and value.isascii() and value.strip("-").isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def seconds(value: object, until: datetime) -> datetime:
    """Return the moment of a count of seconds since 1970.

    Raises:
        RowError: It is none, or none that can be true.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < LATEST_SECOND:
        raise RowError(NO_TIME)
    return _true(datetime.fromtimestamp(value, UTC), until)


def milliseconds(value: object, until: datetime) -> datetime:
    """Return the moment of a count of milliseconds since 1970, or of seconds: no chat is as old as the mistake.

    Raises:
        RowError: It is none, or none that can be true.
    """
    count = number(value, -1)
    return seconds(count / 1000 if count >= LATEST_SECOND else count, until)


def moment(text: str, options: Options) -> datetime:
    """Return the moment of a written date and time; without a zone it is of the options' one.

    Raises:
        RowError: It is none, or none that can be true.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise RowError(NO_LOCAL_TIME)
    return moment_of(found, options)


def moment_of(found: re.Match[str], options: Options) -> datetime:
    """Return the moment that `MOMENT` found, as part of a larger expression or not.

    Raises:
        RowError: There is no such day or hour, or it cannot be true.
    """
    half = (found["early"] or found["late"] or "").upper()
    hour = int(found["hour"])
    if half in {"PM", "下午"} and hour < 12:
        hour += 12
    elif half == "AM" and hour == 12:
        hour = 0
    year, month, day, minute, second = (int(found[part] or 0) for part in ("year", "month", "day", "minute", "second"))
    try:
        at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone follows
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{found['zone']}").tzinfo if found["zone"] else options.zone
        return _true(at.replace(tzinfo=zone).astimezone(UTC), options.until)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, RowError) else RowError(NO_LOCAL_TIME) from None


def _true(at: datetime, until: datetime) -> datetime:
    if at < EARLIEST:
        raise RowError(TOO_EARLY)
    if at > until:
        raise RowError(YET_TO_COME)
    return at


def kind_of(text: str) -> Kind:
    """Return what a text stands for, where it is all that a format says."""
    return STAND_INS.get(text.strip(), Kind.TEXT)
