from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import suggestions
from storage.database import Database
from storage.suggestions import Offered, Record, Verdict

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


async def test_what_was_said_of_a_target_is_counted_over_all_questions(database: Database) -> None:
    said = {1: Verdict.REJECTED, 2: Verdict.REJECTED, 3: Verdict.SOLVED, 4: None}
    async with database.write() as store:
        for thread, verdict in said.items():
            await suggestions.offer(store, thread, Offered.THREAD, 7, likeness=0.5, at=T0)
            await suggestions.settle(store, (await suggestions.of_thread(store, thread))[0].id, verdict, T0)
        await suggestions.offer(store, 4, Offered.THREAD, 8, likeness=0.5, at=T0)
        assert await suggestions.records(store, Offered.THREAD, [7, 8, 9]) == {7: Record(solved=1, rejected=2)}
        assert await suggestions.records(store, Offered.ARTICLE, [7]) == {}
        assert await suggestions.records(store, Offered.THREAD, []) == {}
