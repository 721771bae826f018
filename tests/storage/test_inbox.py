"""The inbox: durable and unique before anything else, lanes one at a time and in order, poison put aside."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from storage import accounts, inbox
from storage.database import Database, Store
from storage.inbox import INBOX, LANES, Received, State
from tests.conftest import T0

DAY = timedelta(days=1)


async def received(store: Store, *keys: str, lane: str = "qq:1", at: int = 0, **fields: str) -> int:
    account = await accounts.ensure(store, fields.pop("account", "qq"), "qq")
    frames = [
        Received(account.id, key, lane, fields.get("member", "10001"), f"body of {key}", T0 + at * DAY) for key in keys
    ]
    return await inbox.put(store, frames)


async def bodies(store: Store, lane: str = "qq:1", limit: int = 50) -> list[str]:
    return [pending.body.removeprefix("body of ") for pending in await inbox.pending(store, lane, limit)]


async def test_a_frame_is_stored_once_per_account(database: Database) -> None:
    async with database.write() as store:
        assert await received(store, "a", "b", "a") == 2
        assert await received(store, "b", "c") == 1
        assert await received(store, "a", account="qq2") == 1
        assert await inbox.put(store, []) == 0
        assert await inbox.count(store) == {"new": 4}
        assert await bodies(store) == ["a", "b", "c", "a"]


async def test_lanes_are_worked_in_order(database: Database) -> None:
    async with database.write() as store:
        await received(store, "a", "b", lane="qq:2")
        await received(store, "c", lane="qq:1")
        assert await inbox.lanes_with_work(store) == ["qq:2", "qq:1"]
        first = (await inbox.pending(store, "qq:2", 1))[0]
        assert (first.body, first.attempts, first.received_at) == ("body of a", 0, T0)
        await inbox.begin(store, [first.id])
        assert (await inbox.pending(store, "qq:2", 1))[0].attempts == 1
        await inbox.done(store, [first.id])
        assert await bodies(store, "qq:2") == ["b"]
        assert await inbox.lanes_with_work(store) == ["qq:2", "qq:1"]
        assert await inbox.count(store) == {"done": 1, "new": 2}


async def test_poison_is_put_aside_and_what_is_behind_goes_on(database: Database) -> None:
    async with database.write() as store:
        await received(store, "poison", "b")
        poison = (await inbox.pending(store, "qq:1", 1))[0]
        await inbox.quarantine(store, [poison.id], "KeyError")
        assert await bodies(store) == ["b"]
        row = await store.row(select(INBOX.c.state, INBOX.c.error, INBOX.c.body).where(INBOX.c.id == poison.id))
        assert tuple(row) == ("quarantined", "KeyError", "body of poison")


async def test_an_odd_frame_has_no_lane(database: Database) -> None:
    async with database.write() as store:
        account = await accounts.ensure(store, "qq", "qq")
        await inbox.put(store, [Received(account.id, "odd:1", "", "", "[]", T0, State.QUARANTINED, "no object")])
        assert await inbox.lanes_with_work(store) == []
        assert await store.scalars(select(LANES.c.lane)) == []


@pytest.mark.middle
async def test_a_lane_has_one_worker_at_a_time(postgresql_url: str) -> None:
    async with Database.open(postgresql_url) as database:
        async with database.write() as store:
            await received(store, "a", lane="qq:1")
            await received(store, "b", lane="qq:2")
        async with database.write() as one, database.write() as other:
            assert await inbox.take_lane(one, "qq:1")
            assert not await inbox.take_lane(other, "qq:1")
            assert await inbox.take_lane(other, "qq:2")
        async with database.write() as store:
            assert await inbox.take_lane(store, "qq:1")
            assert not await inbox.take_lane(store, "qq:9")


@pytest.mark.middle
async def test_why_the_lane_is_locked_in_one_statement_and_read_in_the_next(postgresql_url: str) -> None:
    """A statement sees the database as it was when the statement began, not as it is when the lock is granted.

    So a worker that locks the lane and reads its frames in one statement, having waited for another worker's turn,
    is handed frames that are done already. `take_lane` and `pending` are two statements for this reason.
    """
    async with Database.open(postgresql_url) as database:
        async with database.write() as store:
            await received(store, "a", "b")
        both = text(
            "WITH lane AS MATERIALIZED (SELECT lane FROM lanes WHERE lane = 'qq:1' FOR UPDATE) "
            "SELECT inbox.body FROM lane JOIN inbox ON inbox.lane = lane.lane AND inbox.state = 'new' ORDER BY inbox.id"
        )
        async with database.write() as first:
            assert await inbox.take_lane(first, "qq:1")
            waiting = asyncio.create_task(_ask(database, both))
            await _until_somebody_waits(database)
            await inbox.done(first, [pending.id for pending in await inbox.pending(first, "qq:1", 1)])
        assert await waiting == ["body of a", "body of b"]  # the trap: a is done
        async with database.write() as store:
            await store.execute(text("SELECT lane FROM lanes WHERE lane = 'qq:1' FOR UPDATE"))
            assert await bodies(store) == ["b"]


async def _ask(database: Database, query: object) -> list[str]:
    async with database.write() as store:
        return await store.scalars(query)  # type: ignore[arg-type]


async def _until_somebody_waits(database: Database) -> None:
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while True:
        async with database.read() as store:
            if await store.scalar(waits):
                return


async def test_two_workers_work_every_frame_exactly_once_and_in_order(database: Database) -> None:
    lanes = [f"qq:{n}" for n in range(4)]
    async with database.write() as store:
        for number in range(10):
            for lane in lanes:
                await received(store, f"{lane}:{number}", lane=lane)
    worked: dict[str, list[str]] = {lane: [] for lane in lanes}

    async def work() -> None:
        while True:
            async with database.read() as store:
                waiting = await inbox.lanes_with_work(store)
            if not waiting:
                return
            for lane in waiting:
                async with database.write() as store:
                    if await inbox.take_lane(store, lane):
                        found = await inbox.pending(store, lane, 3)
                        await inbox.done(store, [pending.id for pending in found])
                        worked[lane] += [pending.body.removeprefix("body of ") for pending in found]

    await asyncio.gather(work(), work())
    assert worked == {lane: [f"{lane}:{n}" for n in range(10)] for lane in lanes}


async def test_bodies_go_and_identities_stay(database: Database) -> None:
    async with database.write() as store:
        await received(store, "old", "waiting")
        await received(store, "new", at=8)
        old = (await inbox.pending(store, "qq:1", 1))[0]
        await inbox.done(store, [old.id])
        assert await inbox.purge(store, T0 + DAY) == 1
        assert await inbox.purge(store, T0 + DAY) == 0
        assert await bodies(store) == ["waiting", "new"]
        assert await received(store, "old") == 0  # heard again: known
        assert await inbox.drop(store, T0 + DAY) == 1
        assert await received(store, "old") == 1


async def test_a_member_who_is_forgotten_leaves_no_frames(database: Database) -> None:
    async with database.write() as store:
        await received(store, "a", "b")
        await received(store, "c", member="10002")
        done = (await inbox.pending(store, "qq:1", 1))[0]
        await store.execute(update(INBOX).where(INBOX.c.id == done.id).values(state=State.DONE, error="canary"))
        await inbox.blank(store, ["10001"])
        assert await bodies(store) == ["c"]  # what waited is not worked any more
        rows = await store.rows(select(INBOX.c.body, INBOX.c.member_key, INBOX.c.error).order_by(INBOX.c.id))
        assert [tuple(row) for row in rows] == [("", "", None), ("", "", None), ("body of c", "10002", None)]
        assert await received(store, "a", "b") == 0
