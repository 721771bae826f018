"""Reads any table of comma-separated values whose columns are known: by their heads, or because somebody tells them.

A table that names its columns `time`, `member` or `name`, and `text` (or one of the usual words for these) is known
as it stands. For others there is `--columns time=1,name=2,text=5`: our name, and the head or the number of the
column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TextIO

from bot.importers import FormatError, Found, Noted, Options, Skipped
from bot.importers._fields import RowError, ident, kind_of, milliseconds, moment
from bot.importers._rows import RAGGED, Row, Rows, nameless, place, zoneless
from bot.importers._table import DELIMITERS, cells, delimiter, records
from storage.frames import Message, Place
from storage.sanitize import label

PLATFORM = "other"
# Our name for a column, and the heads by which it is known.
HEADS: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "at", "date", "datetime", "timestamp", "时间", "日期", "发送时间", "消息时间"),
    "member": ("member", "memberid", "sender", "senderid", "userid", "uid", "wxid", "发送人id", "qq号", "用户id"),
    "name": ("name", "nickname", "sendername", "username", "author", "发送人", "发送者", "昵称", "姓名", "名字"),
    "text": ("text", "content", "message", "body", "内容", "消息", "消息内容", "文本"),
    "id": ("id", "messageid", "msgid", "key", "消息id"),
    "reply_to": ("replyto", "replytoid", "replytomessageid", "回复"),
    "group": ("groupid", "roomid", "群号", "群id"),
    "group_name": ("group", "groupname", "群", "群名", "群名称"),
}
FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"\d{9,13}(?:\.\d+)?")
_PLAIN = re.compile(r"[\s_\-]+")


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format: its first line names the columns that are needed."""
    first = head.decode("utf-8", "ignore").lstrip("\ufeff\r\n").partition("\n")[0].strip("\r")
    if not any(sign in first for sign in DELIMITERS) or len(first) > 2_000:
        return False
    return _enough(_known(cells(first, delimiter(first))))


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: It is not known which column holds what, or which group it is of.
    """
    first = file.readline(4_096).lstrip("\ufeff")
    file.seek(0)
    parted = delimiter(first)
    head = [cell.strip().lstrip("\ufeff") for cell in cells(first.rstrip("\r\n"), parted)]
    columns = _columns(head, options)
    reader = _Reader(columns, options)
    yield from reader.notes()
    headless = bool(options.columns) and all(column.isdigit() for column in options.columns.values())
    for count, (line, row) in enumerate(records(file, parted)):
        if isinstance(row, str):
            yield Skipped(line, row)
        elif count > 0 or (headless and not _is_head(row, columns)):
            yield from reader.take(line, row, len(head))


def _known(head: list[str]) -> dict[str, int]:
    """Return where the columns are that are known by their heads."""
    plain = [_PLAIN.sub("", cell).lower() for cell in head]
    found: dict[str, int] = {}
    for ours, heads in HEADS.items():
        at = next((plain.index(one) for one in heads if one in plain), None)
        if at is not None and at not in found.values():
            found[ours] = at
    return found


def _enough(columns: Mapping[str, int]) -> bool:
    return "time" in columns and "text" in columns and ("member" in columns or "name" in columns)


def _columns(head: list[str], options: Options) -> dict[str, int]:
    found = _known(head)
    for ours, theirs in options.columns.items():
        if ours not in HEADS:
            raise FormatError(f"There is no column {ours}; there are: {', '.join(HEADS)}.")
        if theirs in head:
            found[ours] = head.index(theirs)
        elif theirs.isdigit() and 0 < int(theirs) <= len(head):
            found[ours] = int(theirs) - 1
        else:
            raise FormatError(f"The table has no column {theirs}. It has: {', '.join(head)}.")
    if not _enough(found):
        raise FormatError(
            f"It is not known which columns hold time, member (or name) and text. Tell: --columns time=1,name=2,text=3."
            f" The table has: {label(', '.join(head), 300)}."
        )
    return found


def _is_head(row: list[str], columns: Mapping[str, int]) -> bool:
    """Whether the first row of a table whose columns are told by number is its head after all."""
    time = row[columns["time"]] if columns["time"] < len(row) else ""
    return not any(sign.isdigit() for sign in time)


class _Reader:
    """What is known of a table while it is read."""

    def __init__(self, columns: Mapping[str, int], options: Options) -> None:
        self.columns = columns
        self.options = options
        self.rows: dict[str, Rows] = {}
        self.last: Place | None = None
        self.several = "group" in columns or "group_name" in columns
        self.zoned = True

    def notes(self) -> Iterator[Noted]:
        """Yield what must be known of such a table."""
        if "member" not in self.columns:
            yield nameless(self.options)
        if not self.options.platform:
            yield Noted(f"it does not tell its platform and was kept as {PLATFORM}; another one: --platform")
        yield zoneless(self.options)

    def take(self, line: int, row: list[str], width: int) -> Iterator[Found]:
        """Yield what a row gives, behind its group where that is another than before."""
        if len(row) < width or len(row) <= max(self.columns.values()):
            yield Skipped(line, RAGGED)
            return
        key, name = ident(self._cell(row, "group")), label(self._cell(row, "group_name"))
        if self.several and (key or name) and not self.options.takes(key, name):
            return
        where = Place(self.options.platform or PLATFORM, key, name=name)
        if not (self.several and (key or name)):
            where = place(self.options, PLATFORM, key, name)
        if where != self.last:
            self.last = where
            yield where
        try:
            yield self._message(row, self.rows.setdefault(f"{where.key}/{where.name}", Rows(self.options)))
        except RowError as error:
            yield Skipped(line, str(error))

    def _cell(self, row: list[str], ours: str) -> str:
        return row[self.columns[ours]].strip() if ours in self.columns else ""

    def _message(self, row: list[str], rows: Rows) -> Message:
        text = self._cell(row, "text")
        if text[:1] == "'" and text[1:2] in FORMULAS:
            text = text[1:]  # an apostrophe that keeps spreadsheets from obeying
        if not text:
            raise RowError("is empty")
        return rows.message(
            Row(
                self._at(self._cell(row, "time")),
                ident(self._cell(row, "member")),
                self._cell(row, "name"),
                text,
                kind=kind_of(text),
                key=ident(self._cell(row, "id")),
                reply_to=ident(self._cell(row, "reply_to")),
            )
        )

    def _at(self, time: str) -> datetime:
        if _NUMBER.fullmatch(time):
            return milliseconds(time.partition(".")[0], self.options.until)
        return moment(time, self.options)
