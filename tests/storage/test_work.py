"""Errands, schedules and dialogs: each once, claimed by one worker, alive after a restart."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from storage import dialogs, errands, schedules
from storage.database import Database
from storage.dialogs import Dialog
from storage.errands import ERRANDS, MAX_ATTEMPTS, Errand, State
from storage.schedules import Occurrence, Schedule
from tests.conftest import T0
from tests.storage.rows import a_member

MINUTE = timedelta(minutes=1)
REPORT = Errand("reports", "monthly", "report:2026-11", {"month": "2026-11", "for": "成都"}, group=3, member=4)
DIGEST = Schedule("digest", "weekly", 3, "mon 09:00", "Asia/Shanghai", T0, payload={"sections": ["thanks"]})


async def test_an_errand_is_queued_once_and_comes_back_whole(database: Database) -> None:
    async with database.write() as store:
        assert await errands.put(store, REPORT, T0)
        assert await errands.put(store, REPORT, T0) is None
        found = await errands.claim(store, T0, T0 + MINUTE)
        assert found is not None
        assert (found.feature, found.name, found.key, found.payload) == (
            REPORT.feature,
            REPORT.name,
            REPORT.key,
            REPORT.payload,
        )
        assert (found.group, found.member, found.attempts) == (3, 4, 0)
        assert await errands.claim(store, T0, T0 + MINUTE) is None
        await errands.finish(store, found.id)
        row = await store.row(select(ERRANDS.c.state, ERRANDS.c.payload))
        assert tuple(row) == (State.DONE, "{}")
        assert await errands.put(store, REPORT, T0) is None  # done is done


async def test_an_errand_that_failed_is_tried_again_later_or_given_up(database: Database) -> None:
    async with database.write() as store:
        await errands.put(store, REPORT, T0)
        first = await errands.claim(store, T0, T0 + MINUTE)
        assert first is not None
        await errands.fail(store, first.id, "OSError", T0 + 5 * MINUTE)
        assert await errands.claim(store, T0 + 4 * MINUTE, T0 + 9 * MINUTE) is None
        again = await errands.claim(store, T0 + 5 * MINUTE, T0 + 9 * MINUTE)
        assert again is not None
        assert again.attempts == 1
        await errands.fail(store, again.id, "OSError", None)
        assert await errands.claim(store, T0 + 99 * MINUTE, T0 + 100 * MINUTE) is None
        assert tuple(await store.row(select(ERRANDS.c.state, ERRANDS.c.error))) == (State.FAILED, "OSError")


async def test_an_errand_whose_worker_is_gone_is_taken_over_but_not_for_ever(database: Database) -> None:
    async with database.write() as store:
        await errands.put(store, REPORT, T0)
        for attempt in range(MAX_ATTEMPTS):
            now = T0 + attempt * MINUTE
            assert await errands.claim(store, now, now + MINUTE)
            assert await errands.claim(store, now, now + MINUTE) is None
        assert await errands.claim(store, T0 + MAX_ATTEMPTS * MINUTE, T0 + 99 * MINUTE) is None
        assert tuple(await store.row(select(ERRANDS.c.state, ERRANDS.c.error))) == (
            State.FAILED,
            "its worker never came back",
        )


async def test_workers_never_share_an_errand(database: Database) -> None:
    async with database.write() as store:
        for number in range(8):
            await errands.put(store, Errand("reports", "x", f"k{number}", {}), T0)

    async def work() -> list[str]:
        mine: list[str] = []
        while True:
            async with database.write() as store:
                errand = await errands.claim(store, T0, T0 + MINUTE)
                if errand is None:
                    return mine
                mine.append(errand.key)

    done = await asyncio.gather(*(work() for _ in range(3)))
    assert sorted(key for mine in done for key in mine) == [f"k{n}" for n in range(8)]


async def test_a_schedule_keeps_its_since_and_takes_a_new_rule(database: Database) -> None:
    async with database.write() as store:
        first = await schedules.put(store, DIGEST)
        assert first == Schedule(**{**_fields(DIGEST), "id": first.id})
        moved = await schedules.put(
            store, Schedule("digest", "weekly", 3, "tue 10:00", "Asia/Urumqi", T0 + MINUTE, active=False)
        )
        assert (moved.id, moved.rule, moved.zone, moved.since) == (first.id, "tue 10:00", "Asia/Urumqi", T0)
        assert await schedules.active(store) == []
        await schedules.switch(store, moved.id, on=True)
        assert [schedule.id for schedule in await schedules.active(store)] == [first.id]
        assert (await schedules.put(store, Schedule("digest", "weekly", 4, "mon 09:00", "UTC", T0))).id != first.id


def _fields(schedule: Schedule) -> dict[str, object]:
    return {name: getattr(schedule, name) for name in Schedule.__slots__}


async def test_an_occurrence_is_claimed_once_by_whoever_is_first(database: Database) -> None:
    async with database.write() as store:
        schedule = await schedules.put(store, DIGEST)
        assert await schedules.latest(store, schedule.id) is None

    async def claim() -> bool:
        async with database.write() as store:
            return await schedules.claim(store, Occurrence(schedule, T0), T0)

    assert sorted(await asyncio.gather(*(claim() for _ in range(4)))) == [False, False, False, True]
    async with database.write() as store:
        assert await schedules.claim(store, Occurrence(schedule, T0 + MINUTE), T0 + MINUTE, state="skipped")
        assert await schedules.latest(store, schedule.id) == T0 + MINUTE


async def test_what_a_claim_led_to_is_undone_with_it(database: Database) -> None:
    async with database.write() as store:
        schedule = await schedules.put(store, DIGEST)

    async def killed() -> None:
        async with database.write() as store:
            assert await schedules.claim(store, Occurrence(schedule, T0), T0)
            raise InterruptedError

    try:
        await killed()
    except InterruptedError:
        async with database.write() as store:
            assert await schedules.claim(store, Occurrence(schedule, T0), T0)


async def test_a_dialog_is_one_per_member_and_expires(database: Database) -> None:
    async with database.write() as store:
        member = (await a_member(store)).id
        dialog = Dialog(member, "events", "city", {"title": "象行", "seats": 40}, T0 + MINUTE)
        await dialogs.put(store, dialog)
        assert await dialogs.current(store, member, T0) == dialog
        assert await dialogs.current(store, member, T0 + MINUTE) is None
        further = Dialog(member, "events", "when", {"city": "成都"}, T0 + 2 * MINUTE)
        await dialogs.put(store, further)
        assert await dialogs.current(store, member, T0 + MINUTE) == further
        await dialogs.end(store, member)
        assert await dialogs.current(store, member, T0) is None
