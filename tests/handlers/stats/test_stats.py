"""Figures on request: seven lines with the days before in brackets, and the threads behind a number."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from storage import grants, groups, members
from storage.database import Database
from storage.grants import ADMIN
from storage.groups import Coverage
from tests.handlers.conftest import check_manners
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

FEATURES = ("questions", "corrections", "stats", "settings", "help")

WEEK = """\
群 g1 · 近 7 天（前 7 天）
提问 3（2）
首次响应 中位 10 分（20），平均 10 分（20），连还在等的一起算 10 分，服务时段 10 分
24 小时内有人应 2/3（1/2）
满 7 天的题 解决 1/2
活跃 4 人（3），群 1,982 人（+6）
全部消息可见 · 口径 v1 · 发「为什么 首次响应」看是哪些题"""

WEEK_EN = """\
群 g1 · last 7 days (7 days before)
Questions 3 (2)
First response: median 10 min (20), mean 10 min (20), 10 min with those that wait, in service hours 10 min
Response within 24 h: 2/3 (1/2)
Questions at least 7 days old: resolved 1/2
Active 4 (3), 1,982 in the group (+6)
All messages seen · definitions v1 · /why first response time shows which"""


async def town(database: Database, **more: Any) -> Town:
    """Return a town two weeks on, on a Sunday at noon."""
    found = await Town.open(database, at="2026-11-18T10:00:00+08:00", features=FEATURES, **more)
    await found.solve("木子", "主库磁盘满了，能删 pg_wal 吗？", "老樊", "先看复制槽", minutes=20)
    await found.ask("豆子", "oracle_fdw 读 CLOB 很慢怎么办？")
    await found.at("2026-11-24T10:00:00+08:00")
    await found.solve("木子", "加一列业务卡了半小时是为什么？", "Lena", "在等长事务")
    key = await found.ask("豆子", "HNSW 索引建到一半内存爆了怎么办？")
    await found.reply("江南", "同问", key)
    key = await found.ask("江南", "psql 里怎么看表的大小？")
    await found.reply("木子", "\\dt+ 就行", key, minutes=10)
    async with database.write() as store:
        await groups.set_size(store, 1, date(2026, 11, 21), 1976)
        await groups.set_size(store, 1, date(2026, 11, 28), 1982)
    await found.at("2026-11-28T12:00:00+08:00")
    return found


@pytest.mark.parametrize(("language", "said"), [("zh", WEEK), ("en", WEEK_EN)])
async def test_seven_days(sqlite_database: Database, language: str, said: str) -> None:
    found = await town(sqlite_database, language=language)
    for command in ("/stats", "/stats 7", "统计", "统计 7 天", "／STATS　7"):
        assert await found.chat.ask_bot("木子", command) == [said], command
    check_manners(said)


async def test_a_month(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    lines = (await found.chat.ask_bot("木子", "统计 30"))[0].splitlines()
    assert lines[:3] == [
        "群 g1 · 近 30 天（前 30 天）",
        "提问 5（0）",
        "首次响应 中位 10 分，平均 13 分，连还在等的一起算 20 分，服务时段 10 分",
    ]
    assert "满 7 天的题 解决 1/2" in lines  # of a month its own questions, as far as they are old enough


async def test_days_that_cannot_be(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    for days in ("0", "367", "999"):
        said = await found.chat.ask_bot("木子", f"/stats {days}")
        assert said == [
            "「统计」看近几天；「统计 上月」「统计 本周 同类群」「统计 30 天」，最多 366 天；「统计 活动 今年」看活动。"
        ]


async def test_per_cent_only_from_twenty(sqlite_database: Database) -> None:
    found = await Town.open(sqlite_database, at="2026-11-18T10:00:00+08:00", features=FEATURES)
    for number in range(20):
        key = await found.ask("木子", f"第 {number} 个问题怎么办？")
        if number:
            await found.reply("老樊", "看看日志", key)
        found.chat.later(minutes=5)
    await found.at("2026-11-24T10:00:00+08:00")
    lines = (await found.chat.ask_bot("木子", "统计"))[0].splitlines()
    assert "24 小时内有人应 95%，19/20" in lines


async def test_only_mentions_seen(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    async with sqlite_database.write() as store:
        await store.execute(groups.COVERAGE.update().values(coverage=Coverage.MENTIONS))
    lines = (await found.chat.ask_bot("木子", "统计"))[0].splitlines()
    assert lines[1] == "只看得到 @ 我的 3 个问题，别的数不出来"
    assert lines[-1].startswith("我只看得到 @ 我的消息 · 口径 v1")
    assert not any("首次响应 中位" in line for line in lines)


async def test_since_when_it_was_seen(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    async with sqlite_database.write() as store:
        since = found.chat.clock.now() - timedelta(days=2)
        await store.execute(groups.COVERAGE.update().values(since=since))
    lines = (await found.chat.ask_bot("木子", "统计"))[0].splitlines()
    assert lines[-1].startswith("全部消息可见，从 前天 12:00 起 · 口径 v1")
    assert "（前 7 天）" not in lines[0]


async def test_in_a_direct_of_the_groups_one_is_in(sqlite_database: Database) -> None:
    found = await town(sqlite_database, groups=("g1", "g2"))
    assert (await found.chat.tell("木子", "统计"))[0].splitlines()[:2] == ["群 g1 · 近 7 天（前 7 天）", "提问 3（2）"]
    assert await found.chat.tell("stranger", "统计") == ["你还没在我在的群里说过话，没有数可看。"]
    async with sqlite_database.write() as store:
        member = await members.find(store, "qq", "stranger")
        assert member is not None
        await grants.grant(store, member.id, 1, ADMIN, found.chat.clock.now(), None)
    assert (await found.chat.tell("stranger", "统计"))[0].startswith("群 g1 · 近 7 天")


WHY = """\
首次响应 中位 10 分，2/3 题已有
从提问到第一个别的人追问或回答；中位数为主，没人应的不估。机器人的不算。
#4 HNSW 索引建到一半内存爆了怎么办？ · 已等 4 天 1 时
#5 psql 里怎么看表的大小？ · 10 分
#3 加一列业务卡了半小时是为什么？ · 10 分
看一题：发「看 4」"""


async def test_why(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    for command in ("为什么 首次响应", "/why first_response_time", "/why First Response Time"):
        assert await found.chat.ask_bot("木子", command) == [WHY], command


BY_NAME = {
    "提问": "提问 3",
    "24 小时内有人应": "24 小时内有人应 2/3",
    "解决率": "七天解决率 1/2",  # as the digest prints it
    "resolved": "七天解决率 1/2",
    "解决用时": "解决用时 中位 25 分，1/2 题已有",
    "活跃": "活跃 4",
    "解决率（含推断）": "解决率（含推断） 1/3",
    "群人数": "群人数 1,982",
    "机器人响应": "机器人响应：还没有数",
}


async def test_why_by_any_name(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    for name, line in BY_NAME.items():
        said = (await found.chat.ask_bot("木子", f"为什么 {name}"))[0]
        assert said.splitlines()[0] == line
        check_manners(said)


async def test_people_are_not_listed(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    said = (await found.chat.ask_bot("木子", "/why 活跃"))[0]
    assert not any(name in said for name in ("木子", "豆子", "江南", "Lena"))


async def test_what_is_no_figure(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    for word in ("", "天气", "{0.__class__}", "(a+)+$", "%", "'; drop table threads", "x" * 10_000):
        said = await found.chat.say("木子", f"/why {word}")
        assert said[0].startswith("「为什么」后面跟数字的名字"), word


async def test_a_question_that_begins_with_why_is_a_question(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    said = await found.chat.ask_bot("木子", "为什么 我的库这么慢？")
    assert all("后面跟数字的名字" not in text for text in said)


async def test_words_of_a_group_that_keeps_to_itself_stay_there(sqlite_database: Database) -> None:
    found = await town(sqlite_database)
    await found.chat.make_admin("ayu", group="g1")
    await found.chat.say("ayu", "/settings questions.sharing nobody")
    await found.chat.make_owner("own")
    said = (await found.chat.tell("own", "/why 提问"))[0]
    assert "#4" in said
    assert "HNSW" not in said
    assert "HNSW" in (await found.chat.ask_bot("木子", "/why 提问"))[0]
