"""Outlets and consents: given, replaced, taken back; on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import consents, members, outlets
from storage.database import Database
from storage.outlets import Month

NOW = datetime(2026, 11, 26, tzinfo=UTC)


async def test_a_month_is_replaced_by_what_is_given_later(database: Database) -> None:
    async with database.write() as store:
        assert await outlets.put(store, [Month("2026-09", "官网", 1), Month("2026-10", "官网", 2, clicks=3)], NOW) == 0
        assert await outlets.put(store, [Month("2026-10", "官网", 5), Month("2026-10", "公众号", 7)], NOW) == 1
        assert await outlets.put(store, [], NOW) == 0
        assert await outlets.every(store, "2026-10", "2026-10") == [
            Month("2026-10", "公众号", 7),
            Month("2026-10", "官网", 5),
        ]
        assert len(await outlets.every(store)) == 3


async def test_a_consent_holds_until_it_is_taken_back_and_for_one_purpose(database: Database) -> None:
    async with database.write() as store:
        here = await members.ensure(store, "qq", "1", "老樊", NOW)
        there = await members.ensure(store, "telegram", "2", "Fan", NOW)
        await members.link(store, here.id, there.id, NOW)
        assert await consents.give(store, here.id, consents.NAMED, NOW)
        assert not await consents.give(store, here.id, consents.NAMED, NOW)
        assert len(await consents.persons(store, consents.NAMED)) == 1
        assert await consents.persons(store, "something else") == frozenset()
        await members.sign(store, there.id, False)  # 别署名, said with the other account
        assert await consents.persons(store, consents.NAMED) == frozenset()
        await members.sign(store, there.id, True)
        await consents.withdraw(store, here.id, consents.NAMED, NOW + timedelta(days=1))
        assert await consents.persons(store, consents.NAMED) == frozenset()
        assert await consents.give(store, here.id, consents.NAMED, NOW + timedelta(days=2))
