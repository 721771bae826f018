"""The running bot works without what only training needs: a thousand messages, and scikit-learn is still not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.database import Database
from storage.threads import THREADS
from tests.bot.thousand import COUNT

ROOT = Path(__file__).parents[2]
HEAVY = {"sklearn", "scipy", "joblib"}


@pytest.mark.middle
async def test_a_thousand_messages_need_no_scikit_learn(sqlite_url: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("", "utf-8")  # the linker and the topics that are on by default
    words = [sys.executable, "-W", "error", "-m", "tests.bot.thousand", sqlite_url, str(config)]
    done = subprocess.run(  # noqa: ASYNC221 - the loop has nothing else to do
        words, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["heard"], len(found["replies"])) == (COUNT, 1)
    assert {name.partition(".")[0] for name in found["modules"]} & HEAVY == set()
    async with Database.open(sqlite_url) as database, database.read() as store:
        assert len(await store.rows(THREADS.select())) > 50, "it did place them"
