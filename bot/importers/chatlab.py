"""Reads ChatLab files, JSON and JSONL 0.0.2: the format in which Chinese chat histories are exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from bot.importers import FormatError, Found, Options, Skipped
from bot.importers._fields import RowError, ident, idents, number, seconds, words
from bot.importers._json import NOT_JSON, BrokenError, json_lines, walk
from bot.importers._rows import NO_SENDER, Row, Rows
from bot.importers._text import lines
from storage.frames import Kind, Message, Place
from storage.sanitize import label

ARRAYS = frozenset({"members", "messages"})

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
    for line, row in json_lines(file):
        if isinstance(row, str):
            yield Skipped(line, row)
        else:
            what = row.get("_type") if isinstance(row, dict) else None
            yield from reader.take(str(what), line, row)


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
        yield Skipped(error.line, error.why)


def _meta(file: TextIO) -> object:
    try:
        return next((element.value for element in walk(file, ARRAYS) if element.key == "meta"), None)
    except BrokenError:
        raise FormatError("This is no ChatLab file: its beginning is not JSON, or it has no meta.") from None


class _Reader:
    """What is known of a file while it is read."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.rows = Rows(options)
        self.meta: Mapping[str, Any] | None = None

    def take(self, what: str, line: int, row: object) -> Iterator[Found]:
        """Read a row of a kind: header, member or message."""
        if not isinstance(row, dict):
            yield Skipped(line, NOT_JSON)
        elif what == "message":
            yield self._checked(line, row)
        elif what == "header":
            self.header(row.get("meta"))
            yield self.place()
        elif what == "member":
            self.member(row)
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
        platform, key = words(meta.get("platform")), self.options.group or words(meta.get("groupId"))
        if not platform:
            raise FormatError("This file does not name its platform: add meta.platform.")
        if not key:
            raise FormatError("This file does not name its group: add meta.groupId, or give --group KEY.")
        return Place(label(platform), label(key), name=label(words(meta.get("name"))))

    def member(self, row: Mapping[str, Any]) -> None:
        """Take in the names of a member."""
        key, names = ident(row.get("platformId")), _names(row)
        if key:
            self.rows.names.learn(key, *names)
            self.rows.called[key] = names[0] or names[1]

    def _checked(self, line: int, row: Mapping[str, Any]) -> Found:
        if self.meta is None:
            raise FormatError("This ChatLab file has messages before its header.")
        try:
            return self.message(row)
        except RowError as error:
            return Skipped(line, str(error))

    def message(self, row: Mapping[str, Any]) -> Message:
        """Return the message of a row.

        What our own export says of mentions holds; else they are read in the text.

        Raises:
            RowError: It has no sender or time, is damaged, or is the bot's own post.
        """
        kind, stand_in = KINDS.get(number(row.get("type"), 99), UNKNOWN)
        at = seconds(row.get("timestamp"), self.options.until)
        member, names, own = ident(row.get("sender")), _names(row), row.get("xiangqun")
        if member:
            self.rows.names.learn(member, *names)
        elif kind is not Kind.SYSTEM:
            raise RowError(NO_SENDER)
        return self.rows.message(
            Row(
                at,
                member,
                names[0] or names[1],
                words(row.get("content")),
                kind=kind,
                stand_in=stand_in,
                key=ident(row.get("platformMessageId")),
                reply_to=ident(row.get("replyToMessageId")),
                mentions=idents(own.get("mentions")) if isinstance(own, dict) else None,
                to_bot=isinstance(own, dict) and own.get("toBot") is True,
            )
        )


def _names(row: Mapping[str, Any]) -> list[str]:
    return [label(words(row.get(name))) for name in ("groupNickname", "accountName")]
