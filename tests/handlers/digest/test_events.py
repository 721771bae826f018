"""What a digest says of events: those that come, with seats and how to join, and what stays of those that were."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers import Scope
from handlers.events._sections import looks_to
from storage import checkins, events, groups, members, segments, series
from storage.database import Database, Store
from storage.events import EVENTS, Kind, Plan, Speaker
from storage.registrations import REGISTRATIONS
from storage.segments import Segment
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("questions", "stats", "digest", "events")
MONDAY = "2026-11-30T09:00:00+08:00"
HEADING = "【这周有】\n"


async def held(store: Store, title: str, starts: str, **more: Any) -> int:
    """Keep a published event."""
    begins = datetime.fromisoformat(f"2026-{starts}:00+08:00")
    plan = Plan(
        **{"kind": Kind.TALK, "title": title, "starts_at": begins, "ends_at": begins + timedelta(hours=1),
           "zone": "Asia/Shanghai"} | more
    )  # fmt: skip
    event = await events.add(store, plan, at=begins - timedelta(days=20))
    assert event is not None
    await events.publish(store, event, begins - timedelta(days=20))
    return event


async def taken(store: Store, event: int, seats: int, *, came: int = 0) -> None:
    at = (await events.get(store, event)).starts_at
    for number in range(seats):
        member = (await members.ensure(store, "qq", f"m{number}", f"m{number}", at)).id
        await store.insert(
            REGISTRATIONS, event_id=event, member_id=member, state="in", at=at, changed_at=at, source="group"
        )
        if number < came:
            await checkins.add(store, event, member, at.date(), at)


async def town_of(database: Database, **more: Any) -> Town:
    """Return a town on the Sunday evening before the digest, with a question in its week."""
    town = await Town.open(database, at="2026-11-23T10:00:00+08:00", features=FEATURES, **more)
    await town.chat.make_admin("ayu")
    await town.ask("木子", "主库磁盘满了，能删 pg_wal 吗？")
    return town


def of(digest: str, heading: str = HEADING) -> list[str]:
    """Return the lines of a section."""
    assert heading in digest, digest
    return digest.partition(heading)[2].partition("\n\n")[0].splitlines()


async def test_the_week_ahead_and_the_week_behind(sqlite_database: Database) -> None:
    town = await town_of(sqlite_database)
    async with sqlite_database.write() as store:
        await held(store, "五道坎", "12-03T20:00", speakers=(Speaker("柏舟", "苇间数据"),))
        training = await held(
            store, "上手培训", "12-05T14:00", city="成都", venue="天府五街", kind=Kind.TRAINING, capacity=14
        )
        await taken(store, training, 2)
        await held(store, "下下周的", "12-09T20:00")
        seen = await held(store, "慢 SQL 三板斧", "11-26T20:00")
        await events.keep_record(store, seen, replay="https://pg.example.org/r/55")
        met = await held(store, "走进启明大学", "11-27T14:00", city="西安", venue="主楼")
        await taken(store, met, 6, came=5)
        await held(store, "没人签到的", "11-28T14:00")
    digest = (await town.at(MONDAY))[0]
    assert of(digest) == [
        "周四 20:00 线上《五道坎》柏舟，报名 E1",
        "周六 14:00 成都《上手培训》，余 12 席，报名 E2",
        "上周回放《慢 SQL 三板斧》 https://pg.example.org/r/55",
        "上周《走进启明大学》到场 5 人",
    ]
    assert len(digest.splitlines()) <= 40


async def test_what_was_has_a_heading_of_its_own_where_nothing_comes(sqlite_database: Database) -> None:
    town = await town_of(sqlite_database)
    async with sqlite_database.write() as store:
        met = await held(store, "走进启明大学", "11-27T14:00", city="西安", venue="主楼")
        await taken(store, met, 3, came=2)
    assert of((await town.at(MONDAY))[0], "【活动】\n") == ["上周《走进启明大学》到场 2 人"]


async def test_without_events_there_is_no_heading(sqlite_database: Database) -> None:
    town = await town_of(sqlite_database)
    async with sqlite_database.write() as store:
        draft = await held(store, "取消的", "12-03T20:00")
        await events.cancel(store, draft, datetime.fromisoformat("2026-11-25T20:00:00+08:00"))
    digest = (await town.at(MONDAY))[0]
    assert "这周有" not in digest
    assert "活动" not in digest


async def test_three_at_most_and_only_those_for_the_group(sqlite_database: Database) -> None:
    town = await town_of(sqlite_database)
    async with sqlite_database.write() as store:
        group = (await groups.every(store))[0]
        await segments.give(store, group.id, Segment(segments.Kind.REGION, "成都"))
        for number in range(5):
            await held(store, f"第 {number} 场", f"12-0{number + 1}T20:00")
        there = (Segment(segments.Kind.REGION, "成都"),)
        await held(store, "成都的", "12-01T09:00", targets=there, capacity=1)
        await held(store, "上海的", "12-01T10:00", targets=(Segment(segments.Kind.REGION, "上海"),))
        await taken(store, 6, 1)
    assert of((await town.at(MONDAY))[0]) == [
        "明天 09:00 线上《成都的》，满了，可以候补，报名 E6",
        "明天 20:00 线上《第 0 场》，报名 E1",
        "后天 20:00 线上《第 1 场》，报名 E2",
        "还有 3 场：发「活动」",
    ]


async def test_in_english(sqlite_database: Database) -> None:
    town = await town_of(sqlite_database, language="en")
    async with sqlite_database.write() as store:
        await held(store, "Five traps", "12-03T20:00", speakers=(Speaker("Bo"), Speaker("Lena")), capacity=1)
    assert of((await town.at(MONDAY))[0], "【This week’s events】\n") == [
        "this Thursday 20:00 online: “Five traps”, Bo, Lena, 1 seat left, /join E1"
    ]


@pytest.mark.parametrize(
    ("posted", "until"),
    [
        ("11-30T09:00", "12-07T00:00"),  # Monday morning: this week
        ("12-04T18:00", "12-10T18:00"),  # Friday evening: up to Thursday
    ],
)
def test_how_far_ahead_a_digest_looks(posted: str, until: str) -> None:
    since, end, now, wanted = (
        datetime.fromisoformat(f"2026-{at}:00+08:00") for at in ("11-23T00:00", "11-30T00:00", posted, until)
    )
    assert looks_to(Scope("", (), since, end), now) == wanted


async def test_carried_into_a_group_nobody_hears_it_has_links(sqlite_database: Database) -> None:
    more = {"features": (*FEATURES, "couriers"), "url": "https://pg.example.org"}
    town = await Town.open(sqlite_database, at="2026-11-23T10:00:00+08:00", **more)
    await town.chat.make_owner("own")
    await town.ask("木子", "主库磁盘满了，能删 pg_wal 吗？")
    await town.chat.tell("own", "代发 加 成都微信群")
    await town.chat.say("own", "代发 加 成都微信群 @晓舟", to_bot=True, mentions=["晓舟"])
    await town.chat.tell("晓舟", "代发 我来")
    async with sqlite_database.write() as store:
        for number in range(4):
            await held(store, f"第 {number} 场", f"12-0{number + 1}T20:00")
    before = len(town.chat.adapter.posted)
    await town.at(MONDAY)
    told = [post.text for post in town.chat.adapter.posted[before:] if post.place.key == "direct:晓舟"]
    assert of(told[1])[0] == "明天 20:00 线上《第 0 场》，https://pg.example.org/e/1"
    assert of(told[1])[-1] == "还有 1 场"


async def test_admins_read_the_figures_and_which_round_fills_slower(sqlite_database: Database) -> None:
    town = await town_of(sqlite_database)
    await town.chat.tell("ayu", "/digest mine on")
    async with sqlite_database.write() as store:
        rounds = await series.add(store, "成都", "象行成都", "{}", at=town.chat.clock.now(), by=None)
        first = await held(store, "第一轮", "11-04T14:00")
        second = await held(store, "第二轮", "12-05T14:00", capacity=40)
        await store.execute(EVENTS.update().where(EVENTS.c.id.in_((first, second))).values(series_id=rounds))
        await taken(store, first, 9, came=3)
        for number in range(4):
            at = datetime.fromisoformat("2026-10-20T14:00:00+08:00")
            member = (await members.ensure(store, "qq", f"n{number}", "", at)).id
            await store.insert(
                REGISTRATIONS, event_id=first, member_id=member, state="in", at=at, changed_at=at, source="group"
            )
        await taken(store, second, 2)
        met = await held(store, "走进启明大学", "11-27T14:00", city="西安", venue="主楼")
        await taken(store, met, 6, came=5)
        await held(store, "没人签到的", "11-28T14:00")
    before = len(town.chat.adapter.posted)
    await town.at(MONDAY)
    mine = next(post.text for post in town.chat.adapter.posted[before:] if post.place.key == "direct:ayu")
    assert "活动 办过 2 场（0），报名 6（0），到场 5（0），到场率 5/6；1 场没有签到记录，没算" in mine.splitlines()
    assert of(mine, "【要留意】\n")[0] == "E2《第二轮》报名 2/40，上一轮同期 4"
