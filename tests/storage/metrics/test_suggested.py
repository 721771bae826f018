"""Figures of what was offered to questions, and of the few that all rests on, from real rows on both engines."""

from __future__ import annotations

import pytest

from storage import suggestions, threads
from storage.database import Database
from storage.groups import Coverage
from storage.metrics import Missing, Row
from storage.metrics._reducers import absence
from storage.suggestions import Offered, Verdict
from tests.storage.metrics.world import NOW, WEEK, World, ask, hours, rows

START = WEEK.since + hours(10)


async def _offer(world: World, thread: int, target: int, verdict: Verdict | None = None, after: float = 1) -> None:
    await suggestions.offer(world.store, thread, Offered.THREAD, target, likeness=0.5, at=START + hours(after))
    if verdict is not None:
        offer = (await suggestions.of_thread(world.store, thread))[-1]
        await suggestions.settle(world.store, offer.id, verdict, START + hours(after + 1))


async def test_what_an_old_answer_solved_alone(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group, mentions = await world.group("a"), await world.group("b", seen=Coverage.MENTIONS)
        asker = await world.member("asker")
        alone = await world.thread(group, asker, at=START, confirmed=5)
        answered = await world.thread(group, asker, at=START, answered=2, confirmed=5)
        before = await world.thread(group, asker, at=START, confirmed=0.5)
        waiting = await world.thread(group, asker, at=START)
        unseen = await world.thread(mentions, asker, at=START, confirmed=5)
        await world.thread(group, asker, at=START, confirmed=5)  # nothing was offered
        for thread in (alone, answered, before, waiting, unseen):
            await _offer(world, thread, 1)
        found = await ask(world, "deflection", group.id, mentions.id)
        assert (found.n, found.of, found.coverage.left_out) == (1, 4, 1)
        listed = {row.thread: row.value for row in await rows(world, "deflection", group.id, mentions.id)}
        assert listed == {alone: 1, answered: 0, before: 0, waiting: 0, unseen: None}
        told = await ask(world, "deflection", group.id, now=START + hours(2))
        assert (told.n, told.of) == (0, 4)  # as things stood before anybody said that it works


async def test_precision_knows_only_what_askers_said(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group, mentions = await world.group("a"), await world.group("b", seen=Coverage.MENTIONS)
        asker = await world.member("asker")
        one, two, three = [await world.thread(group, asker, at=START) for _ in range(3)]
        heard = await world.thread(mentions, asker, at=START)
        invalid = await world.thread(group, asker, at=START, invalid=3)
        await _offer(world, one, 1, Verdict.REJECTED)
        await _offer(world, one, 2, Verdict.SOLVED, after=3)
        await _offer(world, two, 1)
        await _offer(world, three, 1, Verdict.REJECTED, after=9_000)  # offered after now
        await _offer(world, heard, 1, Verdict.REJECTED)
        await _offer(world, invalid, 1, Verdict.SOLVED)
        found = await ask(world, "suggestion_precision", group.id, mentions.id)
        assert (found.n, found.of, found.value) == (1, 3, 1 / 3)
        found = await ask(world, "suggestion_feedback", group.id, mentions.id)
        assert (found.n, found.of, found.value) == (3, 4, 3 / 4)
        silent = await ask(world, "suggestion_precision", (await world.group("c")).id)
        assert silent.missing is Missing.NOTHING
    assert START + hours(9_000) > NOW


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [([], None), ([1], 1), ([1, 1], 2), ([3, 1, 1], 1), ([2, 1, 1], 2), ([1] * 10, 6), ([5, 5, 1], 2)],
)
def test_the_fewest_whose_absence_leaves_less_than_half(counts: list[int], wanted: int | None) -> None:
    rows = [Row(True, "answered", count, person=person) for person, count in enumerate(counts)]
    assert absence(rows).value == wanted


async def test_who_answered_first_carries_the_thread(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group = await world.group("a")
        asker, one, two = [await world.member(key) for key in ("asker", "one", "two")]
        myself = await world.member("asker 2", same_as=asker)
        for first in (one, one, two, myself):
            thread = await world.thread(group, asker, at=START, answered=1)
            await threads.describe(store, thread, first_answerer=first)
        found = await ask(world, "answer_absence_factor", group.id)
        listed = {row.member: row.value for row in await rows(world, "answer_absence_factor", group.id)}
        assert (found.value, listed) == (1, {one: 2, two: 1})
