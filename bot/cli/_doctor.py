"""What `doctor` does: looks at every part that a bot rests on, and says what is well, what is not, and what to do."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from typst import TypstError

from bot import abilities, assembly, logs
from bot.adapters import Ability, Adapter, AuthError, Delivery
from bot.cli import _groups
from bot.cli._findings import fail, ok, show, warn
from bot.cli._opening import known_secrets, told
from bot.clock import system_clock
from bot.config import Config, ConfigError, Llm, exposed, load, shown
from bot.only_one import InUseError, only_one
from handlers._drawing import fonts
from storage import history, inbox, maintenance, migrate, search
from storage.database import UNAVAILABLE, Database, Store
from storage.maintenance import Finding, Mark
from storage.migrate import SchemaError

PROBE_SECONDS = 20.0
LITTLE_SPACE, NO_SPACE = 2_000_000_000, 200_000_000  # bytes
AHEAD = timedelta(minutes=2)
UNUSABLE: tuple[type[Exception], ...] = (SchemaError, *UNAVAILABLE)


def doctor(file: Path | None, *, offline: bool) -> int:
    """Look at everything, print what was found, and return the exit code: 2 where the configuration is at fault."""
    console = Console(highlight=False)
    logs.configure("ERROR")
    try:
        config = load(file)
        adapters = assembly.adapters(config)
        found = list(_of_config(config, adapters))
    except ConfigError as error:
        for line in error.lines:
            show(fail(line), console)
        return 2
    logs.configure("ERROR", secrets=known_secrets(config))
    for finding in found:
        show(finding, console)
    if adapters:
        console.print(_abilities(adapters))
    if offline:
        return 0
    worst = asyncio.run(_connected(config, adapters, console))
    return 1 if worst else 0


def _abilities(adapters: Mapping[str, Adapter]) -> Table:
    head, *rows = abilities.table(adapters)
    shown = Table(title="What each account can do", title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    for number, name in enumerate(head):
        shown.add_column(name, justify="center" if number else "left", no_wrap=not number)
    for row in rows:
        shown.add_row(*row)
    return shown


def _of_config(config: Config, adapters: Mapping[str, Adapter]) -> Iterator[Finding]:
    """Look at the configuration alone.

    Raises:
        ConfigError: A plugin cannot be used.
    """
    house = assembly.house(config, assembly.classifiers(config), adapters)
    where = config.file.name if config.file else "no config.toml: every setting is the default"
    names = ", ".join(feature.name for feature in house.features)
    yield ok(f"configuration: {where}; features: {names}")
    for line in exposed(config):
        yield warn(line)
    for name, adapter in adapters.items():
        if Ability.STABLE_IDS not in adapter.abilities and adapter.delivery is not Delivery.NEVER:
            yield warn(f"account {name}: member ids may change with a login, so its admins have no rights there")
    if not adapters:
        yield warn(
            "no account: nobody can be heard", "python3 run.py init asks for one; python3 run.py demo needs none"
        )


async def _connected(config: Config, adapters: Mapping[str, Adapter], console: Console) -> bool:
    failed = False
    async for finding in _everything(config, adapters):
        show(finding, console)
        failed |= finding.mark is Mark.FAIL
    return failed


async def _everything(config: Config, adapters: Mapping[str, Adapter]) -> AsyncIterator[Finding]:
    now = system_clock().now()
    for finding in await asyncio.to_thread(lambda: list(_of_disk(config.data.folder))):
        yield finding
    if config.data.fonts is not None:
        yield await asyncio.to_thread(_of_fonts, config.data.fonts)
    async with Database.open(config.database.url.get_secret_value()) as database:
        running = _is_running(database)
        async for finding in _of_database(config, database, now, running=running):
            yield finding
        for name, adapter in adapters.items():
            for finding in await _of_account(name, adapter, running=running):
                yield finding
        if config.llm.enabled:
            yield await _of_llm(config.llm)
        try:
            current, newest = await migrate.head(database)
            if current == newest:
                async with database.read() as store:
                    for finding in await _groups.findings(store, adapters, now):
                        yield finding
        except UNUSABLE:
            return  # said above


def _of_disk(folder: Path) -> Iterator[Finding]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield fail(f"data folder {folder}: {error.strerror}", "give the account that runs the bot write access to it")
        return
    space = f"data folder {folder}: {free / 1e9:.1f} GB free"
    if free < NO_SPACE:
        yield fail(space, "make room: nothing can be stored soon")
    elif free < LITTLE_SPACE:
        yield warn(space, "make room before it fills up")
    else:
        yield ok(space)


def _of_fonts(folder: Path) -> Finding:
    fonts.draw_with(folder)
    try:
        return ok(f"pictures and PDF are drawn with {fonts.fonts().family}")
    except TypstError as error:
        return fail(f"[data] fonts: {error.args[0]}", "name a folder with a font for Chinese, or leave it out")


def _is_running(database: Database) -> bool:
    """Say whether a bot holds a SQLite file; of PostgreSQL nobody can tell."""
    if database.file is None:
        return False
    try:
        with only_one(database.file):
            return False
    except (InUseError, OSError):
        return True


async def _of_database(config: Config, database: Database, now: datetime, *, running: bool) -> AsyncIterator[Finding]:
    where = f"database {shown(config.database.url)}{'; a bot is running on it' if running else ''}"
    try:
        for finding in await maintenance.check(database):
            yield replace(finding, what=f"{where}: {finding.what}")
        current, newest = await migrate.head(database)
        if current == newest:
            async with database.read() as store:
                for finding in await _of_rows(store, now):
                    yield finding
    except SchemaError:
        return  # said above
    except UNAVAILABLE as error:
        yield fail(f"{where}: {told(error)}")


async def _of_rows(store: Store, now: datetime) -> list[Finding]:
    await search.find(store, "检索 search", groups=[0])
    found = [ok("search: answers")]
    counts = await inbox.count(store)
    if counts.get("quarantined"):
        found.append(warn(f"inbox: {counts['quarantined']} frames could not be worked off", "the log says why"))
    if counts.get("new"):
        found.append(ok(f"inbox: {counts['new']} frames wait"))
    latest = await history.latest_at(store)
    if latest is not None and latest > now + AHEAD:
        what = f"clock: {now:%Y-%m-%d %H:%M} UTC, but the latest message was said at {latest:%Y-%m-%d %H:%M}"
        found.append(fail(what, "set this machine's clock: schedules and waits depend on it"))
    else:
        found.append(ok(f"clock: {now:%Y-%m-%d %H:%M} UTC"))
    return found


async def _of_llm(settings: Llm) -> Finding:
    """Ask the language model's endpoint for its list of models; nothing but drafts depends on it."""
    from bot.drafting import probe  # imported where it is on, and nowhere else

    lines = await probe(settings)
    title = f"language model {settings.model}"
    if lines:
        return warn(f"{title}: {lines[0]}", "look at url, model and key of [llm]; all but drafts goes on without it")
    return ok(f"{title}: reachable; {settings.daily_budget} calls a day at most, masked and without names")


def _sight(adapter: Adapter) -> str:
    if adapter.delivery is Delivery.NEVER:
        return "takes posts; whether they arrive is seen with the first one"
    return "reachable; " + ("sees all messages" if Ability.SEE_ALL in adapter.abilities else "sees what is said to it")


async def probed(adapter: Adapter) -> list[str]:
    """Return what stands between an account and its work, one line each."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await adapter.probe()
    except TimeoutError:
        return [f"no answer within {PROBE_SECONDS:.0f} seconds"]
    except (OSError, AuthError) as error:
        return [told(error)]


async def _of_account(name: str, adapter: Adapter, *, running: bool) -> list[Finding]:
    title = f"account {name} ({adapter.platform})"
    if running:
        return [ok(f"{title}: held by the running bot; /healthz tells how it is")]
    lines = await probed(adapter)
    if not lines:
        return [ok(f"{title}: {_sight(adapter)}")]
    return [fail(f"{title}: {line}") for line in lines]
