"""What `report` leaves behind: the form that was asked for, under its name, for its owner's eyes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli._opening import RefusalError
from bot.cli._report import Order, report
from storage.database import Database
from tests.bot.report.stage import desk
from tests.chat import Chat

pytestmark = pytest.mark.middle


@pytest.mark.parametrize(
    ("order", "name", "begins"),
    [
        (Order(form="pdf"), "report.pdf", b"%PDF-"),
        (Order(form="csv"), "report.zip", b"PK"),
        (Order(out=Path("x.PDF"), edition="partner"), "x.PDF", b"%PDF-"),
        (Order(out=Path("x.csv")), "x.csv", b"PK"),
        (Order(out=Path("x.md")), "x.md", "# 社区问答报告".encode()),
        (Order(), "report.html", b"<!doctype html>"),
    ],
)
async def test_a_report_is_written(
    sqlite_database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    order: Order,
    name: str,
    begins: bytes,
) -> None:
    monkeypatch.chdir(tmp_path)
    chat = await Chat.open(sqlite_database)
    await chat.say("alice", "pg_hba 连不上怎么办")
    assert await report(desk(sqlite_database, chat.clock.now()), order, None) == 0
    assert capsys.readouterr().out == f"{name}\n"
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert (tmp_path / name).stat().st_mode & 0o077 == 0


async def test_the_public_edition_is_refused_kindly_before_its_day(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.say("alice", "pg_hba 连不上怎么办")
    for order, words in (
        (Order(month="2026-11", edition="public"), "公开版 2026-12-15 起才出，先留给伙伴和自己人看。"),
        (Order(edition="public"), "公开版只出过完了的月份和年份"),
        (Order(month="2026-11", edition="public", language="en"), "The public edition comes out on 2026-12-15."),
    ):
        with pytest.raises(RefusalError, match=words):
            await report(desk(sqlite_database, chat.clock.now()), order, None)
