"""What `export` does: a file around `bot/export.py` and `bot/tabular.py`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from bot import export as exports
from bot import tabular
from bot.cli._opening import Desk, RefusalError, chosen_groups, listed
from bot.cli._periods import day_of
from bot.export import EVERYTHING, Cut
from storage.database import Store
from storage.frames import Kind
from storage.groups import Group

FORMS = {"messages": ("chatlab", "chatlab-jsonl", "csv", "xlsx", "md"), "threads": ("jsonl", "csv", "xlsx")}
ONE_GROUP = {"chatlab", "chatlab-jsonl"}
NEVER = {Kind.WITHHELD}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line, as it was typed."""

    what: str
    form: str | None = None
    group: str | None = None
    since: str | None = None
    until: str | None = None
    kinds: str = ""


async def export(desk: Desk, wish: Wish, output: Path | None) -> int:
    """Write messages or threads of one group, or of all, to a file or to standard output.

    Raises:
        RefusalError: The format does not fit, or it takes one group and there are several.
    """
    fitting = FORMS[wish.what]
    form = wish.form or fitting[0]
    if form not in fitting:
        raise RefusalError(f"{wish.what} are exported as {' or '.join(fitting)}, not as {form}.")
    cut = _cut(desk, wish)
    if wish.what == "threads" and form == "jsonl" and cut != EVERYTHING:
        raise RefusalError("As jsonl all threads are written; take csv or xlsx for a period.")
    async with desk.database.read() as store:
        found = await chosen_groups(store, wish.group)
        if form in ONE_GROUP and len(found) != 1:
            wanted = f"Take one of them with --group:\n{listed(found)}" if found else "There is no group yet."
            raise RefusalError(f"A ChatLab file holds one group. {wanted}")
        if form == "xlsx":
            return await _workbook(_rows(desk, store, wish.what, found, cut), output)
        count = await _written(_pieces(desk, store, wish.what, form, found, cut), output)
    if output is not None:
        print(f"{output}: {count:,} characters")
    return 0


def _cut(desk: Desk, wish: Wish) -> Cut:
    """Return which part is meant: days are the community's, the last one included."""
    zone = desk.config.community.zone
    words = [word.strip() for word in wish.kinds.split(",") if word.strip()]
    known = {kind.value: kind for kind in Kind if kind not in NEVER}
    for word in words:
        if word not in known:
            raise RefusalError(f"--kind: there is no kind {word}; there are: {', '.join(known)}.")
    first = day_of(wish.since) if wish.since else None
    last = day_of(wish.until, "--until") if wish.until else None
    if first and last and first > last:
        raise RefusalError(f"The period would end ({last}) before it begins ({first}).")
    midnight = datetime.min.time()
    since = EVERYTHING.since if first is None else datetime.combine(first, midnight, zone)
    until = None if last is None else datetime.combine(last + timedelta(days=1), midnight, zone)
    return Cut(since, until, frozenset(known[word] for word in words))


def _rows(desk: Desk, store: Store, what: str, found: list[Group], cut: Cut) -> AsyncIterator[tabular.Row]:
    zone = desk.config.community.zone
    if what == "threads":
        return tabular.threads(store, found, zone, desk.now(), cut)
    return tabular.messages(store, found, zone, cut)


def _pieces(desk: Desk, store: Store, what: str, form: str, found: list[Group], cut: Cut) -> AsyncIterator[str]:
    if form == "csv":
        return tabular.as_csv(_rows(desk, store, what, found, cut))
    if form == "md":
        return tabular.as_markdown(_rows(desk, store, what, found, cut))
    if what == "threads":
        return exports.thread_rows(store, found, desk.now())
    return exports.chatlab(store, found[0], desk.now(), rows=form == "chatlab-jsonl", cut=cut)


async def _workbook(rows: AsyncIterator[tabular.Row], output: Path | None) -> int:
    if output is None:
        raise RefusalError("An XLSX file needs a name: --output FILE")
    async with _whole(output) as partial:
        count = await tabular.write_xlsx(rows, partial)
    print(f"{output}: {count:,} rows")
    return 0


async def _written(pieces: AsyncIterator[str], output: Path | None) -> int:
    """Write pieces out, and return how many characters they were."""
    if output is None:
        return await _copy(pieces, sys.stdout)
    async with _whole(output) as partial:
        with await asyncio.to_thread(partial.open, "w", encoding="utf-8", newline="\n") as file:
            return await _copy(pieces, file)


@asynccontextmanager
async def _whole(output: Path) -> AsyncIterator[Path]:
    """Give a file to write that gets its name once it is whole, and of which nothing is left where it never is."""
    partial = output.with_name(output.name + ".partial")
    try:
        yield partial
        await asyncio.to_thread(partial.replace, output)
    finally:
        await asyncio.to_thread(partial.unlink, missing_ok=True)


async def _copy(pieces: AsyncIterator[str], file: TextIO) -> int:
    count = 0
    async for piece in pieces:
        count += file.write(piece)
    return count
