"""Registrations as rows: seats in fair order, once for each person, on both engines, also with several workers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage import companies, event_companies, events, members, privacy, referrals, registrations, seats
from storage.database import Database, Store
from storage.events import Event
from storage.members import Member
from storage.registrations import Counts, Source, State
from tests.conftest import T0
from tests.storage.rows import a_group, a_member
from tests.storage.test_events import NOW, TALK


async def an_event(store: Store, **changes: Any) -> Event:
    """Return a published event."""
    number = await events.add(store, replace(TALK, **changes), at=NOW) or 0
    await events.publish(store, number, NOW)
    return await events.locked(store, number)


async def joined(store: Store, event: Event, key: str, *, minute: int = 0, platform: str = "qq") -> Member:
    """Register a new member."""
    member = await a_member(store, key, name=key, platform=platform)
    await seats.join(store, event, member.id, NOW + timedelta(minutes=minute))
    return member


async def stands(store: Store, event: Event) -> list[tuple[int, str]]:
    """Return who comes and who waits, in order."""
    found = await registrations.of_event(store, event.id, (State.IN, State.WAITING))
    return [(one.member, one.state.value) for one in found]


async def test_seats_go_to_the_first_and_the_next_ones_wait(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store, capacity=2)
        people = [await joined(store, event, str(number)) for number in range(4)]
        assert await stands(store, event) == [
            (member.id, state) for member, state in zip(people, ("in", "in", "waiting", "waiting"), strict=True)
        ]
        assert await registrations.counts(store, event.id) == Counts(2, 2)
        last = await registrations.of_person(store, event.id, people[3].id)
        assert last is not None
        assert await registrations.place(store, last) == 2


async def test_registering_twice_changes_nothing_and_who_comes_back_is_last(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store, capacity=1)
        one, two = [await joined(store, event, key) for key in "12"]
        _, new = await seats.join(store, event, one.id, NOW)
        assert not new
        assert await seats.leave(store, event.id, one.id, NOW)
        assert not await seats.leave(store, event.id, one.id, NOW)
        back, new = await seats.join(store, event, one.id, NOW + timedelta(minutes=1))
        assert (new, back.state) == (True, State.WAITING)
        promoted = await seats.fill(store, event, NOW + timedelta(minutes=2))
        assert [(each.member, each.promoted_at) for each in promoted] == [(two.id, NOW + timedelta(minutes=2))]
        assert await seats.fill(store, event, NOW) == []
        assert await stands(store, event) == [(two.id, "in"), (one.id, "waiting")]


async def test_new_seats_go_to_who_waited_longest(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store, capacity=1)
        people = [await joined(store, event, str(number), minute=number) for number in range(4)]
        assert await seats.awaited(store, NOW) == [event.id]
        more = replace(event, capacity=3)
        newcomer = await a_member(store, "9", name="9")
        late, _ = await seats.join(store, more, newcomer.id, NOW + timedelta(hours=1))
        assert late.state is State.WAITING  # although a seat is free: others wait for it
        assert [each.member for each in await seats.fill(store, more, NOW)] == [people[1].id, people[2].id]
        assert len(await seats.fill(store, replace(event, capacity=None), NOW)) == 2
        assert await seats.awaited(store, NOW) == []


async def test_a_person_on_two_platforms_has_one_place(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store, capacity=2)
        here = await joined(store, event, "1")
        there = await joined(store, event, "1", minute=1, platform="telegram")
        next_one = await joined(store, event, "2", minute=2)
        assert await registrations.counts(store, event.id) == Counts(2, 1)
        await members.link(store, there.id, here.id, NOW)
        assert await registrations.counts(store, event.id) == Counts(1, 1)
        assert await seats.doubled(store, here.id, NOW) == [event.id]
        assert [each.member for each in await seats.settle(store, event, NOW)] == [next_one.id]
        assert await seats.doubled(store, here.id, NOW) == []
        assert await stands(store, event) == [(here.id, "in"), (next_one.id, "in")]
        again, new = await seats.join(store, event, there.id, NOW)
        assert (again.member, new) == (here.id, False)
        assert await members.unlink(store, there.id, NOW)
        assert await seats.settle(store, event, NOW) == []
        assert await stands(store, event) == [(here.id, "in"), (next_one.id, "in")]
        alone, _ = await seats.join(store, event, there.id, NOW)
        assert alone.state is State.WAITING


async def test_who_waited_first_keeps_the_seat_of_the_other_account(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store, capacity=1)
        first = await joined(store, event, "1")
        waiting = await joined(store, event, "2", minute=1)
        await seats.leave(store, event.id, first.id, NOW)
        other = await a_member(store, "3", name="3")
        got = await registrations.at_door(store, event.id, other.id, NOW + timedelta(minutes=5))
        assert (got.state, got.source) == (State.IN, Source.DOOR)
        await members.link(store, other.id, waiting.id, NOW)
        assert await seats.settle(store, event, NOW) == []
        assert await stands(store, event) == [(waiting.id, "in")]


async def test_at_the_door_everybody_is_in(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store, capacity=1)
        first, waiting = [await joined(store, event, key) for key in "12"]
        assert (await registrations.at_door(store, event.id, first.id, NOW)).source is Source.PRIVATE
        assert (await registrations.at_door(store, event.id, waiting.id, NOW)).state is State.IN
        await seats.leave(store, event.id, first.id, NOW)
        assert (await registrations.at_door(store, event.id, first.id, NOW)).source is Source.DOOR


async def test_what_they_told_goes_thirty_days_after_the_event(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store)
        member = await joined(store, event, "1")
        mine = await registrations.get(store, event.id, member.id)
        company = await companies.ensure(store, "苇间数据")
        await registrations.mark(store, mine.id, company_id=company, phone="13800138000", city="成都")
        for days, kept in ((29, "13800138000"), (31, "")):
            await privacy.purge(store, privacy.Limits(), event.ends_at + timedelta(days=days))
            found = await registrations.get(store, event.id, member.id)
            assert found.phone == kept
        assert (found.company, found.city, found.state) == (None, "", State.IN)
        assert await event_companies.counted(store, [event.id]) == {event.id: {company: (1, 0)}}


async def test_who_brought_somebody_sees_and_erases_none_of_their_words(database: Database) -> None:
    async with database.write() as store:
        event, group = await an_event(store), await a_group(store)
        friend, member = await a_member(store, "1", name="1"), await a_member(store, "2", name="2")
        code = await referrals.code_of(store, friend.id)
        assert await referrals.code_of(store, friend.id) == code
        assert await referrals.whose(store, code.lower()) == friend.id
        mine, _ = await seats.join(
            store, event, member.id, NOW, group=group.id, source=Source.REFERRAL, referrer=friend.id
        )
        await registrations.mark(store, mine.id, phone="13800138000")
        assert (await privacy.mydata(store, [friend.id]))["registrations"] == []
        assert (await privacy.mydata(store, [member.id]))["registrations"][0]["phone"] == "13800138000"
        await privacy.forget(store, [friend.id], T0)
        assert await referrals.whose(store, code) is None
        assert (await registrations.get(store, event.id, member.id)).phone == "13800138000"
        await privacy.forget(store, [member.id], T0)
        assert [one.phone for one in await registrations.of_event(store, event.id)] == [""]


@pytest.mark.middle
async def test_workers_at_once_give_no_seat_twice(postgresql_url: str) -> None:
    async with Database.open(postgresql_url) as database:
        async with database.write() as store:
            event = await an_event(store, capacity=10)
            people = [await a_member(store, str(number), name=str(number)) for number in range(60)]

        async def one(member: int) -> None:
            async with database.write() as store:
                locked = await events.locked(store, event.id)
                await seats.join(store, locked, member, NOW)
                if member % 5 == 0:
                    await seats.leave(store, event.id, member, NOW)
                    await seats.fill(store, locked, NOW)

        async with asyncio.TaskGroup() as workers:
            for member in people:
                workers.create_task(one(member.id))
        async with database.read() as store:
            left = len([member for member in people if member.id % 5])
            assert await registrations.counts(store, event.id) == Counts(10, left - 10)
