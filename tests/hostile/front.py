"""The front door: the whole bot, on a clock that moves when it is told to, and the fake platform that talks to it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import logs
from bot.app import App
from bot.cli._opening import known_secrets
from bot.config import load
from bot.inbox import Clock
from storage import grants, groups, members
from storage.database import Database
from storage.frames import GroupKind, Place
from storage.grants import ADMIN, AUDIT
from storage.inbox import INBOX
from storage.inbox import State as InboxState
from storage.messages import MESSAGES
from storage.outbox import OUTBOX
from storage.outbox import State as OutboxState
from tests.chat import ManualClock
from tests.log import log_into
from tests.platforms.onebot.actions import ActionError, Post
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.world import Member

CANARY = "kanarie7f3a"  # in what members say: it must never be in the log
TOKEN = "tok-5c1e9b-kanarie"  # the account's secret
MEMBERS = tuple(Member(20000 + n, f"群友{n}") for n in range(1, 10))
FEATURES = "".join(
    f"[handlers.{name}]\n"
    for name in (
        "questions", "lookups", "corrections", "help", "stats", "digest", "posting", "settings", "privacy", "owner",
    )
)  # fmt: skip
DROP = object()  # as a change of a frame: leave the key out


@dataclass(frozen=True)
class Row:
    """A stored message."""

    id: int
    key: str
    member: str
    name: str
    text: str
    kind: str
    at: Any
    received_at: Any
    reply_to: str | None
    mentions: list[int]
    to_bot: bool
    flags: frozenset[str]
    recalled_at: Any


class Front:
    """One bot, one platform."""

    def __init__(self, app: App, fake: NapCat, clock: ManualClock, life: asyncio.Task[None], log: io.StringIO) -> None:
        self.app = app
        self.fake = fake
        self.clock = clock
        self.life = life
        self.log = log
        self._groups = count(1001)
        self._good = count(1)

    @property
    def self_id(self) -> str:
        return str(self.fake.world.self_id)

    def later(self, **span: float) -> None:
        """Let time pass: `later(seconds=1)`."""
        self.clock.time += timedelta(**span)

    # -- what is pushed -----------------------------------------------------------------------------------------

    def group(self) -> int:
        """Return a new group: each test has its own."""
        number = next(self._groups)
        self.fake.world.add_group(number, f"PG {number} 群", MEMBERS)
        return number

    def raw(self, group: int, user: int, message: object, **changes: object) -> dict[str, Any]:
        """Return the frame of something that a member says, with keys changed or dropped."""
        event = self.fake.world.event(self.fake.world.add(group, user, message), "array") | changes
        return {key: value for key, value in event.items() if value is not DROP}

    async def push(self, *frames: object) -> None:
        """Push frames, as objects, text or bytes."""
        for frame in frames:
            text = frame if isinstance(frame, str | bytes) else json.dumps(frame).replace("Infinity", "1e400")
            await self.fake.push(text)

    async def say(self, group: int, user: int, message: object, **changes: object) -> dict[str, Any]:
        """Let a member say something; return the frame."""
        raw = self.raw(group, user, message, **changes)
        await self.push(raw)
        return raw

    def to_bot(self, text: str) -> list[dict[str, Any]]:
        """Return a message that mentions the bot."""
        return [{"type": "at", "data": {"qq": self.self_id}}, {"type": "text", "data": {"text": f" {text}"}}]

    # -- what came of it ----------------------------------------------------------------------------------------

    async def still_hears(self, group: int) -> None:
        """Say something good in a group and wait until it is stored: all before it in the group is worked off."""
        text = f"还在 {next(self._good)}"
        await self.say(group, 20009, text)
        await until(lambda: self.has(text))
        assert not self.life.done()

    async def has(self, text: str) -> bool:
        """Whether a message with this text is stored, in any group."""
        async with self.app.database.read() as store:
            return await store.scalar(select(MESSAGES.c.id).where(MESSAGES.c.text == text).limit(1)) is not None

    async def rows(self, group: int) -> list[Row]:
        """Return what is stored of a group, but for the good messages, once all that was pushed is worked off."""
        await self.still_hears(group)
        return [row for row in await self._all(group) if not row.text.startswith("还在 ")]

    async def row(self, group: int) -> Row:
        """Return the one message that is stored."""
        (row,) = await self.rows(group)
        return row

    async def _all(self, group: int) -> list[Row]:
        async with self.app.database.read() as store:
            found = await groups.at(store, Place("qq", str(group)))
            if found is None:
                return []
            everyone = {m.id: m.key for m in await store.rows(select(members.MEMBERS.c.id, members.MEMBERS.c.key))}
            query = select(MESSAGES).where(MESSAGES.c.group_id == found.id).order_by(MESSAGES.c.id)
            return [
                Row(
                    m.id, m.key, everyone.get(m.member_id, ""), m.name, m.text, m.kind, m.at, m.received_at, m.reply_to,
                    m.mentions, m.to_bot, frozenset(m.flags.split()), m.recalled_at,
                )
                for m in await store.rows(query)
            ]  # fmt: skip

    async def posts(self, group: int) -> list[Post]:
        """Return what was posted in a group, once nothing waits to be."""
        await self.still_hears(group)
        await until(self._silent)
        return self.fake.posts_in(group)

    async def _silent(self) -> bool:
        waiting = [OutboxState.PENDING, OutboxState.SENDING]
        async with self.app.database.read() as store:
            return not await store.scalars(select(OUTBOX.c.id).where(OUTBOX.c.state.in_(waiting)))

    @property
    def oddities(self) -> int:
        """How many frames could not be read."""
        return sum(ear.oddities for ear in self.app.ears)

    async def kept_odd(self, count: int) -> None:
        """Wait until so many frames were put aside, and see that the bot still hears."""
        await until(lambda: self._quarantined(count))
        await self.still_hears(self.group())

    async def _quarantined(self, count: int) -> bool:
        return len(await self.quarantined()) >= count

    async def quarantined(self) -> list[tuple[str, str]]:
        """Return (frame as it came, why) of everything that was put aside."""
        query = select(INBOX.c.body, INBOX.c.error).where(INBOX.c.state == InboxState.QUARANTINED).order_by(INBOX.c.id)
        async with self.app.database.read() as store:
            return [tuple(row) for row in await store.rows(query)]

    async def decisions(self, group: int) -> list[tuple[str, str]]:
        """Return (command, decision) of what stands in the audit of a group."""
        async with self.app.database.read() as store:
            found = await groups.at(store, Place("qq", str(group)))
            query = select(AUDIT.c.act, AUDIT.c.decision).where(AUDIT.c.group_id == (found.id if found else -1))
            return [tuple(row) for row in await store.rows(query.order_by(AUDIT.c.id))]

    async def make_admin(self, user: int, group: int) -> None:
        """Give a member an admin's rights in a group."""
        async with self.app.database.write() as store:
            member = await members.ensure(store, "qq", str(user), "", self.clock.now())
            found = await groups.ensure(store, Place("qq", str(group), GroupKind.GROUP), None)
            await grants.grant(store, member.id, found.id, ADMIN, self.clock.now(), None)


