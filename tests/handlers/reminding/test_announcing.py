"""Announcing: each group once, where it may be said; and what is told when an event moves or does not take place."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from handlers._events.announcing import announced, preview, told_of_change, withdrawn
from storage import couriers, events, members, segments, settings
from storage.database import Database
from storage.events import Event
from storage.groups import Group
from storage.segments import Kind, Segment
from tests.chat import Chat
from tests.handlers.reminding.community import (
    FEATURES,
    a_group,
    delivered,
    errands,
    joins,
    moved,
    opened,
    published,
    queue,
    talk,
    turn,
)

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

THURSDAY = datetime.fromisoformat("2026-11-26T20:00:00+08:00")  # of the week in which the clock starts, on a Monday
LINES = [
    "本周四 20:00 · 线上分享（11 月 26 日，50 分钟）",
    "《逻辑复制上生产前要过的五道坎》",
    "柏舟，苇间数据，线上跑着 400 多套逻辑复制",
    "适合：正要做双活，或者被复制槽坑过的人",
]
SUMMARY = "适合：正要做双活，或者被复制槽坑过的人"


async def announce(chat: Chat, event: Event, group: Group) -> None:
    async with turn(chat, group) as (opened_turn, ctx):
        await queue(opened_turn, await announced(ctx, event), group)


async def test_an_announcement_tells_when_first_and_how_to_join(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database, url="https://pg.example.org")
    group = await a_group(chat)
    event = await published(chat, talk(THURSDAY, summary=SUMMARY))
    await announce(chat, event, group)
    ((place, text),) = await delivered(chat)
    assert place == "g1"
    assert text.splitlines() == [
        *LINES,
        "报名：回「报名 E1」，或 https://pg.example.org/e/1",
        "想先问：回「问 E1 你的问题」，票多的先答。",
    ]


async def test_each_group_is_told_once_however_often_it_is_said(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database)
    group, _ = await a_group(chat), await a_group(chat, "g2")
    event = await published(chat, talk(THURSDAY))
    await announce(chat, event, group)
    chat.later(minutes=1)
    await announce(chat, event, group)
    assert [place for place, _ in await delivered(chat)] == ["g1", "g2"]
    await a_group(chat, "g3")
    await announce(chat, event, group)
    assert [place for place, _ in await delivered(chat)] == ["g3"]


async def test_only_the_groups_it_is_for_are_told(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database, features=(*FEATURES, "segments"))
    group, other = await a_group(chat), await a_group(chat, "g2")
    async with chat.database.write() as store:
        await segments.give(store, other.id, Segment(Kind.REGION, "成都"))
    await announce(chat, await published(chat, talk(THURSDAY, targets=(Segment(Kind.REGION, "成都"),))), group)
    ((place, text),) = await delivered(chat)
    assert place == "g2"
    assert "适合：成都的朋友" in text


async def test_groups_that_are_quiet_unapproved_or_full_are_left_out_and_named(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database, budget=3, preview=True)
    told, quiet, fresh, full = [await a_group(chat, f"g{number}") for number in range(1, 5)]
    await a_group(chat, "w1", heard=False)
    async with chat.database.write() as store:
        now = chat.clock.now()
        for group in (told, quiet, full):
            await settings.put(store, group.id, "outbox.approved", True, now, None)
        await settings.put(store, quiet.id, "outbox.quiet", True, now, None)
        await settings.put(store, full.id, "outbox.weekly_budget", 1, now, None)
    event = await published(chat, talk(THURSDAY))
    async with turn(chat, told) as (_, ctx):
        assert await preview(ctx, event) == [
            "发到 1 个群。",
            "还没人点头让我主动发：「群 g3」",
            "在安静：「群 g2」",
            "这周的条数用完了：「群 g4」",
            "没有我，也没有人转：「群 w1」",
        ]
    await announce(chat, event, told)
    assert [place for place, _ in await delivered(chat)] == ["g1"]
    assert fresh.id


async def test_at_night_it_waits_for_the_morning_and_says_the_day_as_it_is_then(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database)
    group = await a_group(chat)
    chat.later(hours=14)  # 23:00
    await announce(chat, await published(chat, talk(THURSDAY - timedelta(days=1))), group)
    assert await delivered(chat) == []
    chat.later(hours=10)
    ((_, text),) = await delivered(chat)
    assert text.startswith("明天 20:00 · 线上分享（11 月 25 日，50 分钟）")


async def test_couriers_get_a_copy_with_the_link_once(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database, url="https://pg.example.org")
    group, far = await a_group(chat), await a_group(chat, "w1", heard=False)
    await chat.tell("xiaozhou", "/posts")
    async with chat.database.write() as store:
        member = await members.ensure(store, "qq", "xiaozhou", "晓舟", chat.clock.now())
        await couriers.name(store, far.id, member.id, chat.clock.now())
        await couriers.agree(store, far.id, member.id, chat.clock.now())
    event = await published(chat, talk(THURSDAY))
    await announce(chat, event, group)
    posted = await delivered(chat)
    (request,) = [text for place, text in posted if place == "direct:xiaozhou" and text.startswith("麻烦")]
    (copy,) = [text for place, text in posted if place == "direct:xiaozhou" and text.startswith("本周四")]
    assert "「群 w1」" in request
    assert copy.splitlines()[-1] == "报名：https://pg.example.org/e/1"
    assert "「报名" not in copy
    chat.later(minutes=1)
    await announce(chat, event, group)
    assert await delivered(chat) == []
    after = await moved(chat, event, THURSDAY + timedelta(days=1), group)
    texts = [text for place, text in await delivered(chat) if place == "direct:xiaozhou"]
    assert any(text.startswith("改期：《逻辑复制上生产前要过的五道坎》改到 本周五 20:00") for text in texts)
    assert after.starts_at > event.starts_at


async def cancel(chat: Chat, event: Event, group: Group) -> None:
    async with turn(chat, group) as (opened_turn, ctx):
        await events.cancel(ctx.store, event.id, chat.clock.now())
        after = await events.get(ctx.store, event.id)
        await queue(opened_turn, await told_of_change(ctx, after, before=event), group)


async def test_a_move_is_told_where_it_was_known_and_to_who_registered_each_time(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database)
    group = await a_group(chat)
    event = await published(chat, talk(THURSDAY, capacity=1))
    await announce(chat, event, group)
    await delivered(chat)
    other = await a_group(chat, "g2")
    await joins(chat, event, "木子", direct=True)
    await joins(chat, event, "江南", direct=True)  # waits for a seat
    await joins(chat, event, "豆子", direct=False, group=group)
    chat.later(hours=1)
    event = await moved(chat, event, THURSDAY + timedelta(days=1), group)
    said = dict(await delivered(chat))
    assert set(said) == {"g1", "direct:木子", "direct:江南"}
    assert said["g1"].splitlines() == [
        "改期：《逻辑复制上生产前要过的五道坎》改到 本周五 20:00（11 月 27 日），原定 本周四 20:00",
        "报过名的不用再报，去不了回「取消 E1」。",
        "报名：回「报名 E1」",
    ]
    assert said["direct:江南"].splitlines() == [
        "《逻辑复制上生产前要过的五道坎》改到 本周五 20:00。",
        "你的报名还在，去不了回「取消 E1」。",
    ]
    chat.later(hours=1)
    event = await moved(chat, event, THURSDAY, group)  # and back again
    assert "改到 本周四 20:00（11 月 26 日），原定 本周五 20:00" in dict(await delivered(chat))["g1"]
    chat.later(hours=1)
    event = await moved(chat, event, THURSDAY + timedelta(days=1), group)
    assert len(await delivered(chat)) == 3
    chat.later(hours=1)
    await cancel(chat, event, group)
    said = dict(await delivered(chat))
    assert said["g1"].splitlines() == [
        "取消：本周五 20:00 的《逻辑复制上生产前要过的五道坎》不办了。",
        "报过名的不用做什么。还有哪些活动：发「活动」。",
    ]
    assert said["direct:木子"] == "本周五 20:00 的《逻辑复制上生产前要过的五道坎》取消了，不用来。"
    assert other.key not in said


async def test_what_was_not_said_yet_is_never_said_and_the_new_time_is_announced(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database)
    group = await a_group(chat)
    event = await published(chat, talk(THURSDAY))
    await announce(chat, event, group)
    chat.later(minutes=1)
    event = await moved(chat, event, THURSDAY + timedelta(days=1), group)
    ((_, text),) = await delivered(chat)
    assert text.startswith("本周五 20:00 · 线上分享")
    event = await published(chat, talk(THURSDAY))
    await announce(chat, event, group)
    await cancel(chat, event, group)
    assert await delivered(chat) == []


async def test_a_full_week_holds_back_no_change_that_an_admin_makes(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database, budget=2)
    await chat.make_admin("root")
    group = await a_group(chat)
    event = await published(chat, talk(THURSDAY))
    await announce(chat, event, group)
    assert len(await delivered(chat)) == 1
    await chat.say("root", "大家好")
    async with chat.database.write() as store:
        root = await members.ensure(store, "qq", "root", "root", chat.clock.now())
    async with turn(chat, group) as (opened_turn, ctx):
        ctx.member = root
        await events.cancel(ctx.store, event.id, chat.clock.now())
        after = await events.get(ctx.store, event.id)
        await queue(opened_turn, await told_of_change(ctx, after, before=event), group)
    ((_, text),) = await delivered(chat)
    assert text.startswith("取消：")


async def test_withdrawn_counts_what_it_dropped(sqlite_database: Database) -> None:
    chat = await opened(sqlite_database)
    group, _ = await a_group(chat), await a_group(chat, "g2")
    event = await published(chat, talk(THURSDAY))
    await announce(chat, event, group)
    async with turn(chat, group) as (_, ctx):
        assert await withdrawn(ctx, event) == 2
        assert await withdrawn(ctx, event) == 0
    assert await delivered(chat) == []


def only_file(folder: Path) -> bytes:
    (found,) = folder.iterdir()
    return found.read_bytes()


@pytest.mark.middle  # starts a process that draws
async def test_a_card_is_drawn_once_for_all_groups_and_stands_above_the_words(
    sqlite_database: Database, tmp_path: Path
) -> None:
    chat = await opened(sqlite_database, tables={"reminding": {}})
    group, _ = await a_group(chat), await a_group(chat, "g2")
    event = await published(chat, talk(THURSDAY))
    await announce(chat, event, group)
    assert await delivered(chat) == []
    work = errands(chat, tmp_path / "files")
    assert await work.work()
    assert not await work.work()
    posted = await delivered(chat)
    assert [place for place, _ in posted] == ["g1", "g2"]
    assert posted[0][1].splitlines()[:2] == ["[逻辑复制上生产前要过的五道坎]", LINES[0]]
    head = only_file(tmp_path / "files")[:24]
    assert head[:4] == b"\x89PNG"
    assert int.from_bytes(head[16:20]) == 1080
