"""The report as a PDF: every page there, every word in it data, the same bytes each time."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest

from handlers._drawing.typesetting import prepared
from handlers._reporting import OPEN_SECTIONS, Report
from handlers._reporting.pages import TEMPLATE, content, pdf
from tests.handlers.drawing.pages import HOSTILE
from tests.handlers.reporting.made import report

pytestmark = pytest.mark.middle  # fonts are loaded, pages are set


def pages_of(document: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", document))


def test_a_year_of_sixty_groups_has_its_pages_and_is_stable() -> None:
    year = report()
    document = pdf(year)
    assert document.startswith(b"%PDF-")
    assert 6 <= pages_of(document) <= 12
    assert b"D:20261231" in document
    assert document == pdf(year)


def test_everything_that_is_told_reaches_the_template() -> None:
    told = content(report())
    aside = {"outcomes_why", "threads", "edition", "definition_version"}  # lists behind numbers are for the page
    assert {field.name for field in fields(Report)} - aside <= told.keys()
    assert told["version"] == 1


def test_what_members_wrote_is_data() -> None:
    said = {name: words[:60] for name, words in HOSTILE.items()}  # titles and names were cut when it was built
    found = report(" ".join(said.values()))
    rows = tuple(replace(found.groups.rows[0], head=words) for words in said.values())
    compiler, path, inputs = prepared(TEMPLATE, content(replace(found, groups=replace(found.groups, rows=rows))))
    made, warnings = compiler.compile_with_warnings(path, format="pdf", sys_inputs=inputs)
    assert isinstance(made, bytes)
    assert pages_of(made) >= 6
    assert [str(warning) for warning in warnings] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_edition_has_the_parts_it_says(language: str) -> None:
    whole = report(language=language)
    opened = replace(whole, sections=OPEN_SECTIONS, heat=None, waiting=(), drafts=(), expertise=())
    assert pages_of(pdf(opened)) < pages_of(pdf(whole))


def test_a_report_of_nothing_is_one_all_the_same() -> None:
    nothing = replace(
        report(), figures=(), outcomes=(), charts=(), topics=(), expertise=(), waiting=(), drafts=(), heat=None,
        outlets=(), thanks=(), people=(), load=(), definitions=(), news=(),
    )  # fmt: skip
    empty = replace(nothing, steps=replace(nothing.steps, rows=()), groups=replace(nothing.groups, rows=()))
    assert pages_of(pdf(empty)) >= 2
