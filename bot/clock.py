"""The clock: tells the time, and ticks. What is due is computed from rows; the tick itself knows nothing.

Each tick asks every active schedule for its last due instant; whoever manages to insert the occurrence's row, in
the transaction that also holds its replies, has taken it. So restarts, several processes and clock steps all meet
the same UNIQUE key, and no occurrence happens twice.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.inbox import Clock
from bot.rules import RuleError, latest_due, parse
from bot.turn import House, Turn
from storage import groups, schedules
from storage.accounts import Account
from storage.database import UNAVAILABLE, Database, Store
from storage.groups import Group
from storage.schedules import Occurrence, Schedule

log = logging.getLogger(__name__)

CATCH_UP = timedelta(hours=24)  # missed by more than this: written down as skipped


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC)


class FileClock:
    """A clock that reads its time from a file, for tests that kill the process; refused outside tests."""

    def __init__(self, path: Path) -> None:
        if os.environ.get("XIANGQUN_TESTING") != "1":
            raise PermissionError("XIANGQUN_CLOCK_FILE is for tests: it needs XIANGQUN_TESTING=1 as well")
        self.path = path

    def now(self) -> datetime:
        """Return the time in the file (ISO 8601 with a zone), UTC."""
        return datetime.fromisoformat(self.path.read_text("utf-8").strip()).astimezone(UTC)


def system_clock() -> Clock:
    """Return the clock of this process."""
    path = os.environ.get("XIANGQUN_CLOCK_FILE")
    return FileClock(Path(path)) if path else WallClock()


class Ticker:
    """Looks what is due, claims it, and lets the features act."""

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
        self.queued = queued
        self.ticks = 0
        self._wake = asyncio.Event()
        self._taken: dict[int, datetime] = {}  # by schedule: what need not be asked again

    async def wake(self) -> None:
        """Say that time has passed; called by the scheduler, which does nothing else."""
        self._wake.set()

    async def run(self) -> None:
        """Look what is due at every tick, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.tick()

    async def tick(self) -> int:
        """Let everything act that is due; return how many occurrences were taken."""
        self.ticks += 1
        taken = 0
        try:
            async with self.database.glance() as store:
                active = await schedules.active(store)
            for schedule in active:
                occurrence = due(schedule, self.clock.now())
                if occurrence is not None:
                    taken += await self._take(occurrence)
        except UNAVAILABLE as error:
            log.warning("the database is away: %s", type(error).__name__)
        if taken:
            self.queued()
        return taken

    async def _take(self, occurrence: Occurrence) -> bool:
        schedule = occurrence.schedule.id
        if self._taken.get(schedule) == occurrence.due_at:
            return False
        async with self.database.glance() as store:
            last = await schedules.latest(store, schedule)
        if last is not None and last >= occurrence.due_at:
            self._taken[schedule] = occurrence.due_at
            return False
        try:
            async with self.database.write() as store:
                return await self._act(store, occurrence)
        except UNAVAILABLE:
            raise
        except Exception:  # the edge of the clock: one broken schedule must not stop the others
            log.exception("schedule %s of %s failed", occurrence.schedule.name, occurrence.schedule.feature)
            return False

    async def _act(self, store: Store, occurrence: Occurrence) -> bool:
        schedule, now = occurrence.schedule, self.clock.now()
        late = now - occurrence.due_at > CATCH_UP
        if not await schedules.claim(store, occurrence, now, state="skipped" if late else "done"):
            return False
        feature = next((f for f in self.house.features if f.name == schedule.feature), None)
        if late or feature is None or schedule.name not in feature.router.schedules:
            return True
        group = await self._group(store, schedule)
        if group is None:
            return True
        turn = Turn(self.house, store, self._account(group), now)
        replies = await feature.router.schedules[schedule.name](occurrence, await turn.context(feature, group))
        await turn.queue(replies, group, f"at:{schedule.id}:{occurrence.due_at.isoformat()}")
        return True

    async def _group(self, store: Store, schedule: Schedule) -> Group | None:
        if schedule.group_id:
            return await groups.get(store, schedule.group_id)
        every = await groups.every(store)
        return every[0] if every else None

    def _account(self, group: Group) -> Account:
        known = self.accounts.get(group.account_id or 0)
        return known if known is not None else Account(0, "", group.platform, "", "")


def due(schedule: Schedule, now: datetime) -> Occurrence | None:
    """Return the occurrence of a schedule that is due, if one is."""
    try:
        moment = latest_due(parse(schedule.rule), ZoneInfo(schedule.zone), schedule.since, now)
    except RuleError:
        log.warning("schedule %s of %s has a rule that cannot be read", schedule.name, schedule.feature)
        return None
    return None if moment is None else Occurrence(schedule, moment)
