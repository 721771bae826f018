"""An import that is killed, wherever it is, is finished by the next one: the database equals an uninterrupted one."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.database import Database, Store
from storage.messages import MESSAGES
from storage.threads import THREAD_MESSAGES
from tests.bot.cli.process import environment
from tests.bot.importers.packed import EXPORTS
from tests.bot.importers.rows import numbered
from tests.postgres import Server

SECONDS = 600  # for one whole import, on a machine that has other things to do
MINUTE = 60
LOOK_SECONDS = 0.05
LATER_SECONDS = 0.3  # at most, from a commit to the kill: anywhere in what follows it


@dataclass(frozen=True)
class Home:
    """A folder with a configuration, and its database."""

    folder: Path
    url: str

    async def begin(self, file: Path) -> Process:
        """Begin an import as a process of its own."""
        arguments = ["-P", "-m", "bot", "--config", str(self.folder / "config.toml"), "import", str(file)]
        with (self.folder / "told.txt").open("wb") as told:
            return await asyncio.create_subprocess_exec(
                sys.executable, *arguments, cwd=self.folder, env=environment(self.folder), stdout=told, stderr=told
            )

    async def whole(self, file: Path) -> str:
        """Import to the end, and return what was told."""
        code = await asyncio.wait_for((await self.begin(file)).wait(), SECONDS)
        told = (self.folder / "told.txt").read_text("utf-8")
        assert code == 0, told
        return told


def home(folder: Path, url: str) -> Home:
    folder.mkdir()
    text = f'[database]\nurl = "{url}"\n[handlers.questions]\n[classifiers.rules]\n[classifiers.keywords]\n'
    (folder / "config.toml").write_text(text)
    (folder / "config.toml").chmod(0o600)
    return Home(folder, url)


async def done(store: Store) -> int:
    """Return how far an import is: each message is stored, and many are put into threads."""
    stored = await store.scalar(select(func.count()).select_from(MESSAGES))
    return int(stored) + int(await store.scalar(select(func.count()).select_from(THREAD_MESSAGES)))


async def ended(process: Process, seconds: float) -> bool:
    """Wait for the end of a process, for so long at most, and say whether it came."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), seconds)
    return process.returncode is not None


async def killed(process: Process, database: Database, at: int, later: float) -> bool:
    """Kill a process some seconds after it got so far; False if it ended before."""
    while not await ended(process, LOOK_SECONDS):
        async with database.read() as store:
            far = await done(store)
        if far >= at:
            if await ended(process, later):
                return False
            process.kill()
            await process.wait()
            return True
    return False


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Return what makes empty databases of either engine."""
    made: list[str] = []

    def url(engine: str) -> str:
        if engine == "sqlite":
            file = tmp_path / f"{len(list(tmp_path.glob('*.db')))}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            return f"sqlite:///{file}"
        server: Server = request.getfixturevalue("postgres")
        made.append(server.create(request.getfixturevalue("postgresql_template")))
        return server.url_of(made[-1])

    yield url
    for name in made:
        request.getfixturevalue("postgres").drop(name)


FEW = {("sqlite", "zip"), ("postgresql", "folder")}  # each run starts three processes


def cases(engine: str, form: str) -> list[object]:
    few = [pytest.param(engine, form, 1_600, 1, marks=pytest.mark.middle)] if (engine, form) in FEW else []
    return [*few, pytest.param(engine, form, 12_000, 25, marks=pytest.mark.long)]


@pytest.mark.timeout(120 * MINUTE)
@pytest.mark.parametrize(
    ("engine", "form", "count", "kills"),
    [case for engine in ("sqlite", "postgresql") for form in EXPORTS for case in cases(engine, form)],
)
async def test_kill_9_in_the_middle(
    engine: str, form: str, count: int, kills: int, new_url: Callable[[str], str], tmp_path: Path
) -> None:
    file = await asyncio.to_thread(EXPORTS[form], tmp_path, count)
    undisturbed, disturbed = (home(tmp_path / name, new_url(engine)) for name in ("undisturbed", "disturbed"))
    await undisturbed.whole(file)
    async with Database.open(undisturbed.url) as database:
        expected = await numbered(database)
        async with database.read() as store:
            end = await done(store)
    rng = random.Random(f"{engine} {form}")
    points = sorted([1, *(rng.randrange(1, end) for _ in range(kills - 1))])
    async with Database.open(disturbed.url) as database:
        hit = 0
        for number, point in enumerate(points):
            later = rng.uniform(0, LATER_SECONDS) if number else 0
            hit += await killed(await disturbed.begin(file), database, point, later)
        assert hit >= max(1, kills // 2)
        await disturbed.whole(file)
        assert await numbered(database) == expected
