"""Reads annotated IRC logs (`*.ascii.txt`, `*.annotation.txt`) as chats, for figures by hand only."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from classifiers import Said
from tests.classifiers.dialogs import BEGIN, Line

_LINE = re.compile(r"\[(\d\d):(\d\d)\] (?:<([^>]+)> |\* )?(.*)")
_CONTEXT = 1000  # lines before the annotated ones


def log(file: Path, warm_up: int = 300) -> list[Line]:
    """Return the annotated lines of a log and some before them, which have no thread and are not to be scored.

    A clock that runs backwards by more than ten hours begins a new day; lines of one minute keep their order.
    """
    roots = _roots(file.with_name(file.name.replace("ascii", "annotation")))
    members: dict[str, int] = {}
    day, last, found = timedelta(), -1, []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").split("\n")):
        match = _LINE.match(line)
        if match is None:
            continue
        minute = int(match[1]) * 60 + int(match[2])
        day += timedelta(days=minute < last - 600)
        last = minute
        name = "" if line.startswith("===") else match[3]
        said = Said(
            id=number,
            key=str(number),
            member=members.setdefault(name, len(members) + 1) if name else None,
            at=BEGIN + day + timedelta(minutes=minute, milliseconds=number % 60_000),
            text=match[4],
            name=name or "",
            kind="text" if name else "system",
        )
        scored = name and number >= _CONTEXT and number in roots
        found.append(Line(said, str(roots[number]) if scored else None))
    return [line for line in found if line.said.id >= _CONTEXT - warm_up]


def _roots(file: Path) -> dict[int, int]:
    """Return line -> the first line of its thread, along the links `a b -`."""
    above: dict[int, int] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        one, other = sorted(map(int, line.split()[:2]))
        above[other] = min(one, above.get(other, other))
        above.setdefault(one, one)
    return {line: _root(line, above) for line in above}


def _root(line: int, above: dict[int, int]) -> int:
    while above[line] != line:
        line = above[line]
    return line
