"""Exports as bad luck leaves them, packed or not: each ends in a report or in words, and what can be read comes in."""

from __future__ import annotations

import asyncio
import gzip
import random
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.history import Asked, Refused, take_in_each
from bot.importers import FormatError
from bot.importers._inputs import Input, inputs
from bot.replay import Replay
from bot.reported import reported
from storage.database import Database
from storage.frames import Message
from storage.messages import MESSAGES
from tests.bot.importers import story
from tests.bot.importers.golden import FIXTURES, FOLDER, NEED_A_FORMAT
from tests.bot.importers.test_bad_input import mutated
from tests.chat import Chat

UNTIL = datetime(2027, 12, 1, tzinfo=UTC)
BROKEN = b'\xff\xfe"{\\'


def export(name: str, number: int, rng: random.Random, folder: Path) -> Path:
    """Write a mutated copy of a fixture: as it is, packed, or broken after it was packed."""
    made = folder / f"{number}"
    made.mkdir()
    copy = made / name
    (shutil.copytree if (FOLDER / name).is_dir() else shutil.copyfile)(FOLDER / name, copy)
    files = [copy] if copy.is_file() else sorted(file for file in copy.rglob("*") if file.is_file())
    way = rng.choice(["plain", "plain", "zip", "broken zip", "gzip", "broken gzip"])
    if way.startswith("broken"):
        return packed(copy, files, way, lambda data: mutated(data, rng))
    struck = rng.choice(files)
    struck.write_bytes(mutated(struck.read_bytes(), rng))
    return packed(copy, files, way, bytes)


def packed(copy: Path, files: list[Path], way: str, changed: Callable[[bytes], bytes]) -> Path:
    """Pack an export the way it is said to be held; a folder cannot be gzip-packed, and stays one."""
    if way.endswith("zip") and not way.endswith("gzip"):
        held = copy.with_name(f"{copy.name}.zip")
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(copy.parent).as_posix())
    elif way.endswith("gzip") and copy.is_file():
        held = copy.with_name(f"{copy.name}.gz")
        held.write_bytes(gzip.compress(copy.read_bytes(), mtime=0))
    else:
        held = copy if copy.is_file() else files[0]
    held.write_bytes(changed(held.read_bytes()))
    return copy if held in files else held


async def count_of(database: Database) -> int:
    async with database.read() as store:
        return int(await store.scalar(select(func.count()).select_from(MESSAGES)))


async def outcome(path: Path, name: str, replay: Replay) -> str:
    """Import a file, and return in which way that ended, once it was told and nothing of it is lost."""
    form, options = FIXTURES[name]
    asked = Asked(form if name in NEED_A_FORMAT else "")
    options = replace(options, until=UNTIL)
    before, new, told = await count_of(replay.database), 0, []
    try:
        async for found in take_in_each(path, replay, options, asked=asked):
            told.append(type(found).__name__)
            if isinstance(found, Refused):
                assert found.name
                assert found.why
                continue
            new += found.new
            assert reported(found, story.ZONE).startswith(f"{found.name} (")
            assert found.quarantined == 0
    except FormatError as error:
        told.append(f"FormatError{': without words' * (not str(error))}")
    assert told, "an export about which nothing was said"
    assert await count_of(replay.database) == before + new
    assert "without words" not in told[-1]
    return told[-1]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "count", [pytest.param(80, marks=pytest.mark.middle), pytest.param(2_000, marks=pytest.mark.long)]
)
async def test_a_broken_export_ends_in_a_report(count: int, sqlite_database: Database, tmp_path: Path) -> None:
    replay = await story.importing(sqlite_database, await Chat.open(sqlite_database))
    rng, names = random.Random(count), sorted(FIXTURES)
    ended: Counter[str] = Counter()
    for number in range(count):
        name = names[number % len(names)]
        path = await asyncio.to_thread(export, name, number, rng, tmp_path)
        try:
            ended[await outcome(path, name, replay)] += 1
        except Exception as error:
            error.add_note(f"{name}, number {number} of {count}: {path}")
            raise
        await asyncio.to_thread(shutil.rmtree, tmp_path / str(number))
    print(dict(ended))
    assert ended["Report"] > count // 4


# -- one bad row ------------------------------------------------------------------------------------------------------


def messages(path: Path, name: str) -> list[Message]:
    form, options = FIXTURES[name]
    found = inputs(path, replace(options, until=UNTIL), form if name in NEED_A_FORMAT else "")
    return [one for each in found if isinstance(each, Input) for one in each.found if isinstance(one, Message)]


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_one_bad_row_keeps_no_other_out(name: str, tmp_path: Path) -> None:
    """The words of one message are overwritten with what breaks a text, a table and JSON alike."""
    whole = messages(FOLDER / name, name)
    texts = Counter(one.text for one in whole)
    tried = 0
    for number, broken in enumerate(whole):
        copy = tmp_path / str(number) / name
        copy.parent.mkdir()
        (shutil.copytree if (FOLDER / name).is_dir() else shutil.copyfile)(FOLDER / name, copy)
        words = broken.text.encode()
        files = [file for file in (copy, *copy.rglob("*")) if file.is_file()]
        struck = [file for file in files for line in file.read_bytes().splitlines() if words in line]
        if texts[broken.text] > 1 or len(struck) != 1 or len(words) < len(BROKEN):
            continue
        struck[0].write_bytes(struck[0].read_bytes().replace(words, BROKEN + words[len(BROKEN) :], 1))
        tried += 1
        others = {one.key for one in whole} - {broken.key}
        assert others <= {one.key for one in messages(copy, name)}, (name, broken.text)
    assert tried
