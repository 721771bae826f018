"""Figures of group sizes, joins and leaves, from real rows on both engines."""

from __future__ import annotations

from datetime import date, timedelta

from storage import groups, memberships
from storage.database import Database
from storage.metrics import Missing
from tests.storage.metrics.world import WEEK, World, ask, hours

MONDAY = date(2026, 11, 23)


async def test_group_sizes(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        ids = {}
        for name, sizes in {
            "grows": {-1: 100, 6: 110},
            "new": {2: 50},
            "stale": {-20: 70},
            "a week old": {-1: 30, -2: 31},
            "untold": {},
        }.items():
            ids[name] = (await world.group(name)).id
            for day, size in sizes.items():
                await groups.set_size(store, ids[name], MONDAY + timedelta(days=day), size)
        await groups.set_size(store, ids["untold"], date(2026, 11, 1), 500, "by_hand")
        await groups.set_size(store, ids["grows"], date(2026, 11, 1), 999, "by_hand")
        every = tuple(ids.values())

        size = await ask(world, "group_size", *every)
        assert (size.value, size.n, size.day) == (190, 3, date(2026, 11, 22))
        assert dict(size.parts) == {str(ids["grows"]): 110, str(ids["new"]): 50, str(ids["a week old"]): 30}
        by_hand = await ask(world, "group_size_by_hand", *every)
        assert (by_hand.value, by_hand.n, by_hand.day) == (500, 1, date(2026, 11, 1))
        growth = await ask(world, "group_growth", *every)
        assert (growth.n, growth.of, growth.value) == (10, 130, 10 / 130)
        for name in ("group_size", "group_growth", "joins", "leaves", "membership_churn"):
            assert (await ask(world, name, ids["untold"])).missing is Missing.NOT_OBSERVABLE, name


async def test_joins_and_leaves(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        telling, silent = await world.group("a"), await world.group("b")
        inside, before = WEEK.since + hours(5), WEEK.since - hours(1)
        for number, (came, went) in enumerate(
            [(inside, None), (before, inside), (None, inside), (before, before), (WEEK.until, None)]
        ):
            member = await world.member(str(number))
            if came:
                await memberships.joined(store, telling.id, member, "", came)
            if went:
                await memberships.left(store, telling.id, member, went)
        await memberships.saw(store, silent.id, await world.member("x"), "", inside)
        await groups.set_size(store, telling.id, MONDAY - timedelta(days=1), 40)
        both = (telling.id, silent.id)
        assert (await ask(world, "joins", *both)).value == 1
        assert (await ask(world, "leaves", *both)).value == 2
        churn = await ask(world, "membership_churn", *both)
        assert (churn.n, churn.of, churn.value) == (2, 40, 0.05)
        assert (await ask(world, "joins", silent.id)).missing is Missing.NOT_OBSERVABLE
