"""The booklet as a PDF: every page there, every word in it data, pictures shown, the same bytes each time."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import typst

from handlers._booklet import Booklet, Chapter
from handlers._booklet.pages import TEMPLATE, content, pdf
from handlers._drawing.typesetting import prepared
from tests.handlers.booklet.made import booklet, poor
from tests.handlers.drawing.pages import HOSTILE

pytestmark = pytest.mark.middle  # fonts are loaded, pages are set


def pages_of(document: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", document))


def picture(width: int = 60, height: int = 40) -> bytes:
    """Return a PNG."""
    source = f"#set page(width: {width}pt, height: {height}pt, fill: blue)\n".encode()
    made = typst.compile(source, format="png", ppi=72)
    assert isinstance(made, bytes)
    return made


def test_it_has_its_pages_and_is_stable() -> None:
    found = booklet(pictures={"p0.png": picture(), "p1.png": picture(40, 60)})
    document = pdf(found)
    assert document.startswith(b"%PDF-")
    assert 6 <= pages_of(document) <= 9
    assert document.count(b"/Subtype /Image") + document.count(b"/Subtype/Image") >= 2
    assert b"D:20261231" in document
    assert document == pdf(found)


def test_one_event_needs_no_cover() -> None:
    whole = booklet()
    one = replace(whole, chapters=(Chapter("2026 年 12 月", "1 场", (poor(54),)),), figures=())
    assert pages_of(pdf(one)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_people_wrote_is_data(language: str) -> None:
    found = booklet(" ".join(words[:60] for words in HOSTILE.values()), language)
    compiler, path, inputs = prepared(TEMPLATE, content(found))
    made, warnings = compiler.compile_with_warnings(path, format="pdf", sys_inputs=inputs)
    assert isinstance(made, bytes)
    assert pages_of(made) >= 6
    assert [str(warning) for warning in warnings] == []


def test_many_events_name_chapters_only() -> None:
    def of(count: int) -> Booklet:
        records = tuple(poor(number) for number in range(count))
        return replace(
            booklet(), chapters=(Chapter("2026 年 12 月", "", records), Chapter("2027 年 1 月", "", records))
        )

    assert content(of(20))["named"]
    assert not content(of(40))["named"]
    assert 20 < pages_of(pdf(of(50))) < 60
