"""Messages: stored once, in order, found by either name, edited and erased for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import accounts, messages, search, spoken
from storage.database import Database
from storage.frames import Kind
from storage.messages import Stored
from tests.conftest import T0
from tests.storage.rows import a_group, a_member, said, say

SECOND = timedelta(seconds=1)


async def test_a_message_comes_back_as_it_was_stored(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        fields = {"reply_to": "7", "quote": "原话", "mentions": (3, 1), "to_bot": True, "flags": ("cut", "forwarded")}
        stored = await said(store, group, member, "死锁怎么查", seq=4, alias="seq:4", kind=Kind.LINK, **fields)
        assert stored == Stored(
            id=stored.id, group_id=group.id, key="1000", alias="seq:4", member_id=member.id, at=T0, kind=Kind.LINK,
            name="老樊", text="死锁怎么查", reply_to="7", quote="原话", mentions=(3, 1), to_bot=True,
            flags=frozenset({"cut", "forwarded"}), replayed=False, edited_at=None, recalled_at=None,
        )  # fmt: skip
        assert await messages.get(store, stored.id) == stored
        assert await messages.find(store, group.id, "1000") == stored
        assert await messages.find(store, group.id, "seq:4") == stored
        assert await messages.find(store, group.id, "") is None
        assert await messages.find(store, group.id + 1, "1000") is None
        with pytest.raises(LookupError):
            await messages.get(store, 99)


async def test_a_message_is_one_by_group_and_key(database: Database) -> None:
    async with database.write() as store:
        group, other, member = await a_group(store, "1"), await a_group(store, "2"), await a_member(store)
        assert await say(store, group, member, "甲", key="1")
        assert await say(store, group, member, "乙", key="1") is None
        assert await say(store, other, member, "甲", key="1")
        # The same words again are another message: people do type 1 three times.
        for key in ("2", "3", "4"):
            assert await say(store, group, member, "1", key=key)
        assert await search.find(store, "乙", groups=[group.id]) == []


async def test_an_import_of_what_was_heard_live_adds_nothing(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        await said(store, group, member, "甲", key="seq:1", alias="id:900")
        assert await say(store, group, member, "甲", key="id:900", replayed=True) is None
        assert await say(store, group, member, "甲", T0 + SECOND, key="id:900", alias="seq:1") is None
        # A number that came round again, a minute later, is another message.
        assert await say(store, group, member, "乙", T0 + 60 * SECOND, key="id:900", replayed=True)


async def test_system_lines_and_withheld_messages_have_no_author(database: Database) -> None:
    async with database.write() as store:
        stored = await said(store, await a_group(store), None, "", kind=Kind.WITHHELD)
        assert (stored.member_id, stored.name, stored.kind) == (None, "", Kind.WITHHELD)


async def test_order_is_platform_time_then_key_by_value(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        for key, at in (("9", T0), ("10", T0), ("11", T0), ("8", T0 + SECOND), ("12", T0 - SECOND)):
            await said(store, group, member, key, at, key=key)
        nine = await messages.find(store, group.id, "9")
        ten = await messages.find(store, group.id, "10")
        assert nine is not None
        assert ten is not None
        assert [m.key for m in await messages.after(store, group.id, nine)] == ["9", "10", "11", "8"]
        assert [m.key for m in await messages.after(store, group.id, ten)] == ["10", "11", "8"]
        assert [m.key for m in await messages.after(store, group.id, ten, limit=2)] == ["10", "11"]
        assert [m.key for m in await messages.latest_before(store, group.id, ten, 9)] == ["12", "9"]
        assert [m.key for m in await messages.latest_before(store, group.id, ten, 1)] == ["9"]
        every = await messages.several(store, range(1, 6))
        assert [m.key for m in every] == ["12", "9", "10", "11", "8"]
        assert every == sorted(every, key=lambda m: m.order)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.text("0123456789aZ:-", min_size=1, max_size=3)), unique=True, max_size=12)
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_database_and_python_agree_on_order(sqlite_database: Database, spoken: list[tuple[int, str]]) -> None:
    async with sqlite_database.write() as store:
        await store.execute(text("DELETE FROM messages"))
        group, member = await a_group(store), await a_member(store)
        stored = [await say(store, group, member, "", T0 + offset * SECOND, key=key) for offset, key in spoken]
        known = sorted((m for m in stored if m is not None), key=lambda m: m.order)
        for number, message in enumerate(known):
            assert await messages.after(store, group.id, message) == known[number:]
            assert await messages.latest_before(store, group.id, message, 99) == known[:number]


@pytest.mark.middle
@given(st.lists(st.text("09aZ:-_é死", min_size=1, max_size=2), unique=True, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_postgresql_and_python_agree_on_the_order_of_keys(postgresql_url: str, keys: list[str]) -> None:
    async with Database.open(postgresql_url) as database, database.write() as store:
        await store.execute(text("DELETE FROM messages"))
        group, member = await a_group(store), await a_member(store)
        stored = [await said(store, group, member, "", T0, key=key) for key in keys]
        known = sorted(stored, key=lambda m: m.order)
        assert await messages.several(store, [m.id for m in stored]) == known
        for number, message in enumerate(known):
            assert await messages.after(store, group.id, message) == known[number:]


async def test_a_twin_is_the_same_words_in_the_same_second_under_another_key(database: Database) -> None:
    async with database.write() as store:
        group, member, other = await a_group(store), await a_member(store), await a_member(store, "2")
        first = await said(store, group, member, "在吗")
        assert not await messages.twin(store, first)
        assert await messages.twin(store, await said(store, group, member, "在吗"))
        assert not await messages.twin(store, await said(store, group, other, "在吗"))
        assert not await messages.twin(store, await said(store, group, member, "在吗", T0 + SECOND))


async def test_who_spoke_to_the_bot(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        await said(store, group, member, "很早", T0 - 60 * SECOND, to_bot=True)
        await said(store, group, member, "别的")
        await said(store, group, member, "问", T0 + SECOND, to_bot=True)
        await said(store, group, member, "/open", T0 + SECOND, flags=("command",))
        last = await said(store, group, member, "再问", T0 + 2 * SECOND)
        await said(store, group, member, "后来", T0 + 2 * SECOND, to_bot=True)
        found = await spoken.to_bot_by(store, last, T0, 9)
        assert found == [(T0 + SECOND, False, "问"), (T0 + SECOND, True, "/open"), (T0 + 2 * SECOND, False, "再问")]
        assert await spoken.to_bot_by(store, last, T0, 1) == found[-1:]


async def test_an_edit_replaces_text_and_index(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        stored = await said(store, group, member, "死锁")
        await messages.edit(store, stored, "复制槽", T0 + SECOND)
        edited = await messages.get(store, stored.id)
        assert (edited.text, edited.at, edited.edited_at) == ("复制槽", T0, T0 + SECOND)
        assert await search.find(store, "死锁", groups=[group.id]) == []
        assert await search.find(store, "复制槽", groups=[group.id]) == [stored.id]


async def test_what_is_erased_is_gone_and_its_row_and_time_stay(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        stored = await said(store, group, member, "口令是 canary", quote="canary")
        kept = await said(store, group, member, "死锁")
        await messages.erase(store, [stored.id], recalled_at=T0 + SECOND)
        erased = await messages.get(store, stored.id)
        assert (erased.text, erased.quote, erased.name) == ("", None, "")
        assert (erased.at, erased.member_id, erased.recalled_at) == (T0, member.id, T0 + SECOND)
        assert await search.find(store, "canary", groups=[group.id]) == []
        assert await search.find(store, "死锁", groups=[group.id]) == [kept.id]
        await messages.erase(store, [])


async def test_the_latest_of_each_group_that_an_account_listens_in(database: Database) -> None:
    async with database.write() as store:
        one, two, member = await a_group(store, "1"), await a_group(store, "2"), await a_member(store)
        await a_group(store, "3", platform="telegram")
        await said(store, one, member, "甲", T0, key="1", seq=1)
        await said(store, one, member, "乙", T0 + SECOND, key="2", seq=2)
        await said(store, one, member, "导入", T0 + 9 * SECOND, key="old", replayed=True)
        await said(store, two, member, "丙", T0, key="1")
        account = await accounts.ensure(store, "qq", "qq")
        found = await messages.latest(store, account.id)
        assert sorted(found) == [(one.id, "2", T0 + SECOND, 2), (two.id, "1", T0, None)]


async def test_the_look_ups_of_the_message_path_go_by_index(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        for query, times, index in (
            (messages._BY_KEY, {}, "sqlite_autoindex_messages_1 (group_id=? AND key=?)"),
            (messages._BY_ALIAS, {}, "ix_messages_alias (group_id=? AND alias=?)"),
            (messages._UNDER_OTHER_NAME, {"since": T0, "until": T0}, "ix_messages_group_id_at (group_id=? AND at>?"),
        ):
            names = {"group": 1, "name": "id:1", "key": "1", "alias": "2", **times}
            words = query.params(names).compile(
                store.connection.sync_connection, compile_kwargs={"literal_binds": True}
            )
            assert index in str(await store.rows(text(f"EXPLAIN QUERY PLAN {words}")))
