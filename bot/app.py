"""The running process: starts every part, supervises the connections, and stops all in good order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from random import Random

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import CollectorRegistry

from bot import assembly, history, web
from bot.adapters import Ability, Adapter
from bot.clock import Ticker, system_clock
from bot.config import Config
from bot.dispatch import Dispatch
from bot.ear import AccountEar
from bot.errands import Errands
from bot.gauges import Gauges
from bot.inbox import Clock, Inbox
from bot.only_one import only_one
from bot.outbox import Outbox
from bot.pages import Pages
from bot.retention import Retention
from bot.rollcall import RollCall
from bot.supervisor import Board, State, supervise
from bot.turn import Turn
from bot.watching import Watcher
from storage import accounts, groups, migrate
from storage.accounts import Account
from storage.database import UNAVAILABLE, Database
from storage.groups import Group

log = logging.getLogger(__name__)

TICK_SECONDS = 1
LOOK_SECONDS = 5
LEASE = timedelta(seconds=15)  # on PostgreSQL: how long a silent process keeps its accounts
STOP_SECONDS = 5


class LeaseTakenError(OSError):
    """Another process holds this account; it is taken over when that one falls silent."""


class App:
    """One process with all duties: connect, work, clock and web."""

    def __init__(self, config: Config, database: Database, clock: Clock | None = None) -> None:
        self.config = config
        self.database = database
        self.clock = clock or system_clock()
        self.owner = uuid.uuid4().hex
        self.rng = Random()  # noqa: S311 - jitter, not secrecy
        self.adapters = assembly.adapters(config)
        self.classifiers = assembly.classifiers(config)
        self.house = assembly.house(config, self.classifiers, self.adapters)
        self.board = Board(time.monotonic)
        self.accounts: dict[int, Account] = {}
        self.outboxes: list[Outbox] = []
        self.ears: list[AccountEar] = []
        self.dispatch = Dispatch(database, self.house, self.accounts, self.clock, self._queued)
        self.inbox = Inbox(database, self.clock, self.dispatch.wake)
        self.draft = assembly.drafter(config, database, self.clock)
        files = config.data.folder / "files"
        self.errands = Errands(
            database, self.house, self.clock, files, self._queued, config.data.fonts, draft=self.draft
        )
        self.ticker = Ticker(database, self.house, self.accounts, self.clock, self._queued)
        self.retention = Retention(database, config.retention, self.clock, config.data.folder / "files")
        self.watcher = Watcher(database, self.house, config.imports, config.community.bot_name, self.clock)
        self.rollcall = RollCall(database, self.ears, self.house.community, self.clock)
        self.port = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then stop reading, finish what is in flight, and return.

        Raises:
            InUseError: Another process uses the SQLite file.
            SchemaError: The database cannot be brought to the newest schema.
            OSError: The web address is taken.
        """
        with only_one(self.database.file) if self.database.file else contextlib.nullcontext():
            await migrate.upgrade(self.database)
            await assembly.seed(self.database, self.classifiers)
            await self._open_accounts()
            async with self._listening(), self._working():
                connections = [asyncio.create_task(self._connect(ear)) for ear in self.ears]
                log.info("running with %s account(s)", len(connections))
                await stop.wait()
                log.info("stopping")
                await _end(connections)

    async def _open_accounts(self) -> None:
        async with self.database.write() as store:
            if self.config.imports.watch is not None:
                await accounts.ensure(store, history.ACCOUNT, history.PLATFORM)
            for account in await accounts.every(store):
                self.accounts[account.id] = account
            for name, adapter in self.adapters.items():
                same_ids = Ability.SAME_IDS in adapter.abilities
                account = await accounts.ensure(store, name, adapter.platform, same_ids=same_ids)
                self.accounts[account.id] = account
                self._add(account, adapter)
            turn = Turn(self.house, store, Account(0, "", "", "", ""), self.clock.now())
            for group in await groups.every(store):
                await turn.settings_changed(group)
                self.house.settled.add(group.id)

    def _add(self, account: Account, adapter: Adapter) -> None:
        self.ears.append(
            AccountEar(self.database, self.inbox, account, adapter, self.clock, self._online, self._offline, self._met)
        )
        self.outboxes.append(
            Outbox(
                self.database,
                account,
                adapter,
                clock=self.clock,
                community=self.house.community,
                policy=assembly.policy(self.config),
                owner=self.owner,
                rng=self.rng,
            )
        )
        self.board.part(account.name)

    def _online(self, account: Account) -> None:
        self.accounts[account.id] = account
        self.board.parts[account.name].up()
        for outbox in self.outboxes:
            if outbox.account.id == account.id:
                outbox.connected()

    def _offline(self, account: Account, why: str) -> None:
        log.warning("%s is offline: %s", account.name, why)
        self.board.parts[account.name].turn(State.WAITING)

    async def _met(self, listed: Sequence[Group]) -> None:
        """Write down the schedules of groups that an account is in, though nobody may ever speak there."""
        new = [group for group in listed if group.id not in self.house.settled and not group.is_direct]
        if not new:
            return
        async with self.database.write() as store:
            turn = Turn(self.house, store, Account(0, "", "", "", ""), self.clock.now())
            for group in new:
                await turn.settings_changed(group)
        self.house.settled.update(group.id for group in new)

    def _queued(self) -> None:
        for outbox in self.outboxes:
            outbox.wake()
        self.errands.wake()

    # -- connections ----------------------------------------------------------------------------------------------

    async def _connect(self, ear: AccountEar) -> None:
        """Hold an account: its connection and its outbox, for as long as the lease is ours."""
        part = self.board.parts[ear.account.name]
        outbox = next(outbox for outbox in self.outboxes if outbox.account.id == ear.account.id)

        async def hold() -> None:
            async with self._leased(ear.account.name), asyncio.TaskGroup() as held:
                held.create_task(supervise(part, lambda: ear.adapter.run(ear), rng=self.rng))
                held.create_task(outbox.run())
                held.create_task(self._renew(ear.account.name))

        await supervise(self.board.part(f"{ear.account.name} lease", essential=False), hold, rng=self.rng)

    @contextlib.asynccontextmanager
    async def _leased(self, name: str) -> AsyncIterator[None]:
        if not await self._lease(name):
            raise LeaseTakenError(LeaseTakenError.__doc__)
        self.board.parts[f"{name} lease"].up()
        try:
            yield
        finally:
            async with self.database.write() as store:
                await accounts.release(store, name, self.owner, self.clock.now())

    async def _lease(self, name: str) -> bool:
        if self.database.is_sqlite:  # the file's lock says it all
            return True
        async with self.database.write() as store:
            return await accounts.lease(store, name, self.owner, self.clock.now(), LEASE) is not None

    async def _renew(self, name: str) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            if not await self._lease(name):
                raise LeaseTakenError(LeaseTakenError.__doc__)

    # -- duties ---------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _working(self) -> AsyncIterator[None]:
        """Keep the inbox, dispatch, errands and the clock going; at the end let the lanes run dry for a moment."""
        lives = {
            "inbox": self.inbox.run,
            "dispatch": self.dispatch.run,
            "errands": self.errands.run,
            "clock": self.ticker.run,
            "retention": self.retention.run,
            "roll-call": self.rollcall.run,
            "imports": self.watcher.run,
        }
        tasks = []
        for name, life in lives.items():
            part = self.board.part(name)
            tasks.append(asyncio.create_task(supervise(part, life, rng=self.rng, up_at_once=True), name=name))
        ticking = AsyncIOScheduler(timezone="UTC")
        often = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        ticking.add_job(self.ticker.wake, "interval", seconds=TICK_SECONDS, **often)
        ticking.add_job(self.retention.wake, "interval", hours=1, **often)
        if self.config.imports.watch is not None:
            ticking.add_job(self.watcher.wake, "interval", seconds=LOOK_SECONDS, **often)
        ticking.add_job(self.rollcall.wake, "cron", minute=55, **often)
        ticking.start()
        try:
            yield
        finally:
            ticking.shutdown(wait=False)
            with contextlib.suppress(TimeoutError, *UNAVAILABLE):
                async with asyncio.timeout(STOP_SECONDS):
                    await self.dispatch.drain()
            await _end(tasks)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        if not self.config.web.enabled:
            yield
            return
        registry = CollectorRegistry()
        parts = (self.inbox, self.dispatch, self.errands, self.ticker, self.board, self.outboxes, self.ears)
        registry.register(Gauges(*parts, draft=self.draft))
        shown = Pages(self.database, self.house.community, self.clock).routes()
        page = web.build(self.board, registry, self.config.web.hosts, shown)
        async with web.listening(page, self.config.web.host, self.config.web.port) as self.port:
            yield


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
