"""What `import` does: a bar and a report around `bot/history.py`."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import assembly, history
from bot.cli._opening import Desk, RefusalError
from bot.cli._periods import day_of
from bot.clock import system_clock
from bot.history import ACCOUNT, AHEAD, PLATFORM, Asked, Refused, Report
from bot.importers import FormatError, Options
from bot.importers._text import Source
from bot.only_one import only_one
from bot.replay import Replay
from bot.reported import reported, shown
from handlers._places import known_zone
from storage import accounts

PASTE = "-"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line, as it was typed; empty where it was not."""

    group: str = ""
    format: str = ""
    platform: str = ""
    zone: str = ""
    since: str = ""
    columns: str = ""


@dataclass(slots=True)
class Tally:
    """What became of several files together."""

    taken: int = 0
    failed: int = 0
    left: list[str] = field(default_factory=list)


async def take_in(desk: Desk, files: Sequence[Path], wish: Wish) -> int:
    """Import files one after the other, and report on each; one that cannot be read does not keep the others out.

    Raises:
        RefusalError: What was asked for cannot be.
    """
    options, asked = understood(desk, wish)
    held = only_one(desk.database.file) if desk.database.file else contextlib.nullcontext()
    tally = Tally()
    with held:
        await assembly.seed(desk.database, desk.classifiers)
        replay, options = await prepared(desk, options)
        for file in files:
            with _readable(file) as path:
                await _take_in(desk, path, replay, options, asked, tally)
    if tally.left:
        named = ", ".join(map(shown, tally.left[:10])) + (", ..." if len(tally.left) > 10 else "")
        print(f"left alone, for they are none of the formats ({len(tally.left):,}): {named}")
    return 1 if tally.failed or not tally.taken else 0


async def _take_in(desk: Desk, path: Path, replay: Replay, options: Options, asked: Asked, tally: Tally) -> None:
    try:
        with progress(path.name) as told:
            async for found in history.take_in_each(path, replay, options, told, asked):
                _tell(desk, found, tally)
    except FormatError as error:
        print(f"{shown(path.name)}: {error}", file=sys.stderr)
        tally.failed += 1


def _tell(desk: Desk, found: Report | Refused, tally: Tally) -> None:
    if isinstance(found, Report):
        print(reported(found, desk.config.community.zone))
        tally.taken += 1
        tally.failed += bool(found.broken)
    elif found.why == history.UNKNOWN:
        tally.left.append(found.name)
    else:
        print(f"{shown(found.name)}: {found.why}", file=sys.stderr)
        tally.failed += 1


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[Path]:
    """Give what is typed or pasted a file, for it is read more than once."""
    if str(file) != PASTE:
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pasted.txt")
        path.write_bytes(sys.stdin.buffer.read())
        yield path


def understood(desk: Desk, wish: Wish) -> tuple[Options, Asked]:
    """Return what was typed as what importers are told.

    Raises:
        RefusalError: There is no such zone, day or map of columns.
    """
    own = desk.config.community
    try:
        zone: ZoneInfo = known_zone(wish.zone) if wish.zone else own.zone
    except ValueError as error:
        raise RefusalError(f"--zone: {error}") from error
    since: datetime | None = None
    if wish.since:
        since = datetime.combine(day_of(wish.since), datetime.min.time(), own.zone)
    columns = dict(_column(part) for part in wish.columns.split(",") if part.strip())
    options = Options(group=wish.group, platform=wish.platform, zone=zone, columns=columns, until=desk.now() + AHEAD)
    return options, Asked(wish.format, since)


def _column(part: str) -> tuple[str, str]:
    ours, sign, theirs = part.partition("=")
    if not sign or not theirs.strip():
        raise RefusalError(f"--columns: {part.strip()} is not NAME=COLUMN; write time=1,name=2,text=5.")
    return ours.strip(), theirs.strip()


async def prepared(desk: Desk, options: Options) -> tuple[Replay, Options]:
    """Return what an import feeds, and its options with what the bot is called on the platforms."""
    async with desk.database.write() as store:
        account = await accounts.ensure(store, ACCOUNT, PLATFORM)
        every = await accounts.every(store)
    own = history.as_ourselves(options, desk.config.community.bot_name, every)
    return Replay(desk.database, desk.house, account, system_clock()), own


@contextlib.contextmanager
def progress(name: str) -> Iterator[history.Told]:
    """Show how far an import is, where a person can see it."""
    if not sys.stderr.isatty():
        yield lambda report, source: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    both = sys.stdout.isatty()  # else the report goes to a file, and shall get there
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=both) as bar:
        task = bar.add_task(name, total=None, rate="")

        def told(report: Report, source: Source | None) -> None:
            took = bar.tasks[0].elapsed or 1
            rate = f"{report.read:,} messages, {report.read / took:,.0f}/s"
            if report.placing:
                title = f"{report.name}: putting messages into threads"
                total = max(report.new, report.placed) or None
                bar.update(task, description=title, total=total, completed=report.placed, rate=rate)
            elif source is None:
                bar.update(task, description=report.name, total=None, rate=rate)
            else:
                bar.update(task, description=report.name, total=source.size, completed=source.position(), rate=rate)

        yield told
