"""What all formats do alike with a row: reads its fields, names what is wrong with it, and makes a message of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.importers import BY_NAME, FormatError, Found, Keys, Noted, Options, Skipped
from bot.importers._json import NOT_JSON, NOT_TEXT
from bot.importers._names import Names
from bot.importers._text import damaged
from storage.frames import MENTION_LIMIT, TEXT_LIMIT, Kind, Message, Place
from storage.sanitize import label, sanitize

EARLIEST = datetime(1999, 1, 1, tzinfo=UTC)  # when the first of these platforms began
LATEST_SECOND = 4_102_444_800  # of the year 2100; more are milliseconds
ID_LIMIT = 128  # characters; ids of platforms have a few dozen
QUOTE_LIMIT = 2_000
STEP = timedelta(milliseconds=1)  # between messages of one moment that have no ids to be ordered by
STEPS = 999

NO_SENDER = "has no sender"
NO_TIME = "has no time in seconds"
NO_LOCAL_TIME = "has no date and time that can be read"
YET_TO_COME = "has a time that is yet to come"
OWN_POST = "is a post of the bot"
TAKEN_BACK = "was taken back by its author"
PRIVATE = "This is a private talk. Only groups are imported."
RAGGED = "has not as many cells as the head of the table"

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
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < LATEST_SECOND:
        raise RowError(NO_TIME)
    return _true(datetime.fromtimestamp(value, UTC), until, NO_TIME)


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
        return _true(at.replace(tzinfo=zone).astimezone(UTC), options.until, NO_LOCAL_TIME)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, RowError) else RowError(NO_LOCAL_TIME) from None


def _true(at: datetime, until: datetime, why: str) -> datetime:
    if at < EARLIEST:
        raise RowError(why)
    if at > until:
        raise RowError(YET_TO_COME)
    return at


def kind_of(text: str) -> Kind:
    """Return what a text stands for, where it is all that a format says."""
    return STAND_INS.get(text.strip(), Kind.TEXT)


def zoneless(options: Options) -> Noted:
    """Return the note of a file whose times have no zone."""
    return Noted(f"its times have no zone and were read as {options.zone.key}; another one: --zone")


def nameless(options: Options) -> Noted:
    """Return the note of a file whose members have no ids."""
    return Noted("its members have no ids, only names; each name is matched to the one member who carries it here")


def checked(line: int, row: object, make: Callable[[Mapping[str, Any]], Found]) -> Found:
    """Return what a row gives, or that it was skipped, and why."""
    if not isinstance(row, dict):
        return Skipped(line, NOT_JSON)
    try:
        return make(row)
    except RowError as error:
        return Skipped(line, str(error))


def place(options: Options, platform: str, key: str, name: str) -> Place:
    """Return the group of a file that holds one; without an id it is found by its name (an empty key).

    Raises:
        FormatError: Neither the file nor the options tell which group it is.
    """
    key, name = label(options.group or key), label(name)
    if not key and not name:
        raise FormatError("This file does not tell which group it is of: give its id with --group KEY.")
    return Place(options.platform or platform, key, name=name)


class Rows:
    """Makes messages of the rows of one group: their text, mentions, keys, and the order of those without ids."""

    def __init__(self, options: Options, names: Names | None = None) -> None:
        self.options = options
        self.names = names or Names(options.own_names, options.own_ids)
        self.keys = Keys()
        self.called: dict[str, str] = {}
        self._last: datetime | None = None
        self._step = 0

    def message(
        self,
        at: datetime,
        member: str,
        name: str,
        text: str,
        *,
        kind: Kind = Kind.TEXT,
        stand_in: str = "",
        key: str = "",
        alias: str = "",
        reply_to: str = "",
        quote: str = "",
        mentions: Iterable[str] | None = None,
        to_bot: bool = False,
        seq: int | None = None,
        flags: tuple[str, ...] = (),
    ) -> Message:
        """Return the message of a row; `mentions` where the file tells them by id, else they are read in its text.

        Raises:
            RowError: It has no sender, is damaged, or is the bot's own post.
        """
        member, name = self._author(kind, member, name)
        if damaged(text):
            raise RowError(NOT_TEXT)
        text = sanitize(text).strip()
        if not text and stand_in:
            text, kind = stand_in, Kind.OTHER if kind is Kind.TEXT else kind  # whose words are gone, it answers nobody
        if not key:
            key = self.keys.of(member, at, text)  # as it stands: what the bot is called may change
            at = self._ordered(at)
        if mentions is None:
            text, named, spoken_to = self.names.understand(text)
        else:
            named, spoken_to = self._mentioned(mentions)
        if len(text) > TEXT_LIMIT:
            text, flags = text[:TEXT_LIMIT], ("cut", *flags)
        if kind is Kind.FORWARD and "forwarded" not in flags:
            flags = (*flags, "forwarded")
        return Message(
            key=key,
            at=at,
            member=member,
            name=name if member else "",
            text=text,
            kind=kind,
            reply_to=reply_to or None,
            quote=sanitize(quote)[:QUOTE_LIMIT] or None if quote else None,
            mentions=named,
            to_bot=to_bot or spoken_to,
            seq=seq,
            flags=flags,
            alias=alias,
        )

    def _author(self, kind: Kind, member: str, name: str) -> tuple[str, str]:
        if kind is Kind.SYSTEM:
            return "", ""
        if damaged(name):
            raise RowError(NOT_TEXT)
        name = label(name)
        if not member and name:
            member = BY_NAME + name
            if name in self.options.own_names:
                raise RowError(OWN_POST)
        if not member:
            raise RowError(NO_SENDER)
        if member in self.options.own_ids:
            raise RowError(OWN_POST)
        if name:
            self.names.learn(member, name)
            self.called[member] = name
        return member, name or self.called.get(member, "")

    def _mentioned(self, mentions: Iterable[str]) -> tuple[tuple[str, ...], bool]:
        found = dict.fromkeys(mention for mention in mentions if mention)
        own = self.options.own_ids & found.keys()
        return tuple(mention for mention in found if mention not in own)[:MENTION_LIMIT], bool(own)

    def _ordered(self, at: datetime) -> datetime:
        """Return a moment behind that of the message before, where both have the same: they have no ids to sort by."""
        self._step = min(self._step + 1, STEPS) if at == self._last else 0
        self._last = at
        return at + self._step * STEP
