"""Series and sponsors from the command line: as an admin would say it, and files of one's own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import _events, _sponsors
from bot.cli._opening import RefusalError
from bot.turn import House
from storage import events, series
from storage.database import Database
from tests.bot.report.stage import StillDesk, desk
from tests.chat import Chat, load_features

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
async def machine(sqlite_database: Database) -> StillDesk:
    chat = await Chat.open(sqlite_database)
    house: House = replace(chat.house, features=load_features(("series", "sponsors")))
    return desk(sqlite_database, NOW, house)


async def test_a_series_is_planned_and_its_money_kept(
    machine: StillDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await _events.obey(machine, "series_start", "成都 2027-03-06 14:00", "series")
    assert capsys.readouterr().out.startswith("《象行成都》排了 4 场")
    for name, words in (("money", "E1 支出 300 场地"), ("sponsor", "E1 苇间数据 展位 5000"), ("shown", "S1 签到处")):
        await _events.obey(machine, name, words, "sponsors")
    assert "S1 记为已展示：签到处" in capsys.readouterr().out
    await _sponsors.books(machine, "成都", tmp_path / "books.csv")
    await _sponsors.proof(machine, "S1", tmp_path / "proof.pdf")
    made = await asyncio.to_thread(lambda: sorted(tmp_path.glob("*.[cp]*")))
    assert [file.name for file in made] == ["books.csv", "proof.pdf"]
    assert "M1,E1,象行成都 · 第一轮 城市行,2027-03-06,支出,-300,CNY,场地" in made[0].read_text("utf-8-sig")
    assert made[1].read_bytes().startswith(b"%PDF-")
    assert made[1].stat().st_mode & 0o077 == 0
    async with machine.database.read() as store:
        assert len(await events.of_series(store, (await series.every(store))[0].id)) == 4


async def test_what_cannot_be_meant_is_refused(machine: StillDesk, tmp_path: Path) -> None:
    file = tmp_path / "x"
    for work in (
        _events.obey(machine, "series", "拉萨", "series"),
        _events.obey(machine, "take", "T", "series"),
        _events.obey(machine, "events", "", "events"),  # switched off here
        _sponsors.books(machine, "E9", file),
        _sponsors.books(machine, "拉萨", file),
        _sponsors.proof(machine, "S9", file),
        _sponsors.proof(machine, "9", file),
    ):
        with pytest.raises(RefusalError):
            await work
