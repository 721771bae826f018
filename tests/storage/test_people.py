"""Accounts, groups, members, persons, companies: each once, by stable id, and never by name."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from storage import accounts, companies, groups, members, memberships, segments
from storage.database import Database
from storage.frames import GroupKind, Place
from storage.groups import Coverage, Span
from storage.members import MEMBERS, PERSONS
from storage.segments import Kind, Segment
from tests.conftest import T0
from tests.storage.rows import a_direct, a_group, a_member

DAY = timedelta(days=1)


async def test_a_group_is_one_by_platform_and_key(database: Database) -> None:
    async with database.write() as store:
        first = await a_group(store, "1", name="一群")
        assert await a_group(store, "1", name="一群") == first
        renamed = await a_group(store, "1", name="一群（新）")
        assert (renamed.id, renamed.name) == (first.id, "一群（新）")
        assert (await a_group(store, "1", name="")).name == "一群（新）"
        assert (await a_group(store, "1", platform="telegram")).id != first.id
        assert await groups.get(store, first.id) == renamed
        assert renamed.place == Place("qq", "1", GroupKind.GROUP, "一群（新）")
        with pytest.raises(LookupError):
            await groups.get(store, 99)


async def test_the_first_account_that_hears_a_group_listens(database: Database) -> None:
    async with database.write() as store:
        place = Place("qq", "1")
        one = await accounts.ensure(store, "one", "qq")
        two = await accounts.ensure(store, "two", "qq")
        assert (await groups.ensure(store, place, None)).account_id is None
        assert (await groups.ensure(store, place, one.id)).account_id == one.id
        assert (await groups.ensure(store, place, two.id)).account_id == one.id
        assert await groups.of_account(store, one.id) == [1]
        assert await groups.of_account(store, two.id) == []


async def test_directs_are_kept_apart(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        direct = await a_direct(store, member)
        assert direct.is_direct
        assert await groups.direct_of(store, member.id) == direct
        assert await groups.direct_of(store, 99) is None
        assert await groups.every(store) == [group]
        assert await groups.every(store, None) == [group, direct]


async def test_segments(database: Database) -> None:
    chengdu, finance, general = Segment(Kind.REGION, "成都"), Segment(Kind.INDUSTRY, "金融"), Segment(Kind.GENERAL)
    async with database.write() as store:
        one, two = (await a_group(store, "1")).id, (await a_group(store, "2")).id
        for group, segment in ((one, chengdu), (one, chengdu), (one, finance), (two, chengdu)):
            await segments.give(store, group, segment)
        assert await segments.of_groups(store) == {one: [finance, chengdu], two: [chengdu]}
        assert await segments.inside(store, chengdu) == [one, two]
        assert await segments.inside(store, Segment(Kind.REGION, "金融")) == []
        await segments.give(store, two, Segment(Kind.REGION, "西安"))  # one of a kind
        assert await segments.of_group(store, two) == [Segment(Kind.REGION, "西安")]
        await segments.give(store, one, general)  # has no other
        assert await segments.of_group(store, one) == [general]
        await segments.give(store, one, finance)
        assert await segments.of_group(store, one) == [finance]
        await segments.clear(store, one)
        assert await segments.of_group(store, one) == []


async def test_coverage_is_a_chain_of_spans(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        await groups.cover(store, group.id, Coverage.FULL, T0)
        await groups.cover(store, group.id, Coverage.FULL, T0 + DAY)  # nothing changed
        await groups.cover(store, group.id, Coverage.MENTIONS, T0 + 2 * DAY)
        await groups.end_cover(store, group.id, T0 + 3 * DAY)
        await groups.add_span(store, Span(group.id, Coverage.NONE, T0 + 3 * DAY, T0 + 4 * DAY, 37))
        found = await groups.spans(store, [group.id], T0, T0 + 9 * DAY)
        assert [(span.coverage, span.since, span.until) for span in found] == [
            (Coverage.FULL, T0, T0 + 2 * DAY),
            (Coverage.MENTIONS, T0 + 2 * DAY, T0 + 3 * DAY),
            (Coverage.NONE, T0 + 3 * DAY, T0 + 4 * DAY),
        ]
        assert [s.coverage for s in await groups.spans(store, [group.id], T0, T0 + DAY)] == [Coverage.FULL]
        assert await groups.spans(store, [], T0, T0 + DAY) == []


async def test_what_happened_earlier_changes_no_membership(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        await memberships.saw(store, group.id, member.id, "成都-老樊-DBA", T0 + DAY)
        await memberships.saw(store, group.id, member.id, "老樊", T0)  # an import of older messages
        assert await memberships.names_in(store, group.id, [member.id]) == {member.id: "成都-老樊-DBA"}
        await memberships.saw(store, group.id, member.id, "", T0 + 2 * DAY)
        assert await memberships.names_in(store, group.id, [member.id]) == {member.id: "成都-老樊-DBA"}
        await memberships.saw(store, group.id, member.id, "樊", T0 + 3 * DAY)
        assert await memberships.names_in(store, group.id, [member.id]) == {member.id: "樊"}
        assert await memberships.groups_of(store, [member.id]) == [group.id]


async def test_joins_and_leaves_stand_apart(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        one, two = await a_member(store, "1"), await a_member(store, "2")
        await memberships.joined(store, group.id, one.id, "甲", T0)
        await memberships.left(store, group.id, one.id, T0 + DAY)
        await memberships.left(store, group.id, two.id, T0 + DAY)
        assert await memberships.count_joins(store, [group.id], T0, T0 + 2 * DAY) == (1, 2)
        assert await memberships.count_joins(store, [group.id], T0 + DAY, T0 + 2 * DAY) == (0, 2)
        await memberships.saw(store, group.id, two.id, "乙", T0 + 2 * DAY)  # it is back
        assert await memberships.count_joins(store, [group.id], T0, T0 + 3 * DAY) == (1, 1)


async def test_sizes_by_hand_are_never_mixed_with_observed_ones(database: Database) -> None:
    async with database.write() as store:
        group, day = await a_group(store), date(2026, 11, 23)
        await groups.set_size(store, group.id, day, 480)
        await groups.set_size(store, group.id, day, 482)
        await groups.set_size(store, group.id, day, 500, "by_hand")
        assert await groups.size_on(store, group.id, day) == 482
        assert await groups.size_on(store, group.id, day + DAY) == 482
        assert await groups.size_on(store, group.id, day, "by_hand") == 500
        assert await groups.size_on(store, group.id, day - DAY) is None


async def test_placings_are_counted(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        assert [await groups.next_version(store, group.id) for _ in range(3)] == [1, 2, 3]


async def test_a_member_is_one_by_platform_and_id_never_by_name(database: Database) -> None:
    async with database.write() as store:
        first = await a_member(store, "1", name="管理员")
        assert await a_member(store, "1", name="管理员") == first
        assert (await a_member(store, "2", name="管理员")).person_id != first.person_id
        assert (await a_member(store, "1", name="改名")).name == "改名"
        assert (await a_member(store, "1", name="")).name == "改名"
        assert (await members.get(store, first.id)).name == "改名"
        assert await members.find(store, "telegram", "1") is None
        assert set(await members.several(store, [1, 2, 99])) == {1, 2}
        with pytest.raises(LookupError):
            await members.get(store, 99)


async def test_many_members_at_once(database: Database) -> None:
    async with database.write() as store:
        known = await a_member(store, "1", name="旧名")
        found = await members.ensure_all(store, "qq", {"1": "新名", "2": "乙", "3": ""}, T0)
        assert {key: (member.key, member.name) for key, member in found.items()} == {
            "1": ("1", "新名"),
            "2": ("2", "乙"),
            "3": ("3", ""),
        }
        assert found["1"].id == known.id
        assert await members.ensure_all(store, "qq", {"1": "", "2": "乙", "3": ""}, T0) == found
        assert await members.ensure_all(store, "qq", {}, T0) == {}


async def test_two_workers_that_meet_a_member_at_once_make_one(database: Database) -> None:
    async def meet() -> int:
        async with database.write() as store:
            return (await a_member(store, "1")).id

    assert len(set(await asyncio.gather(*(meet() for _ in range(4))))) == 1
    async with database.read() as store:
        assert await store.scalar(select(func.count()).select_from(MEMBERS)) == 1
        assert await store.scalar(select(func.count()).select_from(PERSONS)) == 1


async def test_binding_and_taking_it_back(database: Database) -> None:
    async with database.write() as store:
        qq, telegram = await a_member(store, "1"), await a_member(store, "2", platform="telegram")
        await members.link(store, telegram.id, qq.id, T0)
        await members.link(store, telegram.id, qq.id, T0)
        assert await members.siblings(store, qq.id) == [qq.id, telegram.id]
        assert [m.id for m in await members.of_person(store, qq.person_id)] == [qq.id, telegram.id]
        assert await members.unlink(store, telegram.id, T0)
        assert not await members.unlink(store, telegram.id, T0)
        assert await members.siblings(store, qq.id) == [qq.id]


async def test_who_may_be_named(database: Database) -> None:
    async with database.write() as store:
        member = await a_member(store)
        assert member.signed
        await members.sign(store, member.id, signed=False)
        assert not (await members.get(store, member.id)).signed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("苇间数据有限公司", "苇间数据", True),
        ("苇间 数据", "苇间数据", True),
        ("Acme Inc.", "acme, inc.", True),
        ("Acme Ltd.", "ACME", True),
        ("苇间数据", "苇间科技", False),
    ],
)
async def test_a_company_has_many_spellings(sqlite_database: Database, one: str, other: str, same: bool) -> None:
    async with sqlite_database.write() as store:
        assert (await companies.ensure(store, one) == await companies.ensure(store, other)) is same


async def test_an_alias_belongs_to_one_company(database: Database) -> None:
    async with database.write() as store:
        one, two = await companies.ensure(store, "苇间数据"), await companies.ensure(store, "青柠")
        assert await companies.add_alias(store, one, "苇间")
        assert not await companies.add_alias(store, two, "苇间")
        assert await companies.ensure(store, "苇间") == one


async def test_an_account_is_one_by_its_config_table(database: Database) -> None:
    async with database.write() as store:
        one = await accounts.ensure(store, "qq2", "qq")
        assert await accounts.ensure(store, "qq2", "qq") == one
        await accounts.went_online(store, one.id, "4711", "小象", T0)
        assert [(a.self_id, a.display) for a in await accounts.every(store)] == [("4711", "小象")]


async def test_a_lease_has_one_holder_and_a_rising_fence(database: Database) -> None:
    span = timedelta(seconds=30)
    async with database.write() as store:
        assert await accounts.lease(store, "qq", "one", T0, span) == 1
        assert await accounts.lease(store, "qq", "two", T0, span) is None
        assert await accounts.lease(store, "qq", "one", T0 + span / 2, span) == 2  # renewed
        assert await accounts.lease(store, "qq", "two", T0 + span, span) is None
        assert await accounts.lease(store, "qq", "two", T0 + 2 * span, span) == 3  # the holder is gone
        assert await accounts.lease(store, "qq", "one", T0 + 2 * span, span) is None
        await accounts.release(store, "qq", "one", T0 + 2 * span)  # not its own any more: nothing happens
        assert await accounts.lease(store, "qq", "one", T0 + 2 * span, span) is None
        await accounts.release(store, "qq", "two", T0 + 2 * span)
        assert await accounts.lease(store, "qq", "one", T0 + 2 * span, span) == 4


async def test_of_many_that_want_a_lease_at_once_one_gets_it(database: Database) -> None:
    async def want(owner: str) -> int | None:
        async with database.write() as store:
            return await accounts.lease(store, "qq", owner, T0, timedelta(seconds=30))

    assert sorted(await asyncio.gather(*(want(str(n)) for n in range(4))), key=str) == [1, None, None, None]
