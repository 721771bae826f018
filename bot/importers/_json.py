"""Walks through a JSON object larger than memory: member by member, and its arrays element by element."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO

from bot.importers._text import BROKEN, GIVE_UP, damaged, lines

CHUNK = 1 << 20
VALUE_LIMIT = 4 << 20  # characters; a longer value is no row
NOT_JSON = "is not JSON"
NOT_TEXT = "has bytes that are not text in the file's encoding"
TOO_LONG = "is longer than a row can be, or the file breaks off"
CUT_OFF = "is where the file breaks off, or is JSON no longer"
BEHIND = "is behind the end of the export, for a file holds one"
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_SPACE = re.compile(r"[ \t\r\n]*")


class BrokenError(Exception):
    """The text is no JSON from this line on, or goes on where nothing is expected."""

    def __init__(self, line: int, why: str = CUT_OFF) -> None:
        super().__init__(line)
        self.line = line
        self.why = why


class Element(NamedTuple):
    """A value under a key of the object, or an element of the array there; None where it could not be read."""

    key: str
    line: int
    value: Any


class _Scanner:
    """A window on the text."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.text = ""
        self.at = 0
        self.line = 1
        self.decoder = json.JSONDecoder()

    def more(self) -> bool:
        """Drop what was read and take in the next chunk; False at the end of the file."""
        try:
            chunk = self.file.read(CHUNK)
        except BROKEN:
            return False
        self.text = self.text[self.at :] + chunk
        self.at = 0
        return bool(chunk)

    def forward(self, to: int) -> None:
        """Move to a place in the window, counting lines."""
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def peek(self) -> str:
        """Return the next sign that is no white space, or an empty string at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.forward(found.end() if found else self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, sign: str) -> bool:
        """Move behind a sign if it is the next one."""
        if self.peek() != sign:
            return False
        self.forward(self.at + 1)
        return True

    def value(self) -> Any:
        """Return the next value.

        Raises:
            BrokenError: It is no JSON, or too long.
        """
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except RecursionError:
                raise BrokenError(self.line) from None
            except json.JSONDecodeError as error:
                if self._cut(error) and self.more():
                    continue
                raise BrokenError(self.line) from None
            if end == len(self.text) and not isinstance(value, (dict, list, str)) and self.more():
                continue  # a number may go on
            self.forward(end)
            return value

    def _cut(self, error: json.JSONDecodeError) -> bool:
        near_end = error.pos >= len(self.text) - 16 or error.msg.startswith("Unterminated string")
        return near_end and len(self.text) - self.at < VALUE_LIMIT

    def resync(self) -> bool:
        """Move to the beginning of the next element after one that is broken; False if there is none."""
        self.forward(min(self.at + 1, len(self.text)))
        for _ in range(GIVE_UP // CHUNK):
            found = _NEXT.search(self.text, self.at)
            if found:
                self.forward(found.end())
                return True
            self.forward(max(self.at, len(self.text) - 64))
            if not self.more():
                return False
        return False


def walk(file: TextIO, entered: frozenset[str]) -> Iterator[Element]:
    """Yield the members of the object in a file, or the elements of the array, one by one.

    `entered` are the objects and arrays within that are walked through as well, by their paths: `messages`, or
    `chats.list` and `chats.list.*`, its elements. An element that is entered is told by one with the value None first.

    Raises:
        BrokenError: It is neither, breaks off, or something stands behind its end.
    """
    scanner = _Scanner(file)
    if scanner.peek() not in {"{", "["}:
        raise BrokenError(scanner.line)
    yield from _inside(scanner, "", entered)
    if scanner.peek():
        raise BrokenError(scanner.line, BEHIND)


def json_lines(file: TextIO) -> Iterator[tuple[int, Any]]:
    """Yield the values of a file with one on each line, with their line numbers; in place of a bad one, why (text).

    Empty lines and comments (#) hold none.
    """
    for number, line in lines(file):
        if line is None:
            yield number, TOO_LONG
        elif damaged(line):
            yield number, NOT_TEXT
        elif line.strip() and not line.lstrip().startswith("#"):
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = NOT_JSON
            yield number, NOT_JSON if isinstance(value, str) else value


def ahead(file: TextIO, entered: frozenset[str], *wanted: str) -> dict[str, Any]:
    """Return some members of the object in a file, wherever they stand, and go back to its beginning.

    Raises:
        BrokenError: The file breaks off before the last of them.
    """
    found: dict[str, Any] = {}
    for element in walk(file, entered):
        if element.key in wanted:
            found[element.key] = element.value
            if len(found) == len(wanted):
                break
    file.seek(0)
    return found


def _inside(scanner: _Scanner, path: str, entered: frozenset[str]) -> Iterator[Element]:
    if scanner.take("["):
        yield from _elements(scanner, path, entered)
    elif scanner.take("{"):
        yield from _members(scanner, path, entered)


def _members(scanner: _Scanner, path: str, entered: frozenset[str]) -> Iterator[Element]:
    while not scanner.take("}"):
        line, name = scanner.line, scanner.value()
        if not isinstance(name, str) or not scanner.take(":"):
            raise BrokenError(scanner.line)
        key = f"{path}.{name}" if path else name
        if key in entered and scanner.peek() in {"{", "["}:
            yield from _inside(scanner, key, entered)
        else:
            yield Element(key, line, scanner.value())
        if not scanner.take(",") and scanner.peek() != "}":
            raise BrokenError(scanner.line)


def _elements(scanner: _Scanner, key: str, entered: frozenset[str]) -> Iterator[Element]:
    each = f"{key}.*"
    while not scanner.take("]"):
        if each in entered and scanner.peek() == "{":
            yield Element(each, scanner.line, None)
            yield from _inside(scanner, each, entered)
        else:
            yield from _element(scanner, key)
        if not scanner.take(",") and scanner.peek() != "]":
            line = scanner.line
            if not scanner.resync():
                raise BrokenError(line)
            yield Element(key, line, None)


def _element(scanner: _Scanner, key: str) -> Iterator[Element]:
    while True:
        scanner.peek()
        line = scanner.line
        try:
            value = scanner.value()
        except BrokenError:
            if not scanner.resync():
                raise
            yield Element(key, line, None)
            continue
        yield Element(key, line, value)
        return
