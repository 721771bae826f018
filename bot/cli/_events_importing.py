"""What `events import` does: reads files of events, keeps what can be kept, and names what cannot with its place."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.calendars import _ics, _storing, _toml
from bot.calendars._found import BYTES, Broken, Entry, FileError, Found
from bot.calendars._storing import Taken
from bot.cli._events import feature_of
from bot.cli._opening import Desk, RefusalError
from bot.reported import shown
from handlers._events.planned import Usual
from handlers._places import known_zone
from storage.events import Kind, State

CHUNK = 200  # entries of one transaction
NAMED = 20  # of what was left alone
READERS = (".ics", ".toml")


@dataclass(frozen=True, slots=True)
class Asked:
    """How files are taken: shown alone, as drafts or published, and in which zone times without one are."""

    dry_run: bool = False
    publish: bool = False
    zone: str = ""


@dataclass(slots=True)
class _Read:
    entries: list[Entry] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


async def take_in(desk: Desk, files: Sequence[Path], asked: Asked) -> int:
    """Take files in, one after the other; one that cannot be read keeps no other out. Return the exit code.

    Raises:
        RefusalError: There is no such zone.
    """
    settings: Any = feature_of(desk).settings
    try:
        zone = known_zone(asked.zone) if asked.zone else desk.config.community.zone
    except ValueError as error:
        raise RefusalError(f"--zone: {error}") from error
    usual = Usual({kind: timedelta(minutes=getattr(settings, kind.value)) for kind in Kind}, zone)
    wish = _storing.Wish(
        State.PUBLISHED if asked.publish else State.DRAFT, desk.now(), timedelta(weeks=settings.weeks_ahead)
    )
    failed = False
    for file in files:
        try:
            content = await asyncio.to_thread(_content, file)
            with _progress(file.name) as told:
                read = _read(desk, file, content, usual, told)
                taken = Taken() if asked.dry_run else await _keep(desk, read.entries, wish, told)
        except FileError as error:
            print(f"{shown(file.name)}: {error}", file=sys.stderr)
            failed = True
            continue
        failed |= _report(desk, file, read, taken, asked)
    return 1 if failed else 0


def _content(file: Path) -> bytes:
    if file.suffix.lower() not in READERS:
        raise FileError("is neither .ics nor .toml")
    if file.is_file() and file.stat().st_size > BYTES:
        raise FileError(f"is larger than {BYTES // 1024 // 1024} MB; split it")
    return file.read_bytes()


def _read(desk: Desk, file: Path, content: bytes, usual: Usual, told: Callable[[int], None]) -> _Read:
    found: Iterator[Found]
    found = _ics.read(content, usual) if file.suffix.lower() == ".ics" else _toml.read(content, usual, desk.now())
    read = _Read()
    for count, one in enumerate(found, 1):
        (read.entries if isinstance(one, Entry) else read.broken).append(one)  # type: ignore[arg-type]
        if count % CHUNK == 0:
            told(count)
    return read


async def _keep(desk: Desk, entries: Sequence[Entry], wish: _storing.Wish, told: Callable[[int], None]) -> Taken:
    taken = Taken()
    for start in range(0, len(entries), CHUNK):
        async with desk.database.write() as store:
            await _storing.keep(store, entries[start : start + CHUNK], wish, taken)
        told(start)
    return taken


def _report(desk: Desk, file: Path, read: _Read, taken: Taken, asked: Asked) -> bool:
    """Print what became of a file, and say whether anything in it was left alone."""
    left = [*read.broken, *taken.left]
    if asked.dry_run:
        zone = desk.config.community.zone
        for entry in read.entries[:NAMED]:
            rule = f"  {entry.rule}" if entry.rule else ""
            print(f"{entry.plan.starts_at.astimezone(zone):%Y-%m-%d %H:%M}  {entry.plan.title}{rule}")
        print(f"{shown(file.name)}: {len(read.entries):,} could be taken, {len(left):,} not; nothing was kept")
    else:
        counts = f"{len(taken.new):,} new, {len(taken.changed):,} changed, {taken.same:,} as they were"
        rules = f", {len(taken.rules):,} recurring" if taken.rules else ""
        print(f"{shown(file.name)}: {counts}{rules}, {len(left):,} not taken{_numbers(taken.new)}")
    for one in left[:NAMED]:
        print(f"{shown(file.name)} {one.where}: {one.why}", file=sys.stderr)
    if len(left) > NAMED:
        print(f"{shown(file.name)}: and {len(left) - NAMED:,} more", file=sys.stderr)
    return bool(left)


def _numbers(new: Sequence[int]) -> str:
    if not new:
        return ""
    return f": E{new[0]}" if len(new) == 1 else f": E{min(new)} to E{max(new)}"


@contextlib.contextmanager
def _progress(name: str) -> Iterator[Callable[[int], None]]:
    """Show how far it is, where a person can see it."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f} events"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda count: bar.update(task, completed=count)
