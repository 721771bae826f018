"""Pairs: noted once, offered, decided, and taken back."""

from __future__ import annotations

from datetime import timedelta

from storage import pairs
from storage.database import Database
from storage.pairs import Decision
from tests.conftest import T0
from tests.storage.rows import a_member

DAY = timedelta(days=1)


async def test_a_pair_is_noted_once_whichever_way_round(database: Database) -> None:
    async with database.write() as store:
        assert await pairs.note(store, 7, 3, 0.4, T0)
        assert not await pairs.note(store, 3, 7, 0.5, T0)
        assert await pairs.note(store, 8, 3, 0.6, T0)
        assert [(pair.earlier, pair.thread) for pair in await pairs.undecided(store)] == [(3, 8), (3, 7)]
        assert [pair.thread for pair in await pairs.undecided(store, [7])] == [7]


async def test_what_was_decided_is_kept_until_it_is_taken_back(database: Database) -> None:
    async with database.write() as store:
        by = (await a_member(store)).id
        await pairs.note(store, 3, 7, 0.4, T0)
        await pairs.settle(store, 7, 3, Decision.DIFFERENT, T0, by)
        await pairs.settle(store, 4, 5, Decision.SAME, T0, by)
        assert await pairs.undecided(store) == []
        assert not await pairs.note(store, 3, 7, 0.9, T0)
        found = await pairs.between(store, 5, 4)
        assert found is not None
        assert found.verdict is Decision.SAME
        await pairs.settle(store, 7, 3, None, T0, by)
        assert len(await pairs.undecided(store)) == 1
        assert await pairs.between(store, 1, 2) is None


async def test_offers_are_counted(database: Database) -> None:
    async with database.write() as store:
        await pairs.note(store, 3, 7, 0.4, T0)
        await pairs.offered(store, await pairs.undecided(store), T0)
        await pairs.offered(store, await pairs.undecided(store), T0 + DAY)
        (pair,) = await pairs.undecided(store)
        assert (pair.offered, pair.offered_at) == (2, T0 + DAY)
