"""A play: one community on two platforms over one database, with a clock that moves, and a process that can be killed.

play = await Play.open(url, features=FEATURES, tables={})
await play.say(alice, "报名 E1", group="成都")
await play.until(when)                      # the clock ticks on; what falls due happens

A kill drops everything that the process held in memory. It strikes where a fate chose: just before or after a
transaction commits, just before a post reaches the platform, or just after it did and before its outcome is written.
The platforms live on: they keep what was posted, offer again what was not acknowledged, and QQ echoes our own posts.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from bot.clock import Ticker
from bot.commands import Vocabulary
from bot.dispatch import Dispatch
from bot.errands import Errands
from bot.inbox import Inbox
from bot.outbox import Outbox, Policy
from bot.turn import House, Turn
from classifiers import rules
from handlers import Community
from handlers._relink import Memories
from handlers._tables import Quiet
from storage import accounts, grants, groups, members, topics
from storage.accounts import Account
from storage.database import Database, Store
from storage.frames import Echo, Frame, GroupKind, Message, Place
from storage.grants import EVERYWHERE, OWNER
from tests.chat import ManualClock, Posted, Recorder, load_features, topic_classifier

LAST_DAYS, SELDOM = timedelta(days=2), timedelta(hours=4)
SOON = timedelta(minutes=3)  # confirmations are gathered for two
PLATFORMS = ("qq", "telegram")
URL = "https://pg.example.org"
WRITE, COMMIT, POST, POSTED = "before a commit", "after a commit", "before a post", "after a post"
T = TypeVar("T")


class KilledError(BaseException):
    """The process is gone: no handler of errors is there any more to see this."""


@dataclass
class Fate:
    """Chooses the moments at which the process dies; counts all that could have been one."""

    chosen: Mapping[str, Collection[int]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    dead: bool = False

    def alive(self) -> None:
        """Let nothing more be done by a process that is gone."""
        if self.dead:
            raise KilledError

    def moment(self, what: str) -> None:
        """Pass a moment, or die in it."""
        self.alive()
        self.seen[what] += 1
        if self.seen[what] in self.chosen.get(what, ()):
            self.dead = True
            self.deaths[what] += 1
            raise KilledError


class MortalDatabase(Database):
    """A database whose process may die around each commit; what was not committed is lost."""

    fate = Fate()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Store]:
        """Open a transaction that may write."""
        self.fate.alive()
        async with super().write() as store:
            yield store
            self.fate.moment(WRITE)
        self.fate.moment(COMMIT)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Store]:
        """Open a transaction that only reads."""
        self.fate.alive()
        async with super().read() as store:
            yield store

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Store]:
        """Open a look at what is now."""
        self.fate.alive()
        async with super().glance() as store:
            yield store


@dataclass
class Stage(Recorder):
    """A platform: it remembers what was posted, and when, whatever becomes of the process that posted it."""

    fate: Fate = field(default_factory=Fate)
    clock: ManualClock = field(default_factory=ManualClock)
    times: list[datetime] = field(default_factory=list)

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Take a post; the process may die before it is there, or before it hears that it is."""
        self.fate.moment(POST)
        key = await super().send(place, payload, reply_to)
        self.times.append(self.clock.now())
        self.fate.moment(POSTED)
        return key

    async def invite(self, place: Place) -> str:
        """Return a link by which one member can join a group."""
        return f"https://{self.platform}.example.org/join/{place.key}/{len(self.posted)}"


@dataclass(frozen=True)
class Who:
    """A member of a platform."""

    platform: str
    key: str

    @property
    def name(self) -> str:
        """What the member is called: nobody else is called so."""
        return self.key

    @property
    def direct(self) -> Place:
        """Where the bot and this member talk in private."""
        return Place(self.platform, f"direct:{self.key}", GroupKind.DIRECT, self.name)


class Process:
    """All that a process holds in memory; gone with it."""

    def __init__(self, play: Play, number: int) -> None:
        database, clock = play.database, play.clock
        loaded = load_features(play.features, play.tables)
        self.house = House(
            features=loaded,
            vocabulary=Vocabulary(loaded),
            community=Community(name="测试", preview=False, url=URL, quiet=Quiet(weekly_budget=play.budget)),
            linker=rules.build(rules.Settings()),
            topics=topic_classifier(),
            memories=Memories(),
            adapters={account.name: play.stages[account.platform] for account in play.accounts.values()},
        )
        self.dispatch = Dispatch(database, self.house, play.accounts, clock, lambda: None)
        self.inbox = Inbox(database, clock, lambda: None)
        self.ticker = Ticker(database, self.house, play.accounts, clock, lambda: None)
        self.errands = Errands(database, self.house, clock, play.files, lambda: None)
        self.outboxes = [
            Outbox(
                database, account, play.stages[account.platform], clock=clock, community=self.house.community,
                policy=Policy(preview=False), owner=f"process {number}", rng=Random(number),
            )
            for account in play.accounts.values()
        ]  # fmt: skip

    async def start(self) -> None:
        """Do what a process does when it starts: write schedules down, settle what the last one left behind."""
        async with self.dispatch.database.write() as store:
            turn = Turn(self.house, store, Account(0, "", "", "", ""), self.dispatch.clock.now())
            for group in await groups.every(store):
                await turn.settings_changed(group)
                self.house.settled.add(group.id)
        for outbox in self.outboxes:
            await outbox.recover()

    async def work(self) -> None:
        """Do all that can be done now."""
        busy = True
        while busy:
            busy = await self.dispatch.work_all()
            while await self.errands.work():
                busy = True
            for outbox in self.outboxes:
                await outbox.drain()
        assert not self.dispatch.quarantined, "a frame was quarantined: see the log"


