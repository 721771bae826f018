"""Reads what was learnt, from a TOML file: `E57 = ["Come half an hour early."]`, `S3 = [...]`, `year = [...]`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

BYTES, MOST = 1_000_000, 12
_KEY = re.compile(r"(?i:[es]\d{1,9}|year)")

Lessons = Mapping[str, tuple[str, ...]]


class LessonsError(Exception):
    """The file of lessons cannot be used; the text says where and what to do."""


def read(file: Path) -> Lessons:
    """Return the lessons of a file by event (`E57`), series (`S3`) and `year`.

    Raises:
        LessonsError: It cannot be read, is too large, or holds something else.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(BYTES + 1)
    except OSError as error:
        raise LessonsError(f"{file}: {error.strerror or type(error).__name__}") from error
    if len(content) > BYTES:
        raise LessonsError(f"{file} is larger than a megabyte; lessons are a few lines.")
    try:
        return parse(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise LessonsError(f"{file} is no TOML in UTF-8: {error}") from error
    except LessonsError as error:
        raise LessonsError(f"{file}: {error}") from error


def parse(text: str) -> Lessons:
    """Return the lessons that a text holds.

    Raises:
        LessonsError: A key is neither an event, a series nor `year`, or a value is no text and no list of texts.
    """
    found: dict[str, tuple[str, ...]] = {}
    for key, value in tomllib.loads(text).items():
        if not _KEY.fullmatch(key):
            raise LessonsError(f"{key} is neither an event (E57), a series (S3) nor year.")
        lines = [value] if isinstance(value, str) else value
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise LessonsError(f'{key} must be a text or a list of texts: {key} = ["..."]')
        name = "year" if key.lower() == "year" else f"{key[0].upper()}{int(key[1:])}"
        found[name] = tuple(line for line in lines if line.strip())[:MOST]
    return found
