"""Questions for speakers: ordered by persons who have them, each text once, and gone with who asked."""

from __future__ import annotations

from datetime import timedelta

from storage import members, outbox, privacy, speaker_questions
from storage.database import Database
from storage.outbox import State
from storage.replies import Body, Reply
from tests.storage.rows import a_direct, a_group, a_member
from tests.storage.test_checkins import an_event
from tests.storage.test_events import NOW

MINUTE = timedelta(minutes=1)


async def test_questions_are_listed_by_votes_of_persons(database: Database) -> None:
    async with database.write() as store:
        event, asker = await an_event(store), await a_member(store, "1")
        first = await speaker_questions.add(store, event.id, asker.id, "双活怎么切", NOW)
        second = await speaker_questions.add(store, event.id, asker.id, "DDL 怎么同步", NOW + MINUTE)
        one, other = await a_member(store, "2"), await a_member(store, "3")
        assert await speaker_questions.vote(store, second, one.id)
        assert not await speaker_questions.vote(store, second, one.id)
        await members.link(store, other.id, one.id, NOW)
        assert not await speaker_questions.vote(store, second, other.id)
        found = await speaker_questions.listed(store, event.id)
        assert [(question.id, question.votes, question.number) for question in found] == [
            (second, 1, f"Q{second}"),
            (first, 0, f"Q{first}"),
        ]
        await speaker_questions.hide(store, second, NOW)
        assert [question.id for question in await speaker_questions.listed(store, event.id)] == [first]
        assert await speaker_questions.count(store, event.id, asker.person_id) == 2


async def test_the_same_words_are_one_question_at_an_event(database: Database) -> None:
    async with database.write() as store:
        event, other, asker = await an_event(store), await an_event(store), await a_member(store)
        number = await speaker_questions.add(store, event.id, asker.id, "DDL 怎么同步", NOW)
        found = await speaker_questions.same(store, event.id, "ddl 怎么同步")
        assert found is not None
        assert found.id == number
        assert await speaker_questions.same(store, other.id, "DDL 怎么同步") is None


async def test_what_became_of_a_question_is_kept(database: Database) -> None:
    async with database.write() as store:
        event, asker = await an_event(store), await a_member(store)
        number = await speaker_questions.add(store, event.id, asker.id, "双活怎么切", NOW)
        await speaker_questions.answered(store, number, NOW + MINUTE, thread=7)
        found = await speaker_questions.find(store, number)
        assert found is not None
        assert (found.answered_at, found.thread) == (NOW + MINUTE, 7)


async def test_a_question_goes_with_who_asked_it_and_its_place_stays(database: Database) -> None:
    async with database.write() as store:
        event, asker, group = await an_event(store), await a_member(store), await a_group(store)
        number = await speaker_questions.add(store, event.id, asker.id, "双活怎么切", NOW, group.id)
        await privacy.forget(store, [asker.id], NOW)
        assert await speaker_questions.find(store, number) is None
        assert await speaker_questions.listed(store, event.id) == []
        assert await speaker_questions.count(store, event.id) == 1


async def test_what_hosts_were_shown_of_the_forgotten_is_emptied(database: Database) -> None:
    async with database.write() as store:
        event, asker, host = await an_event(store), await a_member(store, "1"), await a_member(store, "2")
        direct = await a_direct(store, host)
        await speaker_questions.add(store, event.id, asker.id, "双活怎么切", NOW)
        shown = Reply(Body.of("Q1 老樊：双活怎么切"), about=f"event:{event.id}")
        post = await outbox.put(store, shown, key="shown", group=direct.id, now=NOW, expires_at=None) or 0
        await outbox.settle(store, post, State.SENT, sent_at=NOW, platform_key="1")
        await privacy.forget(store, [asker.id], NOW)
        assert not (await outbox.get(store, post)).body.blocks
