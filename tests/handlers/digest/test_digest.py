"""The weekly digest through the front door: what it says, when it comes, and that it comes once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.adapters import DeliveryError, Outcome
from storage import activity, groups, members, outbox, settings
from storage.database import Database
from storage.groups import Coverage, Span
from storage.metrics import week_of
from storage.outbox import State
from storage.outcome import DEFINITION_VERSION
from storage.replies import plain
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

FEATURES = ("questions", "corrections", "stats", "digest", "posting", "settings", "privacy", "help")
FAN, CHUAN = "成都-老樊-DBA", "Lena"
SLOT = "别删，先看复制槽有没有没人用的，删掉它，下次检查点之后空间就回来了"
LOCK = "不是在重写表，是 ALTER 在等长事务，后面的查询全排在它后头，先设 lock_timeout"
DENIED = "这个要群管理员来发。想收尾自己的题，回「解决了」。"

SECOND = """\
测试周报 · 第 48 周（11.23–11.29）
问题多了 1 个，等的时间反而短了。

【这一周】
提问 3 个（上周 2）
首次响应 中位 10 分钟（20），平均 10 分钟（20），连还在等的一起算 10 分钟
24 小时内有人应 2/3（1/2）
解决率 1/2：满 7 天才算，这是上周的题
解决用时 中位 25 分钟，连还在等的一起算 25 分钟

【值得收藏】
#3 加一列业务卡了半小时是为什么？
不是在重写表，是 ALTER 在等长事务，后面的查询全排在它后头，先设 lock_timeout。—— Lena
看全文：发「看 3」

【还在等一句话】
#4 HNSW 索引建到一半内存爆了怎么办？（6 天，同问 2）
知道一点也有用，在群里带上编号说就行。

【谢谢】
2 位朋友回答了别人的问题。提问者道过谢的：Lena（按拼音，不排名）
第一次出手：Lena。欢迎常来。

【新来的】
3 位新面孔，欢迎。不知道问哪里，直接在群里问就行。

统计本群：全部消息可见。口径 v1。
串错了、谢错了：回「#编号 不对」。不想出现名字：私聊我「别署名」。"""

SECOND_EN = """\
测试 weekly · week 48 (23–29 Nov)
One more question, and yet shorter waits.

【This week】
Questions 3 (last week 2)
First response: median 10 minutes (20), mean 10 minutes (20), 10 minutes with those that wait
Response within 24 h: 2/3 (1/2)
Resolved: 1/2, of last week's questions (7 days old now)
Time to resolve: median 25 minutes, 25 minutes with those that wait

【Worth keeping】
#3 加一列业务卡了半小时是为什么？
不是在重写表，是 ALTER 在等长事务，后面的查询全排在它后头，先设 lock_timeout — Lena
The whole thread: /show 3

【Still waiting for a word】
#4 HNSW 索引建到一半内存爆了怎么办？ (6 days, 2 more waiting)
Knowing a little helps. Say it in the group, with the number.

【Thanks】
2 people answered others' questions. Thanked by the askers: Lena (by alphabet, no ranking).
Answered for the first time: Lena. Glad to have you.

【New here】
3 new faces, welcome. Not sure where to ask? Right here.

This group: All messages seen. Definitions v1.
Something wrong? Reply “#number wrong”. Rather not be named? Send me /unsign in private."""


async def two_weeks(database: Database, **more: Any) -> Town:
    """Return a town on Sunday evening, after two weeks of questions; the first week's digest was posted."""
    town = await Town.open(database, at="2026-11-16T10:00:00+08:00", features=FEATURES, **more)
    await town.chat.make_admin("ayu")
    await town.solve("木子", "主库磁盘满了，能删 pg_wal 吗？", FAN, SLOT, minutes=20)
    await town.ask("豆子", "oracle_fdw 读 CLOB 很慢怎么办？")
    await town.at("2026-11-23T09:00:01+08:00")
    await town.solve("木子", "加一列业务卡了半小时是为什么？", CHUAN, LOCK)
    waiting = await town.ask("豆子", "HNSW 索引建到一半内存爆了怎么办？")
    await town.reply("江南", "同问", waiting)
    await town.reply("石头", "同问", waiting)
    answered = await town.ask("江南", "psql 里怎么看表的大小？")
    await town.reply(FAN, "\\dt+ 就行", answered, minutes=10)
    town.chat.clock.time = town.chat.clock.now() + timedelta(days=6)
    assert town.chat.replies == []
    return town


