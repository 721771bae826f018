"""Where the pages are tested: a community's pages behind the real listener, and events to show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from bot.pages import Pages
from bot.supervisor import Board
from bot.web import build, listening
from handlers import Community
from handlers._tables import Speech
from storage import events
from storage.database import Database
from storage.events import Event, Kind, Plan, Speaker
from tests.chat import ManualClock

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
URL = "https://pg.example.org"


def plan(**changed: Any) -> Plan:
    """Return the plan of a talk in two days, or with what is otherwise."""
    talk: dict[str, Any] = {
        "kind": Kind.TALK,
        "title": "逻辑复制上生产前要过的五道坎",
        "starts_at": datetime(2026, 12, 3, 12, 0, tzinfo=UTC),
        "zone": "Asia/Shanghai",
        "speakers": (Speaker("柏舟", "苇间数据", "线上跑着 400 多套逻辑复制"),),
        "link": "https://meet.example.org/57",
    }
    talk |= changed
    talk.setdefault("ends_at", talk["starts_at"] + timedelta(minutes=50))
    return Plan(**talk)


async def added(database: Database, *, published: bool = True, at: datetime = NOW, **changed: Any) -> Event:
    """Return an event that was written down, published unless told otherwise."""
    async with database.write() as store:
        number = await events.add(store, plan(**changed), at=at, uid=f"uid-{changed.get('title', 'talk')}"[:60])
        assert number is not None
        if published:
            await events.publish(store, number, at)
        return await events.get(store, number)


@asynccontextmanager
async def opened(database: Database, clock: ManualClock, language: str = "zh") -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the pages."""
    community = Community(name="象群测试社区", speech=Speech(language=language), url=URL)
    app = build(Board(lambda: 0.0), CollectorRegistry(), ["pg.example.org"], Pages(database, community, clock).routes())
    async with (
        listening(app, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client
