"""kill -9 around the times of reminders, on two platforms: none is seen twice, each of unknown outcome is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kill.reminder_loop import reminder_loop

MIDDLE, LONG = 3, 50


@pytest.mark.middle
@pytest.mark.timeout(600)
async def test_three_kills_repeat_no_reminder_and_hide_none(sqlite_url: str, tmp_path: Path) -> None:
    verdict = await reminder_loop(tmp_path, sqlite_url, kills=MIDDLE)
    print(verdict)
    assert verdict.clean, verdict
    assert verdict.digests


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_fifty_kills_repeat_no_reminder_and_hide_none(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(f"{engine}_url")
    verdict = await reminder_loop(tmp_path, url, kills=int(os.environ.get("KILLS", LONG)))
    print(f"reminders on {engine}: {verdict}")
    assert verdict.clean, verdict
    assert verdict.digests >= verdict.kills
