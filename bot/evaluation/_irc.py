"""Reads annotated IRC logs: `*.ascii.txt` beside `*.annotation.txt` (Kummerfeld et al. 2019)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifiers import Said
from classifiers._evaluating.clusterings import joined
from classifiers._evaluating.streams import Stream

_LINE = re.compile(r"(?:\S+ (?P<day>\d{4}-\d\d-\d\d) )?\[(?P<clock>\d\d:\d\d(?::\d\d)?)\]\s+(?P<rest>.*)")
_SAID = re.compile(r"<(?P<name>[^>]*)>\s*(?P<text>.*)|\* (?P<actor>\S+)\s*(?P<deed>.*)")
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
_BACKWARDS = timedelta(hours=10)  # a clock without a date that runs back this far begins a new day


def read_irc(data: Path) -> Iterator[Stream]:
    """Yield the logs of a folder, by name; ids are line numbers after those of the logs before.

    Lines without an annotation are what was said before, and are not scored.
    """
    before = 0
    for file in sorted(data.rglob("*.ascii.txt") if data.is_dir() else [data]):
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
        lines = lines[:-1] if lines and not lines[-1] else lines
        yield _stream(file, lines, before)
        before += len(lines)


def _stream(file: Path, lines: list[str], before: int) -> Stream:
    links = _links(file.with_name(file.name.replace(".ascii.", ".annotation.")), before)
    clusters = joined((later, earlier) for later, targets in links.items() for earlier in targets)
    cutoff = min(links, default=0)
    return Stream(
        name=file.name.removesuffix(".ascii.txt"),
        said=tuple(_said(lines, before)),
        keys={before + number: str(number) for number in range(len(lines))},
        thread={number: str(root) for number, root in clusters.items()},
        roles={},
        scored=frozenset(number for number in clusters if number >= cutoff),
        links=links,
        whole=True,
    )


def _links(file: Path, before: int) -> dict[int, frozenset[int]]:
    """Return message -> what it answers; a message that answers nothing but itself begins something."""
    found: dict[int, set[int]] = defaultdict(set)
    for line in file.read_text(encoding="utf-8").splitlines():
        numbers = [before + int(word) for word in line.split() if word != "-"]
        if numbers:
            later = max(numbers)
            numbers.remove(later)
            found[later] |= set(numbers) or {later}
    return {later: frozenset(targets) for later, targets in found.items()}


def _said(lines: list[str], before: int) -> Iterator[Said]:
    members: dict[str, int] = {}
    latest = _BEGIN
    for number, line in enumerate(lines):
        stamp = _LINE.match(line)
        if stamp is not None:
            latest = _moment(stamp["day"], stamp["clock"], latest)
        said = None if stamp is None else _SAID.match(stamp["rest"])
        name = "" if said is None else said["name"] or said["actor"] or ""
        text = line if said is None else said["text"] or said["deed"] or ""
        yield Said(
            id=before + number,
            key=str(number),
            member=members.setdefault(name, before + len(members) + 1) if name else None,
            at=latest + timedelta(milliseconds=number % 60_000),
            text=text.strip(),
            name=name,
            kind="text" if name else "system",
        )


def _moment(day: str | None, clock: str, latest: datetime) -> datetime:
    """Return the time of a line: with its date, or as soon after the line before as its clock allows."""
    parts = [int(part) for part in clock.split(":")]
    time = timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
    if day is not None:
        return datetime.fromisoformat(day).replace(tzinfo=UTC) + time
    found = latest.replace(hour=0, minute=0, second=0, microsecond=0) + time
    if found < latest - _BACKWARDS:
        return found + timedelta(days=1)
    return max(found, latest)
