"""Metoo: each person once, by command or in words, and who of them is still to be told."""

from __future__ import annotations

from datetime import timedelta

from storage import derived, members, metoo, threads
from storage.database import Database, Store
from storage.groups import Group
from storage.members import Member
from storage.outcome import Facts
from tests.conftest import T0
from tests.storage.rows import a_group, a_member, said

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def a_thread(store: Store, *, confirmed: bool = True, imported: bool = False) -> tuple[int, Group]:
    """Return a thread of member 1 in a group, closed at T0."""
    group, asker = await a_group(store), await a_member(store, "1")
    opener = await said(store, group, asker, "怎么办", T0)
    number = await threads.open_thread(store, opener, title="", imported=imported)
    await threads.place(store, opener.id, number, "question")
    await derived.write(store, number, Facts(T0, T0, confirmed_at=T0 if confirmed else None))
    return number, group


async def says(store: Store, thread: int, group: Group, member: Member) -> None:
    """Let a member say 同问 in words."""
    spoken = await said(store, group, member, "同问", T0 + MINUTE)
    await threads.place(store, spoken.id, thread, "metoo")


async def waiting(store: Store, since: timedelta = DAY) -> list[int]:
    return [thread.id for thread in await metoo.closed_untold(store, T0 - since)]


async def test_a_person_counts_once_with_all_accounts(database: Database) -> None:
    async with database.write() as store:
        number, group = await a_thread(store)
        other = await a_group(store, "other")
        one, two = await a_member(store, "2"), await a_member(store, "3")
        await members.link(store, one.id, two.id, T0)
        await says(store, number, group, one)
        assert await metoo.add(store, number, two.id, T0 + 2 * MINUTE, group=other.id)
        assert not await metoo.add(store, number, one.id, T0 + 3 * MINUTE, group=group.id)
        assert await metoo.counts(store, [number]) == {number: 1}
        (found,) = await metoo.every(store, [number])
        assert (found.member, found.group, found.told_at) == (one.id, group.id, None)
        await metoo.told(store, [found], T0 + DAY)
        (found,) = await metoo.every(store, [number])
        assert found.told_at == T0 + DAY


async def test_who_is_still_to_be_told(database: Database) -> None:
    async with database.write() as store:
        number, group = await a_thread(store)
        assert await waiting(store) == []
        chen, fan = await a_member(store, "2"), await a_member(store, "3")
        await says(store, number, group, chen)
        assert await waiting(store) == [number]
        assert await waiting(store, timedelta(minutes=-1)) == []
        await metoo.told(store, await metoo.every(store, [number]), T0)
        assert await waiting(store) == []
        await metoo.add(store, number, fan.id, T0, group=group.id)
        assert await waiting(store) == [number]
        await metoo.told(store, await metoo.every(store, [number]), T0)
        assert await waiting(store) == []


async def test_nobody_waits_for_what_is_open_or_imported(database: Database) -> None:
    async with database.write() as store:
        fan = await a_member(store, "3")
        for confirmed, imported in ((False, False), (True, True)):
            number, group = await a_thread(store, confirmed=confirmed, imported=imported)
            await metoo.add(store, number, fan.id, T0, group=group.id)
        assert await waiting(store) == []


async def test_what_a_merge_brings_is_taken_back_with_it(database: Database) -> None:
    async with database.write() as store:
        origin, group = await a_thread(store)
        target, _ = await a_thread(store)
        chen, fan = await a_member(store, "2"), await a_member(store, "3")
        await metoo.add(store, origin, chen.id, T0, group=group.id, told_at=T0)
        await metoo.add(store, target, fan.id, T0, group=group.id)
        await metoo.bring(store, origin, target, T0 + DAY)
        assert {(one.member, one.told_at) for one in await metoo.every(store, [target])} == {
            (chen.id, T0),
            (fan.id, None),
        }
        await metoo.take_back(store, [target], T0 + DAY)
        assert [one.member for one in await metoo.every(store, [target])] == [fan.id]
