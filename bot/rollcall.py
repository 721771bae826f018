"""Asks platforms for their groups: sizes every hour, so that a day ends with its midnight count; cards once a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import date

from bot.adapters import Roll
from bot.ear import AccountEar
from bot.inbox import Clock
from handlers import Community
from storage import groups, memberships
from storage.database import UNAVAILABLE, Database, Store

log = logging.getLogger(__name__)

ANSWER_SECONDS = 300.0  # a list of 30,000 members takes its pages


class RollCall:
    """Asks every account for its groups: their names and sizes, and what members are called in them."""

    def __init__(self, database: Database, ears: Sequence[AccountEar], community: Community, clock: Clock) -> None:
        self.database = database
        self.ears = ears
        self.community = community
        self.clock = clock
        self._carded: dict[str, date] = {}  # the day on which an account was last asked for cards
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
        """Write down what a platform tells of an account's groups, for today in the community's zone."""
        day = self.clock.now().astimezone(self.community.zone).date()
        cards = self._carded.get(ear.account.name) != day
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                rolls = await ear.adapter.roll(cards=cards)
            for roll in rolls:
                async with self.database.write() as store:
                    await self._write_down(store, roll, day)
            self._carded[ear.account.name] = day
        except UNAVAILABLE as error:  # the platform or the database is away: the next hour will do
            log.info("no roll-call of %s: %s", ear.account.name, type(error).__name__)

    async def _write_down(self, store: Store, roll: Roll, day: date) -> None:
        """Note a group's name and size, and new cards of members who are known; nobody else's name is kept."""
        group = await groups.at(store, roll.place)
        if group is None:
            return
        if roll.place.name:
            await groups.ensure(store, roll.place, None)
        if roll.size is not None:
            await groups.set_size(store, group.id, day, roll.size)
        await memberships.rename_cards(store, group, roll.cards)
