"""An event that is over, for every test here; each post is held against the manners."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from tests.handlers.afterwards.given import After
from tests.handlers.conftest import check_manners

Open = Callable[..., Awaitable[After]]


@pytest.fixture
async def open_after(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[After] = []

    async def open_one(**more: Any) -> After:
        opened.append(await After.open(sqlite_database, tmp_path, **more))
        return opened[-1]

    yield open_one
    for one in opened:
        for posted in one.chat.adapter.posted:
            if "记录" not in posted.text.partition("\n")[0]:
                check_manners(posted.text)


@pytest.fixture
async def after(open_after: Open) -> After:
    return await open_after()
