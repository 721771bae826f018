"""The picture of an edition: drawn in an errand, once; the numbers of all forms; text alone where drawing fails."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.dingtalk._posts import render as as_markdown
from bot.adapters.telegram._posts import render as as_html
from bot.errands import Errands
from bot.turn import Turn
from handlers.digest import Digest, told
from handlers.digest._picture import save
from storage import errands, groups, outbox
from storage.database import Database
from storage.metrics import week_of
from storage.replies import Picture, plain
from tests.handlers.digest.test_digest import two_weeks
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # draws, in a process of its own

DUE = "2026-11-30T09:00:00+08:00"


async def the_digest(town: Town) -> Digest:
    chat = town.chat
    feature = next(feature for feature in chat.house.features if feature.name == "digest")
    zone = chat.house.community.zone
    week = week_of(chat.clock.now().astimezone(zone).date(), zone)
    async with chat.database.read() as store:
        group = await groups.get(store, 1)
        ctx = await Turn(chat.house, store, chat.account, chat.clock.now()).context(feature, group)
        return await told(ctx, groups=[1], since=week.since, until=week.until)


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,.]*", text))


def texts(value: Any) -> list[str]:
    """Return every text and number of a page."""
    if isinstance(value, dict):
        return [text for key, inner in value.items() if key != "language" for text in texts(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in texts(inner)]
    return [str(value)]


async def test_all_forms_say_the_same_numbers(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    digest = await the_digest(town)
    text = numbers(plain(digest.body))
    markup = "".join(json.loads(post)["html"] for post in as_html(digest.body))
    assert numbers(unescape(re.sub(r"<[^>]+>", "", markup))) == text
    assert numbers("".join(json.loads(post)["text"] for post in as_markdown(digest.body)).replace("\\", "")) == text
    assert numbers("\n".join(texts(asdict(digest.page)))) == text
    assert numbers(plain(digest.below)) < text


async def test_an_edition_is_drawn_once_and_posted_with_a_few_lines(sqlite_database: Database, tmp_path: Path) -> None:
    town = await two_weeks(sqlite_database)
    await town.chat.say("ayu", "/settings digest.picture light")
    assert await town.at(DUE) == []
    assert "这期已经出过了" in (await town.chat.ask_bot("ayu", "周报 现在"))[0]
    assert await town.chat.ask_bot("ayu", "周报 重发") == ["这期还在等着发，看「待发」。"]
    working = Errands(sqlite_database, town.chat.house, town.chat.clock, tmp_path, lambda: None)
    while await working.work():
        pass
    await town.chat.outbox.drain()
    said = town.chat.replies
    assert said[0].splitlines()[:3] == [
        "[测试周报 · 第 48 周（11.23–11.29）]",
        "测试周报 · 第 48 周（11.23–11.29）",
        "问题多了 1 个，等的时间反而短了。",
    ]
    assert "【还在等一句话】" in said[0]
    assert "【谢谢】" not in said[0]
    assert "统计本群：全部消息可见。口径 v1。" in said[0]
    async with sqlite_database.read() as store:
        post = await outbox.by_key(store, "digest:1:2026-W48")
        assert await errands.is_known(store, "digest:1:2026-W48")
    assert post is not None
    drawn = post.body.blocks[0]
    assert isinstance(drawn, Picture)
    assert (tmp_path / drawn.name).read_bytes().startswith(b"\x89PNG")
    assert await town.at("2026-11-30T10:00:00+08:00") == []
    assert await town.chat.ask_bot("ayu", "周报 重发") == said


async def test_what_cannot_be_drawn_goes_out_as_text(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    town = await two_weeks(sqlite_database)
    await town.chat.say("ayu", "/settings digest.picture dark")
    await town.at(DUE)
    async with sqlite_database.write() as store:
        row = await store.row(errands.ERRANDS.select().where(errands.ERRANDS.c.name == "draw"))
        told = json.loads(row.payload)
        told["dark"] = "neither"  # which no template understands
        await store.execute(errands.ERRANDS.update().values(payload=json.dumps(told)))
    working = Errands(sqlite_database, town.chat.house, town.chat.clock, tmp_path, lambda: None)
    while await working.work():
        pass
    await town.chat.outbox.drain()
    assert town.chat.replies[0].splitlines()[0] == "测试周报 · 第 48 周（11.23–11.29）"
    assert "the picture of digest:1:2026-W48 could not be drawn; it goes out as text" in caplog.text
    assert "HNSW" not in caplog.text


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    save(tmp_path / "files" / "a.png", b"first")
    save(tmp_path / "files" / "a.png", b"second")
    assert [(file.name, file.read_bytes()) for file in (tmp_path / "files").iterdir()] == [("a.png", b"second")]
