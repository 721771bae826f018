"""A chat with events that people register for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.errands import Errands
from storage import events, members, registrations, settings
from storage.database import Database
from storage.errands import ERRANDS
from storage.events import Event, Kind, Plan
from storage.registrations import Registration
from tests.chat import Chat
from tests.handlers.conftest import check_manners

FEATURES = ("joining", "binding", "settings", "privacy", "help")
START = datetime.fromisoformat("2026-12-05T14:00:00+08:00")


class Town:
    """A chat, and the events of its community."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    async def event(self, *, publish: bool = True, **changes: Any) -> Event:
        """Return an event, published unless told otherwise."""
        plan = {
            "kind": Kind.TRAINING,
            "title": "象行成都 · 第二轮",
            "starts_at": START,
            "ends_at": START + timedelta(hours=3),
            "zone": "Asia/Shanghai",
            "city": "成都",
            "venue": "高新区天府五街",
        }
        async with self.chat.database.write() as store:
            number = await events.add(store, Plan(**{**plan, **changes}), at=self.chat.clock.now()) or 0
            if publish:
                await events.publish(store, number, self.chat.clock.now())
            return await events.get(store, number)

    async def seats(self, event: Event, capacity: int | None) -> None:
        """Give an event another number of seats."""
        async with self.chat.database.write() as store:
            plan = {name: getattr(event, name) for name in Plan.__dataclass_fields__}
            await events.change(store, event.id, Plan(**{**plan, "capacity": capacity}), self.chat.clock.now())

    async def of(self, event: Event, who: str, platform: str = "qq") -> Registration | None:
        """Return somebody's registration."""
        async with self.chat.database.read() as store:
            member = await members.find(store, platform, who)
            return None if member is None else await registrations.of_person(store, event.id, member.id)

    async def everybody(self, event: Event) -> list[tuple[str, str]]:
        """Return who comes and who waits, in order."""
        async with self.chat.database.read() as store:
            found = await registrations.of_event(store, event.id, registrations.ACTIVE)
            people = await members.several(store, [one.member for one in found])
            return [(people[one.member].name, one.state.value) for one in found]

    async def errands(self, folder: Path) -> list[str]:
        """Do the errands that wait, and return what was posted for them."""
        done = asyncio.Event()
        errands = Errands(self.chat.database, self.chat.house, self.chat.clock, folder, done.set)
        task = asyncio.create_task(errands.run())  # it ends its worker process with it
        try:
            async with asyncio.timeout(100):
                while await self._waits():
                    await done.wait()
                    done.clear()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return await self.chat.hear()

    async def _waits(self) -> bool:
        async with self.chat.database.read() as store:
            undone = ERRANDS.c.state.in_(["waiting", "running"])
            return bool(await store.scalar(select(func.count()).select_from(ERRANDS).where(undone)))

    async def gathered(self) -> list[str]:
        """Wait until what is gathered is posted, and return it."""
        self.chat.later(minutes=3)
        return await self.chat.hear()

    async def set(self, key: str, value: Any, group: int) -> None:
        """Set something for a group."""
        async with self.chat.database.write() as store:
            await settings.put(store, group, key, value, self.chat.clock.now(), None)


@pytest.fixture
async def town(sqlite_database: Database) -> AsyncIterator[Town]:
    """Return a town; afterwards no post may have been too long, or in the wrong tone."""
    chat = await Chat.open(sqlite_database, features=FEATURES)
    yield Town(chat)
    for posted in chat.adapter.posted:
        check_manners(posted.text)
