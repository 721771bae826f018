"""One bot and one platform for each file of tests, and what must hold after each hostile input."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.hostile.front import CANARY, TOKEN, Front, standing


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    """Return a running bot that one file of tests talks to."""
    folder = tmp_path_factory.mktemp("front")
    shutil.copyfile(sqlite_template, folder / "xiangqun.db")
    async with standing(f"sqlite:///{folder / 'xiangqun.db'}", folder) as front:
        yield front


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test after which the log holds what a member said, a secret, or a bug."""
    caplog.set_level(logging.INFO)
    yield
    records = [record for record in caplog.get_records("call") if not record.name.startswith("tests.")]
    told = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in records)
    assert CANARY not in told
    assert TOKEN not in told
    assert [record for record in records if record.levelno >= logging.ERROR] == []
