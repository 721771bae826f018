"""The spreadsheet for admins: in private, with what the figures say, and without a formula."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from bot.errands import Errands
from storage import privacy
from storage.database import Database
from tests.handlers.conftest import check_manners
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # a worker process

FEATURES = ("questions", "stats", "help")
WRITING = "在写，好了私聊发你。"


async def exported(
    database: Database, folder: Path, command: str, who: str = "ayu"
) -> tuple[list[str], dict[str, bytes]]:
    """Return what is said, and the files that were written: three questions, one of whom opted out since."""
    found = await Town.open(database, at="2026-11-24T10:00:00+08:00", features=FEATURES)
    await found.solve("木子", "=cmd|' /C calc'!A0 密码是 hunter2 怎么办？", "老樊", "先看复制槽")
    await found.ask("豆子", "HNSW 内存爆了怎么办？")
    await found.ask("别记", "不想留下的话怎么办？")
    async with database.write() as store:
        await privacy.opt_out(store, "qq", "别记", found.chat.clock.now())
    await found.chat.make_admin("ayu")
    said = await found.chat.ask_bot(who, command)
    done = asyncio.Event()
    errands = Errands(found.chat.database, found.chat.house, found.chat.clock, folder, done.set)
    task = asyncio.create_task(errands.run())  # it ends its worker process with it
    try:
        if said == [WRITING]:
            async with asyncio.timeout(100):
                await done.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await found.chat.outbox.drain()
    return [*said, *found.chat.replies], await asyncio.to_thread(contents, folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*"))}


async def test_an_admin_gets_a_workbook_in_private(sqlite_database: Database, tmp_path: Path) -> None:
    said, files = await exported(sqlite_database, tmp_path / "files", "导出 本周")
    lines = said[1].splitlines()
    assert lines[0] == "2026-11-23 到 2026-11-29，1 个群，3 题。"
    assert "python -m bot export threads --since 2026-11-23 --until 2026-11-29" in lines[-1]
    check_manners(said[1])
    ((name, data),) = files.items()
    assert re.fullmatch(r"export-\d+-[0-9a-f]{16}\.xlsx", name)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet2.xml")
        assert "首次响应" in book.read("xl/sharedStrings.xml").decode()


async def test_as_csv_there_is_a_file_each(sqlite_database: Database, tmp_path: Path) -> None:
    _, files = await exported(sqlite_database, tmp_path / "files", "/export week csv")
    figures, threads = (list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) for data in files.values())
    by_name = {row[0]: row for row in figures}
    assert by_name["questions"][3:5] == ["3", "3"]
    assert by_name["group_size"][10] == "not_observable"
    assert [row[0] for row in threads[1:]] == ["1", "2", "3"]
    assert threads[3][3] == ""
    assert not any(cell.startswith(("=", "+", "@")) for row in threads for cell in row)
    assert {row[8] for row in threads[1:]} == {"resolved", "open"}


async def test_nobody_else_gets_one(sqlite_database: Database, tmp_path: Path) -> None:
    said, files = await exported(sqlite_database, tmp_path / "files", "/export week", "木子")
    assert files == {}
    assert "管理员" in said[0]
