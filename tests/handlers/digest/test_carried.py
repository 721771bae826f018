"""Digests that people carry into groups where no bot can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errands import Errands
from storage.database import Database
from tests.handlers.digest.test_digest import FEATURES
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

CHENGDU, SHENZHEN = "成都微信群", "深圳微信群"
REQUEST = """\
麻烦把下面那条转到这几个群，原样转就行：
1 「成都微信群」
2 「深圳微信群」
转好一个回一个号：「转好了 1」；都好了回「转好了」，不转的回「跳过 1」。不回也没事。"""


async def with_a_courier(database: Database) -> Town:
    """A week with a question, and somebody who carries into two groups."""
    town = await Town.open(database, at="2026-11-16T10:00:00+08:00", features=(*FEATURES, "couriers"))
    await town.chat.make_owner("own")
    await town.ask("木子", "主库磁盘满了，能删 pg_wal 吗？")
    for group in (CHENGDU, SHENZHEN):
        await town.chat.tell("own", f"代发 加 {group}")
        await town.chat.say("own", f"代发 加 {group} @晓舟", to_bot=True, mentions=["晓舟"])
    await town.chat.tell("晓舟", "代发 我来")
    return town


async def test_couriers_get_the_edition_once_for_all_their_groups(sqlite_database: Database) -> None:
    town = await with_a_courier(sqlite_database)
    chat = town.chat
    await chat.tell("own", "/digest mine on")
    before = len(chat.adapter.posted)
    await town.at("2026-11-23T09:00:00+08:00")
    told = [post.text for post in chat.adapter.posted[before:] if post.place.key == "direct:晓舟"]
    assert told[0] == REQUEST
    assert told[1].startswith("测试周报 · 第 47 周（11.16–11.22）\n")
    assert "主库磁盘满了" in told[1]
    assert told[1].endswith("这个群里我听不到话。纠错、看全文、别署名：到有我的群里 @我，或者私聊我。")
    assert len(told) == 2
    before = len(chat.adapter.posted)
    await town.at("2026-11-23T09:00:05+08:00")
    assert len(chat.adapter.posted) == before
    await chat.tell("晓舟", "转好了 1")
    before = len(chat.adapter.posted)
    await town.at("2026-11-30T09:00:00+08:00")
    mine = [post.text for post in chat.adapter.posted[before:] if "只发管理员" in post.text]
    assert "1/2 个群由人转到了" in mine[0]


async def test_where_digests_are_drawn_the_copy_has_the_picture_above_the_whole_text(
    sqlite_database: Database, tmp_path: Path
) -> None:
    town = await with_a_courier(sqlite_database)
    chat = town.chat
    await chat.tell("own", "/settings digest.picture light")
    before = len(chat.adapter.posted)
    await town.at("2026-11-23T09:00:00+08:00")
    working = Errands(sqlite_database, chat.house, chat.clock, tmp_path, lambda: None)
    while await working.work():
        pass
    await chat.outbox.drain()
    told = [post.text for post in chat.adapter.posted[before:] if post.place.key == "direct:晓舟"]
    assert told[0] == REQUEST
    assert told[1].splitlines()[:2] == ["[测试周报 · 第 47 周（11.16–11.22）]", "测试周报 · 第 47 周（11.16–11.22）"]
    assert "主库磁盘满了" in told[1]
    assert len(told) == 2
