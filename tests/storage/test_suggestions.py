from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import suggestions, threads
from storage.database import Database
from storage.suggestions import Offered, Record, Verdict
from tests.storage import rows
from tests.storage.rows import a_group, a_member

T0 = datetime(2026, 11, 23, 1, tzinfo=UTC)
LATER = T0 + timedelta(minutes=6)


async def test_an_offer_is_kept_once_with_what_the_asker_says_of_it(database: Database) -> None:
    async with database.write() as store:
        assert await suggestions.offer(store, 9, Offered.THREAD, 1, likeness=0.5, at=T0)
        assert not await suggestions.offer(store, 9, Offered.THREAD, 1, likeness=0.4, at=LATER)
        assert await suggestions.offer(store, 9, Offered.ARTICLE, 1, likeness=0.4, at=LATER, unasked=True)
        first, second = await suggestions.of_thread(store, 9)
        assert (first.kind, first.target, first.likeness, first.unasked, first.at) == ("thread", 1, 0.5, False, T0)
        assert (second.kind, second.unasked, second.verdict, second.settled_at) == ("article", True, None, None)
        await suggestions.settle(store, first.id, Verdict.REJECTED, LATER)
        (first, _) = await suggestions.of_thread(store, 9)
        assert (first.verdict, first.settled_at) == (Verdict.REJECTED, LATER)
        await suggestions.settle(store, first.id, None, LATER)
        (first, _) = await suggestions.of_thread(store, 9)
        assert (first.verdict, first.settled_at) == (None, None)
        assert await suggestions.of_thread(store, 8) == []


async def test_what_was_said_of_a_target_is_counted_by_askers(database: Database) -> None:
    said = [
        ("a", Verdict.REJECTED), ("a", Verdict.REJECTED), ("b", Verdict.REJECTED), ("c", Verdict.SOLVED), ("d", None),
    ]  # fmt: skip
    async with database.write() as store:
        group = await a_group(store)
        for asker, verdict in said:
            opener = await rows.said(store, group, await a_member(store, asker), "pg_wal 涨了")
            thread = await threads.open_thread(store, opener, title="", imported=False)
            await suggestions.offer(store, thread, Offered.THREAD, 7, likeness=0.5, at=T0)
            await suggestions.settle(store, (await suggestions.of_thread(store, thread))[0].id, verdict, T0)
        await suggestions.offer(store, thread, Offered.THREAD, 8, likeness=0.5, at=T0)
        assert await suggestions.records(store, Offered.THREAD, [7, 8, 9]) == {7: Record(solved=1, rejected=2)}
        assert await suggestions.records(store, Offered.ARTICLE, [7]) == {}
        assert await suggestions.records(store, Offered.THREAD, []) == {}