class Refusing:
    """The fake's actions, which refuse what they cannot understand, as implementations do."""

    def __init__(self, actions: Any) -> None:
        self._actions = actions

    def __call__(self, action: str, params: dict[str, Any]) -> Any:
        try:
            return self._actions(action, params)
        except (KeyError, TypeError, ValueError) as error:
            raise ActionError(f"参数错误 {type(error).__name__}", 1400) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._actions, name)


async def until(condition: Callable[[], Awaitable[bool]], within: float = 30) -> None:
    """Wait for something that the bot tells nobody about."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - rows tell nobody that they have come
            await asyncio.sleep(0.01)


def configured(folder: Path, database_url: str, adapter: Sequence[str], features: str = FEATURES) -> Path:
    """Write a configuration with one QQ account and return its file."""
    lines = [
        "[database]", f'url = "{database_url}"', "[data]", f'folder = "{folder}/data"', "[web]", "enabled = false",
        "[adapters.onebot]", f'access_token = "{TOKEN}"', "late_after = 0.1", "send_timeout = 0.5",
        "per_minute_account = 6000", "per_minute_group = 6000", "gap_seconds = 0", *adapter, features,
    ]  # fmt: skip
    file = folder / "config.toml"
    file.write_text("\n".join(lines), "utf-8")
    file.chmod(0o600)
    return file


@asynccontextmanager
async def running(
    config: Path, clock: Clock, log: io.StringIO | None = None
) -> AsyncIterator[tuple[App, asyncio.Task[None]]]:
    """Run the bot as the command `run` does, log included; at the end it has to stop by itself."""
    loaded, stream = load(config, {}), log or io.StringIO()
    with log_into(stream):
        logs.configure(loaded.log.level, loaded.log.format, known_secrets(loaded), stream)
        async with Database.open(loaded.database.url.get_secret_value()) as database:
            app, stop = App(loaded, database, clock), asyncio.Event()
            life = asyncio.create_task(app.run(stop))
            try:
                yield app, life
            finally:
                stop.set()
                async with asyncio.timeout(15):
                    await life


@asynccontextmanager
async def standing(
    database_url: str, folder: Path, *, real_seq: bool = True, report_self: bool = True
) -> AsyncIterator[Front]:
    """Yield a bot that is connected to a platform, on a clock that stands still until it is moved."""
    clock, log = ManualClock(), io.StringIO()
    fake = NapCat(
        token=TOKEN, report_self=report_self, heartbeat=5, real_seq=real_seq, clock=lambda: clock.now().timestamp()
    )  # fmt: skip
    fake.actions = Refusing(fake.actions)  # type: ignore[assignment]
    async with fake.forward() as url:
        config = configured(folder, database_url, ['mode = "forward"', f'url = "{url}"'])
        async with running(config, clock, log) as (app, life):
            await fake.connected()
            await until(lambda: up(app))
            yield Front(app, fake, clock, life, log)


async def up(app: App) -> bool:
    """Whether every part of the bot is up, its account among them."""
    return "onebot" in app.board.parts and app.board.well()
