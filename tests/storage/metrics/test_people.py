"""Figures of people and groups, from real rows on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from storage import groups, members, outbox
from storage.database import Database
from storage.groups import Coverage
from storage.metrics import Bound, Missing, Options, Period, Row, Scope, Value, compute, compute_all, day_of, why
from storage.outbox import State
from storage.replies import Body, Purpose, Reply
from tests.storage.metrics.world import NOW, OPTIONS, SHANGHAI, WEEK, World, hours

MONDAY = date(2026, 11, 23)


async def ask(
    world: World, name: str, *ids: int, now: datetime = NOW, options: Options = OPTIONS, period: Period = WEEK
) -> Value:
    return await compute(world.store, name, Scope("test", "test", ids), period, now, options)


async def rows(world: World, name: str, *ids: int) -> list[Row]:
    return await why(world.store, name, Scope("test", "test", ids), WEEK, NOW, OPTIONS)


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
        assert (await ask(world, "active", here.id, options=Options(ids_per_group=True))).bound is Bound.UPPER
        unbound = await ask(world, "active", here.id, there.id)
        assert (unbound.value, unbound.bound, dict(unbound.parts)) == (2, Bound.UPPER, {"active": 2})
        await members.link(store, again, one, NOW)
        bound = await ask(world, "active", here.id, there.id)
        assert (bound.value, bound.bound, dict(bound.parts)) == (1, Bound.UPPER, {"linked": 1})


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


async def test_answerers(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group, elsewhere = await world.group("a"), await world.group("b")
        asker, expert, rookie, shy, veteran = [await world.member(key) for key in "abcde"]
        second_self = await world.member("a2", same_as=asker)
        await members.sign(store, shy, False)
        monday = WEEK.since + hours(10)
        thread = await world.thread(group, asker, at=monday)
        for member, times in ((expert, 6), (rookie, 1), (shy, 2), (asker, 1), (second_self, 1), (veteran, 1)):
            for number in range(times):
                await world.answer(thread, member, monday + hours(number))
        await world.answer(thread, await world.member("f"), monday, role="clarify")
        early = await world.thread(elsewhere, asker, at=WEEK.since - timedelta(days=400))
        await world.answer(early, veteran, WEEK.since - timedelta(days=400))
        await world.answer(early, second_self, WEEK.since - timedelta(days=400))
        # An old thread is answered in this week, a thread of this week in the next one.
        old = await world.thread(group, asker, at=WEEK.since - timedelta(days=30))
        await world.answer(old, expert, WEEK.since)
        await world.answer(old, rookie, WEEK.since - hours(1))
        await world.answer(thread, await world.member("g"), WEEK.until)

        found = await ask(world, "answerers", group.id)
        assert (found.value, dict(found.parts)) == (4, {"again": 2, "first": 2})
        listed = {row.member: (row.value, row.why, row.named) for row in await rows(world, "answerers", group.id)}
        assert listed == {
            expert: (7, "first", True),
            rookie: (1, "again", True),  # an hour before the week began
            shy: (2, "first", False),
            veteran: (1, "again", True),  # in another group
        }
        assert (await ask(world, "first_answerers", group.id)).value == 2
        assert [row.member for row in await rows(world, "first_answerers", group.id) if row.named] == [expert]


async def test_who_helps_with_two_identities_is_one_person(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group = await world.group("a")
        asker, one = await world.member("asker"), await world.member("one")
        again = await world.member("one again", same_as=one)
        thread = await world.thread(group, asker)
        for member in (one, again, again):
            await world.answer(thread, member, WEEK.since + hours(20))
        assert [(row.value, row.member) for row in await rows(world, "answerers", group.id)] == [(3, again)]


async def test_concentration_of_answers(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group = await world.group("a")
        thread = await world.thread(group, await world.member("asker"))
        for person, times in enumerate((4, 3, 1, 1, 1, 1, 1)):
            member = await world.member(f"helper {person}")
            for number in range(times):
                await world.answer(thread, member, WEEK.since + hours(11 + number))
        found = await ask(world, "answer_concentration", group.id)
        assert (found.n, found.of, found.value) == (10, 12, 10 / 12)
        assert (found.extra["largest"], found.extra["people"]) == (4 / 12, 7)


async def test_first_time_answerers_need_a_past(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        fresh = await world.group("a", since=WEEK.since)
        young = await world.group("b", since=WEEK.since - timedelta(days=30))
        asker, helper = await world.member("asker"), await world.member("helper")
        for group in (fresh, young):
            await world.answer(await world.thread(group, asker), helper, WEEK.since + hours(20))
        assert (await ask(world, "first_answerers", fresh.id)).missing is Missing.NOT_OBSERVABLE
        found = await ask(world, "first_answerers", young.id)
        assert (found.value, found.bound) == (1, Bound.UPPER)


async def test_thanks_go_to_signed_members_of_confirmed_closes(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group, mentions = await world.group("a"), await world.group("b", seen=Coverage.MENTIONS)
        asker, helper, other, shy, gone = [await world.member(key) for key in "abcde"]
        myself = await world.member("a2", same_as=asker)
        await members.sign(store, shy, False)
        start = WEEK.since + hours(1)
        await world.thread(group, asker, at=start, confirmed=5, solver=helper)
        await world.thread(mentions, asker, at=start, confirmed=5, solver=helper)  # seen all the same
        asked_before = await world.thread(group, asker, at=WEEK.since - hours(50), confirmed=51, solver=other)
        await world.thread(group, asker, at=start, confirmed=5, solver=shy)
        await world.thread(group, asker, at=start, confirmed=5, solver=myself)
        await world.thread(group, asker, at=start, confirmed=5)  # found alone
        await world.thread(group, asker, at=start, answered=1, endorsed=1, solver=gone)
        await world.thread(group, asker, at=start, answered=1, thanked=2, solver=gone)
        await world.thread(group, asker, at=start, confirmed=2, invalid=3, solver=gone)
        await world.thread(group, asker, at=start, confirmed=24 * 7, solver=gone)  # next week

        found = await ask(world, "thanks", group.id, mentions.id)
        assert (found.value, found.missing) == (2, None)
        listed = await rows(world, "thanks", group.id, mentions.id)
        assert [row.member for row in listed if row.counted] == [other, helper, helper]
        assert listed[0].thread == asked_before
        assert {(row.member, row.why) for row in listed if not row.counted} == {(shy, "unsigned"), (gone, "invalid")}


async def test_the_bots_own_responses_are_a_series_apart(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group, direct = await world.group("a"), await world.group("direct", seen=None)
        asker = await world.member("asker")
        asked = WEEK.since + hours(10)
        threads = {
            name: await world.thread(group, asker, at=asked, to_bot=to_bot, imported=imported)
            for name, to_bot, imported in (
                ("quick", True, False),
                ("slow", True, False),
                ("never", True, False),
                ("not for it", False, False),
                ("imported", True, True),
            )
        }

        async def post(name: str, seconds: int, *, purpose: Purpose = Purpose.REPLY, where: int = group.id) -> None:
            reply = Reply(Body.of("…"), about=f"thread:{threads[name]}", purpose=purpose)
            key = f"{name} {seconds} {where}"
            number = await outbox.put(store, reply, key=key, group=where, now=asked, expires_at=None)
            assert number is not None
            await outbox.settle(store, number, State.SENT, sent_at=asked + timedelta(seconds=seconds))

        await post("quick", 60)
        await post("quick", 2)
        await post("slow", 10)
        await post("slow", 1, purpose=Purpose.REMINDER)
        await post("slow", 1, where=direct.id)
        await post("not for it", 5)  # a word of thanks at its close
        await post("imported", 5)

        found = await ask(world, "bot_response_time", group.id)
        assert (found.value, found.n, found.of, found.extra["mean"]) == (6, 2, 3, 6)
        people = await ask(world, "first_response_time", group.id)
        assert (people.n, people.of) == (0, 5)


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
                await groups.joined(store, telling.id, member, "", came)
            if went:
                await groups.left(store, telling.id, member, went)
        await groups.saw(store, silent.id, await world.member("x"), "", inside)
        await groups.set_size(store, telling.id, MONDAY - timedelta(days=1), 40)
        both = (telling.id, silent.id)
        assert (await ask(world, "joins", *both)).value == 1
        assert (await ask(world, "leaves", *both)).value == 2
        churn = await ask(world, "membership_churn", *both)
        assert (churn.n, churn.of, churn.value) == (2, 40, 0.05)
        assert (await ask(world, "joins", silent.id)).missing is Missing.NOT_OBSERVABLE


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
