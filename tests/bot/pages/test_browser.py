"""The pages in a real browser, on a phone and on a desk, by day and by night: nothing overflows, nothing complains.

With `SCREENSHOTS` set to a folder, pictures of what was seen are left there.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from storage import checkins, events
from storage.database import Database
from storage.events import Kind, Speaker
from tests.bot.pages.stage import NOW, added, opened
from tests.bot.pages.test_proof_pages import issued
from tests.browser import browser
from tests.chat import ManualClock

pytestmark = [pytest.mark.middle, pytest.mark.timeout(600)]

SIZES = {"phone": (360, 780), "desk": (1280, 900)}
LONG = "没有空格的一个很长的词" * 8 + "x" * 200
OVERFLOWING = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.getBoundingClientRect().width > 0)
  .map(e => `${e.tagName}: ${e.textContent.slice(0, 40)}`)"""


async def looked_at(running: Browser, address: str, name: str, size: str, scheme: str) -> list[Any]:
    """Open a page and return what is wrong with it."""
    width, height = SIZES[size]
    wrong: list[Any] = []
    context = await running.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = await context.new_page()
    page.on("console", lambda said: wrong.append(f"console: {said.text}") if "status of 4" not in said.text else None)
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("request", lambda asked: wrong.append(asked.url) if asked.url not in {address, favicon(address)} else None)
    await page.goto(address)
    wrong += await page.evaluate(OVERFLOWING)
    scroll = await page.evaluate("() => document.documentElement.scrollWidth")
    wrong += [f"scrolls to {scroll}"] if scroll > width else []
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}-{size}-{scheme}.png", full_page=True)
    await context.close()
    return wrong


def favicon(address: str) -> str:
    """Return what browsers ask for by themselves."""
    return "/".join(address.split("/")[:3]) + "/favicon.ico"


async def test_the_pages_look_right(sqlite_database: Database) -> None:
    clock = ManualClock(NOW)
    talk = await added(
        sqlite_database, capacity=40, hosts=("苇间数据",), summary="适合：正要做双活，或者被复制槽坑过的人\n有回放。"
    )
    abroad = await added(
        sqlite_database, title="柏林行", kind=Kind.VISIT, zone="Europe/Berlin", city="柏林", venue="Alexanderplatz 1",
        speakers=(Speaker("Lena", "Beispiel GmbH", "维护逻辑解码插件"), Speaker("老樊")), link="",
    )  # fmt: skip
    giant = await added(sqlite_database, title=LONG, summary=LONG, venue=LONG, speakers=(Speaker(LONG, LONG, LONG),))
    past = await added(sqlite_database, title="慢 SQL 三板斧", starts_at=NOW - timedelta(days=7))
    off = await added(sqlite_database, title="取消的那场")
    async with sqlite_database.write() as store:
        await events.keep_record(
            store, past.id, replay="https://pg.example.org/r/55", slides="https://pg.example.org/s"
        )
        await events.cancel(store, off.id, NOW)
        code = await checkins.code_of(store, talk.id, date(2026, 12, 3))
    number = await issued(sqlite_database)
    paths = {
        "talk": f"/e/{talk.id}?from=K7Q2",
        "abroad": f"/e/{abroad.id}",
        "giant": f"/e/{giant.id}",
        "past": f"/e/{past.id}",
        "off": f"/e/{off.id}",
        "none": "/e/999",
        "cert": f"/cert/{number}",
    }
    wrong: dict[tuple[str, str, str], list[Any]] = {}
    async with opened(sqlite_database, clock) as client, browser() as running:
        for size, scheme in (("phone", "light"), ("phone", "dark"), ("desk", "light")):
            for name, path in paths.items():
                wrong[name, size, scheme] = await looked_at(running, f"{client.base_url}{path}", name, size, scheme)
        clock.time = talk.starts_at
        path = f"{client.base_url}/e/{talk.id}/checkin?k={code.token}"
        wrong["checkin", "phone", "light"] = await looked_at(running, path, "checkin", "phone", "light")
    assert {key: found for key, found in wrong.items() if found} == {}
