"""A group to which the bot can only post reads of all the others, as far as they share."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.turn import Turn
from storage import groups, settings
from storage.database import Database
from storage.frames import Place
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("questions", "stats", "digest", "posting", "settings", "privacy")
TABLES = {"digest": {"spread": 0}}
SINK = Place("webhook", "partners", name="伙伴群")
SAID = """\
测试周报 · 第 47 周（11.16–11.22）
问题多了 3 个，一半在 10 分钟内有人应。

【这一周】
提问 3 个（上周 0）
首次响应 中位 10 分钟，平均 10 分钟，连还在等的一起算，过半还没等到
24 小时内有人应 1/3

【还在等一句话】
#2 HNSW 索引建到一半内存爆了怎么办？（6 天）
#3 oracle_fdw 读 CLOB 很慢怎么办？（6 天）
知道一点也有用，在群里带上编号说就行。

【谢谢】
1 位朋友回答了别人的问题。提问者道过谢的：晓舟（按拼音，不排名）
第一次出手：晓舟。欢迎常来。

【新来的】
4 位新面孔，欢迎。不知道问哪里，直接在群里问就行。

统计两周都看得到的 2 个群：QQ 2。口径 v1。
这个群里我听不到话。纠错、看全文、别署名：到有我的群里 @我，或者私聊我。"""


async def a_week(database: Database) -> Town:
    """Return a town of two groups, and a third to which it can only post, on a Sunday evening."""
    town = await Town.open(
        database, at="2026-11-16T10:00:00+08:00", features=FEATURES, groups=("g1", "g2"), tables=TABLES
    )
    await town.solve("木子", "主库磁盘满了，能删 pg_wal 吗？", "晓舟", "别删")
    await town.ask("豆子", "HNSW 索引建到一半内存爆了怎么办？")
    await town.ask("石头", "oracle_fdw 读 CLOB 很慢怎么办？", group="g2")
    chat = town.chat
    async with database.write() as store:
        sink = await groups.ensure(store, SINK, chat.account.id)
        await Turn(chat.house, store, chat.account, chat.clock.now()).settings_changed(sink)
    chat.clock.time += timedelta(days=6)
    assert chat.replies == []
    return town


async def posted(town: Town) -> dict[str, str]:
    """Return what each group was posted on Monday."""
    await town.at("2026-11-23T09:00:00+08:00")
    return {post.place.key: post.text for post in town.chat.adapter.posted}


async def keeps_to_itself(town: Town, group: str, sharing: str) -> None:
    async with town.chat.database.write() as store:
        found = await groups.at(store, Place("qq", group))
        assert found is not None
        await settings.put(store, found.id, "questions.sharing", sharing, town.chat.clock.now(), None)


async def test_it_reads_of_all_groups_once(sqlite_database: Database) -> None:
    town = await a_week(sqlite_database)
    told = await posted(town)
    assert told["partners"] == SAID
    assert "统计本群" in told["g1"]
    assert len(town.chat.adapter.posted) == 3
    assert await town.at("2026-11-23T09:00:05+08:00") == []


@pytest.mark.parametrize("sharing", ["group", "nobody"])
async def test_groups_that_keep_to_themselves_are_not_told_of(sqlite_database: Database, sharing: str) -> None:
    town = await a_week(sqlite_database)
    await keeps_to_itself(town, "g2", sharing)
    told = (await posted(town))["partners"]
    assert "提问 2 个" in told
    assert "oracle_fdw" not in told
    assert "统计两周都看得到的 1 个群：QQ 1。" in told


async def test_where_nobody_shares_there_is_nothing_to_tell(sqlite_database: Database) -> None:
    town = await a_week(sqlite_database)
    for group in ("g1", "g2"):
        await keeps_to_itself(town, group, "nobody")
    told = (await posted(town))["partners"]
    assert "HNSW" not in told
    assert "晓舟" not in told


async def test_a_group_whose_history_was_imported_reads_of_itself(sqlite_database: Database) -> None:
    town = await a_week(sqlite_database)
    async with sqlite_database.write() as store:
        sink = await groups.at(store, SINK)
        assert sink is not None
        since = town.chat.clock.now() - timedelta(days=30)
        await groups.add_span(store, groups.Span(sink.id, groups.Coverage.IMPORTED, since, town.chat.clock.now(), None))
    assert "HNSW" not in (await posted(town))["partners"]
