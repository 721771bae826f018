"""The whole ladder on a moving clock: board, admins, one nudge; nothing where nobody may be told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters import DeliveryError, Outcome
from bot.clock import Ticker
from storage import groups, settings
from storage.coverage import Span
from storage.database import Database
from storage.frames import Frame, Left, Place
from storage.groups import Coverage
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("questions", "lookups", "corrections", "digest", "escalation", "posting", "settings", "privacy")
MONDAY = "2026-11-23T09:00:00+08:00"
HNSW, SLOT, GIVEN = "HNSW 建索引内存爆了，怎么调？", "复制槽没了怎么找回来？", "重建一个，再从快照初始化订阅"
BOARD = (
    "求助榜，这题还在等一句话：\n#1 HNSW 建索引内存爆了，怎么调？ · 8 小时，没人应过\n"
    "知道一点也有用，在群里带上编号说就行。看前情：发「看 1」。"
)
NUDGE = (
    "@木子 昨天你问的「复制槽没了怎么找回来？」，老樊说「重建一个，再从快照初始化订阅」，后来好了吗？\n"
    "好了回「解决了」，没好回「没解决」。不回也没事，我不再问了。"
)


async def opened(database: Database, **more: Any) -> Town:
    """Open a town in which the digest is off, so that nothing but the ladder speaks."""
    tables = {"digest": {"enabled": False}, **more.pop("tables", {})}
    return await Town.open(database, at=MONDAY, features=FEATURES, tables=tables, **more)


async def run(town: Town, until: str, minutes: int = 30) -> list[tuple[str, str, str]]:
    """Let time pass in steps, and return what was posted: when (local), where, what."""
    chat, before = town.chat, len(town.chat.adapter.posted)
    told: list[tuple[str, str, str]] = []
    while (chat.clock.now() + timedelta(minutes=minutes)).isoformat() <= until:
        chat.later(minutes=minutes)
        await chat.tick()
        new, before = chat.adapter.posted[before:], len(chat.adapter.posted)
        told += [(f"{chat.clock.now():%d %H:%M}", post.place.key, post.text) for post in new]
    return told


async def answered(town: Town) -> str:
    """Let 木子 ask, and 老樊 answer eight minutes later; return the answer's key."""
    await town.chat.say("muzi", SLOT, name="成都-木子-开发")
    asked = town.chat.last
    town.chat.later(minutes=8)
    await town.chat.say("fan", GIVEN, name="老樊", reply_to=asked)
    return town.chat.last


