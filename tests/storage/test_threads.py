"""Threads: opened, filled, emptied; their numbers, their places, their facts; topics, pins and 同问."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import activity, derived, metoo, pins, threads, topics
from storage.database import Database, Store
from storage.messages import Stored
from storage.outcome import Evidence, Facts, Mark, Outcome, facts
from storage.pins import Pinned
from storage.topics import Topic
from tests.conftest import T0
from tests.storage.rows import a_group, a_member, said

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def asked(
    store: Store, text: str = "死锁怎么查", at: timedelta = timedelta(0), *, who: str = "1"
) -> tuple[int, Stored]:
    group, member = await a_group(store), await a_member(store, who)
    opener = await said(store, group, member, text, T0 + at)
    number = await threads.open_thread(store, opener, title=text, imported=False)
    await threads.place(store, opener.id, number, "question")
    return number, opener


async def test_a_thread_comes_back_as_it_was_opened(database: Database) -> None:
    async with database.write() as store:
        number, opener = await asked(store, "题" * 99)
        thread = await threads.find(store, number)
        assert thread is not None
        assert (thread.group_id, thread.asker, thread.first_message) == (opener.group_id, opener.member_id, opener.id)
        assert thread.title == "题" * threads.TITLE_LIMIT
        assert thread.facts == Facts(asked_at=T0, last_at=T0)
        assert thread.verdict(T0).outcome is Outcome.OPEN
        assert await threads.opened_by(store, [opener.id, 99]) == {opener.id: number}
        assert await threads.opener(store, number) == opener.id
        assert await threads.askers(store, [number, 99]) == {number: opener.member_id}
        for nothing in (0, -1, 99, 2**63, 10**30):
            assert await threads.find(store, nothing) is None
        with pytest.raises(ValueError, match="asks nothing"):
            await threads.open_thread(store, replace(opener, member_id=None), title="", imported=False)


async def test_a_message_has_one_place(database: Database) -> None:
    async with database.write() as store:
        one, opener = await asked(store)
        two, _ = await asked(store, "另一题", MINUTE)
        answer = await said(store, await a_group(store), await a_member(store, "2"), "看锁等待", T0 + 2 * MINUTE)
        await threads.place(store, answer.id, one, "answer", 0.6)
        await threads.place(store, answer.id, two, "clarify")
        assert await threads.places(store, [answer.id, opener.id]) == {
            answer.id: (two, "clarify"),
            opener.id: (one, "question"),
        }
        assert [placed.message.id for placed in await threads.content(store, one)] == [opener.id]
        assert [(p.thread, p.role) for p in await threads.placed_in(store, [two])] == [
            (two, "question"),
            (two, "clarify"),
        ]
        assert set(await threads.holding(store, [answer.id, opener.id])) == {answer.id, opener.id}
        await threads.take_out(store, [answer.id])
        assert await threads.places(store, [answer.id]) == {}


async def test_facts_are_derived_and_come_back(database: Database) -> None:
    async with database.write() as store:
        number, opener = await asked(store)
        group, helper = await a_group(store), await a_member(store, "2")
        answer = await said(store, group, helper, "看锁等待", T0 + 10 * MINUTE)
        solved = await said(store, group, await a_member(store, "1"), "解决了", T0 + 30 * MINUTE)
        await threads.place(store, answer.id, number, "answer")
        await threads.place(store, solved.id, number, "resolved")
        lines = await threads.lines(store, number)
        assert [(line.message, line.role) for line in lines] == [
            (opener.id, "question"),
            (answer.id, "answer"),
            (solved.id, "resolved"),
        ]
        told = facts(lines, [], opener.member_id or 0)
        await derived.write(store, number, told, title="新题目", topic="locks")
        thread = await threads.find(store, number)
        assert thread is not None
        assert thread.facts == told
        assert (thread.title, thread.topic) == ("新题目", "locks")
        verdict = thread.verdict(T0 + DAY)
        assert (verdict.outcome, verdict.evidence, verdict.resolved_at) == (
            Outcome.RESOLVED,
            Evidence.CONFIRMED,
            T0 + 30 * MINUTE,
        )


async def test_who_still_waits_longest_first(database: Database) -> None:
    async with database.write() as store:
        newer, _ = await asked(store, "新", MINUTE)
        older, opener = await asked(store, "旧")
        answered, _ = await asked(store, "答了", 2 * MINUTE)
        await derived.write(store, answered, Facts(T0, T0, first_answer_at=T0))
        found = await threads.unresolved(store, [opener.group_id], T0 - DAY, T0 + DAY)
        assert [thread.id for thread in found] == [older, newer]
        assert await threads.unresolved(store, [opener.group_id], T0 - DAY, T0 + 9 * DAY) == []  # expired
        assert await threads.unresolved(store, [], T0, T0 + DAY) == []


async def test_the_threads_of_an_asker(database: Database) -> None:
    async with database.write() as store:
        first, opener = await asked(store)
        second, _ = await asked(store, "另一题", DAY)
        await asked(store, "别人的", 2 * DAY, who="2")
        asker = opener.member_id or 0
        assert [thread.id for thread in await threads.asked_by(store, [asker])] == [second, first]
        latest = await threads.latest_of(store, opener.group_id, [asker], T0)
        assert latest is not None
        assert latest.id == second
        assert await threads.latest_of(store, opener.group_id, [asker], T0 + 3 * DAY) is None
        assert await threads.active_between(store, opener.group_id, T0, T0 + MINUTE) == [first]


async def test_a_number_is_never_given_twice(database: Database) -> None:
    async with database.write() as store:
        number, opener = await asked(store)
        await metoo.add(store, number, opener.member_id or 0, T0, group=opener.group_id)
        await derived.remove(store, number)
        assert await threads.find(store, number) is None
        again = await threads.open_thread(store, opener, title="", imported=True)
        assert again > number


async def test_me_too_counts_each_member_once(database: Database) -> None:
    async with database.write() as store:
        number, _ = await asked(store)
        group, fan, chen = await a_group(store), await a_member(store, "2"), await a_member(store, "3")
        spoken = await said(store, group, fan, "同问", T0 + MINUTE)
        await threads.place(store, spoken.id, number, "metoo")
        assert await metoo.add(store, number, fan.id, T0, group=group.id)
        assert await metoo.add(store, number, chen.id, T0, group=group.id)
        assert not await metoo.add(store, number, chen.id, T0, group=group.id)
        assert await metoo.counts(store, [number, 99]) == {number: 2}
        assert [one.member for one in await metoo.every(store, [number])] == [fan.id, chen.id]


async def test_what_does_not_follow_from_the_messages(database: Database) -> None:
    async with database.write() as store:
        number, _ = await asked(store)
        other, _ = await asked(store, "另一题")
        await threads.describe(store, number, duplicate_of=other, linked_to=other)
        thread = await threads.find(store, number)
        assert thread is not None
        assert (thread.duplicate_of, thread.linked_to) == (other, other)


async def test_pins_hold_until_they_are_undone(database: Database) -> None:
    async with database.write() as store:
        number, opener = await asked(store)
        group = opener.group_id
        topic = await pins.add(store, Pinned.TOPIC, group=group, at=T0, by=None, thread=number, value="locks")
        moved = await pins.add(
            store, Pinned.THREAD, group=group, at=T0 + MINUTE, by=7, thread=number, message=opener.id
        )
        mark = await pins.mark(store, Mark.ENDORSED, group=group, thread=number, at=T0, by=7, message=opener.id)
        found = await pins.on(store, threads=[number], messages=[opener.id])
        assert [(pin.id, pin.kind, pin.value) for pin in found] == [
            (topic, Pinned.TOPIC, "locks"),
            (mark, Pinned.MARK, "endorsed"),
            (moved, Pinned.THREAD, ""),
        ]
        marks = pins.marks(found, {opener.id: 5})
        assert [(m.mark, m.at, m.member, m.message) for m in marks] == [(Mark.ENDORSED, T0, 5, opener.id)]
        assert await pins.hold(store, opener.id)
        await pins.undo(store, moved, T0)
        assert not await pins.hold(store, opener.id)
        assert [pin.id for pin in await pins.on(store, messages=[opener.id])] == [mark]
        assert await pins.on(store) == []


async def test_the_topic_tree_follows_the_file(database: Database) -> None:
    async with database.write() as store:
        await topics.seed(store, [Topic("locks", "锁", "Locks"), Topic("wal", "WAL", "WAL", "locks")])
        await topics.seed(store, [Topic("locks", "锁与等待", "Locks and waits")])
        found = await topics.every(store)
        assert found == {
            "locks": Topic("locks", "锁与等待", "Locks and waits"),
            "wal": Topic("wal", "WAL", "WAL", "locks"),
        }
        assert (found["locks"].name("zh"), found["locks"].name("en")) == ("锁与等待", "Locks and waits")


async def test_activity_adds_up_by_day(database: Database) -> None:
    day = date(2026, 11, 23)
    async with database.write() as store:
        group, one, two = await a_group(store), await a_member(store, "1"), await a_member(store, "2")
        await activity.note(store, {(group.id, day, one.id): 2, (group.id, day, two.id): 1})
        await activity.note(store, {(group.id, day, one.id): 3, (group.id, day + DAY, one.id): 1})
        await activity.note(store, {})
        found = await activity.active_days(store, [group.id], day, day + DAY)
        assert sorted(found) == [(day, one.id), (day, two.id)]
        counted = await store.rows(activity.DAILY.select().order_by(activity.DAILY.c.day, activity.DAILY.c.member_id))
        assert [row.messages for row in counted] == [5, 1, 1]


async def test_the_first_print_of_a_period_stays(database: Database) -> None:
    async with database.write() as store:
        for figures in ({"questions": 143, "median": 660.5}, {"questions": 150}):
            await activity.print_figures(store, "group:3", T0, T0 + 7 * DAY, 1, figures, T0 + 8 * DAY)
        assert await activity.printed(store, "group:3", T0, T0 + 7 * DAY, 1) == {"questions": 143, "median": 660.5}
        assert await activity.printed(store, "group:3", T0, T0 + 7 * DAY, 2) is None
