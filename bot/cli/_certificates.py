"""What `certificates import` does: reads a table of results, and issues a certificate for each row, some at a time."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.cli._opening import Desk, RefusalError
from bot.cli._outlets import decoded
from handlers._events.certified import NAME, RESULT, issue, register, sending
from handlers._sheets import defused
from storage import errands, events, groups
from storage.certificates import Certificate
from storage.database import Store
from storage.events import Event, State

STDIN = "-"
MOST = 10_000  # rows; more never sat an examination on one day
PORTION = 200  # issued in one transaction, so that the bot that runs is not held up
SHOWN = 20  # faults that are told at once
COLUMNS = {"name": ("name", "姓名", "名字"), "result": ("result", "结果", "成绩")}
_KNOWN = {name: column for column, names in COLUMNS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Result:
    """One row: who, and what came of it."""

    name: str
    result: str


class Bar(Protocol):
    """Shows how far something is."""

    def __call__(self, done: int) -> None:
        """Say that so many are done."""
        ...


async def take_in(desk: Desk, wanted: str, file: Path, *, dry_run: bool) -> int:
    """Issue what a file asks for, and return the exit code.

    Raises:
        RefusalError: There is no such event, or the file is no such table; the text names the lines.
    """
    raw = await asyncio.to_thread(sys.stdin.buffer.read if str(file) == STDIN else file.read_bytes)
    found = results(decoded(raw, file.name), file.name)
    event = await _event(desk, wanted)
    out = csv.writer(sys.stdout)
    if dry_run:
        async with desk.database.read() as store:
            known = await register(store, event)
        theirs = len(known.held)
        print(f"{file.name}: {len(found)} rows are well; {event.number} has {theirs} certificates. Nothing was issued.")
        return 0
    out.writerow(["name", "number", "result", "new"])
    new = 0
    with progress(f"{event.number}: certificates", len(found)) as bar:
        for start in range(0, len(found), PORTION):
            async with desk.database.write() as store:
                made = await _issued(desk, store, event, found[start : start + PORTION])
            for one, is_new in made:
                out.writerow([defused(one.name), one.number, defused(one.result), "yes" if is_new else "no"])
                new += is_new
            bar(start + len(made))
    print(f"{file.name}: {new} issued, {len(found) - new} were there before", file=sys.stderr)
    return 0


async def _event(desk: Desk, wanted: str) -> Event:
    number = re.fullmatch(r"[eE]?(\d{1,9})", wanted)
    async with desk.database.read() as store:
        event = None if number is None else await events.find(store, int(number[1]))
    if event is None:
        raise RefusalError(f"There is no event {wanted}; write its number, as in E57.")
    if event.state is not State.PUBLISHED or event.starts_at > desk.now():
        raise RefusalError(f"{event.number} was not held yet: certificates come after its beginning.")
    return event


async def _issued(desk: Desk, store: Store, event: Event, wanted: Sequence[Result]) -> list[tuple[Certificate, bool]]:
    await events.locked(store, event.id)
    known, now, made = await register(store, event), desk.now(), []
    for row in wanted:
        one, new = await issue(store, known, row.name, row.result, now)
        made.append((one, new))
        direct = await groups.direct_of(store, one.member) if new and one.member is not None else None
        if direct is not None:
            await errands.put(store, sending(one, direct.id), now)
    return made


def results(text: str, name: str) -> list[Result]:
    """Return the rows of a table.

    Raises:
        RefusalError: It is none, or rows are wrong; the text names their lines.
    """
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(",\t;", key=head.count))
    columns = [_KNOWN.get(cell.strip().lower(), "") for cell in next(rows, [])]
    for column, names in COLUMNS.items():
        if columns.count(column) != 1:
            raise RefusalError(f"{name}, line 1: the column {' or '.join(names[:2])} must stand there once.")
    found: list[Result] = []
    faults: list[str] = []
    for row in rows:
        if any(cell.strip() for cell in row):
            cells = dict(zip(columns, (" ".join(cell.split()) for cell in row), strict=False))
            why = _wrong(cells, len(row), len(columns))
            faults += [f"{name}, line {rows.line_num}: {why}"] if why else []
            found.append(Result(cells.get("name", ""), cells.get("result", "")))
    if faults:
        more = [f"... and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise RefusalError("\n".join([*faults[:SHOWN], *more]))
    if not 0 < len(found) <= MOST:
        raise RefusalError(f"{name} has {len(found):,} rows; 1 to {MOST:,} can be issued at once.")
    return found


def _wrong(cells: dict[str, str], width: int, wanted: int) -> str:
    if width != wanted:
        return f"{width} cells where the first line has {wanted}."
    for column, most in (("name", NAME), ("result", RESULT)):
        if not cells[column]:
            return f"the {column} is empty."
        if len(cells[column]) > most:
            return f"the {column} has {len(cells[column])} characters; {most} are the most."
    return ""


@contextmanager
def progress(name: str, total: int) -> Iterator[Bar]:
    """Show how far it is, where a person can see it."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(name, total=total)
        yield lambda done: shown.update(task, completed=done)
