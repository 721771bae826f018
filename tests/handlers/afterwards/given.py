"""An event that is over, who registered, who came, and which groups knew: what the time afterwards begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.adapters import Adapter
from bot.errands import Errands
from storage import checkins, events, groups, members, registrations, reminders
from storage.checkins import CODE
from storage.database import Database
from storage.events import Event, Kind, Plan, Speaker
from storage.frames import Place
from storage.registrations import Source, State
from storage.reminders import Kind as Said
from tests.chat import Chat

START = datetime.fromisoformat("2026-11-26T14:00:00+08:00")
END = START + timedelta(hours=3)
PLAN = Plan(
    kind=Kind.TRAINING,
    title="象行成都",
    starts_at=START,
    ends_at=END,
    zone="Asia/Shanghai",
    city="成都",
    venue="高新区天府五街",
    speakers=(Speaker("柏舟", company="苇间数据"),),
)
TALK = replace(PLAN, kind=Kind.TALK, title="慢 SQL 三板斧", city="", venue="")
FEATURES = ("afterwards", "questions", "lookups", "settings", "privacy", "help")


@dataclass
class After:
    """A chat, and the event that is spoken of."""

    chat: Chat
    event: Event
    files: Path

    @classmethod
    async def open(
        cls,
        database: Database,
        files: Path,
        *,
        plan: Plan = PLAN,
        features: Sequence[str] = FEATURES,
        tables: dict[str, dict[str, Any]] | None = None,
        groups: Sequence[str] = ("g1",),
        language: str = "zh",
        adapters: Mapping[str, Adapter] | None = None,
    ) -> After:
        """Return a community in which an event is published and announced in groups; its clock stands at its start."""
        chat = await Chat.open(database, features=features, tables=tables, language=language)
        if adapters:
            chat.house = replace(chat.house, adapters=adapters)
        for group in groups:
            await chat.say("somebody", "大家好", group=group)
        await chat.make_admin("root", group=groups[0])
        async with database.write() as store:
            number = await events.add(store, plan, at=chat.clock.now())
            assert number is not None
            await events.publish(store, number, chat.clock.now())
            event = await events.get(store, number)
        found = cls(chat, event, files)
        await found.announced(*groups)
        chat.clock.time = plan.starts_at
        return found

    async def announced(self, *keys: str) -> None:
        """Let groups have been told of the event."""
        async with self.chat.database.write() as store:
            for key in keys:
                group = await groups.ensure(store, Place("qq", key, name=f"群 {key}"), self.chat.account.id)
                place = reminders.Place(self.event.id, Said.ANNOUNCE, self.event.starts_at, group.id)
                await reminders.claim(store, place, self.chat.clock.now(), post=f"announce:{key}")

    async def member(self, who: str) -> int:
        """Return a member's number."""
        async with self.chat.database.write() as store:
            return (await members.ensure(store, "qq", who, who, self.chat.clock.now())).id

    async def registers(self, *who: str, private: bool = True, city: str = "") -> None:
        """Let members register, and have talked to the bot in private, or never."""
        for one in who:
            if private:
                await self.chat.tell(one, "/help")
            member, at = await self.member(one), self.chat.clock.now()
            async with self.chat.database.write() as store:
                values = {"state": State.IN, "at": at, "changed_at": at, "source": Source.PRIVATE, "city": city}
                await registrations.put(store, self.event.id, member, values)

    async def comes(self, *who: str) -> None:
        """Let members check in."""
        for one in who:
            member = await self.member(one)
            async with self.chat.database.write() as store:
                await checkins.add(
                    store, self.event.id, member, self.event.starts_at.date(), self.chat.clock.now(), CODE
                )

    async def ends(self, **later: float) -> list[str]:
        """Let the event be over, and some time pass; return what was posted."""
        self.chat.clock.time = max(self.chat.clock.time, self.event.ends_at) + timedelta(**later)
        return await self.tick()

    async def tick(self) -> list[str]:
        """Let the clock tick, errands be done, and return what was posted."""
        self.chat.replies  # noqa: B018 - what was posted before is not meant
        posted = await self.chat.tick()
        return [*posted, *await self.work()]

    async def work(self) -> list[str]:
        """Do all errands, and return what was posted."""
        errands = Errands(self.chat.database, self.chat.house, self.chat.clock, self.files, lambda: None)
        while await errands.work():
            pass
        return await self.chat._deliver()

    def told(self, text: str) -> list[str]:
        """Return where something was posted, by the platform's key of the place."""
        return [one.place.key for one in self.chat.adapter.posted if text in one.text]
