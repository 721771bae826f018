"""The page in a real browser, on a phone and on a desk: nothing overflows, nothing is asked for, nothing complains.

With `SCREENSHOTS` set to a folder, pictures of what was seen are left there.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from bot.report._html import html
from storage import groups
from storage.database import Database
from tests.bot.report.stage import SINCE, asked, played, reported
from tests.bot.report.test_report import ANSWER, NASTY, solved, talk, told
from tests.browser import browser

pytestmark = [pytest.mark.middle, pytest.mark.timeout(600)]

SIZES = {"phone": (360, 800), "desktop": (1280, 900)}
LONG = "没有空格的一个很长的词" * 6 + "x" * 200
OVERFLOWING = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.getBoundingClientRect().width > 0)
  .map(e => `${e.tagName}.${e.className.baseVal ?? e.className}: ${e.textContent.slice(0, 40)}`)"""


@pytest.fixture
async def opened() -> AsyncIterator[Browser]:
    async with browser() as running:
        yield running


async def looked_at(opened: Browser, file: Path, size: str, scheme: str) -> list[Any]:
    """Open a page, unfold all of it, and return what is wrong with it."""
    wrong: list[Any] = []
    width, height = SIZES[size]
    context = await opened.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        is_mobile=size == "phone",  # type: ignore[arg-type]
    )
    page = await context.new_page()
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: wrong.append(request.url) if request.url != file.as_uri() else None)
    await page.goto(file.as_uri())
    wrong += [f"folded {found}" for found in await page.evaluate(OVERFLOWING)]
    await pictured(page, file, f"{size}-{scheme}")
    await page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    wrong += [f"open {found}" for found in await page.evaluate(OVERFLOWING)]
    scroll = await page.evaluate("() => document.documentElement.scrollWidth")
    wrong += [f"scrolls to {scroll}"] if scroll > width else []
    wrong += await page.evaluate("() => [...document.fonts].map(font => font.family)")
    await context.close()
    return wrong


async def pictured(page: Page, file: Path, name: str) -> None:
    """Leave pictures of what is seen, screen by screen, where somebody wants them."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    height = await page.evaluate("() => document.documentElement.scrollHeight")
    step = await page.evaluate("() => innerHeight")
    for number, top in enumerate(range(0, min(height, 12 * step), step)):
        await page.evaluate(f"() => window.scrollTo({{top: {top}, behavior: 'instant'}})")
        await page.screenshot(path=f"{folder}/{file.stem}-{name}-{number:02d}.png")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_fortnight_on_every_screen(
    sqlite_database: Database, tmp_path: Path, opened: Browser, language: str
) -> None:
    play = await played(sqlite_database)
    file = tmp_path / f"fortnight-{language}.html"
    file.write_text(html(await reported(sqlite_database, asked(language, since=SINCE), play.over)), "utf-8")
    for size in SIZES:
        for scheme in ("light", "dark"):
            assert await looked_at(opened, file, size, scheme) == [], (size, scheme)


async def test_hostile_words_on_every_screen(sqlite_database: Database, tmp_path: Path, opened: Browser) -> None:
    chat = await talk(sqlite_database)
    await solved(chat, "alice", "bob", f"pg_hba 连不上怎么办，报这个 {NASTY} {LONG}", f"{ANSWER}。{NASTY} {LONG}")
    await chat.say("carol", f"autovacuum 不跑了怎么办 \u202e{LONG} {NASTY}")
    async with sqlite_database.write() as store:
        found = next(iter(await groups.every(store)))
        await groups.ensure(store, groups.Place(found.platform, found.key, name=f"{LONG}{NASTY}"), None)
    report = await told(chat)
    assert report.drafts
    assert report.waiting
    file = tmp_path / "hostile.html"
    file.write_text(html(report), "utf-8")
    for size in SIZES:
        assert await looked_at(opened, file, size, "light") == [], size


async def test_text_can_be_read(sqlite_database: Database, tmp_path: Path, opened: Browser) -> None:
    """Contrast of all words against the paper, in light and dark: at least 4.5 (WCAG AA)."""
    play = await played(sqlite_database)
    file = tmp_path / "contrast.html"
    file.write_text(html(await reported(sqlite_database, asked(since=SINCE), play.over)), "utf-8")
    for scheme in ("light", "dark"):
        context = await opened.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(file.as_uri())
        assert await page.evaluate(CONTRAST) == [], scheme
        await context.close()


CONTRAST = """() => {
  const rgb = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = e => { while (e && getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)') e = e.parentElement;
    return e ? getComputedStyle(e).backgroundColor : 'rgb(255, 255, 255)'; };
  const found = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e), ink = e instanceof SVGElement ? style.fill : style.color;
    if (e.tagName === 'title') continue;
    const [a, b] = [light(rgb(ink)), light(rgb(behind(e)))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.add(`${e.tagName}.${e.className.baseVal ?? e.className} ${ink}`);
  }
  return [...found];
}"""
