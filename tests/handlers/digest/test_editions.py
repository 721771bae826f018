"""Daily and monthly editions, those of a segment and of the community, and posts that are spread."""

from __future__ import annotations

from datetime import datetime

import pytest

from handlers.digest._where import told_in
from storage import groups, outbox, segments
from storage.database import Database
from storage.frames import Place
from storage.segments import Kind, Segment
from storage.settings import put as set_to
from tests.handlers.digest.test_digest import FEATURES, two_weeks
from tests.handlers.scripted import Town

middle = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


@pytest.mark.parametrize(
    ("both", "instead"),
    [
        ({(1, 1): 10, (2, 2): 10}, {}),
        ({(1, 1): 10, (2, 2): 10, (2, 1): 6}, {2: 1}),
        ({(1, 1): 10, (2, 2): 10, (2, 1): 5}, {}),  # half is not most
        ({(1, 1): 10, (2, 2): 4, (2, 1): 3, (3, 3): 4, (3, 2): 4, (3, 1): 3}, {2: 1, 3: 1}),  # 2 is not told itself
        ({(1, 1): 10, (2, 2): 4, (2, 1): 3, (3, 3): 4, (3, 2): 4, (3, 1): 1}, {2: 1}),
        ({}, {}),
    ],
)
def test_nobody_is_told_the_same_twice(both: dict[tuple[int, int], int], instead: dict[int, int]) -> None:
    assert told_in([3, 1, 2], both) == instead


@middle
async def test_every_evening(sqlite_database: Database) -> None:
    tables = {"digest": {"when": "daily 18:30", "quiet_below": 2}}
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES, tables=tables)
    await town.chat.say("木子", "早")
    assert await town.at("2026-11-16T18:30:00+08:00") == ["测试日报 · 11 月 15 日 周日\n群里安静，没有人提问。明天见。"]
    await town.ask("木子", "主库磁盘满了，能删 pg_wal 吗？")
    said = (await town.at("2026-11-17T18:30:00+08:00"))[0].splitlines()
    assert said[:2] == ["测试日报 · 11 月 16 日 周一", "问题多了 1 个，还没人应。"]
    assert await town.at("2026-11-17T18:31:00+08:00") == []


@middle
async def test_on_the_first_of_the_month_across_new_year(sqlite_database: Database) -> None:
    tables = {"digest": {"when": "day 1 10:00"}}
    town = await Town.open(sqlite_database, at="2026-12-28T10:00:00+08:00", features=FEATURES, tables=tables)
    for number in range(6):
        await town.solve("木子", f"第 {number} 个问题怎么办呢？", "晓舟", "先看一下日志里说了什么，再决定怎么办")
    said = (await town.at("2027-01-01T10:00:00+08:00"))[0].splitlines()
    assert said[0] == "测试月报 · 2026 年 12 月"
    async with sqlite_database.read() as store:
        assert await outbox.by_key(store, "digest:1:2026-12") is not None
    assert (await town.at("2027-02-01T10:00:00+08:00"))[0] == "测试月报 · 2027 年 1 月\n群里安静，没有人提问。下月见。"


