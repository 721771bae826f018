"""The pages of the running process: reached through its own listener, with the clock and the rows that it has."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from bot.app import App
from bot.config import load
from storage.database import Database
from tests.bot.pages.stage import added

pytestmark = pytest.mark.middle


async def test_the_process_shows_its_pages(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        f'[database]\nurl = "{sqlite_url}"\n[data]\nfolder = "{tmp_path}/data"\n'
        '[web]\nport = 0\nurl = "https://pg.example.org"\n[handlers.help]\n',
        "utf-8",
    )
    async with Database.open(sqlite_url) as database:
        app, stop = App(load(file, {}), database), asyncio.Event()
        running = asyncio.create_task(app.run(stop))
        try:
            async with asyncio.timeout(60):
                while not app.port:  # noqa: ASYNC110 - the port is a plain number
                    await asyncio.sleep(0.02)
            await added(database, starts_at=app.clock.now())
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{app.port}", trust_env=False) as client:
                assert "逻辑复制上生产前要过的五道坎" in (await client.get("/e/1")).text
                assert "https://pg.example.org/e/1" in (await client.get("/calendar.ics")).text
                assert (await client.get("/e/2")).status_code == 404
        finally:
            stop.set()
            await running
