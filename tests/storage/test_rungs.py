"""Rungs: each once, whoever comes first; given back where nobody saw the post; a merged thread's nudge counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage import derived, members, memberships, outbox, pins, rungs, threads
from storage.database import Database, Store
from storage.outbox import State
from storage.outcome import Facts
from storage.pins import Pinned
from storage.replies import Body, Purpose, Reply
from storage.rungs import Rung
from tests.conftest import T0
from tests.storage.rows import a_group, a_member, said

DAY = timedelta(days=1)


async def test_of_two_processes_one_takes_a_rung(database: Database) -> None:
    async def taken() -> bool:
        async with database.write() as store:
            return await rungs.take(store, 7, Rung.NUDGE, T0)

    assert sorted(await asyncio.gather(taken(), taken(), taken())) == [False, False, True]
    async with database.write() as store:
        assert await rungs.take(store, 7, Rung.EXPERT, T0 + DAY, nth=2)
        assert await rungs.take(store, 7, Rung.EXPERT, T0 + DAY / 24, nth=1)
        found = (await rungs.done(store, [7, 8]))[7]
        assert [(one.rung, one.nth) for one in found] == [(Rung.NUDGE, 1), (Rung.EXPERT, 1), (Rung.EXPERT, 2)]


@pytest.mark.parametrize(
    ("state", "since", "left"),
    [
        (State.DROPPED, T0, []),
        (State.DROPPED, T0 + DAY, [Rung.BOARD]),
        (State.SENT, T0, [Rung.BOARD]),
        (State.HELD, T0, [Rung.BOARD]),
        (State.PENDING, T0, [Rung.BOARD]),
    ],
)
async def test_what_nobody_saw_is_taken_back(database: Database, state: State, since: object, left: list[Rung]) -> None:
    async with database.write() as store:
        group = await a_group(store)
        reply = Reply(Body.of("x"), purpose=Purpose.REMINDER)
        post = await outbox.put(store, reply, key="ladder:1", group=group.id, now=T0, expires_at=None)
        assert post is not None
        await outbox.settle(store, post, state)
        await rungs.take(store, 1, Rung.BOARD, T0, post="ladder:1")
        await rungs.take(store, 2, Rung.ADMINS, T0)
        await rungs.give_back(store, since)  # type: ignore[arg-type]
        assert [one.rung for one in (await rungs.done(store, [1])).get(1, [])] == left
        assert len(await rungs.done(store, [2])) == 1


async def an_answered_thread(store: Store, **facts: object) -> int:
    group, asker, other = await a_group(store), await a_member(store), await a_member(store, "2", name="晓舟")
    question = await said(store, group, asker, "？")
    answer = await said(store, group, other, "!", T0 + DAY / 24)
    number = await threads.open_thread(store, question, title="x", imported=bool(facts.pop("imported", False)))
    await threads.place(store, question.id, number, "question", 0.9)
    await threads.place(store, answer.id, number, "answer", 0.7)
    known = {"first_response_at": answer.at, "first_answer_at": answer.at} | facts
    await derived.write(store, number, Facts(T0, answer.at, **known))  # type: ignore[arg-type]
    assert await rungs.certainty(store, [question.id, answer.id]) == pytest.approx(0.7)
    return number


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, True),
        ({"imported": True}, False),
        ({"thanked_at": T0}, False),
        ({"confirmed_at": T0}, False),
        ({"withdrawn_at": T0}, False),
        ({"reopened": 1}, False),
        ({"first_answer_at": None}, False),
        ({"first_answer_at": T0 + 2 * DAY}, False),
    ],
)
async def test_of_whom_nobody_said_how_they_went(database: Database, facts: dict[str, object], found: bool) -> None:
    async with database.write() as store:
        number = await an_answered_thread(store, **facts)
        group = (await threads.several(store, [number]))[number].group_id
        assert [t.id for t in await rungs.unconfirmed(store, [group], T0, T0 + DAY)] == ([number] if found else [])
        assert await rungs.unconfirmed(store, [group], T0 + DAY, T0 + DAY) == []
        await rungs.take(store, number, Rung.NUDGE, T0 + DAY)
        assert await rungs.unconfirmed(store, [group], T0, T0 + DAY) == []
        assert await rungs.counted(store, [group], T0, T0 + 2 * DAY) == {Rung.NUDGE: 1}


async def test_a_nudge_counts_for_the_thread_that_took_it_in(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        await rungs.take(store, 2, Rung.NUDGE, T0)
        assert await rungs.was_nudged(store, 2)
        assert not await rungs.was_nudged(store, 1)
        await pins.add(store, Pinned.MERGED, group=group.id, at=T0, by=None, thread=2, value="1")
        assert await rungs.was_nudged(store, 1)


async def test_who_left(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        here, gone = await a_member(store), await members.ensure(store, "qq", "9", "", T0)
        await memberships.saw(store, group.id, here.id, "老樊", T0)
        await memberships.left(store, group.id, gone.id, T0)
        assert not await rungs.has_left(store, group.id, here.id)
        assert await rungs.has_left(store, group.id, gone.id)
