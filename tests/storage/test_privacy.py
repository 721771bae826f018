"""Opting out, seeing and erasing one's own data, retention: on both engines, down to the bytes."""

from __future__ import annotations

from sqlalchemy import select

from storage import privacy
from storage.database import Database
from tests.conftest import T0


async def test_nobody_has_opted_out_at_first(database: Database) -> None:
    async with database.read() as store:
        assert await privacy.opted_out(store, "qq", ["1", "2"]) == set()


async def test_opting_out_and_in_again(database: Database) -> None:
    async with database.write() as store:
        await privacy.opt_out(store, "qq", "1", T0)
        await privacy.opt_out(store, "qq", "1", T0)
        await privacy.opt_out(store, "telegram", "2", T0)
        assert await privacy.opted_out(store, "qq", ["1", "2", "3"]) == {"1"}
        assert await privacy.opted_out(store, "telegram", ["1", "2", "3"]) == {"2"}
        assert await privacy.opt_in(store, "qq", "1")
        assert not await privacy.opt_in(store, "qq", "1")
        assert await privacy.opted_out(store, "qq", ["1"]) == set()


async def test_who_opted_out_is_not_kept(database: Database) -> None:
    async with database.write() as store:
        await privacy.opt_out(store, "qq", "10001", T0)
        digests = await store.scalars(select(privacy.OPTOUTS.c.digest))
        assert "10001" not in str(digests)
        assert len(digests[0]) == 64
