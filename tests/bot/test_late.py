"""Late, doubled and reordered frames give the threads and facts that the right order gives."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.frames import Frame, Kind, Message, Place
from storage.messages import MESSAGES
from storage.threads import FACTS, THREAD_MESSAGES, THREADS
from tests.chat import Chat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

FORTNIGHT = Path(__file__).parents[2] / "bot" / "demo" / "fortnight.jsonl"
MEMBERS = {"first_responder", "first_answerer", "solver"}
MONDAY = datetime(2026, 11, 8, 16, tzinfo=UTC)


def fortnight(group: str, days: int) -> list[Frame]:
    """Return the first days of a group of the demo."""
    frames = []
    for line in FORTNIGHT.read_text("utf-8").splitlines()[1:]:
        row = json.loads(line)
        if row["group"] != group or row["day"] >= days:
            continue
        hours, minutes, seconds = map(int, row["time"].split(":"))
        at = MONDAY + timedelta(days=row["day"], hours=hours, minutes=minutes, seconds=seconds)
        message = Message(
            row["key"], at, row["member"], row["name"], row["text"], Kind(row["kind"]), row["reply_to"],
            mentions=tuple(row["mentions"]),
        )  # fmt: skip
        frames.append(Frame(f"m:{row['key']}", Place("qq", group), at, message, replayed=True))
    return frames


async def outcome_of(database: Database, frames: list[Frame], *, at_once: int) -> dict[str, Any]:
    """Return what the threads come to: messages with roles, and facts, by opening message."""
    chat = await Chat.open(database, features=("questions",))
    for start in range(0, len(frames), at_once):
        await chat.hear(*frames[start : start + at_once])
    async with database.read() as store:
        keys = dict(tuple(row) for row in await store.rows(select(MESSAGES.c.id, MESSAGES.c.key)))
        placed = await store.rows(select(THREAD_MESSAGES))
        facts = [name for name in FACTS if name not in MEMBERS | {"accepted"}]
        columns = [THREADS.c[name] for name in ("id", "first_message", "title", "topic", *facts)]
        threads = await store.rows(select(*columns))
    return {
        keys[row.first_message]: (
            row[2:],
            sorted((keys[p.message_id], p.role) for p in placed if p.thread_id == row.id),
        )
        for row in threads
    }


async def both(sqlite_template: Path, folder: Path, frames: list[Frame], other: list[Frame], at_once: int) -> None:
    results = []
    for name, order in (("right.db", frames), ("other.db", other)):
        shutil.copyfile(sqlite_template, folder / name)
        async with Database.open(f"sqlite:///{folder / name}") as database:
            results.append(await outcome_of(database, order, at_once=at_once))
    assert len(results[0]) > 3
    assert results[1] == results[0]


async def test_one_by_one_or_all_at_once(sqlite_template: Path, tmp_path: Path) -> None:
    frames = fortnight("g1", 3)
    results = []
    for name, at_once in (("a.db", 1), ("b.db", 1000)):
        shutil.copyfile(sqlite_template, tmp_path / name)
        async with Database.open(f"sqlite:///{tmp_path / name}") as database:
            results.append(await outcome_of(database, frames, at_once=at_once))
    assert results[1] == results[0]


@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.middle), pytest.param(3, marks=pytest.mark.middle)]
)
async def test_reordered_doubled_and_delayed(sqlite_template: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    frames = fortnight("g1", 4)
    other = sorted(frames * 2, key=lambda frame: frame.at + timedelta(minutes=rng.expovariate(1 / 20)))
    await both(sqlite_template, tmp_path, frames, other, at_once=7)


async def test_the_first_day_comes_last(sqlite_template: Path, tmp_path: Path) -> None:
    frames = fortnight("g1", 4)
    cut = len(frames) // 3
    await both(sqlite_template, tmp_path, frames, frames[cut:] + frames[:cut], at_once=50)
