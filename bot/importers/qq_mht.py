"""Reads the mht files that QQ's own message manager exported, up to version 9.7. Experimental: no sample was at hand.

Seen in two independent parsers of it and in notes of its users: MIME, in which something may stand before the first
header; its text is one table without line breaks that matter, in which a row is `日期: 2014-05-03`, `消息对象:` and a
name, or a message: a block with the name (in groups with the number, as in the text form) and a time of day, then a
block with the words, in which pictures are named by files that follow as parts of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import TextIO

from bot.importers import FormatError, Found, Noted, Options, Skipped
from bot.importers._fields import NO_LOCAL_TIME, RowError, kind_of, moment
from bot.importers._json import NOT_TEXT
from bot.importers._rows import Row, Rows, place, zoneless
from bot.importers._text import BROKEN, damaged
from storage.frames import Kind, Message

PLATFORM = "qq"
SYSTEM = {"10000", "1000000"}
CHUNK = 1 << 16
ROW_LENGTH = 1 << 20  # characters
_BOUNDARY = re.compile(r'boundary="?([^"\s;]+)"?')
_TALK = re.compile(r"消息对象[:：]\s*(.+?)\s*")
_DAY = re.compile(r"日期[:：]\s*(\d{4}-\d{1,2}-\d{1,2})\s*")
_TIME = re.compile(r"(?:[上下]午 ?)?\d{1,2}:\d{2}:\d{2}(?: ?[AP]M)?")
_WHO = re.compile(r"(?P<name>.*?)(?:\((?P<number>\d{4,12})\)|<(?P<mail>[^<>\s]+@[^<>\s]+)>)", re.DOTALL)


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    start = head[:8192]
    return b"multipart/related" in start and (b"Tencent" in start or "消息".encode() in start)


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: It names no group, or holds no messages where they should be.
    """
    yield Noted("mht is read by what others wrote of it: compare a few messages with the file before you rely on it")
    yield zoneless(options)
    rows, reader, placed = Rows(options), _Cells(), False
    day = ""
    for line, row in _rows(file):
        reader.begin()
        reader.feed(row)
        text = reader.text()
        if (named := _TALK.fullmatch(text)) and not placed:
            placed = True
            yield place(options, PLATFORM, "", named[1])
        elif dated := _DAY.fullmatch(text):
            day = dated[1]
        elif len(reader.blocks) > 1:
            if not placed:
                placed = True
                yield place(options, PLATFORM, "", "")
            yield _checked(line, day, reader, rows)
    if not placed:
        raise FormatError("No messages were found where QQ puts them in its mht files.")


def _checked(line: int, day: str, reader: _Cells, rows: Rows) -> Found:
    try:
        return _message(day, reader, rows)
    except RowError as error:
        return Skipped(line, str(error))


def _message(day: str, reader: _Cells, rows: Rows) -> Message:
    head, text = reader.blocks[0], "".join(reader.blocks[1:]).strip()
    times = list(_TIME.finditer(head))
    if not times or not day:
        raise RowError(NO_LOCAL_TIME)
    if damaged(text) or damaged(head):
        raise RowError(NOT_TEXT)
    at: datetime = moment(f"{day} {times[-1][0]}", rows.options)
    called = head[: times[-1].start()].strip()
    who = _WHO.fullmatch(called)
    member, name = (who["number"] or who["mail"], who["name"].strip()) if who else ("", called)
    kind = Kind.SYSTEM if member in SYSTEM else kind_of(text)
    if not member and not rows.options.group:
        raise RowError("has no QQ number behind its name, as in a private talk")
    if not text:
        raise RowError("is empty")
    return rows.message(Row(at, member, name or member, text, kind=kind))


def _rows(file: TextIO) -> Iterator[tuple[int, str]]:
    """Yield the rows of the table, with the line on which each ends; the parts behind it are not looked at."""
    boundary, line, text, begun = "", 1, "", False
    while True:
        try:
            chunk = file.read(CHUNK)
        except BROKEN:
            return
        text += chunk
        if not begun:
            found = _BOUNDARY.search(text)
            boundary = found[1] if found else boundary
            start = text.lower().find("<html")
            if start < 0 and chunk:
                continue
            line, text, begun = line + text.count("\n", 0, max(start, 0)), text[max(start, 0) :], True
        end = text.find(f"--{boundary}") if boundary else -1
        *whole, text = re.split(r"</tr>", text if end < 0 else text[:end], flags=re.IGNORECASE)
        for row in whole:
            line += row.count("\n")
            yield line, row
        if not chunk or end >= 0:
            return
        if len(text) > ROW_LENGTH:
            yield line, ""
            text = ""


class _Cells(HTMLParser):
    """The text of a row: of all of it, and of each outermost block (`div`) in it."""

    def __init__(self) -> None:
        super().__init__()
        self.begin()

    def begin(self) -> None:
        """Forget the row before."""
        self.reset()
        self.blocks: list[str] = []
        self.loose = ""
        self.depth = 0

    def text(self) -> str:
        """Return the text of the whole row."""
        return (self.loose + "".join(self.blocks)).replace("\u00a0", " ").strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, or note what stands for what."""
        if tag == "div":
            self.depth += 1
            if self.depth == 1:
                self.blocks.append("")
            return
        shown = {"br": "\n", "img": "[图片]"}.get(tag, "")
        self.handle_data(shown)

    def handle_endtag(self, tag: str) -> None:
        """Close a block."""
        if tag == "div":
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if self.depth and self.blocks:
            self.blocks[-1] += data
        else:
            self.loose += data
