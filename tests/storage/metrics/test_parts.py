"""Parts of a sample equal the figures of each part; whose answers were accepted; at which hours people talk."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from storage import members
from storage.database import Database
from storage.groups import Coverage
from storage.metrics import FIGURES, Options, Part, Period, Scope, compute, evaluate_parts, load, week_of, why
from storage.metrics._cases import load_cases
from tests.storage.metrics.test_contract import town
from tests.storage.metrics.world import NOW, OPTIONS, SHANGHAI, WEEK, World, ask, hours, rows, sample

OF_THREADS = [name for name, found in FIGURES.items() if found.load is load_cases]


async def test_each_part_is_what_would_be_computed_of_it(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        ids = await town(store)
    whole = Period(WEEK.since - timedelta(days=14), WEEK.until)
    scope = Scope("all", "", ids)
    weeks = [week_of((WEEK.since - timedelta(days=7 * n)).astimezone(SHANGHAI).date(), SHANGHAI) for n in range(2)]
    parts = {str(n): Part(scope, week) for n, week in enumerate(weeks)}
    parts |= {f"group {group}": Part(Scope(f"group:{group}", "", (group,)), WEEK) for group in ids}
    async with sqlite_database.read() as store:
        told = evaluate_parts(OF_THREADS, await load(store, scope, whole), NOW, OPTIONS, parts)
        for key, part in parts.items():
            for name in OF_THREADS:
                assert told[key][name].value == await compute(store, name, *part, NOW, OPTIONS), (key, name)
                assert told[key][name].rows == await why(store, name, *part, NOW, OPTIONS), (key, name)
    with pytest.raises(ValueError, match="need more"):
        evaluate_parts(["active"], sample(), NOW, OPTIONS, {})


@pytest.mark.middle
async def test_the_same_hours_on_each_engine(database: Database) -> None:
    await told_by_hour(database)


async def test_hours_are_local_ones(sqlite_database: Database) -> None:
    await told_by_hour(sqlite_database)


async def told_by_hour(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        seen, unseen = await world.group("seen"), await world.group("unseen", seen=Coverage.MENTIONS)
        one = await world.member("one")
        for minutes in (0, 59, 60):  # Monday 00:00, 00:59 and 01:00 in Shanghai
            await world.message(seen, one, WEEK.since + timedelta(minutes=minutes))
        await world.message(unseen, one, WEEK.since)
        await world.message(seen, one, WEEK.until)
    async with database.read() as store:
        found = await ask(World(store), "message_hours", seen.id, unseen.id)
        assert {key: count for key, count in found.parts.items() if count} == {"1-00": 2, "1-01": 1}
        assert (found.n, found.value, len(found.parts)) == (3, 3, 168)
        nepal = Options(zone=ZoneInfo("Asia/Kathmandu"))  # UTC+05:45
        found = await ask(World(store), "message_hours", seen.id, options=nepal)
        assert {key: count for key, count in found.parts.items() if count} == {"7-21": 1, "7-22": 2}


async def test_solvers_are_whose_answer_was_accepted(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        world = World(store)
        group, mentions = await world.group("a"), await world.group("b", seen=Coverage.MENTIONS)
        asker, one, two, three = [await world.member(name) for name in ("asker", "one", "two", "three")]
        again = await world.member("again", same_as=one)
        closed = {"answered": 1, "confirmed": 2}
        for solver, topic in ((one, "wal"), (again, "wal"), (two, "plan"), (three, "plan")):
            await world.thread(group, asker, solver=solver, topic=topic, **closed)
        await world.thread(group, asker, solver=two, answered=1)  # nobody accepted it
        await world.thread(group, asker, solver=two, answered=1, thanked=2)  # a mere thanks does not count
        await world.thread(group, one, solver=again, **closed)  # its own question
        await world.thread(mentions, asker, solver=two, **closed)
        await world.thread(group, asker, solver=two, at=WEEK.since - hours(1), **closed)
        await members.sign(store, three, signed=False)
        found = await ask(world, "solvers", group.id, mentions.id)
        assert (found.value, dict(found.parts)) == (3, {"wal": 2, "plan": 2})
        listed = await rows(world, "solvers", group.id, mentions.id)
        assert [(row.thread, row.why, row.named) for row in listed] == [
            (1, "wal", True),
            (2, "wal", True),
            (3, "plan", True),
            (4, "plan", False),
        ]
