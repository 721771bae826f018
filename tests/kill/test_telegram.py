"""kill -9 at a hundred messages a second on Telegram: nothing lost, nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kill.telegram_loop import crash_loop
from tests.platforms.telegram.stage import TOKEN

MIDDLE, LONG = 5, 50


@pytest.mark.middle
@pytest.mark.timeout(300)
async def test_five_kills_on_telegram_lose_and_repeat_nothing(sqlite_url: str, tmp_path: Path) -> None:
    verdict = await crash_loop(tmp_path, sqlite_url, kills=MIDDLE)
    assert verdict.clean, verdict
    assert verdict.answered
    assert verdict.digests
    assert TOKEN not in (tmp_path / "bot.log").read_text("utf-8", "replace")


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_fifty_kills_on_telegram_lose_and_repeat_nothing(sqlite_url: str, tmp_path: Path) -> None:
    verdict = await crash_loop(tmp_path, sqlite_url, kills=int(os.environ.get("KILLS", LONG)))
    print(f"telegram: {verdict}")
    assert verdict.clean, verdict
