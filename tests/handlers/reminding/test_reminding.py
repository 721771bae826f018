"""Reminding: what groups, couriers and people read before an event, once, at their hours, and only where wanted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers._events.announcing import announced
from storage import couriers, events, members, settings, speaker_questions
from storage.database import Database
from storage.events import Event
from storage.registrations import REGISTRATIONS
from tests.chat import Chat
from tests.handlers.reminding.community import a_group, delivered, joins, moved, opened, published, queue, talk, turn

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

TITLE = "逻辑复制上生产前要过的五道坎"
TALK = datetime.fromisoformat("2026-12-03T20:00:00+08:00")
URL = "https://pg.example.org"


async def started(database: Database, **more: Any) -> Chat:
    """Return a chat with a group whose schedules are written down."""
    chat = await opened(database, **more)
    await chat.say("alice", "大家好")
    return chat


async def at(chat: Chat, moment: datetime) -> list[tuple[str, str]]:
    """Let it be a time, and return what is posted then."""
    chat.clock.time = moment
    await chat.ticker.tick()
    return await delivered(chat)


def before(event: Event, **span: float) -> datetime:
    return event.starts_at - timedelta(**span)


async def test_a_group_is_reminded_a_week_a_day_and_an_hour_before(sqlite_database: Database) -> None:
    chat = await started(sqlite_database, url=URL)
    event = await published(chat, talk(TALK))
    said = [await at(chat, before(event, **span)) for span in ({"days": 7}, {"days": 1}, {"hours": 1}, {"minutes": 59})]
    below = f"柏舟 · {URL}/e/1"
    assert said == [
        [("g1", f"一周后，12 月 3 日 20:00：《{TITLE}》\n{below}")],
        [("g1", f"明天 20:00：《{TITLE}》\n{below}")],
        [("g1", f"一小时后，今天 20:00：《{TITLE}》\n{below}")],
        [],
    ]


async def test_in_english(sqlite_database: Database) -> None:
    chat = await started(sqlite_database, url=URL, language="en")
    event = await published(chat, talk(TALK, "Five hurdles"))
    await joins(chat, event, "bob", direct=True)
    assert dict(await at(chat, before(event, days=1))) == {
        "g1": f"Tomorrow 20:00: “Five hurdles”\n柏舟 · {URL}/e/1",
        "direct:bob": f"See you tomorrow 20:00: “Five hurdles”, enter at {URL}/e/1\nIf you cannot: /cancel E1",
    }


async def test_questions_that_were_asked_are_counted(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    async with chat.database.write() as store:
        member = await members.ensure(store, "qq", "alice", "alice", chat.clock.now())
        for text in ("怎么切主？", "冲突怎么办？"):
            await speaker_questions.add(store, event.id, member.id, text, chat.clock.now())
    assert await at(chat, before(event, hours=1)) == [
        ("g1", f"一小时后，今天 20:00：《{TITLE}》\n柏舟 · 已收到 2 个提问 · 报名：回「报名 E1」")
    ]


async def test_one_post_for_a_group_however_many_are_due_in_that_hour(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    for number in range(7):
        await published(chat, talk(TALK + timedelta(minutes=5 * number), f"第 {number + 1} 场", speakers=()))
    ((_, text),) = await at(chat, TALK - timedelta(hours=1))
    assert text.splitlines() == [
        "接下来有 7 场：",
        *(f"今天 20:{5 * number:02d} 《第 {number + 1} 场》 报名：回「报名 E{number + 1}」" for number in range(5)),
        "还有 2 场，发「活动」看。",
    ]
    assert await at(chat, TALK - timedelta(minutes=40)) == []


@pytest.mark.parametrize(
    ("span", "lead"),
    [
        ({"days": 6}, "6 天后，12 月 3 日 20:00"),
        ({"days": 4}, None),
        ({"hours": 7}, "7 小时后，今天 20:00"),
        ({"hours": 2}, None),  # three hours before is too late for the day's, and early for the hour's
        ({"minutes": 30}, "半小时后，今天 20:00"),
        ({"minutes": 7}, "7 分钟后，今天 20:00"),
        ({"minutes": 0}, None),
    ],
)
async def test_what_an_outage_missed_is_said_late_while_it_is_useful(
    sqlite_database: Database, span: dict[str, int], lead: str | None
) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    said = await at(chat, before(event, **span))
    assert [text.partition("：")[0] for _, text in said] == ([] if lead is None else [lead])


async def test_what_could_not_be_sent_in_time_is_said_as_it_is_then(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    chat.clock.time = before(event, hours=1)
    await chat.ticker.tick()  # queued; the platform is away
    chat.clock.time = before(event, minutes=40)
    assert await delivered(chat) == []
    ((_, text),) = await at(chat, before(event, minutes=39))
    assert text.startswith("39 分钟后，今天 20:00")
    assert await at(chat, before(event, minutes=38)) == []


async def test_late_in_the_morning_after_an_outage_of_a_night(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    chat.clock.time = before(event, hours=12)  # 08:00, still night
    assert await at(chat, before(event, hours=12)) == []
    ((_, text),) = await at(chat, before(event, hours=11))
    assert text.startswith(f"11 小时后，今天 20:00：《{TITLE}》")


async def test_who_registered_is_told_in_private_and_else_in_their_group(sqlite_database: Database) -> None:
    chat = await started(sqlite_database, url=URL)
    group = await a_group(chat)
    async with chat.database.write() as store:
        await settings.put(
            store, group.id, "reminding.before", [], chat.clock.now(), None
        )  # the group itself wants none
    event = await published(chat, talk(TALK))
    await joins(chat, event, "木子", direct=True)
    await joins(chat, event, "豆子", direct=False, group=group)
    for who, wish in (("江南", "off"), ("阿棠", "1h"), ("老樊", "1d")):
        await joins(chat, event, who, direct=True)
        async with chat.database.write() as store:
            member = await members.ensure(store, "qq", who, who, chat.clock.now())
            mine = REGISTRATIONS.c.member_id == member.id
            await store.execute(REGISTRATIONS.update().where(mine).values(remind=wish))
    day = dict(await at(chat, before(event, days=1)))
    assert set(day) == {"direct:木子", "direct:老樊", "g1"}
    assert day["direct:木子"] == f"明天 20:00 见：《{TITLE}》，入口 {URL}/e/1\n去不了回「取消 E1」就行。"
    hour = dict(await at(chat, before(event, hours=1)))
    assert set(hour) == {"direct:木子", "direct:阿棠", "g1"}
    assert hour["direct:阿棠"].startswith(f"一小时后见，今天 20:00：《{TITLE}》，入口 {URL}/e/1")
    assert "@" not in hour["g1"]
    assert await at(chat, before(event, minutes=30)) == []


async def test_a_group_that_is_reminded_gets_no_second_line_for_who_registered_there(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    await joins(chat, event, "豆子", direct=False, group=await a_group(chat))
    assert len(await at(chat, before(event, days=1))) == 1


async def test_a_place_is_told_in_its_own_time(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    start = datetime.fromisoformat("2026-12-03T14:00:00+01:00")
    event = await published(chat, talk(start, zone="Europe/Berlin", city="柏林", venue="大学 3 楼", capacity=40))
    await joins(chat, event, "木子", direct=True)
    said = dict(await at(chat, before(event, hours=1)))
    assert said["g1"].startswith(f"一小时后，今天 14:00（柏林时间）：《{TITLE}》")
    assert said["direct:木子"].splitlines() == [
        f"一小时后见，今天 14:00（柏林时间）：《{TITLE}》，在 柏林 大学 3 楼",
        "去不了回「取消 E1」，位子让给候补的人。",
    ]


async def test_quiet_unapproved_and_full_groups_hear_nothing(sqlite_database: Database) -> None:
    chat = await started(sqlite_database, preview=True, budget=3)
    event = await published(chat, talk(TALK))
    assert await at(chat, before(event, days=1)) == []  # nobody agreed
    group = await a_group(chat)
    async with chat.database.write() as store:
        await settings.put(store, group.id, "outbox.approved", True, chat.clock.now(), None)
        await settings.put(store, group.id, "outbox.quiet", True, chat.clock.now(), None)
    assert await at(chat, before(event, hours=1)) == []


async def test_a_full_week_keeps_its_room_for_the_later_reminders(sqlite_database: Database) -> None:
    chat = await started(sqlite_database, budget=3)  # one of them is the digest's
    event = await published(chat, talk(TALK))
    assert await at(chat, before(event, days=7)) == []
    assert [text[:2] for _, text in await at(chat, before(event, days=1))] == ["明天"]
    assert [text[:2] for _, text in await at(chat, before(event, hours=1))] == ["一小"]


async def test_an_event_and_a_group_may_want_other_reminders(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    await chat.say("alice", "大家好", group="g2")
    other = await a_group(chat, "g2")
    async with chat.database.write() as store:
        await settings.put(store, other.id, "reminding.enabled", False, chat.clock.now(), None)
    event = await published(chat, talk(TALK, reminders=("1h",)))
    assert await at(chat, before(event, days=1)) == []
    assert [place for place, _ in await at(chat, before(event, hours=1))] == ["g1"]


async def test_a_moved_event_whose_reminder_was_claimed_is_reminded_of_at_its_new_time(
    sqlite_database: Database,
) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    group = await a_group(chat)
    chat.clock.time = before(event, days=1)
    await chat.ticker.tick()  # taken, and queued; before it is sent, the event moves
    event = await moved(chat, event, TALK + timedelta(days=2), group)
    assert await delivered(chat) == []  # what would be wrong now is not said
    assert [text[:2] for _, text in await at(chat, before(event, days=1))] == ["明天"]
    assert [text[:2] for _, text in await at(chat, before(event, hours=1))] == ["一小"]
    assert await at(chat, TALK + timedelta(days=2)) == []


async def test_a_group_that_was_only_reminded_hears_of_the_move_as_well(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))  # by a rule, say: never announced
    assert len(await at(chat, before(event, days=7))) == 1
    await moved(chat, event, TALK + timedelta(days=2), await a_group(chat))
    assert [text[:3] for _, text in await delivered(chat)] == ["改期："]


async def test_what_stood_in_one_post_with_a_moved_event_is_said_again(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    await published(chat, talk(TALK, "另一场"))
    chat.clock.time = before(event, hours=1)
    await chat.ticker.tick()
    await moved(chat, event, TALK + timedelta(days=2), await a_group(chat))
    assert await delivered(chat) == []
    ((_, text),) = await at(chat, TALK - timedelta(minutes=58))
    assert text.startswith("一小时后，今天 20:00：《另一场》")


async def test_a_cancelled_event_is_reminded_of_no_more(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    event = await published(chat, talk(TALK))
    async with chat.database.write() as store:
        await events.cancel(store, event.id, chat.clock.now())
    assert await at(chat, before(event, hours=1)) == []


async def test_couriers_are_asked_a_day_before_and_get_links(sqlite_database: Database) -> None:
    chat = await started(sqlite_database, url=URL)
    far = await a_group(chat, "w1", heard=False)
    await chat.tell("xiaozhou", "你好")
    async with chat.database.write() as store:
        member = await members.ensure(store, "qq", "xiaozhou", "晓舟", chat.clock.now())
        await couriers.name(store, far.id, member.id, chat.clock.now())
        await couriers.agree(store, far.id, member.id, chat.clock.now())
    event = await published(chat, talk(TALK))
    said = [text for place, text in await at(chat, before(event, days=1)) if place == "direct:xiaozhou"]
    assert len(said) == 2
    assert said[1] == f"明天 20:00：《{TITLE}》\n柏舟 · {URL}/e/1"
    texts = [text for _, text in await at(chat, before(event, hours=1))]
    assert [text for text in texts if text.startswith("一小时后")] == [
        f"一小时后，今天 20:00：《{TITLE}》\n柏舟 · {URL}/e/1"
    ]


async def test_nothing_is_looked_up_where_nothing_comes(sqlite_database: Database) -> None:
    chat = await started(sqlite_database)
    await published(chat, talk(TALK + timedelta(days=30)))
    assert await at(chat, TALK) == []


async def test_both_engines_remind_alike(database: Database) -> None:
    chat = await started(database, url=URL)
    group = await a_group(chat)
    event = await published(chat, talk(TALK))
    async with turn(chat, group) as (opened_turn, ctx):
        await queue(opened_turn, await announced(ctx, event), group)
    ((_, text),) = await delivered(chat)
    assert text.startswith("12 月 3 日 20:00 · 线上分享（50 分钟）")
    await joins(chat, event, "木子", direct=True)
    assert len(await at(chat, before(event, days=7))) == 1
    chat.clock.time = before(event, days=1)
    await chat.ticker.tick()
    event = await moved(chat, event, TALK + timedelta(days=1), group)
    assert {place: text[:3] for place, text in await delivered(chat)} == {"g1": "改期：", "direct:木子": "《逻辑"}
    assert {place: text[:5] for place, text in await at(chat, before(event, days=1, hours=-1))} == {
        "g1": "明天 20",
        "direct:木子": "明天 20",
    }
    assert len(await at(chat, before(event, hours=1))) == 2
    assert await at(chat, before(event, minutes=10)) == []
