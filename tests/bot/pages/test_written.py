"""The calendar that the command line writes is the one that the pages offer."""

from __future__ import annotations

from pathlib import Path

import icalendar
import pytest

from bot.cli._calendar import write
from bot.cli._opening import Desk, RefusalError
from bot.config import load
from storage.database import Database
from storage.segments import Kind, Segment
from tests.bot.pages.stage import added


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    file = tmp_path / "config.toml"
    file.write_text('[web]\nurl = "https://pg.example.org/"\n', "utf-8")
    return Desk(load(file, {}), sqlite_database)


async def test_it_writes_what_is_for_a_segment(desk: Desk, sqlite_database: Database, tmp_path: Path) -> None:
    away = desk.now()
    await added(sqlite_database, title="成都", targets=(Segment(Kind.REGION, "成都"),), starts_at=away)
    await added(sqlite_database, title="全体", starts_at=away)
    await added(sqlite_database, title="总群", targets=(Segment(Kind.GENERAL),), starts_at=away)
    for wanted, names in (
        ("", {"成都", "全体", "总群"}),
        ("region/成都", {"成都", "全体"}),
        ("general", {"总群", "全体"}),
    ):
        await write(desk, tmp_path / "x.ics", wanted)
        entries = icalendar.Calendar.from_ical((tmp_path / "x.ics").read_bytes()).walk("VEVENT")
        assert {str(entry["summary"]) for entry in entries} == names
        assert {str(entry["url"]).rpartition("/")[0] for entry in entries} == {"https://pg.example.org/e"}


@pytest.mark.parametrize("wanted", ["region/西安", "region", "city/成都", "成都", "general/x", "/"])
async def test_an_unknown_segment_is_refused(wanted: str, desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match=f"--segment {wanted}"):
        await write(desk, tmp_path / "x.ics", wanted)
    assert not (tmp_path / "x.ics").exists()
