"""`booklet` on the command line: what may be asked, where it lies, and Markdown with the words of the PDF."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli._booklet import Order, booklet
from bot.cli._opening import RefusalError
from bot.report import _booklet as markdown
from handlers._booklet import Chapter, Link
from storage.database import Database
from tests.bot.report.stage import desk
from tests.handlers.booklet.held import NOW, year
from tests.handlers.booklet.made import booklet as made
from tests.handlers.booklet.test_pages import picture

pytestmark = pytest.mark.middle  # fonts are loaded


@pytest.fixture
async def held(sqlite_database: Database) -> Database:
    async with sqlite_database.write() as store:
        await year(store)
    return sqlite_database


async def test_a_pdf_of_this_year(held: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "year.pdf"
    assert await booklet(desk(held, NOW), Order(out=out)) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.read_bytes().startswith(b"%PDF-")
    assert out.stat().st_mode & 0o077 == 0  # it quotes people


async def test_markdown_with_pictures_and_lessons(
    held: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "E2.png").write_bytes(picture())
    (tmp_path / "given" / "E2-b.png").write_bytes(b"none")
    (tmp_path / "lessons.toml").write_text('E2 = ["早到半小时。"]', "utf-8")
    out = tmp_path / "one.md"
    order = Order(event="e2", out=out, pictures=tmp_path / "given", lessons=tmp_path / "lessons.toml")
    assert await booklet(desk(held, NOW), order) == 0
    text = out.read_text("utf-8")
    assert text.startswith("# 象行成都第一轮\n")
    assert "- 早到半小时。" in text
    assert "![象行成都第一轮](one.pictures/p0.png)" in text
    assert (tmp_path / "one.pictures" / "p0.png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().err == "E2-b.png: left out, it is neither PNG nor JPEG.\n"


async def test_standard_output(held: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert await booklet(desk(held, NOW), Order(series=1, out=Path("-"), language="en")) == 0
    out = capsys.readouterr().out
    assert out.startswith("# 象行成都: a booklet\n")
    assert "- **Carry-over** 50% (10/20)" in out


async def test_an_empty_year_is_said_kindly(held: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert await booklet(desk(held, NOW + timedelta(days=-800)), Order()) == 1
    assert capsys.readouterr().err == "2024 年没有办过的活动，没什么可编的。看有哪些：发「活动」。\n"


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order(year=2026, series=1), "Take one of"),
        (Order(event="x"), "write it as E57"),
        (Order(year=26), "no year of ours"),
        (Order(out=Path("x.docx")), "neither .pdf nor .md"),
        (Order(lessons=Path("none.toml")), "No such file"),
        (Order(pictures=Path("none")), "No such file"),
    ],
)
async def test_what_cannot_be_meant_is_refused(held: Database, order: Order, said: str) -> None:
    with pytest.raises(RefusalError, match=said):
        await booklet(desk(held, NOW), order)


def test_markdown_has_every_word_and_nothing_of_them_is_markup() -> None:
    hostile = "<b>*x*</b> [y](z) #1 | a"
    found = made(hostile)
    text = markdown.booklet(found)
    assert "<b>" not in text
    assert "[y](z)" not in text
    for chapter in found.chapters:
        for record in chapter.records:
            numbers = {number for one in record.figures for number in re.findall(r"\d+", f"{one.value} {one.note}")}
            assert numbers <= set(re.findall(r"\d+", text))
    assert "**主办**" not in markdown.booklet(replace(found, chapters=()))


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://pg.example.org/r/55?a=1&b=2", "<https://pg.example.org/r/55?a=1&b=2>"),
        ("https://pg.example.org/> [x](y)", "https:\u2060//pg.example.org/\\> \\[x\\](y)"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_an_address_is_a_link_and_nothing_else_is(address: str, written: str) -> None:
    found = made()
    record = replace(found.chapters[0].records[0], links=(Link("回放", address),))
    text = markdown.booklet(replace(found, chapters=(Chapter("x", "", (record,)),)))
    assert f"- 回放：{written}\n" in text