class Play:
    """One community on two platforms."""

    def __init__(
        self, database: MortalDatabase, files: Path, features: Sequence[str], tables: Any, budget: int
    ) -> None:
        self.database = database
        self.files = files
        self.features = features
        self.tables = tables
        self.budget = budget
        self.clock = ManualClock()
        self.fate = database.fate = Fate()
        self.stages = {name: Stage(platform=name, fate=self.fate, clock=self.clock) for name in PLATFORMS}
        self.accounts: dict[int, Account] = {}
        self.frames = 0
        self.started = 0
        self.process: Process

    @classmethod
    async def open(
        cls, database: MortalDatabase, files: Path, *, features: Sequence[str], tables: Any = None, budget: int = 50
    ) -> Play:
        """Return a play over a migrated, empty database, its first process started."""
        play = cls(database, files, features, tables or {}, budget)
        async with database.write() as store:
            for platform in PLATFORMS:
                account = await accounts.ensure(store, f"on_{platform}", platform)
                await accounts.went_online(store, account.id, "10000", "小象", play.clock.now())
                play.accounts[account.id] = Account(account.id, account.name, platform, "10000", "小象")
            tree = [topics.Topic(t.key, t.zh, t.en, t.parent or "") for t in topic_classifier().tree()]
            await topics.seed(store, tree)
        await play._start()
        return play

    # -- the process ----------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        self.started += 1
        self.process = Process(self, self.started)
        await self.process.start()

    async def _again(self, step: Callable[[], Awaitable[T]]) -> T:
        """Do a step; where the process dies in it, start another one and do it again: so does who was not answered."""
        while True:
            try:
                return await step()
            except KilledError:
                await self._revive()

    async def _revive(self) -> None:
        """Bury the process that died and start the next one, which may die as well."""
        while True:
            orphans = [task for task in asyncio.all_tasks() if task.get_name().startswith("send ")]
            for task in orphans:
                task.cancel()
            with suppress(KilledError):
                await asyncio.gather(*orphans, return_exceptions=True)
            self.fate.dead = False
            try:
                await self._start()
                await self._echo()
            except KilledError:
                continue
            return

    async def _echo(self) -> None:
        """Let QQ tell the new process of our own latest posts, as it does when it is asked for what was missed."""
        stage = self.stages["qq"]
        account = next(one for one in self.accounts.values() if one.platform == "qq")
        echoes = [
            Frame(f"echo:{posted.key}", posted.place, self.clock.now(), Echo(posted.key, posted.text))
            for posted in stage.posted[-5:]
        ]
        await self.process.inbox.put_all(account.id, echoes)

    # -- time -----------------------------------------------------------------------------------------------------

    async def work(self) -> None:
        """Let all be done that can be done now, however often the process dies in it."""

        async def step() -> None:
            await self.process.work()

        await self._again(step)

    async def tick(self) -> None:
        """Let the clock tick once, and what falls due happen."""

        async def step() -> None:
            await self.process.ticker.tick()
            await self.process.work()

        await self._again(step)

    async def until(self, when: datetime) -> None:
        """Let time pass, ticking: within minutes after something was said, every hour in the last days, else rarely."""
        assert when >= self.clock.time, f"{when} is over"
        pauses = chain((SOON, SOON), repeat(timedelta(hours=1)))
        for pause in pauses:
            if self.clock.time >= when:
                return
            far = when - self.clock.time > LAST_DAYS and pause > SOON
            self.clock.time = min(self.clock.time + (SELDOM if far else pause), when)
            await self.tick()

    # -- talking --------------------------------------------------------------------------------------------------

    async def say(
        self, who: Who, text: str, *, group: str = "", to_bot: bool = True, mentions: Sequence[str] = ()
    ) -> list[str]:
        """Let a member speak in a group, or in private without one; return what was posted there meanwhile."""
        self.frames += 1
        at, key = self.clock.now(), f"m{self.frames:06d}"
        place = self.place(who.platform, group) if group else who.direct
        message = Message(key, at, who.key, who.name, text, to_bot=to_bot or not group, mentions=tuple(mentions))
        frame = Frame(f"m:{place.key}:{key}", place, at, message)
        account = next(one for one in self.accounts.values() if one.platform == who.platform)
        self.clock.time += timedelta(seconds=1)
        before = len(self.stages[who.platform].posted)

        async def heard() -> None:
            await self.process.inbox.put_all(account.id, [frame])

        await self._again(heard)
        await self.work()
        posted = self.stages[who.platform].posted[before:]
        return [one.text for one in posted if one.place.key == place.key]

    async def tell(self, who: Who, text: str) -> list[str]:
        """Let a member speak in private."""
        return await self.say(who, text)

    @staticmethod
    def place(platform: str, group: str) -> Place:
        """Return the place of a group."""
        return Place(platform, f"{platform}-{group}", name=f"{group}群")

    def posted(self, platform: str, group: str = "", who: str = "") -> list[Posted]:
        """Return what was posted in a group, or to a member in private."""
        key = f"{platform}-{group}" if group else f"direct:{who}"
        return [one for one in self.stages[platform].posted if one.place.key == key]

    # -- what the test sets up ------------------------------------------------------------------------------------

    async def make_owner(self, who: Who) -> None:
        """Give a member all rights everywhere."""
        async with self.database.write() as store:
            member = await members.ensure(store, who.platform, who.key, who.name, self.clock.now())
            await grants.grant(store, member.id, EVERYWHERE, OWNER, self.clock.now(), None)
