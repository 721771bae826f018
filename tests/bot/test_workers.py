"""Several workers on PostgreSQL: each lane in order, each frame once, whoever works it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.dispatch import Dispatch
from storage.database import Database
from storage.frames import Frame, Message, Place
from storage.messages import MESSAGES
from tests.chat import Chat

GROUPS, EACH, WORKERS = 12, 60, 4


def frames(chat: Chat) -> list[Frame]:
    """Return messages of all groups in turn, numbered within their group."""
    made = []
    for number in range(EACH):
        for group in range(GROUPS):
            at = chat.clock.now() + timedelta(seconds=number)
            message = Message(f"{number}", at, f"m{number % 5}", f"m{number % 5}", f"第 {number} 条")
            made.append(Frame(f"m:{group}:{number}", Place("qq", f"g{group}"), at, message))
    return made


@pytest.mark.middle
async def test_four_workers_keep_every_lane_in_order(postgresql_url: str) -> None:
    async with Database.open(postgresql_url) as database:
        chat = await Chat.open(database, features=())
        others = [Database.open(postgresql_url) for _ in range(WORKERS)]
        workers = [
            Dispatch(other, chat.house, {chat.account.id: chat.account}, chat.clock, lambda: None) for other in others
        ]
        try:
            await chat.inbox.put_all(chat.account.id, frames(chat))
            await asyncio.gather(*(worker.drain() for worker in workers))
            while await chat.dispatch.work_all():
                pass
        finally:
            for other in others:
                await other.close()
        async with database.read() as store:
            rows = await store.rows(select(MESSAGES.c.group_id, MESSAGES.c.key).order_by(MESSAGES.c.id))
        by_group: dict[int, list[int]] = {}
        for group, key in rows:
            by_group.setdefault(group, []).append(int(key))
        assert len(rows) == GROUPS * EACH
        assert all(keys == list(range(EACH)) for keys in by_group.values())
        assert sum(worker.worked > 0 for worker in workers) > 1
        assert sum(worker.worked for worker in workers) + chat.dispatch.worked == GROUPS * EACH
