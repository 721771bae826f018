"""SIGTERM under load (P25): the process ends by itself within ten seconds with 0, and nothing is lost or said twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from tests.kill.loop import MEMBERS, Bot, Verdict, _count, _settled, _talk
from tests.platforms.onebot.fake import NapCat

pytestmark = pytest.mark.middle

MIDDLE, LONG = 5, 100
GROUPS = 6


async def stops(folder: Path, database_url: str, count: int, seed: int = 1) -> tuple[Verdict, list[float]]:
    """Stop the bot again and again in the middle of talk and answers; return what came of it and the seconds taken."""
    rng, verdict, took = random.Random(seed), Verdict(), []
    fake = NapCat(token="secret", report_self=True, heartbeat=5)
    fake.faults.slow_acts = 0.05
    for group in range(1, GROUPS + 1):
        fake.world.add_group(group, f"PG {group} 群", MEMBERS)
    async with fake.forward() as url:
        bot = Bot(folder, database_url, url, digest_every="every 2s")
        await bot.start()
        await fake.connected()
        talking = asyncio.create_task(_talk(fake, rng, GROUPS, verdict))
        for _ in range(count):
            await fake.until(lambda: bool(fake.clients), timeout=30)
            await asyncio.sleep(rng.uniform(0.1, 2.0))
            began = time.monotonic()
            assert await bot.stop() == 0, bot.log()
            took.append(time.monotonic() - began)
            assert "Traceback" not in bot.log()
            await bot.start()
        await fake.until(lambda: bool(fake.clients), timeout=30)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await _settled(database_url, fake)
        assert await bot.stop() == 0, bot.log()
    await _count(database_url, fake, verdict)
    return verdict, took


@pytest.mark.middle
@pytest.mark.timeout(300)
async def test_p25_five_stops_under_load(sqlite_url: str, tmp_path: Path) -> None:
    verdict, took = await stops(tmp_path, sqlite_url, MIDDLE)
    assert max(took) < 10
    assert verdict.clean, verdict
    assert verdict.answered


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_p25_a_hundred_stops_under_load(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue(f"{engine}_url")
    verdict, took = await stops(tmp_path, url, int(os.environ.get("STOPS", LONG)))
    print(f"{engine}: longest {max(took):.1f} s, {verdict}")
    assert max(took) < 10
    assert verdict.clean, verdict
