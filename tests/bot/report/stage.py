"""The demo's fortnight as a report, always at the same moment and by the same classifiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli._opening import Desk
from bot.config import Config
from bot.demo._play import Play
from bot.turn import House
from classifiers import keywords
from handlers._reporting import Asked, Report, Wish
from handlers._reporting.building import build
from storage.database import Database
from storage.metrics import Options
from tests.chat import Chat

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
SINCE = "2026-11-09"


def asked(language: str = "zh", **wish: Any) -> Asked:
    """Return an order of a report."""
    return Asked(Wish(**wish), Options(ZONE), language=language, name="社区")


async def played(database: Database) -> Play:
    """Play the fortnight into a database; by rules and keywords, so that no trained model moves what is expected."""
    chat = await Chat.open(database)
    play = Play(database, replace(chat.house, topics=keywords.build(keywords.Settings())), NOW)
    async for _ in play.run():
        pass
    return play


async def reported(database: Database, order: Asked, now: datetime) -> Report:
    """Return a report of all groups."""
    async with database.read() as store:
        return await build(store, order, now)


class StillDesk(Desk):
    """A desk whose clock stands still."""

    moment: datetime = NOW

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment


def desk(database: Database, moment: datetime = NOW, house: House | None = None) -> StillDesk:
    """Return a desk with the configuration that comes without a file, and with a house of one's own."""
    found = StillDesk(Config(), database)
    found.moment = moment
    if house is not None:
        found.house = house
    return found
