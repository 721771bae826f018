"""The report as tables: everything in it, nothing a spreadsheet would obey, the same bytes each time."""

from __future__ import annotations

import csv
import io
import zipfile

from bot.report._sheets import sheets
from handlers._reporting import Report
from tests.handlers.reporting.made import report


def read(found: Report) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(sheets(found))) as archive:
        pages = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert all(page.startswith("\ufeff") for page in pages.values())
    return {name: list(csv.reader(io.StringIO(page[1:]))) for name, page in pages.items()}


def test_every_table_is_there_with_its_numbers() -> None:
    tables = read(report())
    assert sorted(tables) == [
        "answerers.csv", "articles.csv", "definitions.csv", "figures.csv", "groups.csv", "hours.csv", "notes.csv",
        "outcomes.csv", "outlets.csv", "people.csv", "periods.csv", "thanks.csv", "topics.csv", "waiting.csv",
    ]  # fmt: skip
    assert tables["figures.csv"][:2] == [
        ["name", "label", "value", "shown", "counted", "before", "growth", "note", "unit"],
        ["questions", "提问", "143", "143", "", "之前 128", "+12%", "", "count"],
    ]
    assert tables["figures.csv"][3][2:4] == ["", "看不到"]
    assert len(tables["groups.csv"]) == 61
    assert tables["topics.csv"][0][:4] == ["topic", "questions", "2026-01", "2026-02"]
    assert tables["outlets.csv"][1] == ["复制槽把主库磁盘撑满", "2026-01", "提问", "143 (+12%)"]


def test_no_cell_is_a_formula() -> None:
    for rows in read(report('=HYPERLINK("http://x","y")')).values():
        for row in rows:
            assert not any(cell.startswith(("=", "@", "\t")) for cell in row)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert sheets(report()) == sheets(report())
