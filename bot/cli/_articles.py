"""What `articles` does: the reviewed articles as Markdown, into a folder or to standard output."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot import articles
from bot.articles import INDEX, Export
from bot.cli._opening import Desk, RefusalError
from bot.cli._report import STDOUT, sharing, written


async def export(desk: Desk, folder: Path) -> int:
    """Write a file for each article and an index; those of an earlier export that hold no more are removed.

    Raises:
        RefusalError: The folder's name is that of a file.
    """
    async with desk.database.read() as store:
        made = await articles.export(
            store, desk.now(), desk.config.community.zone, desk.language, otherwise=sharing(desk)
        )
    if str(folder) == STDOUT:
        sys.stdout.write("\n".join(page for name, page in made.files.items() if name != INDEX))
        return 0
    await asyncio.to_thread(_lay_out, folder, made)
    print(f"{folder}: {len(made.files) - 1}")
    return 0


def _lay_out(folder: Path, made: Export) -> None:
    if folder.is_file():
        raise RefusalError(f"{folder} is a file; name a folder, or - for standard output.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in made.files.items():
        written(page.encode(), folder / name)
    for name in made.gone:
        (folder / name).unlink(missing_ok=True)
