"""kill -9 under load, with duplicated, reordered and delayed frames: nothing lost, nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kill.loop import crash_loop

MIDDLE, LONG = 20, 100


@pytest.mark.middle
@pytest.mark.timeout(600)
async def test_twenty_kills_lose_and_repeat_nothing(sqlite_url: str, tmp_path: Path) -> None:
    verdict = await crash_loop(tmp_path, sqlite_url, kills=MIDDLE)
    assert verdict.clean, verdict
    assert verdict.answered
    assert verdict.digests


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_a_hundred_kills_lose_and_repeat_nothing(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(f"{engine}_url")
    verdict = await crash_loop(tmp_path, url, kills=int(os.environ.get("KILLS", LONG)))
    print(f"{engine}: {verdict}")
    assert verdict.clean, verdict
