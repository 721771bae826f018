"""Tables and Markdown: opened as people open them, safe in a spreadsheet, and read back by our own importer."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot import tabular
from bot.export import Cut
from bot.history import take_in
from bot.importers import Options
from handlers._sheets import defused
from storage import groups, privacy
from storage.database import Database
from storage.frames import Kind
from tests.bot.importers import story
from tests.chat import Chat

pytestmark = pytest.mark.middle

FORMULA = "=cmd|'/C calc'!A0"


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    chat = await Chat.open(sqlite_database)
    await chat.say("alice", "主库磁盘满了，pg_wal 涨到 200G，能直接删里面的文件吗？")
    chat.later(minutes=5)
    await chat.say("bob", f'{FORMULA}\n第二行, "引号"', reply_to=chat.last)
    await chat.say("bob", "[图片]", kind=Kind.IMAGE)
    chat.later(hours=20)
    await chat.say("carol", "# 标题 *不是* <b>标记</b>")
    await chat.say("dora", "我退出记录了", group="g2")
    async with chat.database.write() as store:
        await privacy.opt_out(store, "qq", "dora", chat.clock.now())
    return chat


async def rows(chat: Chat, cut: Cut | None = None) -> list[tabular.Row]:
    async with chat.database.read() as store:
        found = tabular.messages(store, await groups.every(store), chat.house.community.zone, cut or Cut())
        return [row async for row in found]


async def each(found: list[tabular.Row]) -> AsyncIterator[tabular.Row]:
    for row in found:
        yield row


async def text_of(chat: Chat) -> str:
    return "".join([piece async for piece in tabular.as_csv(each(await rows(chat)))])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠x", "'＠x"), ("a=1", "a=1"), ("", ""), ("5-1", "5-1"),
    ],
)  # fmt: skip
def test_what_looks_like_a_formula_is_words(text: str, kept: str) -> None:
    assert defused(text) == kept


async def test_csv_is_for_excel(chat: Chat) -> None:
    text = await text_of(chat)
    assert text.startswith("\ufefftime,group,platform,group_id,name,member,kind,text,id,reply_to\r\n")
    head, *found = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert [row[head.index("name")] for row in found] == ["alice", "bob", "bob", "carol"]
    assert found[1][head.index("text")] == f'\'{FORMULA}\n第二行, "引号"'
    assert re.fullmatch(r"2026-11-23 09:00:\d\d\+08:00", found[0][0])
    assert "dora" not in text


async def test_csv_comes_back_as_it_was(chat: Chat, sqlite_template: Path, tmp_path: Path) -> None:
    await asyncio.to_thread(shutil.copyfile, sqlite_template, tmp_path / "other.db")
    await asyncio.to_thread((tmp_path / "export.csv").write_bytes, (await text_of(chat)).encode())
    async with Database.open(f"sqlite:///{tmp_path}/other.db") as database:
        other = await Chat.open(database)
        report = await take_in(tmp_path / "export.csv", await story.importing(database, other), Options(platform="qq"))
        assert (report.format, report.new, dict(report.skipped)) == ("table", 4, {})
        again = [row[:6] + row[7:] for row in await rows(other)]
    assert again == [row[:6] + row[7:] for row in await rows(chat)]


async def test_a_period_and_kinds(chat: Chat) -> None:
    day = chat.clock.now() - timedelta(hours=1)
    assert [row[4] for row in (await rows(chat, Cut(since=day)))[1:]] == ["carol"]
    assert [row[4] for row in (await rows(chat, Cut(until=day)))[1:]] == ["alice", "bob", "bob"]
    assert [row[7] for row in (await rows(chat, Cut(kinds=frozenset({Kind.IMAGE}))))[1:]] == ["[图片]"]


async def test_xlsx_holds_text_and_no_formula(chat: Chat, tmp_path: Path) -> None:
    count = await tabular.write_xlsx(each(await rows(chat)), tmp_path / "x.xlsx")
    assert count == 4
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    assert sheet.findall(".//x:f", space) == []
    texts = [cell.text for cell in sheet.findall(".//x:t", space)]
    assert texts[0] == "time"
    assert f'{FORMULA}\n第二行, "引号"' in texts


async def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabular, "SHEET", 3)
    await tabular.write_xlsx(each(await rows(chat)), tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        counts = [book.read(name).count(b"<row ") for name in sheets]
    assert counts == [4, 2]  # each with its head


async def test_markdown_is_read_and_obeyed_by_nobody(chat: Chat) -> None:
    text = "".join([piece async for piece in tabular.as_markdown(each(await rows(chat)))])
    assert text.startswith("# 群 g1\n\n## 2026-11-23\n\n**alice** 09:00:")
    assert "> \\# 标题 \\*不是\\* \\<b\\>标记\\</b\\>" in text
    assert text.count("## ") == 2


async def test_threads_as_a_table(chat: Chat) -> None:
    async with chat.database.read() as store:
        found = tabular.threads(store, await groups.every(store), chat.house.community.zone, chat.clock.now())
        head, *rest = [dict(zip(tabular.THREADS, row, strict=True)) async for row in found]
    assert list(head.values()) == list(tabular.THREADS)
    assert [(row["asker"], row["outcome"]) for row in rest] == [("alice", "answered")]
