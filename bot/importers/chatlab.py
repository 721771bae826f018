"""Reads ChatLab files, JSON and JSONL 0.0.2: the format in which Chinese chat histories are exchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.importers import FormatError, Found, Keys, Options, Skipped
from bot.importers._json import BrokenError, walk
from bot.importers._names import Names
from bot.importers._text import damaged, lines
from storage.frames import MENTION_LIMIT, TEXT_LIMIT, Kind, Message, Place
from storage.sanitize import label, sanitize

ARRAYS = frozenset({"members", "messages"})
EARLIEST = datetime(1999, 1, 1, tzinfo=UTC)  # when the first of these platforms began
LATEST_SECOND = 4_102_444_800  # of the year 2100; more are milliseconds
ID_LIMIT = 128  # characters; ids of platforms have a few dozen

# By `type`: what it is, and what stands for it where it has no content.
KINDS: Mapping[int, tuple[Kind, str]] = {
    0: (Kind.TEXT, ""),
    1: (Kind.IMAGE, "[图片]"),
    2: (Kind.VOICE, "[语音]"),
    3: (Kind.VIDEO, "[视频]"),
    4: (Kind.FILE, "[文件]"),
    5: (Kind.STICKER, "[动画表情]"),
    7: (Kind.LINK, "[链接]"),
    8: (Kind.LINK, "[位置]"),
    20: (Kind.OTHER, "[红包]"),
    21: (Kind.OTHER, "[转账]"),
    22: (Kind.STICKER, "[拍一拍]"),
    23: (Kind.OTHER, "[通话]"),
    24: (Kind.LINK, "[分享]"),
    25: (Kind.TEXT, ""),
    26: (Kind.FORWARD, "[聊天记录]"),
    27: (Kind.LINK, "[名片]"),
    80: (Kind.SYSTEM, ""),
    81: (Kind.SYSTEM, "[撤回]"),
    99: (Kind.OTHER, "[unsupported:other]"),
}
UNKNOWN = (Kind.OTHER, "[unsupported:unknown]")

NOT_JSON = "is not JSON"
NOT_TEXT = "has bytes that are not text in the file's encoding"
TOO_LONG = "is longer than a row can be, or the file breaks off"
CUT_OFF = "is where the file breaks off, or is JSON no longer"
NO_SENDER = "has no sender"
NO_TIME = "has no time in seconds"
YET_TO_COME = "has a time that is yet to come"
OWN_POST = "is a post of the bot"


class RowError(ValueError):
    """A row cannot be used; the text is the reason."""


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    first = next((line for line in head.split(b"\n") if line.strip() and not line.lstrip().startswith(b"#")), b"")
    if b'"_type"' in first:
        return b'"header"' in first
    return first.lstrip().startswith(b"{") and b'"chatlab"' in head


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: It has no header, names no group, or is a private talk.
    """
    reader = _Reader(options)
    if _has_rows(file):
        yield from _rows(file, reader)
    else:
        yield from _members(file, reader)


def _has_rows(file: TextIO) -> bool:
    for _, line in lines(file):
        if line is not None and line.strip() and not line.lstrip().startswith("#"):
            file.seek(0)
            return '"_type"' in line
    file.seek(0)
    return False


def _rows(file: TextIO, reader: _Reader) -> Iterator[Found]:
    """Read the form with a row on each line."""
    for number, line in lines(file):
        if line is None:
            yield Skipped(number, TOO_LONG)
            continue
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if damaged(line):
            yield Skipped(number, NOT_TEXT)
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield Skipped(number, NOT_JSON)
            continue
        what = row.get("_type") if isinstance(row, dict) else None
        yield from reader.take(str(what), number, row)


def _members(file: TextIO, reader: _Reader) -> Iterator[Found]:
    """Read the form with one object; its `meta` is found wherever it stands."""
    kinds = {"members": "member", "messages": "message"}
    reader.header(_meta(file))
    yield reader.place()
    file.seek(0)
    try:
        for element in walk(file, ARRAYS):
            if element.key in kinds:
                yield from reader.take(kinds[element.key], element.line, element.value)
    except BrokenError as error:
        yield Skipped(error.line, CUT_OFF)


def _meta(file: TextIO) -> object:
    try:
        return next((element.value for element in walk(file, ARRAYS) if element.key == "meta"), None)
    except BrokenError:
        raise FormatError("This is no ChatLab file: its beginning is not JSON, or it has no meta.") from None


