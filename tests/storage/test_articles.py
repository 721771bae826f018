"""Articles on both engines: versions that never change, states, sources, votes, reviews, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage import articles, privacy, reviews, suggestions, threads, topics
from storage.articles import State, Words
from storage.database import Database
from storage.reviews import Verdict
from storage.suggestions import Offered, Record
from storage.topics import Topic
from tests.conftest import T0
from tests.storage.rows import a_group, a_member, said

DAY = timedelta(days=1)
WORDS = Words("槽撑满磁盘", "复制槽把磁盘撑满了", "删掉没人用的槽", 1400, 1600)


async def test_an_article_has_versions_that_stay(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        number = await articles.draft(store, group.id, WORDS, [7, 3], T0, topic="replication")
        found = await articles.find(store, number)
        assert found is not None
        assert (found.state, found.version, found.words, found.sources) == (State.DRAFT, 1, WORDS, (3, 7))
        better = Words("槽撑满磁盘", "", "先看 pg_replication_slots")
        assert await articles.revise(store, number, better, T0 + DAY) == 2
        await articles.publish(store, number, T0 + DAY)
        await articles.publish(store, number, T0 + 2 * DAY)
        found = await articles.find(store, number)
        assert found is not None
        assert (found.state, found.words) == (State.REVIEWED, better)
        assert (found.published_at, found.reviewed_at) == (T0 + DAY, T0 + 2 * DAY)
        every = await articles.history(store, number)
        assert [(one.number, one.words) for one in every] == [(1, WORDS), (2, better)]
        assert await articles.standing(store) == {number: 2}
        await articles.end(store, number, State.RETIRED)
        assert await articles.standing(store) == {}
        assert await articles.drafted_from(store, [3, 4]) == {3: number}
        with pytest.raises(LookupError):
            await articles.revise(store, 99, better, T0)


async def test_a_version_is_written_once(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        number = await articles.draft(store, group.id, WORDS, [], T0)
        with pytest.raises(IntegrityError):
            async with store.connection.begin_nested():
                await articles._write(store, number, 1, WORDS, T0)


async def test_a_machine_redrafts_drafts_only(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        number = await articles.draft(store, group.id, WORDS, [3], T0)
        assert await articles.redraft(store, number, "机器写的", T0) == 2
        found = await articles.find(store, number)
        assert found is not None
        assert found.words == Words(WORDS.title, WORDS.question, "机器写的", 1400, 1600, machine=True)
        await articles.publish(store, number, T0)
        assert await articles.redraft(store, number, "再写", T0) is None
        assert await articles.redraft(store, 99, "再写", T0) is None


async def test_votes_count_since_the_last_review(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        number = await articles.draft(store, group.id, WORDS, [3], T0)
        await articles.publish(store, number, T0 + DAY)
        for thread, verdict, at in (
            (10, suggestions.Verdict.REJECTED, T0),
            (11, suggestions.Verdict.REJECTED, T0 + 2 * DAY),
            (12, suggestions.Verdict.SOLVED, T0 + 2 * DAY),
            (13, None, T0 + 2 * DAY),
        ):
            await suggestions.offer(store, thread, Offered.ARTICLE, number, likeness=0.5, at=at)
            (offered,) = await suggestions.of_thread(store, thread)
            await suggestions.settle(store, offered.id, verdict, at)
        assert await articles.votes(store, [number]) == {number: Record(solved=1, rejected=1)}


async def test_who_was_asked_and_what_they_said(database: Database) -> None:
    async with database.write() as store:
        group, one, other = await a_group(store), await a_member(store, "1"), await a_member(store, "2")
        number = await articles.draft(store, group.id, WORDS, [3], T0)
        await reviews.ask(store, number, group.id, 1, one.id, T0)
        await reviews.ask(store, number, group.id, 1, other.id, T0 + DAY)
        assert [found.article for found in await reviews.waiting(store, [one.id])] == [number]
        assert await reviews.last_asked(store, [one.id, other.id]) == {one.id: T0, other.id: T0 + DAY}
        await reviews.settle(store, number, group.id, 1, other.id, Verdict.APPROVED, T0 + 2 * DAY)
        assert await reviews.waiting(store, [one.id, other.id]) == []
        every = await reviews.of(store, [number])
        assert [(found.member, found.verdict) for found in every if found.verdict] == [(other.id, Verdict.APPROVED)]


async def test_articles_follow_their_topic(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        await topics.seed(store, [Topic("slots", "槽", "Slots"), Topic("ha", "高可用", "HA")])
        number = await articles.draft(store, group.id, WORDS, [], T0, topic="slots")
        await topics.merge(store, "slots", "ha", T0)
        found = await articles.find(store, number)
        assert found is not None
        assert found.topic == "ha"


async def test_who_is_forgotten_leaves_no_draft_and_no_name(database: Database) -> None:
    async with database.write() as store:
        group, bird, friend = await a_group(store), await a_member(store, "1"), await a_member(store, "2")
        question = await said(store, group, bird, "复制槽把磁盘撑满了")
        thread = await threads.open_thread(store, question, title="槽", imported=False)
        await threads.place(store, question.id, thread, "question")
        unread = await articles.draft(store, group.id, WORDS, [thread], T0)
        read = await articles.draft(store, group.id, WORDS, [thread], T0)
        await articles.publish(store, read, T0)
        await reviews.ask(store, read, group.id, 1, bird.id, T0)
        await reviews.settle(store, read, group.id, 1, bird.id, Verdict.APPROVED, T0 + DAY)
        await reviews.ask(store, unread, group.id, 1, friend.id, T0)
        mine = await privacy.mydata(store, [bird.id])
        assert [row["verdict"] for row in mine["reviews"]] == [None, "approved"]
        await privacy.forget(store, [bird.id], T0 + DAY)
        every = await articles.several(store, [unread, read])
        assert (every[unread].state, every[unread].words.answer) == (State.DROPPED, "")
        assert (every[read].state, every[read].words) == (State.REVIEWED, WORDS)
        assert bird.id not in {found.member for found in await reviews.of(store, [unread, read])}
