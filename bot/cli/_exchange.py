"""What `export` does: a file around `bot/export.py`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from bot import export as exports
from bot.cli._opening import Desk, RefusalError, chosen_groups, listed
from storage.database import Store
from storage.groups import Group


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
