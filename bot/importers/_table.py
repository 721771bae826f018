"""Reads tables of comma-separated values, whatever their rows are like: ragged, broken over lines, never closed."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import TextIO

from bot.importers._json import NOT_TEXT, TOO_LONG
from bot.importers._text import damaged, lines

ROW_LINES = 2_000  # a cell may hold a message of many lines; one of more is a quote that was never closed
ROW_LENGTH = 100_000  # characters
NEVER_CLOSED = "has a quote that is never closed"
NO_ROW = "ends in the middle of a cell"
DELIMITERS = ",\t;"


def delimiter(head: str) -> str:
    """Return what parts the cells of a table, by its first line."""
    return max(DELIMITERS, key=head.count)


def cells(line: str, parted: str) -> list[str]:
    """Return the cells of a row; none where it is no row."""
    try:
        return next(csv.reader([line], delimiter=parted), [])
    except csv.Error:
        return []


def records(file: TextIO, parted: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the rows of a table with the number of their first line; in place of a bad one, why (text).

    A row whose quote is never closed is given up alone: reading goes on with the line behind its first.
    """
    whole, ahead = _whole(parted), _Ahead(file)
    while True:
        first = ahead.next()
        if first is None:
            return
        number, line = first
        if line is None or damaged(line):
            yield number, TOO_LONG if line is None else NOT_TEXT
        elif line.strip():
            text = _closed(line, whole, ahead)
            yield number, NEVER_CLOSED if text is None else cells(text, parted) or NO_ROW


@cache
def _whole(parted: str) -> re.Pattern[str]:
    """Return what a row is that ends with its line: a quote opens a cell only at its beginning."""
    cell = rf'(?:"(?:[^"]|"")*"|[^"{parted}][^{parted}]*|)'
    return re.compile(f"{cell}(?:{parted}{cell})*", re.DOTALL)


class _Ahead:
    """Lines, some of which were looked at already."""

    def __init__(self, file: TextIO) -> None:
        self._lines = lines(file)
        self._waiting: deque[tuple[int, str | None]] = deque()

    def next(self) -> tuple[int, str | None] | None:
        """Return the next line, or None behind the last one."""
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def back(self, taken: list[tuple[int, str | None]]) -> None:
        """Take lines back that belong to no row that was begun."""
        self._waiting.extendleft(reversed(taken))


def _closed(line: str, whole: re.Pattern[str], ahead: _Ahead) -> str | None:
    """Return a row with the lines that it goes on over; None if it never ends."""
    if '"' not in line or whole.fullmatch(line):
        return line
    text, taken = line, list[tuple[int, str | None]]()
    while len(taken) < ROW_LINES and len(text) < ROW_LENGTH:
        more = ahead.next()
        if more is None:
            break
        taken.append(more)
        if more[1] is None:
            break
        text += "\n" + more[1]
        if '"' in more[1] and whole.fullmatch(text):
            return text
    ahead.back(taken)
    return None
