"""Counts the members of groups as platforms tell them: every hour, so that a day ends with its midnight count."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.ear import AccountEar
from bot.inbox import Clock
from handlers import Community
from storage import groups
from storage.database import UNAVAILABLE, Database
from storage.frames import Place

log = logging.getLogger(__name__)


class RollCall:
    """Asks every account for its groups' sizes."""

    def __init__(self, database: Database, ears: Sequence[AccountEar], community: Community, clock: Clock) -> None:
        self.database = database
        self.ears = ears
        self.community = community
        self.clock = clock
        self._wake = asyncio.Event()

    async def wake(self) -> None:
        """Say that an hour has passed."""
        self._wake.set()

    async def run(self) -> None:
        """Count at every hour, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            for ear in self.ears:
                await self.count(ear)

    async def count(self, ear: AccountEar) -> None:
        """Write down the sizes of an account's groups, for today in the community's zone."""
        try:
            sizes = await ear.adapter.sizes()
            day = self.clock.now().astimezone(self.community.zone).date()
            async with self.database.write() as store:
                for key, size in sizes.items():
                    group = await groups.at(store, Place(ear.account.platform, key))
                    if group is not None:
                        await groups.set_size(store, group.id, day, size)
        except UNAVAILABLE as error:  # the platform or the database is away: the next hour will do
            log.info("no roll-call of %s: %s", ear.account.name, type(error).__name__)
