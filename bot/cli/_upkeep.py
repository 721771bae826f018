"""What `migrate`, `backup` and `owner` do."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

from bot.cli._opening import Desk
from bot.only_one import only_one
from storage import grants, maintenance
from storage import migrate as migrations
from storage.database import Database

CODE_SPAN = timedelta(hours=1)


async def migrate(desk: Desk, *, check: bool) -> int:
    """Bring the database to the newest schema, or say what is missing; nobody else may be using a SQLite file."""
    if check:
        current, newest = await migrations.head(desk.database)
        if current == newest:
            print(f"The database is at {newest}, the newest.")
            return 0
        print(f"The database is at {current or 'nothing'}, this program needs {newest}: python3 run.py migrate")
        return 1
    file = desk.database.file
    with only_one(file) if file else contextlib.nullcontext():
        applied = await migrations.upgrade(desk.database)
    for name in applied:
        print(f"applied {name}")
    print("The database is up to date.")
    return 0


async def backup(desk: Desk, target: Path) -> int:
    """Copy the database; a folder takes the copy under the database's own name."""
    place = await asyncio.to_thread(destination, desk.database, target)
    size = await maintenance.backup(desk.database, place)
    print(f"{place}: {size / 1e6:.1f} MB, checked. Keep it as safe as the database itself.")
    return 0


def destination(database: Database, target: Path) -> Path:
    """Return where a copy goes."""
    name = f"{database.url.database}.dump" if database.file is None else database.file.name
    return target / name if target.is_dir() else target


async def owner(desk: Desk) -> int:
    """Print a code and how it is used."""
    async with desk.database.write() as store:
        code = await grants.new_code(store, "owner", desk.now(), CODE_SPAN)
    print(f"Send this to the bot in private, within {int(CODE_SPAN.total_seconds() // 60)} minutes; it works once:\n")
    print(f"  /owner {code}\n")
    print("Whoever sends it may do everything, everywhere. Nobody else should see it.")
    return 0
