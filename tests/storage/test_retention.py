"""Retention: each kind by its own limit, what figures need stays, and nobody waits for a purge."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from handlers._rules import LOOK_BACK_DAYS
from storage import (
    derived,
    dialogs,
    errands,
    grants,
    inbox,
    messages,
    outbox,
    pins,
    retention,
    schedules,
    search,
    threads,
)
from storage.database import Database, Store
from storage.dialogs import Dialog
from storage.errands import ERRANDS, Errand
from storage.grants import AUDIT, CODES
from storage.inbox import Received
from storage.outbox import State
from storage.outcome import facts
from storage.replies import Body, Reply
from storage.retention import Limits, Purged, purge, sweep
from storage.schedules import OCCURRENCES, Occurrence, Schedule
from tests.conftest import T0
from tests.storage.rows import a_group, a_member, said

DAY = timedelta(days=1)


async def test_nothing_is_purged_before_its_time_or_where_the_limit_is_none(database: Database) -> None:
    async with database.write() as store:
        await _everything_on_day_0(store)
        assert await purge(store, Limits(), T0 + 6 * DAY) == Purged()
        assert await purge(store, Limits(0, 0, 0, 0, 0), T0 + 9999 * DAY) == Purged()


async def test_each_kind_has_its_own_limit(database: Database) -> None:
    async with database.write() as store:
        await _everything_on_day_0(store)
        assert await purge(store, Limits(), T0 + 8 * DAY) == Purged(inbox=1)
        assert await purge(store, Limits(), T0 + 31 * DAY) == Purged(outbox=2)
        assert await purge(store, Limits(), T0 + 181 * DAY) == Purged(messages=1)
        assert await purge(store, Limits(), T0 + 366 * DAY) == Purged(audit=1)
        assert await purge(store, Limits(threads=700), T0 + 702 * DAY) == Purged(messages=2)
        assert await purge(store, Limits(threads=700), T0 + 800 * DAY) == Purged()


async def _everything_on_day_0(store: Store) -> None:
    group, member = await a_group(store), await a_member(store)
    await said(store, group, member, "闲聊 chatter")
    await _a_thread(store)
    await inbox.put(store, [Received(1, "f", "qq:1", "1", "body", T0)])
    await inbox.done(store, [1])
    await outbox.put(store, Reply(Body.of("周报")), key="a", group=group.id, now=T0, expires_at=None)
    await outbox.settle(store, 1, State.SENT)
    await outbox.put(store, Reply(Body.of("预览")), key="b", group=group.id, now=T0, expires_at=None, held=True)
    await grants.audit(store, T0, "digest", "done", member=None, group=None)


async def _a_thread(store: Store) -> int:
    group, member = await a_group(store), await a_member(store)
    question = await said(store, group, member, "死锁怎么查")
    answer = await said(store, group, await a_member(store, "2"), "看锁等待", T0 + DAY)
    thread = await threads.open_thread(store, question, title="死锁怎么查", imported=False)
    await threads.place(store, question.id, thread, "question")
    await threads.place(store, answer.id, thread, "answer")
    await derived.write(store, thread, facts(await threads.lines(store, thread), [], member.id))
    return thread


async def test_chatter_loses_its_text_and_keeps_its_row(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        chatter = await said(store, group, member, "闲聊", quote="原话")
        thread = await _a_thread(store)
        await purge(store, Limits(chatter=180), T0 + 181 * DAY)
        erased = await messages.get(store, chatter.id)
        assert (erased.text, erased.quote, erased.name, erased.member_id, erased.at) == ("", None, "", member.id, T0)
        assert await search.find(store, "闲聊", groups=[group.id]) == []
        assert [placed.message.text for placed in await threads.content(store, thread)] == ["死锁怎么查", "看锁等待"]


async def test_a_thread_goes_as_a_whole_and_keeps_its_shape(database: Database) -> None:
    async with database.write() as store:
        number = await _a_thread(store)
        before = await threads.find(store, number)
        assert await purge(store, Limits(threads=30), T0 + 31 * DAY) == Purged()  # its last message is younger
        assert (await purge(store, Limits(threads=30), T0 + 32 * DAY)).messages == 2
        after = await threads.find(store, number)
        assert before is not None
        assert after is not None
        assert (after.title, after.facts) == ("", before.facts)
        placed = await threads.content(store, number)
        assert [(p.message.text, p.role) for p in placed] == [("", "question"), ("", "answer")]
        assert len(await pins.on(store, messages=[p.message.id for p in placed])) == 4


async def test_a_sweep_is_bounded_goes_on_and_comes_round(database: Database) -> None:
    limits, late = Limits(chatter=180), T0 + 181 * DAY
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        for number in range(10):
            await said(store, group, member, f"闲聊 {number}")
        assert await sweep(store, limits, late, step=4, most=99) == 4
        assert await sweep(store, limits, late, step=4, most=1) == 1
        assert await sweep(store, limits, late, step=99, most=99) == 5
        assert await sweep(store, limits, late, step=4, most=99) == 0
        await said(store, group, member, "晚到的旧消息", T0 - DAY)  # an import of old history
        found = [await sweep(store, limits, late, step=4, most=99) for _ in range(4)]
        assert sum(found) == 1
        texts = select(func.count()).where(messages.MESSAGES.c.text != "")
        assert await store.scalar(texts) == 0


async def test_identities_go_last(database: Database) -> None:
    async with database.write() as store:
        await _everything_on_day_0(store)
        frame = Received(1, "f", "qq:1", "1", "body", T0)
        await purge(store, Limits(), T0 + 36 * DAY)
        assert await inbox.put(store, [frame]) == 0  # the platform repeats itself
        await purge(store, Limits(), T0 + 38 * DAY)
        assert await inbox.put(store, [frame]) == 1


async def test_what_was_never_finished_goes_too(database: Database) -> None:
    async with database.write() as store:
        member = await a_member(store)
        await grants.new_code(store, "bind", T0, timedelta(hours=1), member.id)
        await dialogs.put(store, Dialog(member.id, "events", "city", {"city": "成都"}, T0))
        await errands.put(store, Errand("reports", "x", "k", {"city": "成都"}), T0)
        await errands.fail(store, 1, "OSError", None)
        await purge(store, Limits(), T0 + 31 * DAY)
        assert await store.scalars(select(CODES.c.id)) == []
        assert await store.scalars(select(dialogs.DIALOGS.c.member_id)) == []
        assert await store.scalars(select(ERRANDS.c.payload)) == ["{}"]


async def test_the_rest_of_the_audit_is_still_one_chain(database: Database) -> None:
    async with database.write() as store:
        for day in range(4):
            await grants.audit(store, T0 + day * DAY, "digest", "done", member=None, group=None)
        await purge(store, Limits(audit=2), T0 + 4 * DAY)
        assert await store.scalar(select(func.count()).select_from(AUDIT)) == 2
        assert await grants.cut(store) is None


async def test_due_instants_go_when_no_rule_looks_back_so_far(database: Database) -> None:
    async with database.write() as store:
        look = await schedules.put(store, Schedule("escalation", "look", 0, "every 10m", "UTC", T0))
        for day in range(4):
            assert await schedules.claim(store, Occurrence(look, T0 + day * DAY), T0 + day * DAY)
        await purge(store, Limits(), T0 + retention.OCCURRENCES_KEPT + DAY * 1.5)
        assert await store.scalars(select(OCCURRENCES.c.due_at)) == [T0 + 2 * DAY, T0 + 3 * DAY]
        assert await schedules.forget(store, T0 + 9 * DAY, 1) == 1
        assert await schedules.latest(store, look.id) == T0 + 3 * DAY


def test_no_rule_looks_back_farther_than_due_instants_are_kept() -> None:
    assert timedelta(days=LOOK_BACK_DAYS) < retention.OCCURRENCES_KEPT


def test_the_limits_are_those_of_the_configuration() -> None:
    assert Limits() == Limits(inbox=7, chatter=180, threads=0, outbox=30, audit=365)
    assert retention.SWEEP > retention.ERASE
