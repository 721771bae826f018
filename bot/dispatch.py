"""Dispatch: works the inbox off, lane by lane, each lane in order and each turn in one transaction.

The attempt is counted in a commit of its own before the work. If the process dies in a turn, its frames come back
one by one; one that fails five times is quarantined and everything behind it goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from bot.hearing import hear
from bot.inbox import Clock
from bot.turn import House, Turn
from bot.waking import woken
from storage import accounts, frames, inbox
from storage.accounts import Account
from storage.database import UNAVAILABLE, Database, Store
from storage.inbox import MAX_ATTEMPTS, Pending

log = logging.getLogger(__name__)

TURN = 50  # frames of one lane in one transaction
IDLE_SECONDS = 1.0  # how long to wait for a wake-up before looking anyway (another process may have stored)


class Dispatch:
    """The worker that lets frames take effect; on PostgreSQL several processes may run one each."""

    def __init__(
        self,
        database: Database,
        house: House,
        accounts: Mapping[int, Account],
        clock: Clock,
        queued: Callable[[], None],
    ) -> None:
        self.database = database
        self.house = house
        self.accounts = accounts
        self.clock = clock
        self.queued = queued  # tells the outbox that there may be something to send
        self.worked = 0
        self.quarantined = 0
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Say that the inbox has something new."""
        self._wake.set()

    async def run(self) -> None:
        """Work for ever, until cancelled; a turn under way is rolled back then and comes again."""
        while True:
            self._wake.clear()
            try:
                busy = await self.work_all()
            except UNAVAILABLE as error:
                log.warning("the database is away: %s", type(error).__name__)
                busy = False
            if not busy:
                await woken(self._wake, IDLE_SECONDS)

    async def work_all(self) -> bool:
        """Work off what waits now; return whether there was anything."""
        async with self.database.glance() as store:
            lanes = await inbox.lanes_with_work(store)
        for lane in lanes:
            await self.turn(lane)
        return bool(lanes)

    async def drain(self) -> None:
        """Work until nothing waits (replays and tests)."""
        while await self.work_all():
            pass

    async def turn(self, lane: str) -> None:
        """Work one turn of a lane; a frame that fails is left for a turn of its own."""
        async with self.database.write() as store:
            if not await inbox.take_lane(store, lane):
                return
            batch = await self._batch(store, lane)
        if not batch:
            return
        try:
            async with self.database.write() as store:
                new = await self._work(store, lane, batch) if await inbox.take_lane(store, lane) else set()
        except UNAVAILABLE:
            raise
        except Exception as error:  # noqa: BLE001 - the one edge: a bug must not stop the lanes behind it
            await self._failed(batch, error)
        else:
            self.house.settled.update(new)
            self.queued()

    async def _batch(self, store: Store, lane: str) -> list[Pending]:
        """Choose the frames of the next turn and count the attempt; a suspicious one comes alone."""
        waiting = await inbox.pending(store, lane, TURN)
        if waiting and waiting[0].attempts > 0:
            batch = waiting[:1]
        else:
            batch = waiting[: next((i for i, pending in enumerate(waiting) if pending.attempts), len(waiting))]
        await inbox.begin(store, [pending.id for pending in batch])
        return batch

    async def _work(self, store: Store, lane: str, batch: Sequence[Pending]) -> set[int]:
        """Let the frames take effect; return the groups that were new."""
        head = await inbox.pending(store, lane, len(batch))  # read again: now under the lock
        known = {pending.id for pending in batch}
        turns: dict[int, Turn] = {}
        for pending in head:
            if pending.id not in known:
                break
            if pending.account_id not in turns:
                turns[pending.account_id] = Turn(
                    self.house, store, await self._account(store, pending.account_id), self.clock.now()
                )
            turn = turns[pending.account_id]
            await hear(turn, frames.decode(pending.body), pending.id)
            self.worked += 1
        for turn in turns.values():
            await turn.close()
        await inbox.done(store, [pending.id for pending in head if pending.id in known])
        return set().union(*(turn.new for turn in turns.values()))

    async def _account(self, store: Store, account: int) -> Account:
        """Return an account, also one that another process holds or that an import made."""
        known = self.accounts.get(account)
        return known if known is not None else await accounts.get(store, account)

    async def _failed(self, batch: Sequence[Pending], error: Exception) -> None:
        first = batch[0]
        log.exception("inbox rows %s..%s failed", first.id, batch[-1].id, exc_info=error)
        if len(batch) == 1 and first.attempts + 1 >= MAX_ATTEMPTS:
            self.quarantined += 1
            async with self.database.write() as store:
                await inbox.quarantine(store, [first.id], f"{type(error).__name__}: {error}"[:500])
