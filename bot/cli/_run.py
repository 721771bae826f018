"""What `run` does: the whole process, until a signal ends it."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

from bot import logs
from bot.app import App
from bot.cli._opening import end, guarded, known_secrets
from bot.config import Config, exposed, load
from storage.database import Database

log = logging.getLogger(__name__)

# Windows knows Ctrl-C and Ctrl-Break, and no other way to ask a process to end.
SIGNALS = (signal.SIGINT, getattr(signal, "SIGBREAK", signal.SIGTERM))


TAKEN = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)


def run(file: Path | None) -> None:
    """Run until SIGTERM or Ctrl-C, then stop in good order; a second one does not wait."""
    guarded(lambda: asyncio.run(_run(_configured(file))))


def _configured(file: Path | None) -> Config:
    logs.configure()
    config = load(file)
    logs.configure(config.log.level, config.log.format, known_secrets(config))
    for line in exposed(config):
        log.warning(line)
    if not config.adapters:
        log.warning("no account is configured, so nobody can be heard; python3 run.py init adds one")
    return config


async def _run(config: Config) -> None:
    stop = asyncio.Event()
    on_signals(stop.set)
    async with Database.open(config.database.url.get_secret_value()) as database:
        app = App(config, database)
        try:
            await app.run(stop)
        except OSError as error:
            if error.errno not in TAKEN:
                raise
            where = f"{config.web.host}:{config.web.port}"
            end(f"[web] cannot listen on {where} ({error.strerror}); set another port, or enabled = false", 1)
    log.info("stopped")


def on_signals(act: Callable[[], None]) -> None:
    """Let the first signal that ends a process act instead; the next one ends it at once."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        act()

    for number in SIGNALS:
        if os.name == "nt":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(first))
        else:
            loop.add_signal_handler(number, first)
