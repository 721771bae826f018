"""Takes in what is laid into a folder, while the bot runs: settled files only, each with a report beside it.

A sub-folder that is called like a group, or a platform, says whose the files in it are: see `bot/shelves.py`.

What was taken goes to `done`, what could not be to `failed`; nothing is ever deleted. A file counts as settled when its
size and its time have stayed the same for a while: a large one takes long to copy.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot import history
from bot.config import Imports
from bot.history import ACCOUNT, AHEAD, PLATFORM, Refused, Report
from bot.importers import FormatError, Options
from bot.inbox import Clock
from bot.replay import Replay
from bot.reported import reported
from bot.shelves import Shelf, shelves
from bot.turn import House
from storage import accounts, groups
from storage.database import UNAVAILABLE, Database
from storage.groups import Group

DONE, FAILED = "done", "failed"
HINT = "Or lay it into a folder in here that is called like the group."
TRIES = 3  # a file at which the process died so often is put aside
STRETCH = 300  # messages that are put into threads in one transaction, for others wait meanwhile
PARTIAL = (
    ".partial",
    ".crdownload",
    ".tmp",
    ".part",
    ".download",
)  # names under which programs write what is not whole

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """How something in the folder looked, and since when."""

    seen: tuple[int, int, int]
    since: datetime


class Watcher:
    """Looks into one folder."""

    def __init__(self, database: Database, house: House, settings: Imports, bot_name: str, clock: Clock) -> None:
        self.database = database
        self.house = house
        self.settings = settings
        self.bot_name = bot_name
        self.clock = clock
        self.looks: dict[Path, Look] = {}
        self.tries: dict[Path, int] = {}
        self._wake = asyncio.Event()

    async def wake(self) -> None:
        """Say that it is time to look."""
        self._wake.set()

    async def run(self) -> None:
        """Look whenever it is time, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.look()

    async def look(self) -> int:
        """Take in what has settled in the folder, and return how many files or folders that were."""
        folder = self.settings.watch
        if folder is None:
            return 0
        async with self.database.read() as store:
            known = await groups.every(store)
        try:
            settled = await asyncio.to_thread(self._settled, folder, known)
        except OSError as error:
            log.warning("the folder of imports cannot be read: %s", error.strerror)
            return 0
        for path, shelf in settled.items():
            self.tries[path] = self.tries.get(path, 0) + 1
            failed, told = await self._take_in(path, shelf)
            await asyncio.to_thread(_put_aside, folder, path, FAILED if failed else DONE, told)
            log.info("%s: %s", "could not be imported" if failed else "imported", path.relative_to(folder))
            self.tries.pop(path, None)
            self.looks.pop(path, None)
        return len(settled)

    def _settled(self, folder: Path, known: Sequence[Group]) -> dict[Path, Shelf]:
        """Return what has not changed for a while, with the shelf that it lies on."""
        folder.mkdir(parents=True, exist_ok=True)
        every = {shelf.path: shelf for shelf in shelves(folder, known, {DONE, FAILED})}
        found = {path: shelf for shelf in every.values() for path in _laid(shelf.path) if path not in every}
        now, looks = self.clock.now(), dict[Path, Look]()
        for path in found:
            seen, before = _size(path), self.looks.get(path)
            looks[path] = before if before and before.seen == seen else Look(seen, now)
        self.looks = looks
        wait = timedelta(seconds=self.settings.settle_seconds)
        settled = (path for path, look in looks.items() if look.seen[0] and now - look.since >= wait)
        return {path: found[path] for path in sorted(settled)}

    async def _take_in(self, path: Path, shelf: Shelf) -> tuple[bool, str]:
        """Return whether it failed, and what is to be told of it."""
        if self.tries[path] > TRIES:
            return True, "It was tried several times and could not be worked off; the log says why."
        lines: list[str] = []
        good = bad = 0
        try:
            replay, options = await self._prepared()
            async for found in history.take_in_each(path, replay, shelf.told(options)):
                fine = isinstance(found, Report) and not found.broken
                good, bad = good + fine, bad + (not fine and not _left(found))
                lines.append(_told(found, self.house))
        except FormatError as error:
            return True, f"{error}\n{HINT}" if "--group" in str(error) else str(error)
        except UNAVAILABLE:  # the next look will do: what is stored already is not stored again
            self.tries[path] -= 1
            raise
        return bad > 0 or good == 0, "\n".join(lines) or history.NOTHING

    async def _prepared(self) -> tuple[Replay, Options]:
        async with self.database.write() as store:
            account = await accounts.ensure(store, ACCOUNT, PLATFORM)
            every = await accounts.every(store)
        replay = Replay(self.database, self.house, account, self.clock)
        replay.stretch = STRETCH
        options = Options(zone=self.house.community.zone, until=self.clock.now() + AHEAD)
        return replay, history.as_ourselves(options, self.bot_name, every)


def _left(found: Report | Refused) -> bool:
    """Whether something is no chat at all, as the pictures of an export are."""
    return isinstance(found, Refused) and found.why == history.UNKNOWN


def _told(found: Report | Refused, house: House) -> str:
    return reported(found, house.community.zone) if isinstance(found, Report) else f"{found.name}: {found.why}"


def _size(path: Path) -> tuple[int, int, int]:
    """Return how many files there are, how large they are and when one of them last changed."""
    if path.is_file():
        found = path.stat()
        return 1, found.st_size, found.st_mtime_ns
    files = [file.stat() for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
    return len(files), sum(file.st_size for file in files), max((file.st_mtime_ns for file in files), default=0)


def _laid(folder: Path) -> list[Path]:
    """Return what was laid into a folder, and is no longer being copied as far as names tell."""
    with os.scandir(folder) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if entry.name not in {DONE, FAILED}
            and not entry.name.startswith(".")
            and not entry.name.endswith(PARTIAL)
            and not entry.is_symlink()
        ]


def _put_aside(folder: Path, path: Path, where: str, told: str) -> None:
    """Move what was looked at to the same place below another folder, and write what became of it beside it."""
    kept = folder / where / path.parent.relative_to(folder)
    kept.mkdir(parents=True, exist_ok=True)
    target = _free(kept, path.name)
    path.replace(target)
    report = target.with_name(f"{target.name}.report.txt")
    report.write_text(f"{told}\n", "utf-8")


def _free(folder: Path, name: str) -> Path:
    stem, dot, ending = name.partition(".")
    names = itertools.chain([name], (f"{stem}-{number}{dot}{ending}" for number in itertools.count(2)))
    return next(folder / one for one in names if not (folder / one).exists())
