"""Writes the golden report of the demo's fortnight anew: `python -m tests.bot.report.golden`; read the difference."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bot.report._markdown import markdown, text
from handlers._reporting.measured import measured
from storage.database import Database
from storage.migrate import upgrade
from tests.bot.report.stage import SINCE, asked, played, reported

FILE = Path(__file__).with_name("fortnight.md")
MEASURED = "(what was measured)"  # other work moves these numbers


async def written(database: Database) -> str:
    """Return the report of the fortnight as Markdown."""
    play = await played(database)
    page = markdown(await reported(database, asked(since=SINCE), play.over))
    return page.replace(text(measured("zh")), MEASURED)


async def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Database.open(f"sqlite:///{folder}/golden.db") as database:
            await upgrade(database)
            FILE.write_text(await written(database), "utf-8")


if __name__ == "__main__":
    asyncio.run(_main())