async def test_a_question_that_waits_is_shown_once_and_brought_to_admins_once(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.chat.make_admin("bo")
    await town.ask("muzi", HNSW)
    told = await run(town, "2026-11-28T00:00:00+08:00")
    assert [(when[:5], where) for when, where, _ in told] == [
        ("23 17", "g1"),
        ("25 10", "direct:ayu"),
        ("25 10", "direct:bo"),
    ]
    assert told[0][2] == BOARD
    assert told[1][2] == (
        "这些题一直没人答上来，等你看一眼：\n#1 HNSW 建索引内存爆了，怎么调？ · 2 天，没人应过 · 群 g1\n"
        "知道谁会，在群里点他一句就行；看前情发「看 1」。一天最多这一条，不回也没事。"
    )


async def test_whoever_answers_a_question_takes_it_off(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    key = await town.ask("muzi", HNSW)
    town.chat.clock.time += timedelta(hours=7, minutes=50)
    await town.chat.say("fan", "调大 maintenance_work_mem", reply_to=key)
    await town.chat.say("muzi", "好了", reply_to=town.chat.last)
    assert await run(town, "2026-11-28T00:00:00+08:00") == []


async def test_an_asker_is_nudged_once_and_quoted(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await answered(town)
    told = await run(town, "2026-12-03T00:00:00+08:00", minutes=60)
    assert [(when[:5], where, text) for when, where, text in told] == [("24 09", "g1", NUDGE)]
    assert town.chat.adapter.posted[-1].reply_to == "m00001"
    assert await town.chat.say("muzi", "解决了", reply_to=town.chat.adapter.posted[-1].key) != []
    assert await run(town, "2026-12-04T00:00:00+08:00", minutes=60) == []


@pytest.mark.parametrize("word", ["谢谢", "好了", "没好", "还是报同样的错"])
async def test_who_said_anything_since_is_not_nudged(sqlite_database: Database, word: str) -> None:
    town = await opened(sqlite_database)
    key = await answered(town)
    await town.chat.say("muzi", word, reply_to=key)
    assert await run(town, "2026-11-28T00:00:00+08:00", minutes=60) == []


async def test_who_left_or_opted_out_is_not_nudged(sqlite_database: Database) -> None:
    town = await opened(sqlite_database, groups=("g1", "g2"))
    await answered(town)
    await town.chat.say("muzi", "Patroni 切主失败怎么办？", group="g2")
    await town.chat.say("fan", "看日志", reply_to=town.chat.last, group="g2")
    now = town.chat.clock.now()
    await town.chat.hear(Frame("left", Place("qq", "g1"), now, Left("muzi")))
    assert [where for _, where, _ in await run(town, "2026-11-24T20:00:00+08:00")] == ["g2"]
    await answered(town)
    await town.chat.tell("muzi", "别记我")
    assert await run(town, "2026-11-28T00:00:00+08:00", minutes=60) == []


async def test_at_night_nobody_is_nudged(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    town.chat.clock.time += timedelta(hours=13)
    await answered(town)
    (told,) = await run(town, "2026-11-28T00:00:00+08:00")
    assert told[0][:5] == "25 09"


async def test_groups_hold_their_own(sqlite_database: Database) -> None:
    town = await opened(sqlite_database, groups=("g1", "g2", "g3"))
    await town.chat.make_admin("ayu", group="g2")
    for setting in ("escalation.board_after 1", "escalation.board_when 每天 12:00", "service.hours 00:00-24:00"):
        await town.chat.say("ayu", f"/settings {setting}", group="g2")
    await town.chat.make_admin("ayu", group="g3")
    await town.chat.say("ayu", "/settings escalation.board_after 0", group="g3")
    for group in ("g1", "g2", "g3"):
        await town.ask("muzi", HNSW, group)
    told = [(when[:5], where) for when, where, _ in await run(town, "2026-11-23T20:00:00+08:00")]
    assert told == [("23 12", "g2"), ("23 17", "g1")]


@pytest.mark.parametrize("said", ["/quiet", "/settings escalation.enabled off"])
async def test_one_command_ends_it_all(sqlite_database: Database, said: str) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.ask("muzi", HNSW)
    await answered(town)
    await town.chat.say("ayu", said)
    assert await run(town, "2026-11-28T00:00:00+08:00") == []


async def test_without_an_admins_yes_nothing_is_said_nor_held(sqlite_database: Database) -> None:
    town = await opened(sqlite_database, preview=True)
    await town.chat.make_admin("ayu")
    await town.ask("muzi", HNSW)
    await answered(town)
    assert await run(town, "2026-11-28T00:00:00+08:00") == []
    assert await town.chat.say("ayu", "待发") == []
    assert "没人点头" in (await town.chat.say("ayu", "/ladder"))[0]


async def test_where_only_mentions_are_seen_nobody_is_bothered(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.ask("muzi", HNSW)
    await answered(town)
    async with sqlite_database.write() as store:
        await groups.cover(store, 1, Coverage.MENTIONS, town.chat.clock.now())
    assert await run(town, "2026-11-28T00:00:00+08:00") == []


async def test_what_may_have_been_answered_unheard_is_left_to_admins(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.ask("muzi", HNSW)
    await answered(town)
    now = town.chat.clock.now()
    async with sqlite_database.write() as store:
        gap = Span(1, Coverage.NONE, now + timedelta(hours=1), now + timedelta(hours=3), None)
        await groups.add_span(store, gap)
    told = await run(town, "2026-11-28T00:00:00+08:00")
    assert [where for _, where, _ in told] == ["direct:ayu"]


async def test_what_an_import_brought_is_left_alone(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.chat.say("muzi", HNSW, replayed=True)
    await town.chat.say("doudou", SLOT, replayed=True)
    await town.chat.say("fan", GIVEN, replayed=True, reply_to=town.chat.last)
    assert await run(town, "2026-11-28T00:00:00+08:00") == []


async def test_a_day_away_makes_no_flood(sqlite_database: Database) -> None:
    """Away for a day, what was missed is gathered; away for four, nobody is asked about what they forgot."""
    town = await opened(sqlite_database)
    await answered(town)
    for number in range(7):
        await town.ask(f"m{number}", f"第 {number} 个问题怎么办？")
    town.chat.clock.time += timedelta(days=1, hours=10)
    await town.chat.tick()
    told = [post.text for post in town.chat.adapter.posted]
    assert len(told) == 2
    assert sum(line.startswith("#") for text in told for line in text.splitlines()) == 5
    await answered(town)
    town.chat.clock.time += timedelta(days=4, hours=3)
    await town.chat.tick()
    assert [post.text for post in town.chat.adapter.posted[2:] if "后来好了吗" in post.text] == []


async def test_the_week_has_room_for_two(sqlite_database: Database) -> None:
    """One of three places is the digest's; what found none waits for another day, and stands on a later board."""
    town = await opened(sqlite_database)
    boards = []
    for day in range(23, 29):
        town.chat.clock.time = town.chat.clock.time.replace(day=day, hour=1, minute=0)
        await town.ask(f"m{day}", f"{day} 日的问题怎么办？")
        boards += await run(town, f"2026-11-{day}T20:00:00+08:00")
    assert [when[:2] for when, _, _ in boards] == ["23", "24"]
    async with sqlite_database.write() as store:
        await settings.put(store, 1, "outbox.weekly_budget", 100, town.chat.clock.now(), None)
    (later,) = await run(town, "2026-11-29T20:00:00+08:00")
    assert "#3" in later[2]
    assert "#6" in later[2]


async def test_the_board_keeps_to_five_and_new_ones_come_first(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    for number in range(1, 7):
        await town.ask(f"m{number}", f"第 {number} 个问题怎么办？")
    (first,) = await run(town, "2026-11-23T20:00:00+08:00")
    assert numbers(first[2]) == ["#1", "#2", "#3", "#4", "#5"]
    (second,) = await run(town, "2026-11-24T20:00:00+08:00")
    assert numbers(second[2]) == ["#1", "#2", "#3", "#4", "#6"]
    assert await run(town, "2026-11-25T20:00:00+08:00") == []


def numbers(text: str) -> Sequence[str]:
    return [line.split()[0] for line in text.splitlines() if line.startswith("#")]


async def test_an_admin_sees_what_comes_when(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    assert await town.chat.say("ayu", "/ladder") == ["本群没有在等的题，也没有要问后来怎样的。"]
    await answered(town)
    await town.ask("doudou", HNSW)
    head = "本群的求助阶梯（只是看看，现在什么都不发）：\n"
    assert await town.chat.ask_bot("ayu", "求助榜") == [
        f"{head}#2 HNSW 建索引内存爆了，怎么调？ · 等了不到 1 分钟：今天 17:00 上求助榜\n"
        "#1 复制槽没了怎么找回来？ · 有人答了：明天 09:08 问一次好了没有"
    ]
    await run(town, "2026-11-24T20:00:00+08:00")
    assert await town.chat.say("ayu", "/ladder") == [
        f"{head}#2 HNSW 建索引内存爆了，怎么调？ · 等了 1 天：上过求助榜，明天 10:00 告诉管理员"
    ]
    assert "管理员" in (await town.chat.ask_bot("doudou", "求助榜"))[0]


async def test_both_engines_climb_alike(database: Database) -> None:
    town = await opened(database)
    await town.chat.make_admin("ayu")
    await answered(town)
    await town.ask("doudou", HNSW)
    told = await run(town, "2026-11-28T00:00:00+08:00")
    assert [(when[:5], where) for when, where, _ in told] == [
        ("23 17", "g1"),
        ("24 09", "g1"),
        ("25 10", "direct:ayu"),
    ]


async def test_the_admins_digest_tells_what_was_done(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.chat.tell("ayu", "周报 我的 开")
    await answered(town)
    await town.ask("doudou", HNSW)
    told = await run(town, "2026-11-30T09:10:00+08:00", minutes=60)
    edition = told[-1][2]
    assert "\n求助阶梯：1 题上过榜，1 题告诉过管理员，问过 1 位后来好了没有\n" in edition
    assert "72 小时没人应：#2" in edition


@pytest.mark.parametrize(("since", "nudges"), [("", 1), ("好了", 0)])
async def test_what_could_not_be_sent_is_looked_at_anew(sqlite_database: Database, since: str, nudges: int) -> None:
    town = await opened(sqlite_database)
    key = await answered(town)
    town.chat.clock.time += timedelta(days=1)
    town.chat.adapter.fails = [DeliveryError(Outcome.NOT_SENT, "no route")]
    assert await town.chat.tick() == []
    town.chat.later(minutes=11)
    if since:
        await town.chat.say("muzi", since, reply_to=key)
    assert len(await run(town, "2026-11-25T20:00:00+08:00", minutes=10)) == nudges


async def test_what_may_have_arrived_is_never_said_again(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await answered(town)
    town.chat.clock.time += timedelta(days=1)
    town.chat.adapter.fails = [DeliveryError(Outcome.UNKNOWN, "no answer in time")]
    assert await town.chat.tick() == []
    assert await run(town, "2026-11-26T20:00:00+08:00") == []


async def test_a_merged_thread_is_not_nudged_again(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.chat.say("muzi", SLOT)
    await answered(town)
    assert len(await run(town, "2026-11-24T12:00:00+08:00")) == 2  # the board, and the nudge about #2
    await town.chat.say("ayu", "/merge 1 2")
    assert await run(town, "2026-11-28T00:00:00+08:00") == []


async def test_it_expires_by_its_definition_and_nothing_is_said(sqlite_database: Database) -> None:
    town = await opened(sqlite_database, tables={"escalation": {"board_after": 0, "admins_after": 0}})
    await town.chat.make_admin("ayu")
    await town.ask("muzi", HNSW)
    assert await run(town, "2026-12-01T20:00:00+08:00", minutes=120) == []
    assert await town.chat.ask_bot("ayu", "求助榜") == ["本群没有在等的题，也没有要问后来怎样的。"]
    assert "没等到回答" in (await town.chat.tell("muzi", "我的"))[0]


async def test_in_english(sqlite_database: Database) -> None:
    town = await opened(sqlite_database, language="en")
    await town.chat.make_admin("ayu")
    await town.chat.say("joe", "HNSW build runs out of memory, what now？")
    await town.chat.say("muzi", SLOT)
    await town.chat.say("fan", "Create the slot again", reply_to=town.chat.last)
    assert (await town.chat.say("ayu", "/ladder"))[0].splitlines()[1:] == [
        "#1 HNSW build runs out of memory, what now？ · waiting for under a minute: board today 17:00",
        "#2 复制槽没了怎么找回来？ · answered: its asker is asked once, tomorrow 09:00",
    ]
    told = {where: text for _, where, text in await run(town, "2026-11-23T18:00:00+08:00", minutes=60)}
    assert told["g1"].startswith("The board: this one still waits for a word:\n#1 HNSW build runs out of memory")
    told = {where: text for _, where, text in await run(town, "2026-11-25T12:00:00+08:00", minutes=60)}
    assert told["g1"] == (
        "@muzi yesterday you asked “复制槽没了怎么找回来？”; fan said “Create the slot again”. Did it work out?\n"
        "Reply /solved or /reopen. No answer is fine, too; I shall not ask again."
    )
    assert told["direct:ayu"].startswith("Nobody has answered these yet; a look from you may help:\n#1 HNSW")


async def test_two_processes_say_it_once(database: Database) -> None:
    town = await opened(database)
    await town.chat.make_admin("ayu")
    await answered(town)
    await town.ask("doudou", HNSW)
    chat = town.chat
    other = Ticker(database, chat.house, chat.ticker.accounts, chat.clock, lambda: None)
    for day, hour in ((23, 17), (24, 10), (25, 10), (26, 10)):
        chat.clock.time = chat.clock.time.replace(day=day, hour=hour, minute=1)
        await asyncio.gather(chat.ticker.tick(), other.tick())
        await chat.outbox.drain()
    assert sorted(post.place.key for post in chat.adapter.posted) == ["direct:ayu", "g1", "g1"]


async def test_one_board_a_day_whatever_its_time_is_set_to(sqlite_database: Database) -> None:
    town = await opened(sqlite_database)
    await town.chat.make_admin("ayu")
    await town.ask("muzi", HNSW)
    assert len(await run(town, "2026-11-23T17:30:00+08:00")) == 1
    await town.ask("doudou", SLOT)
    await town.chat.say("ayu", "/settings escalation.board_when daily 21:45")
    assert await run(town, "2026-11-24T09:30:00+08:00") == []
    (told,) = await run(town, "2026-11-24T22:30:00+08:00")
    assert numbers(told[2]) == ["#1", "#2"]
