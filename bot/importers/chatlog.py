"""Reads what chatlog exports of WeChat: a JSON array, or a table of comma-separated values.

Seen in its source: JSON rows have `seq` (the second and a count, no id of the server's), `time` with its zone,
`talker` (`...@chatroom` for groups), `isChatRoom`, `sender`, `senderName`, `type`, `subType`, `content` and
`contents`, in which `refer` is the message that is quoted; the table has `Time` without a zone (to the second), and
media as links into the program itself, so that there they stand as what they are. Several talks may be in one file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from bot.importers import FormatError, Found, Noted, Options, Skipped
from bot.importers import _wechat as wechat
from bot.importers._fields import RowError, ident, moment, number, table, words
from bot.importers._json import NOT_JSON, BrokenError, walk
from bot.importers._rows import RAGGED, Row, Rows, checked, zoneless
from bot.importers._table import records
from storage.frames import Kind, Message, Place
from storage.sanitize import label

HEAD = ["Time", "SenderName", "Sender", "TalkerName", "Talker", "Content"]
NOT_IN_GROUP = "is of a private talk"
NO_GROUP = "does not tell its group"
_FIRST = re.compile(rb'^\s*\[\s*\{\s*"seq"\s*:[^{}]*"talker"\s*:')
# ![图片](http://...), [语音](...), [链接|title](url), [文件|name](...), [位置|...]
_LINK = re.compile(r"!?\[(?P<what>[^\]|\n]+)(?:\|(?P<title>[^\]\n]*))?\](?:\((?P<url>[^)\n]*)\))?")
_OWN = re.compile(r"https?://[^/]*/(?:image|voice|video|file|data)/")


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    return _FIRST.match(head) is not None or head.startswith(",".join(HEAD).encode())


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order; private talks in it are left out.

    Raises:
        FormatError: It is not JSON from the beginning.
    """
    found = _elements(file, options) if _is_json(file) else _table(file, options)
    talks = _Talks(options)
    for line, row in found:
        if isinstance(row, str):
            yield Skipped(line, row)
        else:
            yield from talks.take(line, row)
    if not talks.zoned:
        yield zoneless(options)
    if talks.left_out:
        yield Noted(f"other groups in it were left out: {len(talks.left_out)}")


def _is_json(file: TextIO) -> bool:
    begins = file.read(64).lstrip().startswith("[")
    file.seek(0)
    return begins


def _elements(file: TextIO, options: Options) -> Iterator[tuple[int, Any]]:
    try:
        for element in walk(file, frozenset()):
            yield element.line, element.value
    except BrokenError as error:
        yield error.line, error.why


def _table(file: TextIO, options: Options) -> Iterator[tuple[int, Any]]:
    names = ("time", "senderName", "sender", "talkerName", "talker", "content")
    for line, cells in records(file, ","):
        if isinstance(cells, str):
            yield line, cells
        elif len(cells) != len(names):
            yield line, RAGGED
        elif cells != HEAD:
            yield line, dict(zip(names, cells, strict=True))


class _Talks:
    """The talks of a file: each with its own keys and names."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.rows: dict[str, Rows] = {}
        self.last = ""
        self.left_out: set[str] = set()
        self.zoned = True

    def take(self, line: int, row: object) -> Iterator[Found]:
        """Yield what a row gives, behind its group where that is another than before.

        Raises:
            FormatError: Neither the file nor the options tell which group it is of.
        """
        found = table(row)
        if not found:
            yield Skipped(line, NOT_JSON)
            return
        key, name = ident(found.get("talker")), label(words(found.get("talkerName")))
        if key and not key.endswith(wechat.ROOM):
            yield Skipped(line, NOT_IN_GROUP)
            return
        if not key and not self.options.group and self.rows:
            yield Skipped(line, NO_GROUP)
            return
        if not key and not self.options.group:
            raise FormatError("This file does not tell which group it is of: give its id with --group KEY.")
        if key and not self.options.takes(key, name):
            self.left_out.add(key)
            return
        rows = self.rows.setdefault(key, Rows(self.options))
        if key != self.last or (len(self.rows) == 1 and not rows.called):
            self.last = key
            yield Place(wechat.PLATFORM, key or self.options.group, name=name)
        yield checked(line, found, lambda one: self._message(one, rows))

    def _message(self, row: Mapping[str, Any], rows: Rows) -> Message:
        time = words(row.get("time"))
        at = moment(time, self.options)
        self.zoned = self.zoned and (time.endswith("Z") or "+" in time or time[-6:-5] == "-")
        sender, name = ident(row.get("sender")), words(row.get("senderName"))
        if "type" in row:
            kind, text, quote, reply_to = _typed(row, self.options)
        else:
            kind, text = _spelled(words(row.get("content")))
            quote = reply_to = ""
        if sender in wechat.SYSTEM_MEMBERS:
            kind = Kind.SYSTEM
        if not text and kind is Kind.TEXT:
            raise RowError("is empty")
        return rows.message(Row(at, sender, name, text, kind=kind, quote=quote, reply_to=reply_to))


def _typed(row: Mapping[str, Any], options: Options) -> tuple[Kind, str, str, str]:
    """Return what a row with types is, its words, what it quotes, and the key that the quoted message has here."""
    kind, stand_in = wechat.of_number(number(row.get("type"), 0), number(row.get("subType"), 0))
    contents = table(row.get("contents"))
    text = wechat.readable(words(row.get("content")))
    title, url = words(contents.get("title")), words(contents.get("url"))
    if not text and stand_in:
        link = url if url.startswith(("https://", "http://")) and kind is Kind.LINK else ""
        text = " ".join(part for part in (stand_in, label(title, 200), link[:500]) if part)
    refer = table(contents.get("refer"))
    quoted = wechat.readable(words(refer.get("content")))
    reply_to = ""
    if quoted and refer.get("type") == 1:
        try:
            reply_to = (
                Rows(options)
                .message(Row(moment(words(refer.get("time")), options), ident(refer.get("sender")), "", quoted))
                .key
            )
        except RowError:
            reply_to = ""
    return kind, text, quoted, reply_to


def _spelled(text: str) -> tuple[Kind, str]:
    """Return what the content of a table is: media are written as links."""
    found = _LINK.fullmatch(text.strip())
    if found is None:
        return Kind.TEXT, wechat.readable(text)
    kind, stand_in = wechat.of_word(found["what"].removesuffix("消息"))
    url = found["url"] or ""
    if stand_in == wechat.UNKNOWN[1] or (kind is Kind.TEXT and not url):
        return Kind.TEXT, text
    parts = (stand_in, label(found["title"] or "", 200), "" if _OWN.match(url) or kind is not Kind.LINK else url)
    return kind, " ".join(part for part in parts if part)
