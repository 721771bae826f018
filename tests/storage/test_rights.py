"""Rights by stable id and never by name, codes that cannot be guessed, and an audit that shows a cut."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from storage import grants, members, settings
from storage.database import Database
from storage.grants import ADMIN, AUDIT, CODE_TRIES, CODES, EVERYONE, EVERYWHERE, OWNER, Right
from tests.conftest import T0
from tests.storage.rows import a_group, a_member

HOUR = timedelta(hours=1)


async def test_everyone_reads_and_speaks_for_oneself(database: Database) -> None:
    async with database.write() as store:
        member, group = await a_member(store), await a_group(store)
        assert await grants.rights(store, member.id, group.id) == EVERYONE


async def test_rights_hold_in_their_group_or_everywhere(database: Database) -> None:
    async with database.write() as store:
        admin, owner = await a_member(store, "1"), await a_member(store, "2")
        group, other = await a_group(store, "1"), await a_group(store, "2")
        await grants.grant(store, admin.id, group.id, ADMIN, T0, None)
        await grants.grant(store, admin.id, group.id, ADMIN, T0, None)
        await grants.grant(store, owner.id, EVERYWHERE, OWNER, T0, admin.id)
        assert await grants.rights(store, admin.id, group.id) == EVERYONE | ADMIN
        assert await grants.rights(store, admin.id, other.id) == EVERYONE
        assert await grants.rights(store, owner.id, other.id) == EVERYONE | OWNER
        assert sorted(await grants.holders(store, Right.GROUP, group.id)) == [admin.id, owner.id]
        assert await grants.holders(store, Right.GLOBAL, group.id) == [owner.id]
        assert await grants.admin_of(store, admin.id) == [group.id]
        assert await grants.admin_of(store, owner.id) == [EVERYWHERE]
        await grants.revoke(store, admin.id, group.id)
        assert await grants.rights(store, admin.id, group.id) == EVERYONE


async def test_neither_a_name_nor_a_bound_account_carries_rights(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        owner = await a_member(store, "1", name="群主")
        await grants.grant(store, owner.id, EVERYWHERE, OWNER, T0, None)
        namesake = await a_member(store, "2", name="群主")
        other_platform = await a_member(store, "1", name="群主", platform="telegram")
        await members.link(store, other_platform.id, owner.id, T0)
        for member in (namesake, other_platform):
            assert await grants.rights(store, member.id, group.id) == EVERYONE


async def test_a_code_is_used_once_in_time_for_its_purpose(database: Database) -> None:
    async with database.write() as store:
        asker, other = await a_member(store, "1"), await a_member(store, "2")
        code = await grants.new_code(store, "bind", T0, HOUR, asker.id)
        assert await grants.use_code(store, "owner", code, other.id, T0) == (False, None)
        assert await grants.use_code(store, "bind", f" {code.upper()}\n", other.id, T0) == (True, asker.id)
        assert await grants.use_code(store, "bind", code, other.id, T0) == (False, None)
        late = await grants.new_code(store, "owner", T0, HOUR)
        assert await grants.use_code(store, "owner", late, other.id, T0 + HOUR) == (False, None)


async def test_codes_are_long_and_only_their_hashes_are_kept(database: Database) -> None:
    async with database.write() as store:
        owner, bind = await grants.new_code(store, "owner", T0, HOUR), await grants.new_code(store, "bind", T0, HOUR)
        assert (len(owner), len(bind)) == (32, 10)
        kept = str(await store.scalars(select(CODES.c.digest)))
        assert owner not in kept
        assert bind not in kept


async def test_guesses_are_limited_per_member_and_hour(database: Database) -> None:
    async with database.write() as store:
        guesser, honest = await a_member(store, "1"), await a_member(store, "2")
        code = await grants.new_code(store, "owner", T0, 9 * HOUR)
        for number in range(CODE_TRIES):
            assert await grants.use_code(store, "owner", f"{number}", guesser.id, T0) == (False, None)
        assert await grants.use_code(store, "owner", code, guesser.id, T0) == (False, None)  # even the right one
        assert await grants.use_code(store, "owner", code, honest.id, T0) == (True, None)
        later = await grants.new_code(store, "owner", T0, 9 * HOUR)
        assert await grants.use_code(store, "owner", later, guesser.id, T0 + HOUR) == (True, None)


async def test_of_two_that_use_one_code_one_succeeds(database: Database) -> None:
    async with database.write() as store:
        code = await grants.new_code(store, "owner", T0, HOUR)

    async def use(member: int) -> bool:
        async with database.write() as store:
            return (await grants.use_code(store, "owner", code, member, T0))[0]

    assert sorted(await asyncio.gather(*(use(n) for n in range(1, 5)))) == [False, False, False, True]


async def test_a_cut_in_the_audit_shows(database: Database) -> None:
    async with database.write() as store:
        for number in range(5):
            await grants.audit(store, T0, "digest", "done", member=number, group=None, detail=f"post {number}")
        assert await grants.cut(store) is None
        await store.execute(delete(AUDIT).where(AUDIT.c.id == 1))  # past its retention
        assert await grants.cut(store) is None
        await store.execute(update(AUDIT).where(AUDIT.c.id == 4).values(decision="denied"))
        assert await grants.cut(store) == 4
        await store.execute(update(AUDIT).where(AUDIT.c.id == 4).values(decision="done"))
        await store.execute(delete(AUDIT).where(AUDIT.c.id == 3))
        assert await grants.cut(store) == 4


async def test_the_audit_is_one_chain_though_many_write(database: Database) -> None:
    async def act(member: int) -> None:
        async with database.write() as store:
            await grants.audit(store, T0, "digest", "denied", member=member, group=None)

    await asyncio.gather(*(act(n) for n in range(6)))
    async with database.read() as store:
        assert await store.scalar(select(func.count()).select_from(AUDIT)) == 6
        assert await grants.cut(store) is None


async def test_settings_of_a_group_go_over_those_of_the_community(database: Database) -> None:
    async with database.write() as store:
        await settings.put(store, settings.COMMUNITY, "digest.time", "mon 09:00", T0, None)
        await settings.put(store, settings.COMMUNITY, "digest.sections", ["thanks", "问题"], T0, None)
        await settings.put(store, 3, "digest.time", "tue 10:00", T0, None)
        await settings.put(store, 3, "digest.time", "wed 10:00", T0 + HOUR, 7)
        assert await settings.overrides(store, 3) == {"digest.time": "wed 10:00", "digest.sections": ["thanks", "问题"]}
        assert await settings.overrides(store, 4) == {"digest.time": "mon 09:00", "digest.sections": ["thanks", "问题"]}
        assert await settings.get(store, 3, "digest.sections", "default") == "default"
        await settings.drop(store, 3, "digest.time")
        assert (await settings.overrides(store, 3))["digest.time"] == "mon 09:00"
