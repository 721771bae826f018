"""Deletes what is older than the operator wants to keep, kind by kind, in the background."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

from bot.config import Retention as Limits
from bot.inbox import Clock
from storage import retention
from storage.database import UNAVAILABLE, Database

FILES_KEPT = timedelta(days=7)

log = logging.getLogger(__name__)


class Retention:
    """Purges once an hour."""

    def __init__(self, database: Database, limits: Limits, clock: Clock, files: Path) -> None:
        self.database = database
        self.files = files
        self.limits = limits
        self.clock = clock
        self._wake = asyncio.Event()

    async def wake(self) -> None:
        """Say that an hour has passed."""
        self._wake.set()

    async def run(self) -> None:
        """Purge at every hour, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.purge()

    async def purge(self) -> None:
        """Purge everything that is too old."""
        limits = retention.Limits(**self.limits.model_dump())
        try:
            async with self.database.write() as store:
                purged = await retention.purge(store, limits, self.clock.now())
        except UNAVAILABLE as error:
            log.warning("the database is away: %s", type(error).__name__)
            return
        deleted = await asyncio.to_thread(self._delete_files)
        log.info("purged what is too old: %s, %s file(s)", purged, deleted)

    def _delete_files(self) -> int:
        """Delete the files that were made to be sent in private more than a week ago."""
        limit = (self.clock.now() - FILES_KEPT).timestamp()
        old = [file for file in self.files.glob("*") if file.is_file() and file.stat().st_mtime < limit]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)
