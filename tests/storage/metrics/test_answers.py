"""Figures of those who help, people and bot, from real rows on both engines."""

from __future__ import annotations

from datetime import timedelta

from storage import members, outbox
from storage.database import Database
from storage.groups import Coverage
from storage.metrics import Bound, Missing
from storage.outbox import State
from storage.replies import Body, Purpose, Reply
from tests.storage.metrics.world import WEEK, World, ask, hours, rows


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
