"""The dialog driver: talks to the bot through the front door (inbox, dispatch, outbox) on a clock of its own.

chat = await Chat.open(sqlite_database)
await chat.say("alice", "主库磁盘满了，能删 pg_wal 吗")
chat.later(minutes=4)
await chat.say("bob", "别删，先看复制槽", reply_to=chat.last)
assert await chat.say("alice", "/solved") == ["#1 结了，4 分钟。谢谢bob。..."]
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from bot.adapters import Ability, Delivery, DeliveryError, Rate, Roll
from bot.clock import Ticker
from bot.commands import Vocabulary
from bot.dispatch import Dispatch
from bot.ear import AccountEar
from bot.inbox import Inbox
from bot.outbox import Outbox, Policy
from bot.turn import House
from classifiers import topics as linear
from classifiers.topics import LinearTopics
from handlers import Community, Feature
from handlers._relink import Memories
from handlers._tables import Speech
from storage import accounts, grants, members, topics
from storage.accounts import Account
from storage.database import Database
from storage.frames import Frame, GroupKind, Joined, Kind, Message, Place, Recall
from storage.grants import ADMIN, EVERYWHERE, OWNER
from storage.replies import Body, plain

T0 = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
FEATURES = (
    "afterwards",
    "articles",
    "experts",
    "ask",
    "speakers",
    "checkin",
    "joining",
    "questions",
    "lookups",
    "corrections",
    "topics",
    "help",
    "stats",
    "digest",
    "escalation",
    "posting",
    "schedules",
    "settings",
    "privacy",
    "binding",
    "drafting",
    "events",
)


@dataclass
class ManualClock:
    """A clock that moves when it is told to."""

    time: datetime = T0

    def now(self) -> datetime:
        return self.time


@dataclass
class Posted:
    """What arrived on the platform."""

    place: Place
    text: str
    key: str
    reply_to: str | None


@dataclass
class Recorder:
    """An adapter that stands for a platform: it remembers what was posted."""

    platform: str = "qq"
    abilities: frozenset[Ability] = frozenset(Ability)
    delivery: Delivery = Delivery.LOST
    rate: Rate = field(default_factory=lambda: Rate(100_000, 100_000))
    wider: str = ""
    posted: list[Posted] = field(default_factory=list)
    fails: list[DeliveryError] = field(default_factory=list)

    def render(self, body: Body) -> list[str]:
        return [plain(body)]

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        if self.fails:
            raise self.fails.pop(0)
        self.posted.append(Posted(place, payload, f"bot{len(self.posted) + 1}", reply_to))
        return self.posted[-1].key

    async def run(self, ear: Any) -> None:
        raise NotImplementedError

    async def roll(self, *, cards: bool) -> list[Roll]:
        return []

    async def probe(self) -> list[str]:
        return []


def load_features(names: Sequence[str] = FEATURES, tables: dict[str, dict[str, Any]] | None = None) -> list[Feature]:
    """Return the features of these names (those that exist), with settings from tables."""
    found = []
    for name in names:
        try:
            module = importlib.import_module(f"handlers.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"handlers.{name}":
                raise
            continue
        settings = module.router.settings.model_validate((tables or {}).get(name, {}))
        found.append(Feature(name, module.router, settings))
    return found


@cache
def topic_classifier() -> LinearTopics:
    """Return the topic classifier that is on by default; loading it takes a moment."""
    return linear.build(linear.Settings())


class Chat:
    """One community with one account; groups and members appear as they speak."""

    def __init__(self, database: Database, house: House, account: Account, policy: Policy) -> None:
        self.database = database
        self.house = house
        self.account = account
        self.clock = ManualClock()
        self.adapter = Recorder(platform=account.platform)
        community = house.community
        self.dispatch = Dispatch(database, house, {account.id: account}, self.clock, lambda: None)
        self.inbox = Inbox(database, self.clock, lambda: None)
        self.outbox = Outbox(
            database, account, self.adapter, clock=self.clock, community=community, policy=policy,
            owner="test", rng=Random(1),
        )  # fmt: skip
        self.ticker = Ticker(database, house, {account.id: account}, self.clock, lambda: None)
        self.ear = AccountEar(database, self.inbox, account, self.adapter, self.clock, lambda _: None, lambda *_: None)
        self.count = 0
        self.last = ""
        self._looked = 0

    @classmethod
    async def open(
        cls,
        database: Database,
        *,
        features: Sequence[str] = FEATURES,
        tables: dict[str, dict[str, Any]] | None = None,
        language: str = "zh",
        preview: bool = False,
        linker: Any = None,
        platform: str = "qq",
        drafts: bool = False,
        url: str = "",
    ) -> Chat:
        """Return a chat over a migrated, empty database."""
        from classifiers import rules

        loaded = load_features(features, tables)
        words = topic_classifier()
        async with database.write() as store:
            account = await accounts.ensure(store, "test", platform)
            await accounts.went_online(store, account.id, "10000", "小象", T0)
            tree = [topics.Topic(t.key, t.zh, t.en, t.parent or "") for t in words.tree()]
            await topics.seed(store, tree)
        account = Account(account.id, account.name, platform, "10000", "小象")
        house = House(
            features=loaded,
            vocabulary=Vocabulary(loaded),
            community=Community(name="测试", preview=preview, speech=Speech(language=language), drafts=drafts, url=url),
            linker=linker or rules.build(rules.Settings()),
            topics=words,
            memories=Memories(),
        )
        return cls(database, house, account, Policy(preview=preview))

    # -- time -----------------------------------------------------------------------------------------------------

    def later(self, **span: float) -> None:
        """Let time pass: `later(hours=2)`."""
        self.clock.time += timedelta(**span)

    async def tick(self) -> list[str]:
        """Let the clock tick, and return what was posted."""
        await self.ticker.tick()
        return await self._deliver()

    # -- talking --------------------------------------------------------------------------------------------------

    async def say(
        self,
        who: str,
        text: str,
        *,
        group: str = "g1",
        reply_to: str | None = None,
        mentions: Sequence[str] = (),
        to_bot: bool = False,
        direct: bool = False,
        key: str | None = None,
        age: timedelta = timedelta(0),
        **more: Any,
    ) -> list[str]:
        """Let a member speak, and return what the bot posted since the last look. `direct` speaks in private."""
        self.count += 1
        self.last = key or f"m{self.count:05d}"
        at = self.clock.now() - age
        place = (
            Place("qq", f"direct:{who}", GroupKind.DIRECT, who) if direct else Place("qq", group, name=f"群 {group}")
        )
        message = Message(
            self.last, at, who, more.pop("name", who), text, reply_to=reply_to, mentions=tuple(mentions),
            to_bot=to_bot or direct, kind=more.pop("kind", Kind.TEXT), flags=tuple(more.pop("flags", ())),
        )  # fmt: skip
        frame = Frame(f"m:{place.key}:{self.last}", place, at, message, replayed=more.pop("replayed", False))
        assert not more, f"unknown: {more}"
        self.later(seconds=1)
        return await self.hear(frame)

    async def ask_bot(self, who: str, text: str, **more: Any) -> list[str]:
        """Mention the bot with a text."""
        return await self.say(who, text, to_bot=True, **more)

    async def tell(self, who: str, text: str, **more: Any) -> list[str]:
        """Write to the bot in private."""
        return await self.say(who, text, direct=True, **more)

    async def recall(self, who: str, key: str, *, group: str = "g1") -> list[str]:
        """Let a member take a message back."""
        now = self.clock.now()
        return await self.hear(Frame(f"recall:{key}", Place("qq", group), now, Recall(key, who)))

    async def join(self, who: str, *, group: str = "g1", is_bot: bool = False, by: str = "") -> list[str]:
        """Let a member, or the bot, join a group."""
        now = self.clock.now()
        frame = Frame(f"join:{who}:{now}", Place("qq", group, name=f"群 {group}"), now, Joined(who, who, by, is_bot))
        return await self.hear(frame)

    async def hear(self, *frames: Frame) -> list[str]:
        """Put frames through the whole road and return what was posted."""
        await self.inbox.put_all(self.account.id, frames)
        await self.dispatch.drain()
        assert not self.dispatch.quarantined, "a frame was quarantined: see the log"
        return await self._deliver()

    async def _deliver(self) -> list[str]:
        await self.outbox.drain()
        return self.replies

    @property
    def replies(self) -> list[str]:
        """What was posted since the last look."""
        new = self.adapter.posted[self._looked :]
        self._looked = len(self.adapter.posted)
        return [posted.text for posted in new]

    # -- rights ---------------------------------------------------------------------------------------------------

    async def make_admin(self, who: str, *, group: str = "g1") -> None:
        """Give a member an admin's rights in a group."""
        from storage import groups

        async with self.database.write() as store:
            member = await members.ensure(store, "qq", who, who, self.clock.now())
            found = await groups.ensure(store, Place("qq", group, name=f"群 {group}"), self.account.id)
            await grants.grant(store, member.id, found.id, ADMIN, self.clock.now(), None)

    async def make_owner(self, who: str) -> None:
        """Give a member all rights everywhere."""
        async with self.database.write() as store:
            member = await members.ensure(store, "qq", who, who, self.clock.now())
            await grants.grant(store, member.id, EVERYWHERE, OWNER, self.clock.now(), None)
