"""Experts in rows: who agreed, as persons; what was asked; what was tried; merged topics; forgotten and shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import consents, derived, experts, members, outbox, privacy, threads, topics
from storage.consents import ASKED
from storage.database import Database, Store
from storage.experts import Answered, Tried
from storage.outbox import State
from storage.outcome import Facts
from storage.replies import Body, Reply
from storage.topics import Topic
from tests.storage.rows import a_direct, a_group, said

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


async def member(store: Store, name: str) -> int:
    return (await members.ensure(store, "qq", name, name, NOW)).id


async def test_who_agreed_is_a_person_with_all_identities(database: Database) -> None:
    async with database.write() as store:
        one, other, third = [await member(store, name) for name in ("a", "b", "c")]
        await members.link(store, other, one, NOW)
        assert await experts.every(store) == {}
        await consents.give(store, one, ASKED, NOW)
        await consents.give(store, other, ASKED, NOW + timedelta(days=1))
        await consents.give(store, third, "named", NOW)
        await experts.keep(store, other, weekly_cap=2, quiet_from="12:00", quiet_until="14:00")
        await experts.keep(store, other, rest_until=NOW)
        await experts.declare(store, one, ["sql"], NOW)
        await experts.declare(store, other, ["sql", "ha"], NOW)
        (found,) = (await experts.every(store)).values()
    assert (found.member, found.members, found.weekly_cap) == (other, frozenset({one, other}), 2)
    assert (found.rest_until, found.declared) == (NOW, frozenset({"sql", "ha"}))
    assert found.quiet is not None
    assert [f"{at:%H:%M}" for at in found.quiet] == ["12:00", "14:00"]
    async with database.write() as store:
        await consents.withdraw(store, other, ASKED, NOW)
        (left,) = (await experts.every(store)).values()
        assert left.member == one
        await consents.withdraw(store, one, ASKED, NOW)
        assert await experts.every(store) == {}


async def test_nobody_is_asked_twice_about_a_thread(database: Database) -> None:
    async with database.write() as store:
        one, other = await member(store, "a"), await member(store, "b")
        assert await experts.ask(store, 7, one, NOW)
        assert not await experts.ask(store, 7, one, NOW + timedelta(hours=1))
        assert await experts.ask(store, 7, other, NOW + timedelta(hours=2))
        first, second = await experts.asked_about(store, 7)
        await experts.settle(store, first.id, Answered.DECLINED, NOW)
        assert [found.state for found in await experts.asked_of(store, [one], NOW)] == [Answered.DECLINED]
        assert await experts.asked_since(store, NOW + timedelta(hours=1)) == [second]
        assert second.topic == ""  # a thread that went


async def test_what_was_said_of_a_topic_follows_a_merge(database: Database) -> None:
    async with database.write() as store:
        await topics.seed(store, [Topic("ha", "高可用", "HA"), Topic("repl", "复制", "Replication")])
        one, other = await member(store, "a"), await member(store, "b")
        await experts.declare(store, one, ["ha", "repl"], NOW)
        await experts.declare(store, other, ["ha"], NOW)
        await topics.merge(store, "ha", "repl", NOW)
        assert await experts.declared_by(store, [one]) == ["repl"]
        assert await experts.declared_by(store, [other]) == ["repl"]
        await experts.drop(store, [other], ["repl"])
        assert await experts.declared_by(store, [other]) == []


TRIED: list[tuple[dict[str, object], list[tuple[str, bool]], tuple[int, int] | None]] = [
    ({"solver": "b", "first_answerer": "b", "confirmed_at": NOW}, [("b", True)], (1, 1)),
    ({"solver": "b", "first_answerer": "c", "endorsed_at": NOW}, [("b", True), ("c", False)], (1, 1)),
    ({"solver": "b", "first_answerer": "b", "linked_at": NOW - timedelta(days=7)}, [("b", True)], (1, 1)),
    ({"solver": "b", "first_answerer": "b", "linked_at": NOW - timedelta(days=6)}, [("b", False)], (1, 0)),
    ({"solver": "b", "first_answerer": "b", "thanked_at": NOW - timedelta(days=6)}, [("b", False)], (1, 0)),
    ({"solver": "a", "first_answerer": "c", "confirmed_at": NOW}, [("c", False)], (1, 0)),
    ({"solver": "b", "first_answerer": "b", "confirmed_at": NOW, "invalid_at": NOW}, [], None),
    ({"solver": "b", "confirmed_at": NOW}, [("b", True)], None),  # the answer of an older thread
    ({"first_answerer": None}, [], None),
]


async def test_what_was_tried_and_what_was_accepted(database: Database) -> None:
    async with database.write() as store:
        ids = {name: await member(store, name) for name in "abc"}
        persons = {name: (await members.get(store, ids[name])).person_id for name in "abc"}
        for case, (facts, found, rate) in enumerate(TRIED):
            topic, known = f"topic{case}", {name: ids.get(str(value), value) for name, value in facts.items()}
            number = await asked(store, ids["a"])
            await derived.write(store, number, Facts(NOW, NOW, **known), topic=topic)  # type: ignore[arg-type]
            wanted = [Tried(topic, persons[name], NOW, accepted, number) for name, accepted in found]
            assert await experts.tried(store, ids.values(), {topic}, NOW, NOW) == wanted, facts
            assert (await experts.rates(store, {topic}, NOW, NOW)).get(topic) == rate, facts
        assert await experts.tried(store, [ids["a"]], {"topic0"}, NOW, NOW) == []
        assert await experts.tried(store, ids.values(), {"sql"}, NOW, NOW) == []
        assert await experts.tried(store, ids.values(), {"topic0"}, NOW + timedelta(days=1), NOW) == []


async def asked(store: Store, asker: int) -> int:
    opener = await said(store, await a_group(store), await members.get(store, asker), "怎么办？", NOW)
    number = await threads.open_thread(store, opener, title="?", imported=False)
    await threads.place(store, opener.id, number, "question")
    return number


async def test_an_expert_is_shown_and_forgotten(database: Database) -> None:
    async with database.write() as store:
        one, other = await member(store, "a"), await member(store, "b")
        for who in (one, other):
            await consents.give(store, who, ASKED, NOW)
            await experts.keep(store, who, weekly_cap=2)
            await experts.declare(store, who, ["ha"], NOW)
            await experts.ask(store, 7, who, NOW)
        kept = await privacy.mydata(store, [one])
        assert [len(kept[table]) for table in ("experts", "skills", "asks", "consents")] == [1, 1, 1, 1]
        await privacy.forget(store, [one], NOW)
        kept = await privacy.mydata(store, [one])
        assert [kept[table] for table in ("experts", "skills", "asks", "consents")] == [[], [], [], []]
        assert len(await experts.every(store)) == 1
        assert [found.member for found in await experts.asked_about(store, 7)] == [other]


async def test_what_an_expert_was_told_of_somebody_is_forgotten_with_them(database: Database) -> None:
    async with database.write() as store:
        asker, expert = await member(store, "a"), await member(store, "b")
        private = (await a_direct(store, await members.get(store, expert))).id
        told = {}
        for about in (f"thread:{await asked(store, asker)}", "thread:99", None):
            reply = Reply(Body.of("木子问：怎么办？"), about=about)
            post = await outbox.put(store, reply, key=str(about), group=private, now=NOW, expires_at=None)
            assert post is not None
            await outbox.settle(store, post, State.SENT, sent_at=NOW)
            told[post] = about not in {"thread:99", None}
        await privacy.forget(store, [asker], NOW)
        assert {post: not (await outbox.get(store, post)).body.blocks for post in told} == told
