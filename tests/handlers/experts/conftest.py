"""A town with experts: whoever is told to answers well on a topic, agrees to be asked, and is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.turn import Turn
from handlers._experts.routing import ask, available
from handlers._relink import Relinker
from storage import groups, members, pins, threads
from storage.database import Database
from storage.pins import Pinned
from tests.handlers.conftest import check_manners
from tests.handlers.scripted import Town

FEATURES = ("experts", "questions", "lookups", "corrections", "settings", "privacy", "help")
MORNING = "2026-11-23T10:00:00+08:00"


class Circle:
    """A town, and what its experts are asked."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.chat = town.chat

    async def agree(self, *members: str, topic: str = "复制与高可用") -> None:
        """Let members agree to be asked on a topic."""
        for member in members:
            await self.chat.tell(member, "可以找我")
            if topic:
                await self.chat.tell(member, f"擅长 {topic}")

    async def question(self, who: str, text: str, topic: str = "replication_ha", group: str = "g1") -> int:
        """Let somebody ask about a topic, and return the thread's number."""
        await self.town.ask(who, text, group)
        async with self.chat.database.write() as store:
            found = await threads.find(store, (await self._latest(store)))
            assert found is not None
            if topic:
                await pins.add(
                    store, Pinned.TOPIC, group=found.group_id, at=self.chat.clock.now(), by=None, thread=found.id,
                    value=topic,
                )  # fmt: skip
                house = self.chat.house
                await Relinker(store, house.linker, house.topics, house.memories).refresh([found.id])
        return found.id

    @staticmethod
    async def _latest(store: Any) -> int:
        return int(await store.scalar(select(func.max(threads.THREADS.c.id))))

    async def route(self, thread: int) -> list[str]:
        """Ask the next expert about a thread, as the ladder does, and return what was posted."""
        feature = next(one for one in self.chat.house.features if one.name == "experts")
        async with self.chat.database.write() as store:
            found = await threads.find(store, thread)
            assert found is not None
            turn = Turn(self.chat.house, store, self.chat.account, self.chat.clock.now())
            here = await groups.get(store, found.group_id)
            reply = await ask(await turn.context(feature, here), found)
            await turn.queue(reply, here, f"test:{thread}:{self.chat.clock.now()}")
        await self.chat.outbox.drain()
        return self.chat.replies

    async def promised(self, topic: str, by: str | None = None) -> bool:
        """Say whether an expert would be promised in the first group, to whoever speaks."""
        feature = next(one for one in self.chat.house.features if one.name == "experts")
        async with self.chat.database.write() as store:
            turn = Turn(self.chat.house, store, self.chat.account, self.chat.clock.now())
            here = next(group for group in await groups.every(store) if group.key == "g1")
            speaker = None if by is None else await members.ensure(store, "qq", by, by, self.chat.clock.now())
            return await available(await turn.context(feature, here, member=speaker), topic)

    def asked(self) -> str:
        """Return whose direct the last post went to."""
        return self.chat.adapter.posted[-1].place.key.removeprefix("direct:")

    async def answer(self, who: str, text: str, **more: Any) -> list[str]:
        """Let an expert reply to the last post in private."""
        return await self.chat.tell(who, text, reply_to=self.chat.adapter.posted[-1].key, **more)


@pytest.fixture
async def circle(sqlite_database: Database) -> AsyncIterator[Circle]:
    town = await Town.open(sqlite_database, at=MORNING, groups=("g1", "g2"), features=FEATURES)
    yield Circle(town)
    for posted in town.chat.adapter.posted:
        check_manners(posted.text)
