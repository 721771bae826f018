"""The examples of docs/figures.md, in both languages, are those of the golden corpus: none lies, none is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage.metrics import FIGURES
from tests.storage.metrics.golden import sheet

DOCS = Path(__file__).parents[3] / "docs"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]*\*\*([\d.]+)\*\*[^|]*) \|$", re.MULTILINE)
EXPECTED = {row["figure"]: row for row in sheet("expected") if row["cut"] == "all"}


@pytest.mark.parametrize(("page", "heading"), [("figures.md", "An example of each"), ("figures.zh-CN.md", "各举一例")])
def test_every_figure_has_an_example_that_is_true(page: str, heading: str) -> None:
    _, _, part = (DOCS / page).read_text("utf-8").partition(f"## {heading}\n")
    told = {name: (text, number) for name, text, number in ROW.findall(part)}
    assert list(told) == list(FIGURES)
    for name, (text, number) in told.items():
        row = EXPECTED[name]
        assert float(number) == pytest.approx(float(row["value"]), abs=6e-5), name
        for over, of in re.findall(r"(\d+)/(\d+)", text)[-1:]:
            assert (over, of) == (row["n"], row["of"]), name