@middle
async def test_a_week_across_new_year(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-12-28T10:00:00+08:00", features=FEATURES)
    await town.ask("木子", "主库磁盘满了，能删 pg_wal 吗？")
    said = await town.at("2027-01-04T09:00:00+08:00")
    assert said[0].startswith("测试周报 · 第 53 周（12.28–1.3）\n")
    async with sqlite_database.read() as store:
        assert await outbox.by_key(store, "digest:1:2026-W53") is not None
    assert (await town.at("2027-01-11T09:00:00+08:00"))[0].startswith("测试周报 · 第 1 周（1.4–1.10）\n")


@middle
async def test_a_group_of_one_and_a_week_in_which_nobody_answered(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES)
    for number in range(6):
        await town.ask("木子", f"第 {number} 个问题怎么办呢？")
    said = (await town.at("2026-11-23T09:00:00+08:00"))[0]
    assert "24 小时内有人应 0/6" in said
    assert "【谢谢】" not in said
    assert "【值得收藏】" not in said
    assert said.count("（6 天）") == 5


# -- one digest for several groups ------------------------------------------------------------------------------------


async def region(town: Town, scope: str) -> None:
    """Put g1 and g2 into one region, and let both read one digest."""
    async with town.chat.database.write() as store:
        for key in ("g1", "g2"):
            found = await groups.at(store, Place("qq", key))
            assert found is not None
            await segments.give(store, found.id, Segment(Kind.REGION, "成都"))
        await set_to(store, 0, "digest.scope", scope, town.chat.clock.now(), None)


async def a_week_of_three(database: Database, scope: str) -> Town:
    tables = {"digest": {"spread": 0, "quiet_below": 0}}
    town = await Town.open(
        database, at="2026-11-16T10:00:00+08:00", features=FEATURES, groups=("g1", "g2", "g3"), tables=tables
    )
    await region(town, scope)
    await town.ask("木子", "g1 的 HNSW 索引建到一半内存爆了怎么办？", group="g1")
    await town.ask("豆子", "g2 的 oracle_fdw 读 CLOB 很慢怎么办？", group="g2")
    await town.ask("石头", "g3 的 Patroni 切主后槽没了怎么办？", group="g3")
    return town


async def posts(town: Town) -> dict[str, str]:
    await town.at("2026-11-23T09:00:00+08:00")
    return {post.place.key: post.text for post in town.chat.adapter.posted}


@middle
async def test_groups_of_a_segment_have_their_digest_in_common(sqlite_database: Database) -> None:
    told = await posts(await a_week_of_three(sqlite_database, "segment"))
    for key, own, other in (("g1", "HNSW", "oracle_fdw"), ("g2", "oracle_fdw", "HNSW")):
        assert told[key].startswith("测试成都周报 · 第 47 周")
        assert "提问 2 个" in told[key]
        assert "的 2 个群：QQ 2。" in told[key]
        assert own in told[key]
        assert other not in told[key]
    assert told["g3"].startswith("测试周报 · 第 47 周")
    assert "提问 1 个" in told["g3"]


@middle
async def test_all_groups_have_their_digest_in_common(sqlite_database: Database) -> None:
    told = await posts(await a_week_of_three(sqlite_database, "community"))
    assert all("提问 3 个" in text and text.startswith("测试周报") for text in told.values())
    assert "Patroni" in told["g3"]
    assert "Patroni" not in told["g1"]


@middle
async def test_a_group_that_keeps_to_itself_has_its_own(sqlite_database: Database) -> None:
    town = await a_week_of_three(sqlite_database, "community")
    async with sqlite_database.write() as store:
        found = await groups.at(store, Place("qq", "g2"))
        assert found is not None
        await set_to(store, found.id, "questions.sharing", "group", town.chat.clock.now(), None)
    told = await posts(town)
    assert "提问 1 个" in told["g2"]
    assert "提问 2 个" in told["g1"]


@middle
async def test_who_is_in_both_groups_reads_it_once(sqlite_database: Database) -> None:
    town = await a_week_of_three(sqlite_database, "segment")
    for who in ("豆子", "江南"):
        await town.chat.say(who, "早", group="g1")
        await town.chat.say(who, "早", group="g2")
    told = await posts(town)
    assert "【这一周】" in told["g1"]
    assert "【这一周】" not in told["g2"]
    assert "oracle_fdw" in told["g2"]
    assert "大家共同的部分在「群 g1」，多数人都在那边，这里不重复。" in told["g2"]


# -- spread -----------------------------------------------------------------------------------------------------------


@middle
async def test_posts_of_one_instant_are_spread_and_each_week_alike(database: Database) -> None:
    tables = {"digest": {"spread": 10}}
    keys = tuple(f"g{number}" for number in range(1, 6))
    town = await Town.open(database, at="2026-11-16T10:00:00+08:00", features=FEATURES, groups=keys, tables=tables)
    for key in keys:
        await town.chat.say("bob", "早", group=key)
    for monday in ("2026-11-23", "2026-11-30"):
        before = len(town.chat.adapter.posted)
        waited = {}
        await town.at(f"{monday}T09:00:00+08:00")
        due = datetime.fromisoformat(f"{monday}T09:00:00+08:00")
        for _ in range(10):
            for post in town.chat.adapter.posted[before:]:
                waited.setdefault(post.place.key, (town.chat.clock.now() - due).total_seconds() / 60)
            town.chat.later(minutes=1)
            await town.chat.tick()
        assert waited == {"g1": 0, "g2": 2, "g3": 4, "g4": 6, "g5": 8}


# -- beyond the week's budget -----------------------------------------------------------------------------------------


@middle
async def test_beyond_the_budget_the_admin_is_told_before(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    town.chat.clock.time = datetime.fromisoformat("2026-11-30T08:00:00+08:00")
    async with sqlite_database.write() as store:
        await set_to(store, 1, "outbox.weekly_budget", 0, town.chat.clock.now(), None)
    assert await town.chat.ask_bot("ayu", "周报 现在") == [
        "这周我主动发过 1 条了，说好每周最多 0 条，再发会被嫌吵。真要现在发：「周报 现在 也发」"
    ]
    said = await town.chat.ask_bot("ayu", "周报 现在 也发")
    assert said[0].startswith("测试周报 · 第 48 周")
    assert await town.at("2026-11-30T09:00:00+08:00") == []
    assert await town.chat.ask_bot("ayu", "周报 重发") == said


@middle
async def test_unknown_sections_are_refused_with_the_near_one(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    assert await town.chat.say("ayu", "/settings digest.sections figures, hot topic") == [
        "没有「hot topic」这个栏目，是想说 hot topics 吗？"
    ]
    assert (
        "figures、open questions"
        in (await town.chat.say("ayu", "/settings digest.sections figures, open questions"))[0]
    )
    said = (await town.at("2026-11-30T09:00:00+08:00"))[0]
    assert "【还在等一句话】" in said
    assert "【值得收藏】" not in said
