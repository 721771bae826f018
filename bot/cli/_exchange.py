"""What `import` and `export` do: a bar and a report around `bot/history.py`, a file around `bot/export.py`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from bot import assembly, history
from bot import export as exports
from bot.cli._opening import Desk, RefusalError, chosen_groups, listed
from bot.clock import system_clock
from bot.history import Report
from bot.importers import FormatError, Options
from bot.importers._text import Source
from bot.only_one import only_one
from bot.replay import Replay
from storage import accounts
from storage.database import Store
from storage.groups import Group

ACCOUNT = "(import)"  # no table can be called so
PLATFORM = "import"
YEAR = timedelta(days=366)  # a message may be this far ahead of a clock that is wrong


async def take_in(desk: Desk, files: Sequence[Path], group: str) -> int:
    """Import files one after the other, and report on each; one that cannot be read does not keep the others out."""
    held = only_one(desk.database.file) if desk.database.file else contextlib.nullcontext()
    failed = 0
    with held:
        await assembly.seed(desk.database, desk.classifiers)
        replay, options = await _prepared(desk, group)
        for file in files:
            try:
                with progress(file) as told:
                    report = await history.take_in(file, replay, options, told)
            except FormatError as error:
                print(f"{file.name}: {error}", file=sys.stderr)
                failed += 1
            else:
                print(reported(report, desk.config.community.zone))
                failed += bool(report.broken)
    return 1 if failed else 0


async def _prepared(desk: Desk, group: str) -> tuple[Replay, Options]:
    async with desk.database.write() as store:
        account = await accounts.ensure(store, ACCOUNT, PLATFORM)
        every = await accounts.every(store)
    replay = Replay(desk.database, desk.house, account, system_clock())
    own = desk.config.community
    names = {own.bot_name, *(account.display for account in every)} - {""}
    ids = {account.self_id for account in every} - {""}
    return replay, Options(frozenset(names), frozenset(ids), group, own.zone, desk.now() + YEAR)


@contextlib.contextmanager
def progress(file: Path) -> Iterator[history.Told]:
    """Show how far the import of a file is, where a person can see it."""
    if not sys.stderr.isatty():
        yield lambda report, source: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=None, rate="")

        def told(report: Report, source: Source) -> None:
            took = bar.tasks[0].elapsed or 1
            rate = f"{report.read:,} messages, {report.read / took:,.0f}/s"
            if report.placing:
                bar.update(task, total=None, description=f"{file.name}: putting messages into threads", rate=rate)
            else:
                bar.update(task, total=source.size, completed=source.position(), rate=rate)

        yield told


def reported(report: Report, zone: ZoneInfo) -> str:
    """Return what became of a file, for people."""
    names = ", ".join(f"{place.name or place.key} ({place.platform})" for place in report.places)
    skipped = sum(report.skipped.values())
    lines = [
        f"{report.file.name} ({report.format}): {names or 'no message'}",
        f"  read {report.read:,}, new {report.new:,}, known already {report.duplicate:,}, skipped {skipped:,}",
    ]
    if report.first_at is not None and report.last_at is not None:
        span = f"{_local(report.first_at, zone)} .. {_local(report.last_at, zone)}"
        lines.append(f"  {span} ({zone.key}), {len(report.members):,} members, {report.threads:,} threads")
    for why, count in report.skipped.most_common():
        rows = ", ".join(map(str, report.rows[why]))
        more = ", ..." if count > len(report.rows[why]) else ""
        lines.append(f"  skipped {count:,}: {why} (line {rows}{more})")
    if report.broken:
        lines.append(f"  not read to its end: {report.broken}")
    if report.quarantined:
        lines.append(f"  {report.quarantined:,} could not be worked off and wait in the inbox: python3 run.py doctor")
    return "\n".join(lines)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


async def export(desk: Desk, what: str, form: str | None, group: str | None, output: Path | None) -> int:
    """Write messages of one group, or threads of all or one, to a file or to standard output.

    Raises:
        RefusalError: The format does not fit, or it takes one group and there are several.
    """
    fitting = ("jsonl",) if what == "threads" else ("chatlab", "chatlab-jsonl")
    form = form or fitting[0]
    if form not in fitting:
        raise RefusalError(f"{what} are exported as {' or '.join(fitting)}, not as {form}.")
    async with desk.database.read() as store:
        found = await chosen_groups(store, group)
        if what == "messages" and len(found) != 1:
            wanted = f"Take one of them with --group:\n{listed(found)}" if found else "There is no group yet."
            raise RefusalError(f"A ChatLab file holds one group. {wanted}")
        count = await _written(_pieces(store, what, form, found, desk.now()), output)
    if output is not None:
        print(f"{output}: {count:,} characters")
    return 0


def _pieces(store: Store, what: str, form: str, found: list[Group], now: datetime) -> AsyncIterator[str]:
    if what == "threads":
        return exports.thread_rows(store, found, now)
    return exports.chatlab(store, found[0], now, rows=form == "chatlab-jsonl")


async def _written(pieces: AsyncIterator[str], output: Path | None) -> int:
    """Write pieces out; a file appears once it is whole."""
    if output is None:
        return await _copy(pieces, sys.stdout)
    partial = output.with_name(output.name + ".partial")
    file = await asyncio.to_thread(partial.open, "w", encoding="utf-8", newline="\n")
    try:
        with file:
            count = await _copy(pieces, file)
        await asyncio.to_thread(partial.replace, output)
    except BaseException:
        await asyncio.to_thread(partial.unlink, missing_ok=True)
        raise
    return count


async def _copy(pieces: AsyncIterator[str], file: TextIO) -> int:
    count = 0
    async for piece in pieces:
        count += file.write(piece)
    return count
