"""Errands: slow, durable work outside the transaction; CPU in a worker process, so that the loop stays free."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.adapters import Ability, DeliveryError, Inviting, Outcome
from bot.inbox import Clock
from bot.turn import House, Turn
from bot.waking import woken
from handlers import AwayError, Community, Feature
from handlers._drafting import Draft
from handlers._drawing.fonts import draw_with
from storage import accounts, errands, groups, privacy
from storage.accounts import Account
from storage.database import UNAVAILABLE, Database, Store
from storage.errands import MAX_ATTEMPTS, Errand
from storage.groups import Group

log = logging.getLogger(__name__)

T = TypeVar("T")
LEASE = timedelta(minutes=15)
IDLE_SECONDS = 2.0
INVITE_SECONDS = 20.0


class Errands:
    """Runs errands one after another; implements the handlers' `Outside`.

    Those that wait for the language model take turns of their own beside the others: an endpoint that is slow, or dead,
    holds up no report and no picture.
    """

    def __init__(
        self,
        database: Database,
        house: House,
        clock: Clock,
        files: Path,
        queued: Callable[[], None],
        fonts: Path | None = None,
        draft: Draft | None = None,
    ) -> None:
        self.database = database
        self.house = house
        self.clock = clock
        self._files = files
        self._fonts = fonts
        self._draft = draft
        self.queued = queued
        self.done = 0
        self._wake = asyncio.Event()
        self._wake_drafting = asyncio.Event()
        self._pool: ProcessPoolExecutor | None = None

    @property
    def community(self) -> Community:
        """What is configured about the community."""
        return self.house.community

    @property
    def files(self) -> Path:
        """The folder for files that are sent in private."""
        return self._files

    @property
    def draft(self) -> Draft | None:
        """What asks the language model; None where there is none."""
        return self._draft

    def now(self) -> datetime:
        """Return the time, UTC."""
        return self.clock.now()

    def read(self) -> AbstractAsyncContextManager[Store]:
        """Open a transaction that only reads."""
        return self.database.read()

    def write(self) -> AbstractAsyncContextManager[Store]:
        """Open a transaction that may write."""
        return self.database.write()

    async def scrub(self) -> None:
        """Let the database give back what was erased."""
        await privacy.scrub(self.database)

    async def in_worker(self, function: Callable[..., T], *args: Any) -> T:
        """Run a pure function in the worker process."""
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=draw_with, initargs=(self._fonts,))
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)
        except BrokenProcessPool:
            self._pool = None  # a worker that died takes its pool along; the next errand gets another one
            raise

    async def read_in_worker(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run a coroutine function in the worker process, over a connection of its own."""
        url = self.database.url.render_as_string(hide_password=False)
        return await self.in_worker(_reading, url, function, *args)

    async def invite(self, group: Group) -> str | None:
        """Return a link into a group from the account that listens there, if its platform has such."""
        async with self.database.read() as store:
            account = None if group.account_id is None else await accounts.get(store, group.account_id)
        adapter = None if account is None else self.house.adapters.get(account.name)
        if not isinstance(adapter, Inviting) or Ability.INVITE not in adapter.abilities:
            return None
        try:
            async with asyncio.timeout(INVITE_SECONDS):
                return await adapter.invite(group.place)
        except TimeoutError as error:
            raise AwayError("no answer in time") from error
        except DeliveryError as error:
            if error.outcome is Outcome.NOT_SENT:
                raise AwayError(str(error)) from error
            log.info("no link into group %s: %s", group.id, error)
            return None

    def wake(self) -> None:
        """Say that there may be an errand."""
        self._wake.set()
        self._wake_drafting.set()

    async def run(self) -> None:
        """Work for ever, until cancelled; an errand under way is begun again by whoever comes next."""
        drafting = self._drafting_names()
        try:
            async with asyncio.TaskGroup() as turns:
                turns.create_task(self._turns(self._wake, lambda: self.work(but=drafting)))
                if drafting:
                    turns.create_task(self._turns(self._wake_drafting, lambda: self.work(only=drafting)))
        finally:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)

    def _drafting_names(self) -> frozenset[str]:
        """Return the errands that wait for the language model; without one there is nothing to wait for."""
        names = (feature.router.drafting for feature in self.house.features) if self._draft is not None else ()
        return frozenset[str]().union(*names)

    async def _turns(self, wake: asyncio.Event, work: Callable[[], Awaitable[bool]]) -> None:
        while True:
            wake.clear()
            try:
                busy = await work()
            except UNAVAILABLE as error:
                log.warning("the database is away: %s", type(error).__name__)
                busy = False
            if not busy:
                await woken(wake, IDLE_SECONDS)

    async def work(self, *, only: Collection[str] | None = None, but: Collection[str] = ()) -> bool:
        """Do the next errand, `only` of some names or none `but`; return whether there was one."""
        now = self.clock.now()
        async with self.database.glance() as store:  # the writer's turn is for who has something to write
            if not await errands.is_due(store, now):
                return False
        async with self.database.write() as store:
            errand = await errands.claim(store, now, now + LEASE, only=only, but=but)
        if errand is None:
            return False
        try:
            await self._do(errand)
            self.done += 1
        except UNAVAILABLE:
            raise
        except Exception as error:  # the edge of errands: one that fails must not stop the others
            log.exception("errand %s (%s of %s) failed", errand.id, errand.name, errand.feature)
            await self._failed(errand, error)
        return True

    async def _do(self, errand: Errand) -> None:
        feature = next((f for f in self.house.features if f.name == errand.feature), None)
        if feature is None or errand.name not in feature.router.errands:
            raise LookupError(f"no feature does {errand.feature}.{errand.name}")
        replies = await self._run(feature, errand)
        async with self.database.write() as store:
            if replies and errand.group is not None:
                group = await groups.get(store, errand.group)
                turn = Turn(self.house, store, _nobody(group.platform), self.clock.now())
                await turn.queue(replies, group, f"errand:{errand.id}")
            await errands.finish(store, errand.id)
        self.queued()

    async def _run(self, feature: Feature, errand: Errand) -> Any:
        return await feature.router.errands[errand.name](errand, self)

    async def _failed(self, errand: Errand, error: Exception) -> None:
        retry = self.clock.now() + timedelta(minutes=2**errand.attempts)
        async with self.database.write() as store:
            last = errand.attempts + 1 >= MAX_ATTEMPTS
            await errands.fail(store, errand.id, type(error).__name__, None if last else retry)


def _reading(url: str, function: Callable[..., Awaitable[T]], *args: Any) -> T:
    return asyncio.run(_read(url, function, *args))


async def _read(url: str, function: Callable[..., Awaitable[T]], *args: Any) -> T:
    async with Database.open(url) as database, database.read() as store:
        return await function(store, *args)


def _nobody(platform: str) -> Account:
    return Account(0, "", platform, "", "")
