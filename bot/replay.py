"""Replays: runs frames through the whole road under their own time, with nothing posted; demo, import and `evaluate`.

There are two paces. `feed` lets each message take effect as it would have when it was said. `fill` only stores them,
and `place` then puts a group's messages into threads together, from the first new one onwards: relink's result
depends on the messages alone, so both end alike, and history can be filled in before what was heard live.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.dispatch import Dispatch
from bot.filling import fill, fits
from bot.hearing import hear
from bot.inbox import Clock, Inbox, admitted, lane
from bot.turn import House, Turn
from handlers import Feature
from handlers._relink import Memories, Relinker, Stretch
from storage import groups, history, inbox, settings
from storage.accounts import Account
from storage.database import UNAVAILABLE, Database, Store
from storage.frames import Frame, Place
from storage.inbox import Received, State

log = logging.getLogger(__name__)

PLACING = "handlers.questions"  # the one feature that puts messages into threads
UNPLACED = "import.unplaced_since"  # a group's mark while `fill` has stored what `place` has not placed yet
BUSY_SECONDS = 0.05
AT_A_TIME = 1_000  # messages that are put into threads in one transaction


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
        self.storing = storing(self.house)
        self.account = account
        self.clock = clock or FrameClock()
        self.stretch = AT_A_TIME
        self.inbox = Inbox(database, self.clock, lambda: None)
        self.feeding = self._dispatch(self.house)
        self.filling = self._dispatch(self.storing)

    def _dispatch(self, house: House) -> Dispatch:
        return Dispatch(self.database, house, {self.account.id: self.account}, self.clock, lambda: None)

    @property
    def quarantined(self) -> int:
        """How many frames could not be worked off."""
        return self.feeding.quarantined + self.filling.quarantined

    async def feed(self, frames: Sequence[Frame]) -> int:
        """Let frames take effect one by one; return how many were new to the inbox."""
        self._tell_time(frames)
        return await self._through_inbox(self.feeding, frames)

    async def fill(self, place: Place, frames: Sequence[Frame]) -> None:
        """Store frames of one group without placing them, in one transaction: all of them or none.

        It marks that they are not placed yet, so that after a crash the next `place` finds them. A bot that runs on
        the same database never sees them wait, and does not begin to place them one by one.
        """
        if not frames:
            return
        self._tell_time(frames)
        try:
            while not await self._filled(place, frames):  # noqa: ASYNC110 - who holds the lane is another process
                await asyncio.sleep(BUSY_SECONDS)
        except UNAVAILABLE:
            raise
        except Exception:  # the edge: dispatch finds out which of them it is, and the others come in
            log.exception("a batch of %s frames failed; they are taken one by one", len(frames))
            async with self.database.write() as store:
                await self._mark(store, place, frames)
            await self._through_inbox(self.filling, frames)

    async def _filled(self, place: Place, frames: Sequence[Frame]) -> bool:
        """Fill, and return True; False while a bot that runs on the same database works in that group."""
        async with self.database.write() as store:
            frames = await admitted(store, frames)
            await inbox.put(store, [self._done(frame) for frame in frames])
            # Before anything that a live turn may wait for.
            if not await inbox.take_lane(store, lane(frames[0])):
                return False
            await self._mark(store, place, frames)
            turn = Turn(self.storing, store, self.account, self.clock.now())
            if fits(self.storing, frames):
                await fill(turn, frames)
            else:
                for frame in frames:
                    await hear(turn, frame, 0)
            await turn.close()
        self.storing.settled.update(turn.new)
        return True

    def _done(self, frame: Frame) -> Received:
        """Return the inbox row of a frame whose effects are stored with it: its key is kept, its file has the rest."""
        return Received(self.account.id, frame.key, lane(frame), "", "", self.clock.now(), State.DONE)

    async def place(self, place: Place, placed: Callable[[int], None] = lambda count: None) -> int:
        """Put what was filled into a group into threads; return how many changed.

        It goes in stretches, each in a transaction of its own, so that a running bot gets its turn between them, and a
        process that is killed loses one of them only. `placed` is told how many messages each had.
        """
        touched: set[int] = set()
        while (stretch := await self.place_stretch(place, placed)) is not None:
            touched |= stretch.touched
        return len(touched)

    async def place_stretch(self, place: Place, placed: Callable[[int], None]) -> Stretch | None:
        """Put one stretch of what was filled into threads; None where nothing waits."""
        async with self.database.write() as store:
            group = await groups.at(store, place)
            since = None if group is None else await settings.get(store, group.id, UNPLACED)
            if group is None or since is None:
                return None
            first = await history.first_since(store, group.id, datetime.fromisoformat(since))
            house = self.house
            relinker = Relinker(store, house.linker, house.topics, house.memories, stretch=self.stretch)
            stretch = Stretch(set(), 0, None) if first is None else await relinker.stretch_from(first)
            if stretch.next_at is None:
                await settings.drop(store, group.id, UNPLACED)
            else:
                await settings.put(store, group.id, UNPLACED, stretch.next_at.isoformat(), self.clock.now(), None)
        placed(stretch.size)
        return stretch

    def _tell_time(self, frames: Sequence[Frame]) -> None:
        if isinstance(self.clock, FrameClock) and frames:
            self.clock.time = max(self.clock.time, *(frame.at for frame in frames))

    async def _through_inbox(self, dispatch: Dispatch, frames: Sequence[Frame]) -> int:
        new = await self.inbox.put_all(self.account.id, frames)
        await dispatch.drain()
        return new

    async def _mark(self, store: Store, place: Place, frames: Sequence[Frame]) -> None:
        group, at = await groups.ensure(store, place, None), min(frame.at for frame in frames)
        before = await settings.get(store, group.id, UNPLACED)
        if before is None or at < datetime.fromisoformat(before):
            await settings.put(store, group.id, UNPLACED, at.isoformat(), self.clock.now(), None)


def storing(house: House) -> House:
    """Return the house without what puts messages into threads."""
    return replace(house, features=[_storing(feature) for feature in house.features])


def _storing(feature: Feature) -> Feature:
    router = copy.copy(feature.router)
    router.messages = [hook for hook in router.messages if not f"{hook.__module__}.".startswith(f"{PLACING}.")]
    return replace(feature, router=router)
