"""Measures registration: `python -m tests.bench.registrations [members] [seats] [groups]`.

So many members register for one event at one moment, through inbox and dispatch, on SQLite. What is told is how many
the bot takes in for each second of its processor, which other programs beside it change less than the time on the wall.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time

from storage import registrations
from storage.database import Database
from storage.migrate import upgrade
from tests.chat import Chat
from tests.handlers.joining.conftest import Town
from tests.handlers.joining.flood import frames

BATCH = 500


async def measure(count: int, capacity: int, groups: int) -> None:
    """Let members register, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        async with Database.open(f"sqlite:///{folder}/xiangqun.db") as database:
            await upgrade(database)
            chat = await Chat.open(database)
            town = Town(chat)
            event = await town.event(capacity=capacity)
            heard = list(frames(town, event, count, groups))
            began, wall = time.process_time(), time.perf_counter()
            for start in range(0, count, BATCH):
                await chat.inbox.put_all(chat.account.id, heard[start : start + BATCH])
            await chat.dispatch.drain()
            took, passed = time.process_time() - began, time.perf_counter() - wall
            async with database.read() as store:
                stand = await registrations.counts(store, event.id)
            chat.later(minutes=3)
            posts = await chat.hear()
    print(
        f"{count:,} registrations, {stand.taken:,} with a seat, {stand.waiting:,} waiting, {len(posts)} posts in groups"
    )
    print(f"{took:.1f} s of processor ({count / took:.0f} a second), {passed:.1f} s on the wall")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    asyncio.run(measure(*(given + [10_000, 40, 5][len(given) :])))
