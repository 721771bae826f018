"""The page: stands alone, runs nothing, asks nobody, and every link in it leads somewhere."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.report._html import HERE, html
from handlers._reporting import Report
from storage.database import Database
from tests.bot.report.stage import SINCE, asked, played, reported
from tests.postgres import aside

pytestmark = pytest.mark.middle

VOID = {"meta", "link", "img", "br"}
LOADS = {"src", "srcset", "data", "action", "formaction", "poster", "background", "ping", "manifest", "xlink:href"}


class Page(HTMLParser):
    """What a page is made of, by a parser that somebody else wrote."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.style = ""
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data

    def values(self, name: str) -> list[str]:
        return [value for _, found, value in self.attributes if found == name]


@pytest.fixture(scope="module")
def reports(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Return the fortnight's report in both languages, of one play."""
    file = tmp_path_factory.mktemp("report") / "fortnight.db"
    shutil.copyfile(sqlite_template, file)

    async def built() -> dict[str, Report]:
        async with Database.open(f"sqlite:///{file}") as database:
            play = await played(database)
            return {name: await reported(database, asked(name, since=SINCE), play.over) for name in ("zh", "en")}

    return aside(built)


@pytest.fixture(params=["zh", "en"])
def report(request: pytest.FixtureRequest, reports: dict[str, Report]) -> Report:
    return reports[request.param]


def test_the_page_stands_alone(report: Report) -> None:
    page = html(report)
    found = Page(page)
    assert found.unbalanced == []
    assert found.open == []
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base", "audio", "video"} & set(
        found.tags
    )
    assert not {name for _, name, _ in found.attributes if name in LOADS or name.startswith("on") or name == "style"}
    assert all(value.startswith("#") for value in found.values("href"))
    assert "url(" not in found.style
    assert "@import" not in found.style
    assert found.values("lang") == ["en" if report.language == "en" else "zh-CN"]


def test_only_its_own_style_is_allowed(report: Report) -> None:
    found = Page(html(report))
    policy = next(value for value in found.values("content") if value.startswith("default-src"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    digest = base64.b64encode(hashlib.sha256(found.style.encode()).digest()).decode()
    assert re.findall(r"'sha256-([^']+)'", policy) == [digest]
    assert not set("&<>\"'") & set((HERE / "page.css").read_text("utf-8")), "escaping would change it"


def test_links_lead_to_one_place_each(report: Report) -> None:
    found = Page(html(report))
    ids = Counter(found.values("id"))
    assert max(ids.values()) == 1
    assert {value.removeprefix("#") for value in found.values("href")} <= set(ids)


def test_every_figure_says_why_and_every_thread_what_to_do(report: Report) -> None:
    page = html(report)
    for line in report.figures:
        assert line.why.definition in page.replace("&#39;", "'")
        assert line.why.line in page
    entries = [*(one.entry for one in (*report.waiting, *report.drafts)), *report.threads]
    assert entries
    assert page.count(report.words["wrong"]) == len(entries)
    for entry in entries:
        assert f"correct {entry.number} not-a-question" in page