class _Reader:
    """What is known of a file while it is read."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.names = Names(options.own_names, options.own_ids)
        self.called: dict[str, str] = {}
        self.keys = Keys()
        self.meta: Mapping[str, Any] | None = None

    def take(self, what: str, line: int, row: object) -> Iterator[Found]:
        """Read a row of a kind: header, member or message."""
        if not isinstance(row, dict):
            yield Skipped(line, NOT_JSON)
        elif what == "header":
            self.header(row.get("meta"))
            yield self.place()
        elif what == "member":
            self.member(row)
        elif what == "message":
            yield self._checked(line, row)
        else:
            yield Skipped(line, "is neither header, member nor message")

    def header(self, meta: object) -> None:
        """Take in what the file says of itself.

        Raises:
            FormatError: It says nothing.
        """
        if not isinstance(meta, dict):
            raise FormatError("This ChatLab file has no meta, so nobody knows which group it is of.")
        self.meta = meta

    def place(self) -> Place:
        """Return the group of the file.

        Raises:
            FormatError: It names none, or is a private talk.
        """
        meta = self.meta or {}
        if meta.get("type") == "private":
            raise FormatError("This is a private talk. Only groups are imported.")
        platform, key = _text(meta.get("platform")), self.options.group or _text(meta.get("groupId"))
        if not platform:
            raise FormatError("This file does not name its platform: add meta.platform.")
        if not key:
            raise FormatError("This file does not name its group: add meta.groupId, or give --group KEY.")
        return Place(label(platform), label(key), name=label(_text(meta.get("name"))))

    def member(self, row: Mapping[str, Any]) -> None:
        """Take in the names of a member."""
        key = _id(row.get("platformId"))
        names = [label(_text(row.get(name))) for name in ("groupNickname", "accountName")]
        if key:
            self.names.learn(key, *names)
            self.called[key] = names[0] or names[1]

    def _checked(self, line: int, row: Mapping[str, Any]) -> Found:
        if self.meta is None:
            raise FormatError("This ChatLab file has messages before its header.")
        try:
            return self.message(row)
        except RowError as error:
            return Skipped(line, str(error))

    def message(self, row: Mapping[str, Any]) -> Message:
        """Return the message of a row.

        Raises:
            RowError: It has no sender or time, is damaged, or is the bot's own post.
        """
        kind, stand_in = KINDS.get(_number(row.get("type"), 99), UNKNOWN)
        at = _time(row.get("timestamp"), self.options.until)
        member = "" if kind is Kind.SYSTEM else _id(row.get("sender"))
        if not member and kind is not Kind.SYSTEM:
            raise RowError(NO_SENDER)
        if member and member in self.options.own_ids:
            raise RowError(OWN_POST)
        content = _text(row.get("content"))
        if damaged(content):
            raise RowError(NOT_TEXT)
        text, mentions, to_bot = self._understood(row, sanitize(content).strip() or stand_in)
        return Message(
            key=_id(row.get("platformMessageId")) or self.keys.of(member, at, text),
            at=at,
            member=member,
            name=self._name(member, row) if member else "",
            text=text[:TEXT_LIMIT],
            kind=kind,
            reply_to=_id(row.get("replyToMessageId")) or None,
            mentions=mentions,
            to_bot=to_bot,
            flags=("cut",) * (len(text) > TEXT_LIMIT) + ("forwarded",) * (kind is Kind.FORWARD),
        )

    def _name(self, member: str, row: Mapping[str, Any]) -> str:
        names = [label(_text(row.get(name))) for name in ("groupNickname", "accountName")]
        self.names.learn(member, *names)
        name = names[0] or names[1] or self.called.get(member, "")
        self.called[member] = name
        return name

    def _understood(self, row: Mapping[str, Any], text: str) -> tuple[str, tuple[str, ...], bool]:
        """Return text, mentions and whether the bot was spoken to: as we exported it, else as the text says it."""
        own = row.get("xiangqun")
        if isinstance(own, dict):
            mentions = own.get("mentions")
            return text, _ids(mentions), own.get("toBot") is True
        return self.names.understand(text)


def _text(value: object) -> str:
    """Return text, or a number as text; anything else is none."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _id(value: object) -> str:
    """Return an id, or nothing where it is too long to be one."""
    text = sanitize(_text(value))
    return text if len(text) <= ID_LIMIT else ""


def _ids(values: object) -> tuple[str, ...]:
    found = map(_id, values) if isinstance(values, list) else ()
    return tuple(filter(None, found))[:MENTION_LIMIT]


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _time(value: object, until: datetime) -> datetime:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < LATEST_SECOND:
        raise RowError(NO_TIME)
    at = datetime.fromtimestamp(value, UTC)
    if at < EARLIEST:
        raise RowError(NO_TIME)
    if at > until:
        raise RowError(YET_TO_COME)
    return at
