"""Opting out, seeing and erasing one's own data: on both engines, down to the bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, func, select, text

from storage import (
    activity,
    derived,
    dialogs,
    errands,
    grants,
    groups,
    inbox,
    members,
    memberships,
    metoo,
    outbox,
    pins,
    privacy,
    settings,
    threads,
)
from storage._forgetting import PSEUDONYM, without
from storage._personal import MEMBER_NAMES, places
from storage.database import Database, Store
from storage.dialogs import Dialog
from storage.errands import Errand
from storage.grants import ADMIN
from storage.groups import Group
from storage.inbox import Received
from storage.members import CONSENTS, MEMBERS, Member
from storage.messages import MESSAGES, Stored
from storage.migrate import metadata
from storage.outbox import State
from storage.outcome import Mark, facts
from storage.pins import Pinned
from storage.replies import Body, Reply
from tests.conftest import T0
from tests.storage.rows import a_direct, a_group, a_member, said

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WORD, PHRASE, NAME, KEY = "canaryword", "金丝雀探头死了", "鸟先生", "777000111"
TRACES = [WORD, "金丝", "雀探", NAME, KEY]  # the index keeps pairs of characters


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


@dataclass
class World:
    """Two groups and a direct, in which one member left traces wherever there is a place for them."""

    bird: Member
    friend: Member
    one: Group
    two: Group
    direct: Group
    thread: int
    question: Stored
    answer: Stored


async def a_world(store: Store) -> World:
    one, two = await a_group(store, "1"), await a_group(store, "2")
    bird, friend = await a_member(store, KEY, name=NAME), await a_member(store, "2", name="老樊")
    direct = await a_direct(store, bird)
    question = await said(store, one, bird, f"{PHRASE} {WORD}", key="q")
    answer = await said(store, one, friend, "看锁等待", T0 + MINUTE, mentions=(bird.id,), reply_to="q", quote=PHRASE)
    thanks = await said(store, one, bird, f"谢谢 {WORD}", T0 + 2 * MINUTE)
    await said(store, two, friend, "有人说过", T0, quote=f"{PHRASE} {WORD}")
    await said(store, two, bird, f"别处的 {WORD}", T0)
    await said(store, direct, bird, f"私聊 {WORD}", T0, key=f"{KEY}:5")
    thread = await threads.open_thread(store, question, title=f"{PHRASE}", imported=False)
    for message, role in ((question, "question"), (answer, "answer"), (thanks, "thanks")):
        await threads.place(store, message.id, thread, role)
    await derived.write(store, thread, facts(await threads.lines(store, thread), [], bird.id))
    await _more_traces(store, bird, friend, one, two, direct, thread)
    return World(bird, friend, one, two, direct, thread, question, answer)


async def _more_traces(
    store: Store, bird: Member, friend: Member, one: Group, two: Group, direct: Group, thread: int
) -> None:
    for group in (one, two):
        await memberships.saw(store, group.id, bird.id, f"成都-{NAME}", T0)
        await memberships.saw(store, group.id, friend.id, "老樊", T0)
        await activity.note(
            store, {(group.id, date(2026, 11, 23), bird.id): 2, (group.id, date(2026, 11, 23), friend.id): 1}
        )
    await metoo.add(store, thread, bird.id, T0, group=one.id)
    await pins.mark(store, Mark.ENDORSED, group=one.id, thread=thread, at=T0, by=bird.id)
    await grants.grant(store, bird.id, one.id, ADMIN, T0, None)
    await grants.grant(store, friend.id, one.id, ADMIN, T0, bird.id)
    await grants.audit(store, T0, "digest", "done", member=bird.id, group=one.id)
    await grants.use_code(store, "bind", "wrong", bird.id, T0)
    await store.insert(CONSENTS, member_id=bird.id, kind="profile", at=T0)
    other = await a_member(store, "3", name="另一个号", platform="telegram")
    await members.link(store, bird.id, other.id, T0)
    await dialogs.put(store, Dialog(bird.id, "events", "city", {"city": WORD}, T0 + DAY))
    await errands.put(store, Errand("mydata", "export", "e1", {"who": KEY, "say": WORD}, direct.id, bird.id), T0)
    await settings.put(store, one.id, "experts.members", [KEY, "2"], T0, bird.id)
    await activity.print_figures(store, "group:1", T0, T0 + DAY, 1, {"questions": 3, "thanked": [NAME, "老樊"]}, T0)
    for group, key in ((one, "a"), (direct, f"direct:{KEY}:b")):
        body = Reply(Body.of(f"{NAME} 问：{WORD}"))
        post = await outbox.put(store, body, key=key, group=group.id, now=T0, expires_at=None)
        await outbox.settle(store, post or 0, State.SENT, sent_at=T0, platform_key=f"{group.key}:{post}")
    frame = json.dumps({"member": KEY, "name": NAME, "text": f"{PHRASE} {WORD}"}, ensure_ascii=False)
    for lane in ("qq:1", f"qq:direct:{KEY}"):
        row = Received(1, f"{lane}:5", lane, KEY, frame, T0)
        await inbox.put(store, [row])
    await inbox.put(store, [Received(1, "other", "qq:1", "2", "{}", T0)])


async def everything(store: Store) -> str:
    """Return all that the database says, as text."""
    tables = [*metadata().tables, "message_terms"]
    rows = [await store.rows(text(f'SELECT * FROM "{name}"')) for name in tables]
    return "\n".join(str(tuple(row)) for found in rows for row in found)


async def test_what_is_forgotten_is_found_nowhere_and_the_rest_stays(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        before = await everything(store)
        assert all(trace in before for trace in TRACES)
        forgotten = await privacy.forget(store, [world.bird.id], T0 + DAY)
        assert (forgotten.messages, forgotten.quotes, forgotten.threads) == (4, 2, 1)
        assert (forgotten.frames, forgotten.posts, forgotten.groups) == (2, 2, 3)
        await privacy.purge(store, privacy.Limits(0, 0, 0, 0, 0), T0 + DAY)
        after = await everything(store)
        assert [trace for trace in TRACES if trace in after] == []
        for kept in ("看锁等待", "有人说过", "老樊", "另一个号"):
            assert kept in after


async def test_threads_and_figures_keep_their_shape(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        before = await threads.find(store, world.thread)
        places = await threads.places(store, range(1, 99))
        counts = await store.scalars(select(func.sum(activity.DAILY.c.messages)).group_by(activity.DAILY.c.group_id))
        await privacy.forget(store, [world.bird.id], T0 + DAY)
        after = await threads.find(store, world.thread)
        assert before is not None
        assert after is not None
        assert after.title == ""
        assert (after.facts.first_answer_at, after.facts.asked_at) == (
            before.facts.first_answer_at,
            before.facts.asked_at,
        )
        assert after.facts.first_answerer == world.friend.id
        assert await threads.places(store, range(1, 99)) == places
        again = facts(await threads.lines(store, world.thread), [], after.asker)
        assert again == after.facts  # the asker's own thanks is still the asker's
        sums = select(func.sum(activity.DAILY.c.messages)).group_by(activity.DAILY.c.group_id)
        assert sorted(await store.scalars(sums)) == sorted(counts)


async def test_erased_messages_are_pinned_where_they_are(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        await privacy.forget(store, [world.bird.id], T0 + DAY)
        held = await pins.on(store, messages=[world.question.id, world.answer.id])
        assert [(pin.kind, pin.message_id, pin.value) for pin in held] == [
            (Pinned.OPENS, world.question.id, ""),
            (Pinned.ROLE, world.question.id, "question"),
        ]


async def test_in_each_group_another_stranger(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        versions = await store.scalars(select(groups.GROUPS.c.version).order_by(groups.GROUPS.c.id))
        await privacy.forget(store, [world.bird.id], T0 + DAY)
        strangers = [await _author(store, group) for group in (world.one, world.two)]
        assert len({member.id for member in strangers} | {world.bird.id}) == 3
        assert len({member.person_id for member in strangers} | {world.bird.person_id}) == 3
        for member in [*strangers, await members.get(store, world.bird.id)]:
            assert member.key.startswith(PSEUDONYM)
            assert (member.name, member.signed) == ("", False)
        assert await store.scalar(select(MESSAGES.c.mentions).where(MESSAGES.c.id == world.answer.id)) == [
            strangers[0].id
        ]
        assert await grants.rights(store, strangers[0].id, world.one.id) == grants.EVERYONE
        assert await grants.rights(store, world.friend.id, world.one.id) == grants.EVERYONE | ADMIN
        assert await members.siblings(store, world.bird.id) == [world.bird.id]
        after = await store.scalars(select(groups.GROUPS.c.version).order_by(groups.GROUPS.c.id))
        assert all(new > old for old, new in zip(versions, after, strict=True))  # no cached memory is true any more
        again = await a_member(store, KEY, name=NAME)
        assert again.id not in {world.bird.id, *(member.id for member in strangers)}


async def _author(store: Store, group: Group) -> Member:
    blank = select(MESSAGES.c.member_id).where(MESSAGES.c.group_id == group.id, MESSAGES.c.text == "")
    return await members.get(store, await store.scalar(blank.limit(1)))


async def test_forgetting_twice_or_nobody_changes_nothing(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        await privacy.forget(store, [world.bird.id], T0 + DAY)
        before = await everything(store)
        assert await privacy.forget(store, [world.bird.id, 99], T0 + DAY) == privacy.Forgotten(0, 0, 0, 0, 0, 0)
        assert await privacy.forget(store, [], T0) == privacy.Forgotten(0, 0, 0, 0, 0, 0)
        assert await everything(store) == before


async def test_two_bound_accounts_stay_one_person_in_a_group(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        group, one, other = await a_group(store), await a_member(store, "1"), await a_member(store, "2")
        await members.link(store, other.id, one.id, T0)
        for member in (one, other):
            await said(store, group, member, "死锁")
        await privacy.forget(store, [one.id, other.id], T0)
        authors = await store.scalars(select(MESSAGES.c.member_id))
        persons = await store.scalars(select(MEMBERS.c.person_id).where(MEMBERS.c.id.in_(authors)))
        assert len(set(authors)) == 2
        assert len(set(persons)) == 1


async def test_the_answer_still_finds_its_way(database: Database) -> None:
    """The address of a direct stays until what waits for it was sent; then the next purge takes it."""
    async with database.write() as store:
        world = await a_world(store)
        await privacy.forget(store, [world.bird.id], T0)
        reply = Reply(Body.of("删掉了。"))
        post = await outbox.put(store, reply, key="bye", group=world.direct.id, now=T0, expires_at=None)
        assert (await privacy.purge(store, privacy.Limits(), T0)).directs == 0
        assert (await groups.get(store, world.direct.id)).key == f"direct:{KEY}"
        await outbox.settle(store, post or 0, State.SENT, sent_at=T0)
        assert (await privacy.purge(store, privacy.Limits(), T0)).directs == 1
        assert (await groups.get(store, world.direct.id)).key.startswith(PSEUDONYM)
        assert (await privacy.purge(store, privacy.Limits(), T0)).directs == 0


async def test_who_comes_back_is_a_new_member_in_the_old_direct(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        await privacy.forget(store, [world.bird.id], T0)
        back = await a_member(store, KEY, name=NAME)
        assert (await privacy.purge(store, privacy.Limits(), T0)).directs == 0
        direct = await groups.direct_of(store, back.id)
        assert direct is not None
        assert (direct.id, direct.key) == (world.direct.id, f"direct:{KEY}")
        shown = await privacy.mydata(store, [back.id])
        assert (shown["messages"], shown["members"][0]["id"]) == ([], back.id)


async def test_no_byte_of_it_is_left(sqlite_database: Database) -> None:
    file = sqlite_database.file
    assert file is not None
    async with sqlite_database.write() as store:
        world = await a_world(store)
        for number in range(200):  # so that pages fill, split and are freed
            await said(store, world.one, world.bird, f"{PHRASE} {number} {WORD}", T0 + number * MINUTE)
    assert _traces(file) == TRACES
    async with sqlite_database.write() as store:
        await privacy.forget(store, [world.bird.id], T0 + DAY)
        await privacy.purge(store, privacy.Limits(), T0 + DAY)
    await privacy.scrub(sqlite_database)
    assert _traces(file) == []
    async with sqlite_database.write() as store:
        assert await store.scalar(text("PRAGMA integrity_check")) == "ok"
        assert "看锁等待" in await everything(store)


def _traces(file: Path) -> list[str]:
    """Return the traces in the bytes of a database and of its companions."""
    content = b"".join(path.read_bytes() for path in file.parent.glob(file.name + "*"))
    return [trace for trace in TRACES if trace.encode() in content]


@pytest.mark.middle
async def test_scrubbing_postgresql_leaves_no_dead_rows(postgresql_url: str) -> None:
    async with Database.open(postgresql_url) as database:
        async with database.write() as store:
            world = await a_world(store)
        async with database.write() as store:
            await privacy.forget(store, [world.bird.id], T0 + DAY)
            await privacy.purge(store, privacy.Limits(), T0 + DAY)
        await privacy.scrub(database)
        async with database.write() as store:
            assert [trace for trace in TRACES if trace in await everything(store)] == []


async def test_everything_kept_about_a_member_can_be_shown(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        await privacy.opt_out(store, "qq", KEY, T0)
        shown: dict[str, Any] = await privacy.mydata(store, [world.bird.id])
        words = json.dumps(shown, ensure_ascii=False)
        assert json.loads(words) == shown
        assert [row["text"] for row in shown["messages"]] == [
            f"{PHRASE} {WORD}",
            f"谢谢 {WORD}",
            f"别处的 {WORD}",
            f"私聊 {WORD}",
        ]
        for name in ("threads", "memberships", "daily", "grants", "audit", "consents", "links", "dialogs", "errands"):
            assert shown[name], name
        assert (len(shown["frames"]), len(shown["posts"]), shown["opted_out"]) == (2, 1, [world.bird.id])
        assert "看锁等待" not in words  # what others said is theirs
        theirs = await privacy.mydata(store, [world.friend.id])
        assert theirs["helped"] == [world.thread]
        assert WORD not in json.dumps([theirs["threads"], theirs["messages"][0]["text"]])
        assert (await privacy.mydata(store, []))["messages"] == []


async def test_after_forgetting_there_is_nothing_to_show(database: Database) -> None:
    async with database.write() as store:
        world = await a_world(store)
        await privacy.forget(store, [world.bird.id], T0)
        await privacy.purge(store, privacy.Limits(), T0)
        shown = json.dumps(await privacy.mydata(store, [world.bird.id]), ensure_ascii=False)
        assert [trace for trace in TRACES if trace in shown] == []


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (["1", "2", ["1"]], ["2", []]),
        ({"1": 5, "a": "1", "b": "11"}, {"a": "", "b": "11"}),
        ("1", ""),
        (1, 1),
        (None, None),
        ({"a": {"b": ["1", 2.5, True]}}, {"a": {"b": [2.5, True]}}),
    ],
)
def test_json_without_a_word(value: Any, left: Any) -> None:
    assert without(value, exactly={"1"}) == left


def test_json_without_words_that_hold_a_name() -> None:
    assert without({"n": 3, "thanked": ["成都-老樊", "晓舟"]}, holding={"老樊"}) == {"n": 3, "thanked": ["晓舟"]}


def test_every_column_of_ids_is_known_to_hold_a_member_or_not_to() -> None:
    """A new noun's column that holds a member must refer to members.id or bear a known name, or be listed here."""
    others = {
        "id", "group_id", "thread_id", "message_id", "account_id", "person_id", "from_person", "to_person",
        "schedule_id", "segment_id", "company_id", "duplicate_of", "linked_to", "first_message", "accepted",
        "by_message", "target", "article_id", "earlier", "event_id", "series_id", "rule_id", "question_id",
        "members", "companies", "daily_visitors", "page_views", "clicks", "cents",  # counts
    }  # fmt: skip
    known = {(place.table.name, place.column.name) for place in places()}
    unknown = [
        f"{table.name}.{column.name}"
        for table in metadata().tables.values()
        for column in table.columns
        if isinstance(column.type, BigInteger)
        and column.name not in others | {"seq"}
        and (table.name, column.name) not in known
    ]
    assert unknown == []
    assert {name for _, name in known} >= MEMBER_NAMES
