"""Reads messages as people copy them out of a chat program's window: `名字 时间`, then the words.

Seen in pastes of WeChat and QQ: a name, white space and a time at the end of a line, the words below, perhaps an empty
line; the date may stand once on a line of its own, the times below it without one. A time without any date is not
taken: nobody can tell which day it was. Names are all there is of members, minutes perhaps all there is of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TextIO

from bot.importers import FormatError, Found, Options, Skipped
from bot.importers._fields import MOMENT, NO_LOCAL_TIME, RowError, kind_of, moment, moment_of
from bot.importers._json import NOT_TEXT, TOO_LONG
from bot.importers._rows import Row, Rows, nameless, place, zoneless
from bot.importers._text import damaged, lines
from storage.frames import Message

PLATFORM = "wechat"
LINES = 5_000  # of one message; more are no words that somebody said
_GAP = r"[ \t\u2005\u3000\u00a0]+"
_HEAD = re.compile(rf"(?P<name>\S.{{0,80}}?)[:：]?{_GAP}{MOMENT}\s*")
_TIMED = re.compile(
    rf"(?P<name>\S.{{0,80}}?)[:：]?{_GAP}(?P<time>(?:[上下]午)?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?: ?[AP]M)?)\s*"
)
_DAY = re.compile(r"[—\-─=\s]*(?P<day>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)[—\-─=\s]*(?:星期.|周.)?\s*")


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format: its first line is a name and a time, or a day."""
    found = head.decode("utf-8", "ignore").split("\n")
    first = [line.strip("\r\ufeff") for line in found if line.strip()][:2]
    if not first:
        return False
    return _HEAD.fullmatch(first[0]) is not None or (
        _DAY.fullmatch(first[0]) is not None and len(first) > 1 and _TIMED.fullmatch(first[1]) is not None
    )


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what was pasted, in its order.

    Raises:
        FormatError: Nobody said which group it is of.
    """
    if not options.group:
        raise FormatError("A paste does not tell which group it is of: give its id with --group KEY.")
    yield place(options, PLATFORM, options.group, "")
    yield zoneless(options)
    yield nameless(options)
    rows, begun = Rows(options), _Begun()
    for number, line in lines(file):
        if line is None or damaged(line):
            yield Skipped(number, NOT_TEXT if line else TOO_LONG)
            continue
        head = begun.head(number, line.strip("\ufeff"), options)
        if head is None:
            begun.add(line)
            continue
        yield from _ended(begun, rows)
        begun.start(*head)
    yield from _ended(begun, rows)


class _Begun:
    """The message that is being read, and the day that was last named."""

    def __init__(self) -> None:
        self.line, self.name, self.words = 0, "", list[str]()
        self.at: datetime | str = ""
        self.day = ""

    def head(self, number: int, line: str, options: Options) -> tuple[int, str, datetime | str] | None:
        """Return number, name and time (or why there is none) of a line that begins a message; None if it does not."""
        day = _DAY.fullmatch(line)
        if day is not None:
            self.day = day["day"]
            return number, "", ""
        found = _HEAD.fullmatch(line)
        timed = _TIMED.fullmatch(line) if found is None else None
        if found is None and (timed is None or (self.line == 0 and not self.day)):
            return None
        try:
            if found is not None:
                return number, found["name"], moment_of(found, options)
            if timed is not None and self.day:
                return number, timed["name"], moment(f"{self.day} {timed['time']}", options)
        except RowError as error:
            return number, "", str(error)
        return None

    def start(self, line: int, name: str, at: datetime | str) -> None:
        """Begin another message."""
        self.line, self.name, self.at, self.words = line, name, at, []

    def add(self, line: str) -> None:
        """Take in a line of its words."""
        if len(self.words) < LINES:
            self.words.append(line)


def _ended(begun: _Begun, rows: Rows) -> Iterator[Found]:
    """Yield the message that was read, if there is one."""
    text = "\n".join(begun.words).strip()
    if isinstance(begun.at, str):
        if begun.at or (text and begun.line == 0):
            yield Skipped(max(begun.line, 1), begun.at or NO_LOCAL_TIME)
        return
    try:
        yield _message(begun.name, begun.at, text, rows)
    except RowError as error:
        yield Skipped(begun.line, str(error))


def _message(name: str, at: datetime, text: str, rows: Rows) -> Message:
    if not text:
        raise RowError("is empty")
    return rows.message(Row(at, "", name, text, kind=kind_of(text)))
