"""Whose figures one is told: of one's own group; of others by rights, and a kind word where there are none."""

from __future__ import annotations

import pytest

from storage import segments
from storage.database import Database
from storage.metrics import FIGURES
from storage.segments import Kind, Segment
from tests.handlers.conftest import check_manners
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("questions", "stats", "settings", "help")


async def town(database: Database) -> Town:
    """Return three groups, two of them of one region; ayu runs g1, own everything."""
    found = await Town.open(database, at="2026-11-24T10:00:00+08:00", groups=("g1", "g2", "g3"), features=FEATURES)
    for group in ("g1", "g2", "g3"):
        key = await found.ask("木子", f"{group} 主库磁盘满了怎么办？", group)
        await found.reply("老樊", "先看复制槽", key, group=group)
    await found.chat.make_admin("ayu", group="g1")
    await found.chat.make_owner("own")
    async with database.write() as store:
        for group in (1, 2):
            await segments.give(store, group, Segment(Kind.REGION, "成都"))
    await found.at("2026-11-28T12:00:00+08:00")
    return found


async def test_everybody_sees_the_group_one_is_in(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    said = await found.chat.ask_bot("木子", "统计 本周")
    assert said[0].splitlines()[:2] == ["群 g1 · 本周 11.23–11.28（前 7 天同期）", "提问 1（0）"]
    assert (await found.chat.ask_bot("木子", "统计 上周"))[0].splitlines()[0] == "群 g1 · 上周 11.16–11.22（前 7 天）"
    assert (await found.chat.ask_bot("木子", "统计 本月 本群"))[0].startswith("群 g1 · 本月 11.01–11.28")


async def test_groups_of_a_kind_are_for_whoever_runs_them_all(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    said = await found.chat.ask_bot("own", "统计 同类群")
    assert said[0].splitlines()[:2] == ["同类群（2 个） · 近 7 天（前 7 天）", "提问 2（0）"]
    for who, mine in (("ayu", 1), ("木子", 0)):
        said = await found.chat.ask_bot(who, "/stats segment")
        assert said == [f"同类群有 2 个，你管着 {mine} 个，别的群的数要那边的管理员来看。本群的：「统计 本群」。"]
    said = await found.chat.ask_bot("own", "统计 同类群", group="g3")
    assert said[0].startswith("这个群还没有分群标签")
    assert (await found.chat.tell("own", "统计 同类群"))[0].startswith("「同类群」在群里发")


async def test_all_groups_are_for_owners(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    said = await found.chat.ask_bot("own", "统计 30 天 全部")
    assert said[0].splitlines()[:2] == ["全部群（3 个） · 近 30 天（前 30 天）", "提问 3（0）"]
    for who in ("ayu", "木子"):
        for words in ("/stats all", "/why questions all", "统计 全部"):
            said = await found.chat.ask_bot(who, words)
            assert said[0].startswith("全部群的数要所有者来看"), words
            check_manners(said[0])


async def test_an_admin_of_one_group_asks_for_another(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    assert (await found.chat.tell("ayu", "统计 本周 「群 g1」"))[0].startswith("群 g1 · 本周")
    for words in ("统计 「群 g2」", "/why questions 「群 g2」", "/export 「群 g2」"):
        said = await found.chat.tell("ayu", words)
        assert said == ["你管的群里没有「群 g2」，有：群 g1。"], words
    assert (await found.chat.ask_bot("ayu", "统计 「群 g2」"))[0].startswith("这里只管本群")


async def test_why_takes_the_same_period_and_groups(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    said = await found.chat.ask_bot("own", "/why median response 30 days all")
    assert said[0].splitlines()[0] == "首次响应 中位 5 分，3/3 题已有"
    assert sum(line.startswith("#") for line in said[0].splitlines()) == 3
    assert (await found.chat.ask_bot("木子", "为什么 首次响应 上月"))[0].splitlines()[0] == "首次响应：还没有数"
    assert (await found.chat.ask_bot("木子", "为什么 提问 本周"))[0].splitlines()[0] == "提问 1"
    said = await found.chat.ask_bot("own", "/why messages yesterday all")
    assert said[0].splitlines()[0] == "消息 0"
    said = await found.chat.ask_bot("own", "/why messages 5 days all")
    assert said[0].splitlines()[-1].endswith("群 g2：2、群 g3：2")
    said = await found.chat.ask_bot("木子", "/why dau")
    assert said[0].splitlines()[-1].startswith("最多的：11.24：2")


async def test_more_than_fit_can_be_had_by_those_who_run_the_group(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    for number in range(6):
        await found.ask("豆子", f"第 {number} 个问题怎么办？")
    for who, line in (("ayu", "另有 3 题，全部：「导出 本周」"), ("豆子", "另有 3 题")):
        said = await found.chat.ask_bot(who, "为什么 提问 本周")
        assert said[0].splitlines()[-1].split("；")[0] == line
        check_manners(said[0])


async def test_every_figure_can_be_asked_about(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    for name, figure in FIGURES.items():
        found.chat.later(seconds=6)
        said = await found.chat.ask_bot("木子", f"/why {name} 30 days")
        assert said[0].startswith(figure.zh), name
        assert figure.definition_zh in said[0], name
        check_manners(said[0])
