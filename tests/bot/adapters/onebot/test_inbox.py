"""The adapter and the real ear, inbox and database: what is heard is durable, once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.ear import AccountEar
from bot.inbox import Inbox
from storage import accounts, groups, inbox
from storage.database import Database
from tests.bot.adapters.onebot.recorder import onebot
from tests.platforms.onebot.fake import NapCat

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


async def _settled(database: Database, count: int) -> None:
    async with asyncio.timeout(30):
        while True:
            async with database.read() as store:
                if sum((await inbox.count(store)).values()) >= count:
                    return
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def _life(database: Database, url: str) -> AsyncIterator[None]:
    adapter, clock = onebot(mode="forward", url=url), WallClock()
    box = Inbox(database, clock, lambda: None)
    async with database.write() as store:
        account = await accounts.ensure(store, "qq", "qq")
    up = asyncio.Event()
    ear = AccountEar(database, box, account, adapter, clock, lambda _: up.set(), lambda *_: None)
    tasks = [asyncio.ensure_future(box.run()), asyncio.ensure_future(adapter.run(ear))]
    try:
        await asyncio.wait_for(up.wait(), 10)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_flood_is_durable_once_and_groups_are_known(sqlite_database: Database) -> None:
    fake = NapCat(heartbeat=0)
    for group in range(1, 7):
        fake.world.add_group(group, f"PG {group} 群")
    fake.faults.duplicate = 0.2
    async with fake.forward() as url, _life(sqlite_database, url):
        for n in range(600):
            await fake.say(n % 6 + 1, 20001, f"第 {n} 条")
        await fake.push("null")
        await _settled(sqlite_database, 601)
    async with sqlite_database.read() as store:
        assert await inbox.count(store) == {"new": 600, "quarantined": 1}
        known = await groups.every(store)
        assert sorted(group.name for group in known) == [f"PG {n} 群" for n in range(1, 7)]
        assert {group.account_id for group in known} != {None}


@pytest.mark.middle
async def test_the_rate_of_a_flood(sqlite_database: Database) -> None:
    """Not a limit but a figure: 10,000 messages through the socket into SQLite."""
    fake = NapCat(heartbeat=0)
    for group in range(1, 61):
        fake.world.add_group(group, f"PG {group} 群")
    async with fake.forward() as url, _life(sqlite_database, url):
        began = time.perf_counter()
        for n in range(10_000):
            await fake.say(n % 60 + 1, 20001, f"第 {n} 条")
        await _settled(sqlite_database, 10_000)
        rate = 10_000 / (time.perf_counter() - began)
    print(f"{rate:.0f} messages/s, fake included")
