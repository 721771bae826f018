"""The edition for admins: in private, of all their groups, to who asked for it, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters import DeliveryError, Outcome
from storage import groups
from storage.database import Database
from tests.chat import Recorder
from tests.handlers.digest.test_digest import DENIED, FEATURES, two_weeks
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

DUE = "2026-11-30T09:00:00+08:00"
TOLD = """\
测试运营周报 · 只发管理员 · 第 48 周（11.23–11.29）
答得更快了。

【数字】
提问 3（2）
首次响应 中位 10 分（20），p90 10 分（20），平均 10 分（20）；只算服务时段，中位 10 分（20）
24 小时内有人应 2/3（1/2）
解决率 R7 1/2
这 1 题的解决用时 中位 25 分，p90 25 分，平均 25 分
上周 2 题：解决 1｜推断解决 0｜答了没确认 0｜没人答 1
活跃 6（3），1 个群去重

【要留意】
答题 2 人，2 个回答
72 小时没人应：#4
上期到现在：1 份已送达
口径 v1，发「为什么 解决率」看是哪些题"""


async def mine(town: Town, moment: str = DUE) -> dict[str, list[str]]:
    """Let it be due, and return what was posted in private, by member."""
    before = len(town.chat.adapter.posted)
    await town.at(moment)
    told: dict[str, list[str]] = {}
    for post in town.chat.adapter.posted[before:]:
        if post.place.key.startswith("direct:"):
            told.setdefault(post.place.key.removeprefix("direct:"), []).append(post.text)
    return told


async def test_who_asked_gets_it_in_private_once(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    assert await town.chat.say("ayu", "/digest mine on") == ["这个私聊我说一次，我才知道发给谁。"]
    assert await town.chat.tell("ayu", "周报 我的 开") == [
        "好，你管的群合成一份，到点私聊发你。不要了回「周报 我的 关」。"
    ]
    assert await mine(town) == {"ayu": [TOLD.replace("活跃 6", "活跃 7")]}
    assert await mine(town, "2026-11-30T09:00:05+08:00") == {}
    await town.chat.tell("ayu", "/digest mine off")
    assert await mine(town, "2026-12-07T09:00:00+08:00") == {}


async def test_in_english(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, language="en")
    await town.chat.tell("ayu", "/digest mine on")
    told = (await mine(town))["ayu"][0].splitlines()
    assert told[:2] == ["测试 admins' weekly · for admins only · week 48 (23–29 Nov)", "answers came faster."]
    assert (
        "First response: median 10 min (20), p90 10 min (20), mean 10 min (20); in service hours, median 10 min (20)"
        in told
    )


async def test_all_admins_where_the_group_wants_that(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, tables={"digest": {"admins": True}})
    assert list(await mine(town)) == ["ayu"]
    await town.chat.tell("ayu", "/digest mine off")
    assert await mine(town, "2026-12-07T09:00:00+08:00") == {}


async def test_several_groups_in_one_and_nobody_elses(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, groups=("g1", "g2"))
    await town.chat.say("carol", "g2 的 oracle_fdw 读 CLOB 很慢怎么办？", group="g2")
    await town.chat.make_owner("own")
    await town.chat.make_admin("other", group="g2")
    for who in ("own", "other", "ayu"):
        await town.chat.tell(who, "/digest mine on")
    told = await mine(town)
    assert {who: len(texts) for who, texts in told.items()} == {"own": 1, "other": 1, "ayu": 1}
    assert told["ayu"] == [TOLD]
    assert "2 个群去重" in told["own"][0]
    assert "提问 3" not in told["other"][0]
    assert await town.chat.tell("bob", "/digest mine on") == [DENIED]


async def test_what_waits_and_what_went_wrong_is_said_without_being_asked(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    town.chat.adapter.fails.append(DeliveryError(Outcome.UNKNOWN, "no answer in time"))
    await mine(town)
    await town.chat.tell("ayu", "/digest mine on")
    async with sqlite_database.write() as store:
        await groups.end_cover(store, 1, town.chat.clock.now() - timedelta(days=9))
    await town.chat.say("ayu", "/settings digest.admins_when daily 10:00")
    told = (await mine(town, "2026-11-30T10:00:00+08:00"))["ayu"][0]
    assert "缺 1 个群的记录" in told
    assert "【等你定（回引号里的话就行）】\n群 g1有一条不知道发没发出去，我没有重发：群里没有就「补发" in told
    assert "1 份结果不明（群 g1，没有重发）" in told
    assert "群 g1 7 天以上没有新记录" in told


async def test_none_where_ids_change(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, tables={"digest": {"admins": True}})
    object.__setattr__(town.chat.house, "adapters", {"test": Recorder(abilities=frozenset())})
    assert await mine(town) == {}


async def test_an_empty_week_of_a_group_of_one(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES)
    await town.chat.make_admin("ayu")
    await town.chat.tell("ayu", "/digest mine on")
    await town.chat.say("ayu", "早")
    told = (await mine(town, "2026-11-23T09:00:00+08:00"))["ayu"][0]
    assert told.splitlines()[:2] == ["测试运营周报 · 只发管理员 · 第 47 周（11.16–11.22）", "没有要操心的。"]
    assert "提问 0" in told
    assert "None" not in told
