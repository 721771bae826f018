"""A whole bot in a test's loop, with any accounts, and what can be asked of it; its log is kept."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import logs
from bot.app import App
from bot.cli._opening import known_secrets
from bot.config import load
from bot.supervisor import State
from storage.database import Database
from storage.groups import GROUPS
from storage.messages import MESSAGES
from tests.log import log_into

FEATURES = "".join(f"[handlers.{name}]\n" for name in ("questions", "lookups", "help", "digest", "owner"))
WITHIN = 45.0


@dataclass
class ShiftedClock:
    """The real time, and as much more as a test wants."""

    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass
class Log:
    """The lines that were written, one object each."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def lines(self) -> list[str]:
        """Return the lines so far."""
        return self.stream.getvalue().splitlines()


@dataclass
class House:
    """A running bot."""

    app: App
    clock: ShiftedClock
    log: Log

    def state(self, account: str) -> State:
        """Return where an account stands."""
        part = self.app.board.parts.get(account)
        return State.STARTING if part is None else part.state

    async def up(self, *names: str, within: float = WITHIN) -> None:
        """Wait until accounts are up."""
        await until(lambda: all(self.state(name) is State.UP for name in names), within)

    async def rows(self, platform: str) -> list[Any]:
        """Return the messages stored of a platform's groups, oldest first."""
        query = (
            select(MESSAGES)
            .join(GROUPS, GROUPS.c.id == MESSAGES.c.group_id)
            .where(GROUPS.c.platform == platform)
            .order_by(MESSAGES.c.id)
        )
        async with self.app.database.read() as store:
            return list(await store.rows(query))

    async def stored(self, platform: str, count: int, within: float = WITHIN) -> list[Any]:
        """Wait until so many messages of a platform are stored, and return them."""
        found: list[Any] = []
        async with asyncio.timeout(within):
            while len(found := await self.rows(platform)) < count:  # noqa: ASYNC110 - rows tell nobody
                await asyncio.sleep(0.05)
        return found


async def until(condition: Callable[[], object], within: float = WITHIN) -> None:
    """Wait for something that nobody is told of."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - states are plain values
            await asyncio.sleep(0.02)


def configured(folder: Path, url: str, adapters: Mapping[str, Mapping[str, Any]], more: str = "") -> Path:
    """Write a configuration with these accounts."""
    file = folder / "config.toml"
    lines = [f'[database]\nurl = "{url}"\n[data]\nfolder = "data"\n[web]\nport = 0\n{more}{FEATURES}']
    for name, table in adapters.items():
        lines += [f"[adapters.{name}]", *(f"{key} = {toml(value)}" for key, value in table.items())]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def toml(value: object) -> str:
    """Return a value as TOML writes it in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@contextlib.asynccontextmanager
async def running(config: Path, *, clock: ShiftedClock | None = None, stop_within: float = 10) -> AsyncIterator[House]:
    """Run the bot, and see that it stops in time."""
    loaded, log = load(config, {}), Log()
    with log_into(log.stream):
        logs.configure("INFO", "json", known_secrets(loaded), log.stream)
        async with Database.open(loaded.database.url.get_secret_value()) as database:
            clock, stop = clock or ShiftedClock(), asyncio.Event()
            app = App(loaded, database, clock)
            task = asyncio.create_task(app.run(stop))
            try:
                yield House(app, clock, log)
            finally:
                stop.set()
                async with asyncio.timeout(stop_within):
                    await task
