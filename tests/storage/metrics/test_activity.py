"""Figures of who is there, from real rows on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from storage import accounts, members
from storage.database import Database
from storage.groups import Coverage
from storage.metrics import Bound, Missing, Scope, compute_all, day_of
from tests.storage.metrics.world import NOW, OPTIONS, SHANGHAI, WEEK, World, ask, hours, rows


async def test_active_members_are_a_union_and_never_a_sum(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        first, second = await world.group("a"), await world.group("b")
        one, two, three = [await world.member(key) for key in ("one", "two", "three")]
        other_self = await world.member("one on the phone", same_as=one)
        await world.active(first, one, 0, 1, 6)
        await world.active(second, one, 0)
        await world.active(second, other_self, 3)
        await world.active(second, two, 6)
        await world.active(first, three, -1, 7)  # the Sunday before and the Monday after

        both = await ask(world, "active", first.id, second.id)
        assert (both.value, both.n, both.bound) == (2, 2, None)
        assert (await ask(world, "active", first.id)).value == 1
        assert (await ask(world, "active", second.id)).value == 2
        assert {row.person for row in await rows(world, "active", first.id, second.id)} == {
            (await members.get(store, one)).person_id,
            (await members.get(store, two)).person_id,
        }


async def test_daily_weekly_and_monthly_actives(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group = await world.group("a")
        people = [await world.member(str(number)) for number in range(6)]
        await world.active(group, people[0], *range(7))  # daily
        await world.active(group, people[1], 0)
        await world.active(group, people[2], 6)
        await world.active(group, people[3], -1)  # within 30 days only
        await world.active(group, people[4], 6 - 29)  # the first of the 30
        await world.active(group, people[5], 6 - 30)  # a day too early

        daily = await ask(world, "dau", group.id)
        assert daily.value == pytest.approx((2 + 1 + 1 + 1 + 1 + 1 + 2) / 7)
        assert (daily.n, daily.extra["last"], daily.extra["most"]) == (7, 2, 2)
        assert (await ask(world, "wau", group.id)).value == 3
        assert (await ask(world, "mau", group.id)).value == 5
        sunday = day_of(date(2026, 11, 29), SHANGHAI)
        assert (await ask(world, "dau", group.id, period=sunday)).value == 2
        assert (await ask(world, "wau", group.id, period=sunday)).value == 3
        # On Tuesday noon the week has two days so far.
        tuesday = datetime(2026, 11, 24, 4, tzinfo=UTC)
        unfinished = await ask(world, "dau", group.id, now=tuesday)
        assert (unfinished.n, unfinished.value) == (2, 1.5)


async def test_new_back_regular_and_lost(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group, elsewhere = await world.group("a"), await world.group("b")
        names = ["new", "back", "just back", "not away", "regular", "almost", "lost", "still here"]
        who = {name: await world.member(name) for name in names}
        await world.active(group, who["new"], 2)
        await world.active(elsewhere, who["new"], -5)  # elsewhere it is nobody new
        await world.active(group, who["back"], -200, 1)
        await world.active(group, who["just back"], 3 - 90, 3)
        await world.active(group, who["not away"], 3 - 89, 3)
        await world.active(group, who["regular"], 6 - 89, -10, -9, 5)
        await world.active(group, who["almost"], 6 - 90, -10, -9, 5)
        await world.active(group, who["lost"], -60, -50, -45, -40)
        await world.active(group, who["still here"], -60, -50, -45, -40, -22)

        async def named(figure: str) -> set[str]:
            persons = {(await members.get(store, member)).person_id: name for name, member in who.items()}
            return {persons[row.person] for row in await rows(world, figure, group.id) if row.value and row.person}

        assert await named("newcomers") == {"new"}
        assert await named("reactivated") == {"back", "just back"}
        assert await named("regulars") == {"regular", "lost", "still here"}
        assert await named("lost_regulars") == {"lost"}
        lost = await ask(world, "lost_regulars", group.id)
        assert (lost.value, lost.of) == (1, 2)
        union = await ask(world, "newcomers", group.id, elsewhere.id)
        assert union.value == 0


async def test_without_a_past_nobody_is_new(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        fresh = await world.group("fresh", since=WEEK.since + hours(1))
        young = await world.group("young", since=WEEK.since - timedelta(days=20))
        one = await world.member("one")
        for group in (fresh, young):
            await world.active(group, one, 2)
        names = ("active", "newcomers", "reactivated", "regulars", "activity_churn")

        async def states(group: int) -> list[tuple[float | None, str | None]]:
            scope = Scope("test", "test", (group,))
            found = await compute_all(store, names, scope, WEEK, NOW, OPTIONS)
            return [(found[name].value, found[name].missing or found[name].bound) for name in names]

        unseen = (None, Missing.NOT_OBSERVABLE)
        assert await states(fresh.id) == [(1, None), unseen, unseen, (0, Bound.LOWER), unseen]
        assert await states(young.id) == [
            (1, None),
            (1, Bound.UPPER),
            unseen,
            (0, Bound.LOWER),
            (None, Missing.NOTHING),
        ]


async def test_activity_churn(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group = await world.group("a")
        stays, goes, comes, gone = [await world.member(key) for key in ("stays", "goes", "comes", "gone")]
        await world.active(group, stays, -7, 0)
        await world.active(group, goes, -1)
        await world.active(group, comes, 3)
        await world.active(group, gone, -8)  # two weeks ago

        found = await ask(world, "activity_churn", group.id)
        assert (found.value, found.n, found.of) == (0.5, 1, 2)
        early = await ask(world, "activity_churn", group.id, now=WEEK.until - hours(1))
        assert (early.value, early.missing) == (None, Missing.TOO_EARLY)


async def test_counts_of_people_say_when_they_are_upper_bounds(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        here, there = await world.group("a"), await world.group("a", platform="telegram")
        one, again = await world.member("one"), await world.member("one", platform="telegram")
        await world.active(here, one, 1)
        await world.active(there, again, 1)
        assert (await ask(world, "active", here.id)).bound is None
        unbound = await ask(world, "active", here.id, there.id)
        assert (unbound.value, unbound.bound, dict(unbound.parts)) == (2, Bound.UPPER, {"active": 2})
        await members.link(store, again, one, NOW)
        bound = await ask(world, "active", here.id, there.id)
        assert (bound.value, bound.bound, dict(bound.parts)) == (1, Bound.UPPER, {"linked": 1})


async def test_where_a_member_has_another_id_in_each_group_counts_over_groups_are_upper_bounds(
    database: Database,
) -> None:
    async with database.write() as store:
        world = World(store)
        account = await accounts.ensure(store, "official", "qq_official", same_ids=False)
        here, there = [await world.group(key, platform="qq_official", account=account.id) for key in "ab"]
        for group, key in ((here, "one"), (there, "one elsewhere")):
            await world.active(group, await world.member(key, platform="qq_official"), 1)
        assert (await ask(world, "active", here.id)).bound is None
        assert (await ask(world, "active", here.id, there.id)).bound is Bound.UPPER


async def test_people_of_groups_that_are_not_seen_are_left_out(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        seen, mentions = await world.group("a"), await world.group("b", seen=Coverage.MENTIONS)
        unknown = await world.group("c", seen=None)
        for group in (seen, mentions, unknown):
            await world.active(group, await world.member(group.name), 1, count=3)
        ids = (seen.id, mentions.id, unknown.id)
        assert (await ask(world, "active", *ids)).value == 1
        messages = await ask(world, "messages", *ids)
        assert (messages.value, dict(messages.parts)) == (3, {str(seen.id): 3})
        assert messages.coverage.counts == {"full": 1, "imported": 0, "mentions": 1, "none": 1}
        for name in ("active", "dau", "wau", "messages", "newcomers", "answerers"):
            assert (await ask(world, name, mentions.id)).missing is Missing.NOT_OBSERVABLE, name


async def test_messages_are_counted_by_group(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        first, second = await world.group("a"), await world.group("b")
        one, two = await world.member("one"), await world.member("two")
        await world.active(first, one, 0, 6, count=5)
        await world.active(first, two, 3)
        await world.active(first, two, 7, -1, count=100)
        found = await ask(world, "messages", first.id, second.id)
        assert (found.value, dict(found.parts)) == (11, {str(first.id): 11, str(second.id): 0})
