"""Plays the fortnight into a database through the whole road, message by message, with nothing posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.demo import _fortnight as fortnight
from bot.replay import Replay
from bot.turn import House
from storage import accounts, groups, history, topics
from storage.accounts import Account
from storage.database import Database
from storage.groups import Coverage, Group
from storage.threads import Thread
from storage.topics import Topic

ACCOUNT = "(demo)"  # no table can be called so


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the play is: its own time, and messages played of how many."""

    now: datetime
    played: int
    total: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What can be seen at a moment: all threads so far, and what their groups and topics are called."""

    threads: list[Thread]
    groups: dict[int, Group]
    topics: dict[str, Topic]


class Play:
    """One play of the fortnight that ended with the last Sunday before `now`."""

    def __init__(self, database: Database, house: House, now: datetime) -> None:
        self.database = database
        self.house = house
        self.zone: ZoneInfo = house.community.zone
        self.sunday: date = fortnight.last_sunday(now, self.zone)
        self.over = fortnight.monday_after(self.sunday, self.zone)

    async def prepare(self) -> Account:
        """Write down the account and what it sees: two groups, all messages, for the fortnight."""
        async with self.database.write() as store:
            account = await accounts.ensure(store, ACCOUNT, fortnight.PLATFORM)
            midnight = self.over - timedelta(hours=fortnight.DIGEST_AT.hour)
            for place in fortnight.places().values():
                group = await groups.ensure(store, place, account.id)
                await groups.cover(store, group.id, Coverage.FULL, fortnight.beginning(self.sunday, self.zone))
                await groups.end_cover(store, group.id, midnight)
        return account

    async def run(self) -> AsyncIterator[Moment]:
        """Feed the messages, as many at a time as one group says without the other, and tell how far it is.

        Threads are numbered in the order in which they were asked, as they would have been live.
        """
        replay = Replay(self.database, self.house, await self.prepare())
        frames = fortnight.frames(self.sunday, self.zone)
        played = 0
        for _, run in groupby(frames, key=lambda frame: frame.place):
            few = list(run)
            await replay.feed(few)
            played += len(few)
            yield Moment(few[-1].at, played, len(frames))

    async def scene(self) -> Scene:
        """Return what can be seen now."""
        async with self.database.read() as store:
            every = {group.id: group for group in await groups.every(store) if group.platform == fortnight.PLATFORM}
            threads = [thread for group in every async for page in history.threads_of(store, group) for thread in page]
            return Scene(sorted(threads, key=lambda thread: thread.id), every, await topics.every(store))
