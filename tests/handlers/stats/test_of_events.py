"""Why a number of events is what it is: events by number, companies and cities by name, no people."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage import checkins, companies, events, members
from storage.database import Database, Store
from storage.events import Kind, Plan, Speaker
from storage.feedback import FEEDBACK
from storage.registrations import REGISTRATIONS
from tests.chat import Chat
from tests.handlers.conftest import check_manners

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

START = datetime.fromisoformat("2026-11-24T20:00:00+08:00")
DAY = timedelta(days=1)


async def kept(store: Store, title: str, starts: datetime) -> int:
    plan = Plan(
        kind=Kind.TOUR, title=title, city="成都", starts_at=starts, ends_at=starts + timedelta(hours=1),
        zone="Asia/Shanghai", speakers=(Speaker("柏舟", "苇间数据"),),
    )  # fmt: skip
    event = await events.add(store, plan, at=starts - 7 * DAY)
    assert event is not None
    await events.publish(store, event, starts - 7 * DAY)
    return event


async def there(store: Store, event: int, name: str, *, came: bool, score: int | None) -> None:
    member = (await members.ensure(store, "qq", name, name, START)).id
    company = await companies.ensure(store, "云上物流")
    await store.insert(
        REGISTRATIONS, event_id=event, member_id=member, state="in", at=START, changed_at=START, source="link",
        company_id=company,
    )  # fmt: skip
    if came:
        await checkins.add(store, event, member, START.date(), START)
    if score:
        await store.insert(FEEDBACK, event_id=event, member_id=member, score=score, at=START + DAY)


async def asked(database: Database, **more: str) -> Chat:
    chat = await Chat.open(database, features=("stats",), **more)
    await chat.say("ayu", "早")
    async with database.write() as store:
        first, second = await kept(store, "慢 SQL 三板斧", START), await kept(store, "五道坎", START + DAY)
        for number in range(5):
            await there(store, first, f"m{number}", came=number < 3, score=5 - number if number < 3 else None)
        await there(store, second, "m0", came=False, score=None)
    chat.later(hours=24 * 4)
    return chat


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("办过的活动", ["办过的活动 2", "E2 五道坎", "E1 慢 SQL 三板斧"]),
        ("到场率", ["到场率 3/5", "E1 慢 SQL 三板斧 · 3/5", "1 场没有人签到，不知道来了多少，没算"]),
        ("活动报名", ["活动报名 6", "E2 五道坎 · 1", "E1 慢 SQL 三板斧 · 5"]),
        ("报名来源", ["报名来源 6", "链接 6"]),
        ("活动评分", ["活动评分 4.0", "E1 慢 SQL 三板斧 · 4.0 (3)"]),
        ("到场的企业", ["到场的企业 1", "云上物流"]),
        ("第一次来的人", ["第一次来的人 3", "这个数字背后是人，不在群里列名字。"]),
    ],
)
async def test_what_is_behind_it(sqlite_database: Database, figure: str, said: list[str]) -> None:
    chat = await asked(sqlite_database)
    told = await chat.ask_bot("ayu", f"为什么 {figure} 近 7 天")
    lines = told[0].splitlines()
    assert [lines[0], *lines[2:]] == said
    check_manners(told[0])


async def test_in_english(sqlite_database: Database) -> None:
    chat = await asked(sqlite_database, language="en")
    told = await chat.ask_bot("ayu", "/why attendance_rate 7 days")
    assert told[0].splitlines()[2:] == ["E1 慢 SQL 三板斧 · 3/5", "1 without check-ins: unknown, left out"]


async def test_figures_of_events_in_six_lines(sqlite_database: Database) -> None:
    chat = await asked(sqlite_database)
    told = await chat.ask_bot("ayu", "统计 活动")
    assert told[0].splitlines() == [
        "群 g1 · 活动 · 近 30 天",
        "办过 2 场，1 个城市",
        "报名 6",
        "到场 3，到场率 3/5；1 场没有签到记录，没算",
        "第一次来 3，报名没来 2",
        "企业 分享 1，到场 1 · 评分 4.0，3 人打分",
        "口径 v1 · 发「为什么 到场率」看是哪些场",
    ]
    check_manners(told[0])
    assert (await chat.ask_bot("ayu", "/stats events yesterday"))[0].splitlines()[1:] == [
        "这段时间没有办过活动。接下来有哪些：发「活动」。"
    ]


async def test_where_no_event_is_kept_there_are_no_figures(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database, features=("stats",))
    await chat.say("ayu", "早")
    assert (await chat.ask_bot("ayu", "统计 活动 今年"))[0].splitlines()[1] == "活动没有记在我这里，没有数。"
