"""Replays: runs frames through the whole road under their own time, with nothing posted; demo, import and `evaluate`.

There are two paces. `feed` lets each message take effect as it would have when it was said. `fill` only stores them,
and `place` then puts a group's messages into threads together, from the first new one onwards: relink's result
depends on the messages alone, so both end alike, and history can be filled in before what was heard live.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.dispatch import Dispatch
from bot.inbox import Clock, Inbox
from bot.turn import House
from handlers import Feature
from handlers._relink import Memories, Relinker
from storage import accounts, groups, history, settings
from storage.accounts import Account
from storage.database import Database
from storage.frames import Frame, Place

PLACING = "handlers.questions"  # the one feature that puts messages into threads
UNPLACED = "import.unplaced_since"  # a group's mark while `fill` has stored what `place` has not placed yet


class FrameClock:
    """Tells the time of the latest frame that was fed."""

    def __init__(self) -> None:
        self.time = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time, UTC."""
        return self.time


class Replay:
    """Feeds frames of one account to a database."""

    def __init__(self, database: Database, house: House, account: Account, clock: Clock | None = None) -> None:
        """Take the parts; without a clock the frames' own time holds.

        A process that shares its database with a running bot gives the machine's clock, for it may work off live
        frames as well.
        """
        self.database = database
        self.house = replace(house, memories=Memories())
        self.account = account
        self.clock = clock or FrameClock()
        self.known = {account.id: account}
        self.inbox = Inbox(database, self.clock, lambda: None)
        self.feeding = self._dispatch(self.house)
        self.filling = self._dispatch(storing(self.house))

    def _dispatch(self, house: House) -> Dispatch:
        return Dispatch(self.database, house, self.known, self.clock, lambda: None)

    @property
    def quarantined(self) -> int:
        """How many frames could not be worked off."""
        return self.feeding.quarantined + self.filling.quarantined

    async def open(self) -> None:
        """Learn of the other accounts, whose frames may wait in the same inbox."""
        async with self.database.read() as store:
            self.known.update({account.id: account for account in await accounts.every(store)})

    async def feed(self, frames: Sequence[Frame]) -> int:
        """Let frames take effect one by one; return how many were new to the inbox."""
        return await self._run(self.feeding, frames)

    async def fill(self, place: Place, frames: Sequence[Frame]) -> int:
        """Store frames of one group without placing them; return how many were new to the inbox.

        What is not placed yet is marked first, so that after a crash the next `place` finds it.
        """
        if not frames:
            return 0
        await self._mark(place, min(frame.at for frame in frames))
        return await self._run(self.filling, frames)

    async def place(self, place: Place) -> int:
        """Put what was filled into a group into threads; return how many threads changed."""
        async with self.database.write() as store:
            group = await groups.at(store, place)
            since = None if group is None else await settings.get(store, group.id, UNPLACED)
            if group is None or since is None:
                return 0
            first = await history.first_since(store, group.id, datetime.fromisoformat(since))
            relinker = Relinker(store, self.house.linker, self.house.topics, self.house.memories)
            touched = set() if first is None else await relinker.again(first)
            await settings.drop(store, group.id, UNPLACED)
            return len(touched)

    async def _run(self, dispatch: Dispatch, frames: Sequence[Frame]) -> int:
        if isinstance(self.clock, FrameClock) and frames:
            self.clock.time = max(self.clock.time, *(frame.at for frame in frames))
        new = await self.inbox.put_all(self.account.id, frames)
        await dispatch.drain()
        return new

    async def _mark(self, place: Place, at: datetime) -> None:
        async with self.database.write() as store:
            group = await groups.ensure(store, place, None)
            before = await settings.get(store, group.id, UNPLACED)
            if before is None or at < datetime.fromisoformat(before):
                await settings.put(store, group.id, UNPLACED, at.isoformat(), at, None)


def storing(house: House) -> House:
    """Return the house without what puts messages into threads."""
    return replace(house, features=[_storing(feature) for feature in house.features])


def _storing(feature: Feature) -> Feature:
    router = copy.copy(feature.router)
    router.messages = [hook for hook in router.messages if hook.__module__ != PLACING]
    return replace(feature, router=router)
