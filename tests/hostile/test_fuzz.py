"""Frames that are broken at random: the bot lives, hears every good message in between, and has no bug to tell of."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.hostile.front import Front, standing
from tests.hostile.mutations import mutants
from tests.hostile.recorded import recorded

pytestmark = pytest.mark.middle

FAST, LONG = 3_000, 200_000
EVERY = 20  # between two good messages
BATCH = 1_000


async def fuzz(front: Front, count: int, seed: int) -> None:
    """Push `count` broken frames and a good message now and then, and see that nothing broke."""
    groups = [front.group() for _ in range(3)]
    stream = mutants(recorded(), Random(seed))
    good: dict[int, list[str]] = {group: [] for group in groups}
    for number in range(count):
        await front.push(next(stream))
        if number % EVERY == 0:
            group = groups[number // EVERY % 3]
            good[group].append(f"第 {number} 条好的")
            await front.say(group, 20005, good[group][-1])
        if number % BATCH == BATCH - 1:
            await front.still_hears(groups[0])
    for group in groups:
        texts = {row.text for row in await front.rows(group)}
        assert [text for text in good[group] if text not in texts] == []
    assert front.fake.connections == 1, front.app.board.parts["onebot"].error
    assert front.app.dispatch.quarantined == 0
    assert {name: part.lives for name, part in front.app.board.parts.items() if part.lives != 1} == {}


@pytest.mark.parametrize("seed", [int(os.environ.get("SEED", "1"))])
async def test_mutated_frames(sqlite_url: str, tmp_path: Path, seed: int) -> None:
    async with standing(sqlite_url, tmp_path) as front:
        await fuzz(front, int(os.environ.get("FUZZ", FAST)), seed)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_many_mutated_frames(sqlite_url: str, tmp_path: Path) -> None:
    async with standing(sqlite_url, tmp_path) as front:
        for part in range(LONG // 20_000):
            await fuzz(front, 20_000, seed=part)
