"""kill -9 around due times on a platform that often fails: no digest is seen twice, each of unknown outcome is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kill.digest_loop import digest_loop

MIDDLE, LONG = 3, 200


@pytest.mark.middle
@pytest.mark.timeout(600)
async def test_three_kills_repeat_no_digest_and_hide_none(sqlite_url: str, tmp_path: Path) -> None:
    verdict = await digest_loop(tmp_path, sqlite_url, kills=MIDDLE)
    print(verdict)
    assert verdict.clean, verdict
    assert verdict.digests


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_two_hundred_kills_repeat_no_digest_and_hide_none(sqlite_url: str, tmp_path: Path) -> None:
    verdict = await digest_loop(tmp_path, sqlite_url, kills=int(os.environ.get("KILLS", LONG)), count=12)
    print(f"digests: {verdict}")
    assert verdict.clean, verdict
    assert verdict.digests >= 2.5 * verdict.kills
    assert verdict.held
