"""The worker process of errands may die; whoever comes next gets another one."""

from __future__ import annotations

import os
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from bot.errands import Errands
from storage.database import Database
from tests.chat import Chat

pytestmark = pytest.mark.middle  # processes of its own


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def test_another_worker_comes(sqlite_database: Database, tmp_path: Path) -> None:
    chat = await Chat.open(sqlite_database, features=())
    errands = Errands(sqlite_database, chat.house, chat.clock, tmp_path, lambda: None)
    with pytest.raises(BrokenProcessPool):
        await errands.in_worker(die)
    assert await errands.in_worker(abs, -1) == 1