@pytest.mark.parametrize(("language", "said"), [("zh", SECOND), ("en", SECOND_EN)])
async def test_what_it_says(sqlite_database: Database, language: str, said: str) -> None:
    town = await two_weeks(sqlite_database, language=language)
    assert await town.at("2026-11-30T09:00:00+08:00") == [said]


# -- when, and once ---------------------------------------------------------------------------------------------------


async def test_it_comes_once_however_often_the_clock_ticks(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    assert await town.at("2026-11-30T08:59:59+08:00") == []
    assert len(await town.at("2026-11-30T09:00:00+08:00")) == 1
    for moment in ("09:00:01", "08:59:00", "09:00:00", "23:00:00"):  # the clock may also be set back
        assert await town.at(f"2026-11-30T{moment}+08:00") == []


async def test_late_by_hours_it_tells_of_the_same_week(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    said = await town.at("2026-12-01T08:00:00+08:00")
    assert said[0].splitlines()[0] == "测试周报 · 第 48 周（11.23–11.29）"
    assert await town.at("2026-12-02T12:00:00+08:00") == []


async def test_every_five_seconds(sqlite_database: Database) -> None:
    tables = {"digest": {"when": "every 5s"}}
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES, tables=tables)
    await town.chat.say("bob", "早")
    posts = 0
    for _ in range(3):
        town.chat.later(seconds=5)
        posts += len(await town.chat.tick())
        posts += len(await town.chat.tick())
    assert posts == 3


async def test_the_zone_of_a_group_moves_only_its_schedule(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES)
    await town.chat.say("bob", "早")
    async with sqlite_database.write() as store:
        await store.execute(groups.GROUPS.update().values(zone="America/New_York"))
    await town.chat.make_admin("ayu")
    assert "11 月 16 日 09:00" not in (await town.chat.say("ayu", "/settings digest.when mon 09:00"))[0]
    assert await town.at("2026-11-23T09:00:01+08:00") == []
    said = await town.at("2026-11-23T22:00:01+08:00")  # 09:00 in New York
    assert said[0].splitlines()[0] == "测试周报 · 第 47 周（11.16–11.22）"


async def test_none_where_the_bot_is_gone(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    async with sqlite_database.write() as store:
        await groups.end_cover(store, 1, town.chat.clock.now() - timedelta(days=9))
    assert await town.at("2026-11-30T09:00:00+08:00") == []


async def test_switched_off(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    await town.chat.say("ayu", "/settings digest.enabled off")
    assert await town.at("2026-11-30T09:00:00+08:00") == []
    assert await town.chat.say("ayu", "/digest") == ["周报关着。打开：「设置 digest.enabled on」"]


async def test_a_quiet_group_gets_none(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    await town.chat.ask_bot("ayu", "安静")
    assert await town.at("2026-11-30T09:00:00+08:00") == []
    assert "本群在安静" in (await town.chat.say("ayu", "/digest now"))[0]


# -- weeks in which there is little to say ----------------------------------------------------------------------------


async def test_a_quiet_week_is_two_lines(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES)
    for number in range(4):
        key = await town.ask("木子", f"第 {number} 个问题怎么办呢？")
        await town.reply("豆子", "看看日志", key)
    assert await town.at("2026-11-23T09:00:00+08:00") == [
        "测试周报 · 第 47 周（11.16–11.22）\n群里安静：4 个问题，都有人应了。下周见。"
    ]
    assert await town.at("2026-11-30T09:00:00+08:00") == [
        "测试周报 · 第 48 周（11.23–11.29）\n群里安静，没有人提问。下周见。"
    ]


async def test_where_only_mentions_are_seen(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES)
    await town.ask("木子", "主库磁盘满了，能删 pg_wal 吗？")
    async with sqlite_database.write() as store:
        await store.execute(groups.COVERAGE.update().values(coverage=Coverage.MENTIONS))
    said = (await town.at("2026-11-23T09:00:00+08:00"))[0]
    assert "这里我只看得到 @ 我的消息，下面不是全貌。" in said
    assert "只看得到 @ 我的 1 个问题，别的数不出来" in said
    assert "统计本群：我只看得到 @ 我的消息。口径 v1。" in said
    assert "提问 0" not in said


async def test_a_gap_is_said(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    since = town.chat.clock.now() - timedelta(days=3)
    async with sqlite_database.write() as store:
        await groups.add_span(store, Span(1, Coverage.NONE, since, since + timedelta(minutes=42), 12))
    said = (await town.at("2026-11-30T09:00:00+08:00"))[0]
    assert "统计本群：全部消息可见，11 月 26 日 09:35 掉线 42 分，缺 12 条。口径 v1。" in said


# -- what was printed -------------------------------------------------------------------------------------------------


async def test_what_was_corrected_since_is_marked(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    week = week_of(date(2026, 11, 16), town.chat.house.community.zone)
    async with sqlite_database.read() as store:
        kept = await activity.printed(store, "group:1", week.since, week.until, DEFINITION_VERSION)
    assert kept is not None
    assert kept["figures"]["questions"] == {"value": 2, "n": 2, "parts": {"asked": 2}}
    town.chat.clock.time = datetime.fromisoformat("2026-11-29T12:00:00+08:00")
    late = town.chat.clock.now() - datetime.fromisoformat("2026-11-16T11:40:00+08:00")
    await town.chat.say(FAN, "先看网络", reply_to="m00004", age=late, replayed=True)  # its backfill came a week late
    said = (await town.at("2026-11-30T09:00:00+08:00"))[0]
    assert "提问 3 个（上周 2）" in said
    assert "24 小时内有人应 2/3（2/2 修订）" in said
    assert "平均 10 分钟（47 修订）" in said


# -- people -----------------------------------------------------------------------------------------------------------


async def test_who_does_not_want_to_be_named_is_not(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    await town.chat.tell(CHUAN, "别署名")
    said = (await town.at("2026-11-30T09:00:00+08:00"))[0]
    assert "Lena" not in said
    assert "2 位朋友回答了别人的问题。\n" in said
    assert "先设 lock_timeout\n" in said  # the words stay, unsigned


async def test_what_members_say_stays_text(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES)
    hostile = "{{7*7}} %(x)s {0.__class__} [CQ:at,qq=all] <b>x</b> 怎么办？"
    answer = "[CQ:at,qq=all] @所有人 试试 {thread} 和 {{7*7}} 再看看 %(name)s 就行"
    await town.solve("木子", hostile, "{0.__init__}", answer)
    said = (await town.at("2026-11-23T09:00:00+08:00"))[0]
    assert "#1 {{7*7}} %(x)s {0.__class__} <b>x</b> 怎么办？" in said
    assert f"{answer}。—— 0." in said
    async with sqlite_database.read() as store:
        post = await outbox.get(store, 1)
    assert all(span.span == "plain" for block in post.body.blocks if block.block == "paragraph" for span in block.spans)


async def test_secrets_are_masked_in_titles_and_answers(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES)
    answer = "把 password=s3cretpw9 换掉，手机 13812345678 找我，再看看日志怎么说"
    await town.solve("木子", "连 10.2.3.4 密码 hunter2xyz 连不上？", FAN, answer)
    said = (await town.at("2026-11-23T09:00:00+08:00"))[0]
    for secret in ("10.2.3.4", "hunter2xyz", "s3cretpw9", "13812345678"):
        assert secret not in said


# -- by command -------------------------------------------------------------------------------------------------------


async def test_now_once_then_deliberately_again(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    town.chat.clock.time += timedelta(days=1)  # Monday
    said = await town.chat.say("ayu", "/digest now")
    assert said[0].splitlines()[0] == "测试周报 · 第 48 周（11.23–11.29）"
    assert "这期已经出过了，不重复发。" in (await town.chat.ask_bot("ayu", "周报 现在"))[0]
    assert await town.at("2026-12-01T09:00:00+08:00") == []  # its occurrence on Monday finds the same key
    assert await town.chat.say("ayu", "/digest resend") == said
    assert len([p for p in town.chat.adapter.posted if p.text == said[0]]) == 2


async def test_the_preview_is_for_one(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    before = len(town.chat.adapter.posted)
    said = await town.chat.say("ayu", "/digest preview")
    posted = town.chat.adapter.posted[before:]
    assert {post.place.key for post in posted} == {"direct:ayu", "g1"}
    assert sorted(said)[-1].startswith("预览，只有你看得到：\n测试周报 · 第 47 周")
    assert "私聊发你了。" in said
    async with sqlite_database.read() as store:
        assert await outbox.by_key(store, "digest:1:2026-W48") is None


async def test_when_the_next_one_comes(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    assert await town.chat.say("ayu", "/digest") == [
        "下一期 明天 09:00，说上一周的事。先看「周报 预览」，现在就发「周报 现在」。"
    ]


@pytest.mark.parametrize("name", ["管理员", "owner", "ayu", "群主", "系统消息"])
async def test_a_card_gives_no_rights(sqlite_database: Database, name: str) -> None:
    town = await two_weeks(sqlite_database)
    assert await town.chat.say("mallory", "/digest now", name=name) == [DENIED]
    async with sqlite_database.read() as store:
        assert await outbox.by_key(store, "digest:1:2026-W48") is None


async def test_in_a_direct_whoever_runs_groups_names_one(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, groups=("g1", "g2"))
    await town.chat.say("bob", "早", group="g2")
    assert await town.chat.tell("bob", "/digest preview") == [DENIED]
    await town.chat.make_owner("own")
    assert (await town.chat.tell("own", "/digest preview"))[0].startswith("预览，只有你看得到：\n")
    assert await town.chat.tell("own", "/digest now") == ["哪个群的？带上群名：群 g1、群 g2。"]
    assert (await town.chat.tell("own", "周报 现在 群 g2"))[0].startswith("测试周报 · 第 47 周")
    assert town.chat.adapter.posted[-1].place.key == "g2"
    assert await town.chat.tell("own", "/digest") == [
        "群 g1：明天 09:00\n群 g2：明天 09:00\n管理员那份现在关着。「周报 我的 开」「周报 我的 关」"
    ]


async def test_an_admin_of_one_group_asking_for_another_is_refused_kindly(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, groups=("g1", "g2"))
    for order in ("/digest preview 群 g2", "周报 现在 群 g2", "周报 重发 g2"):
        assert await town.chat.tell("ayu", order) == [
            "「" + order.split(" ", 2)[2] + "」不在你管的群里。你管的：群 g1。"
        ]
    assert (await town.chat.tell("ayu", "周报 预览 群 g1"))[0].startswith("预览，只有你看得到：\n测试周报")


# -- the road out -----------------------------------------------------------------------------------------------------


async def test_the_first_one_waits_for_a_yes(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-16T10:00:00+08:00", features=FEATURES, preview=True)
    await town.chat.make_admin("ayu")
    await town.solve("木子", "主库磁盘满了，能删 pg_wal 吗？", FAN, SLOT)
    told = await town.at("2026-11-23T09:00:00+08:00")
    assert [post.place.key for post in town.chat.adapter.posted] == ["direct:ayu"]
    assert "第一次要自己发东西，先给你看" in told[0]
    assert "【值得收藏】" in told[0]
    said = await town.chat.tell("ayu", "发吧 1")
    assert any(text.startswith("测试周报 · 第 47 周") for text in said)
    assert town.chat.adapter.posted[-1].place.key in {"g1", "direct:ayu"}


async def test_an_unknown_outcome_is_told_and_not_repeated(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database)
    town.chat.adapter.fails.append(DeliveryError(Outcome.UNKNOWN, "no answer in time"))
    said = await town.at("2026-11-30T09:00:00+08:00")
    assert len(said) == 1
    assert "不知道发没发出去" in said[0]
    assert await town.at("2026-11-30T09:05:00+08:00") == []
    assert (await town.chat.say("ayu", "/digest resend"))[0] == "这期还在等着发，看「待发」。"


async def test_who_is_forgotten_leaves_the_digests_that_wait(sqlite_database: Database) -> None:
    town = await two_weeks(sqlite_database, preview=True)
    await town.at("2026-11-30T09:00:00+08:00")
    async with sqlite_database.read() as store:
        held = await outbox.by_key(store, "digest:1:2026-W48")
        assert held is not None
        assert "lock_timeout" in plain(held.body)
    await town.chat.tell(CHUAN, "删掉我 确定")
    async with sqlite_database.read() as store:
        held = await outbox.by_key(store, "digest:1:2026-W48")
        assert held is not None
        assert (held.state, held.body.blocks) == (State.DROPPED, ())
        assert await members.find(store, "qq", CHUAN) is None
        assert await settings.get(store, 1, "outbox.approved") is None
