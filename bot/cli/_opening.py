"""Opens what a command works on, runs it, and turns what went wrong into a sentence and an exit code."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import typer

from bot import assembly, logs
from bot.clock import system_clock
from bot.config import Config, ConfigError, load, password, secrets
from bot.importers import FormatError
from bot.only_one import InUseError
from bot.refusals import near
from bot.turn import House
from handlers import _hours as hours
from storage import groups, migrate
from storage.copies import CopyError
from storage.database import UNAVAILABLE, Database, Store
from storage.groups import Group
from storage.maintenance import BackupError
from storage.metrics import Options
from storage.migrate import SchemaError


class RefusalError(Exception):
    """What was asked for cannot be done as it was asked for; the text says why and what to do."""


WRONG: tuple[type[Exception], ...] = (ConfigError, SchemaError, RefusalError)
OWN_WORDS: tuple[type[Exception], ...] = (InUseError, FormatError, BackupError, CopyError)
FAULTS: tuple[type[Exception], ...] = (*OWN_WORDS, *UNAVAILABLE)


@dataclass
class Desk:
    """What a command works on: the configuration, the open database, and what is made of them when it is needed."""

    config: Config
    database: Database

    @cached_property
    def classifiers(self) -> assembly.Classifiers:
        """The configured classifiers."""
        return assembly.classifiers(self.config)

    @cached_property
    def house(self) -> House:
        """The configured features and classifiers, without any account."""
        return assembly.house(self.config, self.classifiers, {})

    @property
    def language(self) -> str:
        """What the community speaks."""
        return self.config.community.language

    @property
    def options(self) -> Options:
        """What the configuration says about figures."""
        return hours.configured(assembly.community(self.config))

    async def options_in(self, store: Store) -> Options:
        """Return what the community, and each group for itself, decided about its figures."""
        return await hours.options(store, assembly.community(self.config))

    def now(self) -> datetime:
        """Return the time, UTC."""
        return system_clock().now()


Work = Callable[[Desk], Awaitable[int | None]]


def perform(file: Path | None, work: Work, *, migrated: bool = True) -> None:
    """Open configuration and database, let a command do its work, and end with its exit code.

    With `migrated` a database that is empty gets its tables, and one of another version is refused.
    """
    code = guarded(lambda: asyncio.run(_performed(configured(file), work, migrated)))
    if code:
        raise typer.Exit(code)


def guarded(work: Callable[[], int | None]) -> int | None:
    """Do work; what it cannot do is said on standard error and ends the command."""
    try:
        return work()
    except WRONG as error:
        end(str(error), 2)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except FAULTS as error:
        end(told(error), 1)
    except KeyboardInterrupt:
        end("Stopped.", 1)


def configured(file: Path | None) -> Config:
    """Return the configuration, and let the log follow it.

    Raises:
        ConfigError: It cannot be used.
    """
    logs.configure("WARNING")
    config = load(file)
    logs.configure("WARNING", config.log.format, known_secrets(config))
    return config


def known_secrets(config: Config) -> list[str]:
    """Return what must never be shown: the secrets of the process's own tables."""
    return [*secrets(config), password(config.database.url)]


async def _performed(config: Config, work: Work, migrated: bool) -> int | None:
    async with Database.open(config.database.url.get_secret_value()) as database:
        if migrated:
            await ready(database)
        return await work(Desk(config, database))


async def ready(database: Database) -> None:
    """Give an empty database its tables; refuse one of an older version, which a running bot may be using.

    Raises:
        SchemaError: It is older or newer than this program, or cannot be used.
    """
    current, newest = await migrate.head(database)
    if current is None:
        await migrate.upgrade(database)
    elif current != newest:
        raise SchemaError(f"The database is at {current}, this program needs {newest}. First: python3 run.py migrate")


async def chosen_groups(store: Store, wanted: str | None) -> list[Group]:
    """Return the group that somebody means by its number, name or platform id; without one, all groups.

    Raises:
        RefusalError: There is none, or there are several.
    """
    every = await groups.every(store)
    if wanted is None:
        return every
    name = wanted.removeprefix("#").strip()
    for fits in (lambda g: str(g.id) == name, lambda g: g.key == name, lambda g: g.name == name):
        found = [group for group in every if fits(group)]
        if len(found) == 1:
            return found
        if found:
            raise RefusalError(f"Several groups are called {name}; take the number:\n{listed(found)}")
    names = [group.name or group.key for group in every]
    if not every:
        raise RefusalError(f"There is no group {name}; there is no group at all yet.")
    raise RefusalError(f"There is no group {name}{near(name, names)}. There are:\n{listed(every)}")


def listed(found: list[Group]) -> str:
    """Return groups, one on a line: number, name, platform and id there."""
    return "\n".join(f"  {group.id}  {group.name or '?'}  ({group.platform} {group.key})" for group in found)


def told(error: BaseException) -> str:
    """Return a fault as a sentence; a database's own message may quote statements, so its kind must do."""
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}{f': {error.filename}' if error.filename else ''}"
    if isinstance(error, OWN_WORDS):
        return str(error)
    return f"The database does not answer ({type(error).__name__}). Look with: python3 run.py doctor"


def end(text: str, code: int) -> NoReturn:
    """Say why on standard error, and end with an exit code."""
    print(text, file=sys.stderr)
    raise typer.Exit(code)
