"""The outbox: queued once, claimed once, in order per group and part, and what becomes of the parts behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage import outbox
from storage._turns import Waiting, preceding, turns
from storage.database import Database, Store
from storage.groups import Group
from storage.outbox import State
from storage.replies import Body, Purpose, Reply
from tests.conftest import T0
from tests.storage.rows import a_group

MINUTE = timedelta(minutes=1)


async def queued(store: Store, group: Group, key: str, text: str = "好", **fields: object) -> int:
    """Queue a reply that must be new."""
    reply = Reply(Body.of(text), **fields)  # type: ignore[arg-type]
    post = await outbox.put(store, reply, key=key, group=group.id, now=T0, expires_at=None)
    assert post is not None
    return post


async def due(store: Store, group: Group, *, at: timedelta = timedelta(0)) -> list[str]:
    """Return the keys of what the account of a group may send."""
    return [post.key for post in await outbox.due(store, group.account_id or 0, T0 + at)]


async def in_parts(store: Store, group: Group, key: str, parts: int) -> list[int]:
    post = await outbox.get(store, await queued(store, group, key))
    await outbox.put_parts(store, post, [f"{key} {n}" for n in range(1, parts + 1)])
    found = [await outbox.by_key(store, key if n == 1 else f"{key}#p{n}") for n in range(1, parts + 1)]
    return [post.id for post in found if post is not None]


async def states(store: Store, posts: list[int]) -> list[str]:
    return [(await outbox.get(store, post)).state for post in posts]


async def test_a_post_comes_back_as_it_was_queued_and_only_once(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        reply = Reply(
            Body.of("一", "二"), reply_to="7", about="thread:1024", purpose=Purpose.DIGEST, not_before=T0 + MINUTE
        )
        number = await outbox.put(store, reply, key="digest:47", group=group.id, now=T0, expires_at=T0 + 9 * MINUTE)
        assert number is not None
        post = await outbox.get(store, number)
        assert (post.body, post.reply_to, post.about, post.purpose) == (reply.body, "7", "thread:1024", Purpose.DIGEST)
        assert (post.state, post.attempts, post.part, post.parts) == (State.PENDING, 0, 1, 1)
        assert (post.not_before, post.expires_at, post.created_at) == (T0 + MINUTE, T0 + 9 * MINUTE, T0)
        assert await outbox.put(store, reply, key="digest:47", group=group.id, now=T0, expires_at=None) is None
        assert await outbox.by_key(store, "digest:47") == post
        assert await outbox.by_key(store, "digest:48") is None
        with pytest.raises(LookupError):
            await outbox.get(store, 99)


async def test_a_post_is_claimed_once_and_its_outcome_written_down(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        post = await queued(store, group, "a")
        assert await outbox.claim(store, post, "me", T0)
        assert not await outbox.claim(store, post, "other", T0)
        assert await due(store, group) == []
        await outbox.settle(store, post, State.SENT, sent_at=T0 + MINUTE, platform_key="88")
        sent = await outbox.posted_as(store, group.id, "88")
        assert sent is not None
        assert (sent.id, sent.state, sent.attempts, sent.sent_at) == (post, State.SENT, 1, T0 + MINUTE)
        assert await outbox.posted_as(store, group.id, "89") is None
        assert not await outbox.claim(store, post, "me", T0)


async def test_of_many_workers_one_claims(database: Database) -> None:
    async with database.write() as store:
        post = await queued(store, await a_group(store), "a")

    async def claim(owner: str) -> bool:
        async with database.write() as store:
            return await outbox.claim(store, post, owner, T0)

    assert sum(await asyncio.gather(*(claim(str(n)) for n in range(4)))) == 1


async def test_one_is_due_per_group_and_replies_go_first(database: Database) -> None:
    async with database.write() as store:
        one, two, three = [await a_group(store, str(n)) for n in range(3)]
        elsewhere = await a_group(store, "4", platform="telegram")
        await queued(store, one, "digest", purpose=Purpose.DIGEST)
        await queued(store, one, "reply")
        await queued(store, two, "reminder", purpose=Purpose.REMINDER)
        await queued(store, three, "later", not_before=T0 + MINUTE)
        await queued(store, elsewhere, "elsewhere", not_before=T0 + 2 * MINUTE)
        assert await due(store, one) == ["reply", "reminder"]
        assert await due(store, one, at=2 * MINUTE) == ["reply", "later", "reminder"]
        assert await due(store, elsewhere) == []
        assert await due(store, elsewhere, at=2 * MINUTE) == ["elsewhere"]
        assert await outbox.next_due(store, three.account_id or 0) == T0
        assert await outbox.next_due(store, elsewhere.account_id or 0) == T0 + 2 * MINUTE
        assert await outbox.next_due(store, 0) is None


async def test_a_flood_in_one_group_holds_up_no_other(database: Database) -> None:
    async with database.write() as store:
        flooded, other = await a_group(store, "1"), await a_group(store, "2")
        for number in range(300):
            await queued(store, flooded, f"f{number}")
        await queued(store, other, "other")
        assert await due(store, flooded) == ["f0", "other"]


async def test_parts_follow_each_other_before_anything_else_is_said(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        first, second, third = await in_parts(store, group, "long", 3)
        await queued(store, group, "other")
        assert await due(store, group) == ["long"]
        await outbox.claim(store, first, "me", T0)
        await outbox.settle(store, first, State.SENT, sent_at=T0)
        assert await due(store, group) == ["long#p2"]
        await outbox.settle(store, second, State.PENDING, not_before=T0 + MINUTE)  # to be tried again later
        assert "long#p3" not in await due(store, group)
        assert await due(store, group, at=MINUTE) == ["long#p2"]
        await outbox.settle(store, second, State.SENT, sent_at=T0)
        assert await due(store, group) == ["long#p3"]
        assert (await outbox.get(store, third)).payload == "long 3"
        assert await outbox.count_sent(store, group.id, T0, [Purpose.REPLY]) == 1  # parts are no posts


@pytest.mark.parametrize(
    ("outcome", "behind"),
    [
        (State.SENT, "pending"),
        (State.PENDING, "pending"),
        (State.FAILED, "dropped"),
        (State.DROPPED, "dropped"),
        (State.HELD, "held"),
        (State.UNKNOWN, "held"),
    ],
)
async def test_the_parts_behind_share_the_fate(sqlite_database: Database, outcome: State, behind: str) -> None:
    async with sqlite_database.write() as store:
        group = await a_group(store)
        posts = await in_parts(store, group, "long", 4)
        await outbox.settle(store, posts[0], State.SENT, sent_at=T0)
        await outbox.settle(store, posts[1], outcome)
        assert await states(store, posts) == ["sent", outcome, behind, behind]


@pytest.mark.parametrize("proof", [State.SENT, State.PENDING])
async def test_what_was_held_goes_on_whole(sqlite_database: Database, proof: State) -> None:
    async with sqlite_database.write() as store:
        group = await a_group(store)
        posts = await in_parts(store, group, "long", 3)
        await outbox.settle(store, posts[0], State.HELD)
        assert await due(store, group) == []
        await outbox.settle(store, posts[0], proof)
        assert await states(store, posts) == [proof, "pending", "pending"]


W = Waiting
R, D = Purpose.REPLY, Purpose.DIGEST


@pytest.mark.parametrize(
    ("waiting", "sent", "chosen"),
    [
        ([], set(), []),
        ([W(2, "b", 1, 1, R), W(1, "a", 1, 1, R)], set(), [1]),
        ([W(1, "a", 1, 1, D), W(2, "b", 1, 1, R)], set(), [2]),
        ([W(1, "a", 1, 1, D), W(2, "b", 2, 1, R)], set(), [2, 1]),
        ([W(1, "a", 1, 1, R), W(3, "z#p2", 1, 2, D)], set(), [1]),
        ([W(1, "a", 1, 1, R), W(3, "z#p2", 1, 2, D)], {"z"}, [3]),
        ([W(3, "z#p3", 1, 3, D)], {"z"}, []),
        ([W(3, "z#p3", 1, 3, D)], {"z", "z#p2"}, [3]),
        ([W(3, "a#p2", 1, 1, R)], set(), [3]),  # a key of its own that only looks like a part's
    ],
)
def test_turns(waiting: list[Waiting], sent: set[str], chosen: list[int]) -> None:
    assert turns(waiting, sent) == chosen


def test_the_part_before() -> None:
    assert [preceding("a", 1), preceding("a#p2", 2), preceding("a#p3", 3)] == ["a#p0", "a", "a#p2"]


async def test_posts_of_processes_that_are_gone_are_orphans(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        for key, owner, at in (("mine", "me", T0), ("old", "me", T0 - 9 * MINUTE), ("gone", "gone", T0)):
            post = await queued(store, group, key, not_before=at)
            assert await outbox.claim(store, post, owner, at)
        lost = await outbox.orphans(store, group.account_id or 0, ["me"], T0 - 5 * MINUTE)
        assert sorted(post.key for post in lost) == ["gone", "old"]
        assert await outbox.orphans(store, 0, ["me"], T0) == []


async def test_our_own_message_is_proof(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        digest = await queued(store, group, "digest", "象群周报 · 第 48 周\n问题多了 12%", purpose=Purpose.DIGEST)
        held = await queued(store, group, "preview", "象群周报 · 第 48 周")
        await outbox.settle(store, held, State.HELD)  # never sent: an echo is no proof of it
        await outbox.claim(store, digest, "me", T0)
        await outbox.settle(store, digest, State.UNKNOWN)
        assert await outbox.confirm(store, group.id, "5", "别的话", T0) is None
        assert await outbox.confirm(store, group.id, "5", "象群周报 · 第 48 周 问题多了 12%", T0) == digest
        assert await outbox.confirm(store, group.id, "5", "象群周报 · 第 48 周 问题多了 12%", T0) is None
        assert await states(store, [digest, held]) == ["sent", "held"]


async def test_a_part_is_proved_by_its_stretch_of_the_whole(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        posts = await in_parts(store, group, "long", 2)
        await outbox.settle(store, posts[0], State.SENT, sent_at=T0, platform_key="1")
        await outbox.claim(store, posts[1], "me", T0)
        assert await outbox.confirm(store, group.id, "2", "好", T0) == posts[1]


async def test_confirmations_are_gathered(database: Database) -> None:
    async with database.write() as store:
        group = await a_group(store)
        for name in ("木子", "江南", "木子"):
            reply = Reply(Body.of(name), gather="E58")
            until, worth = T0 + 2 * MINUTE, T0 + 12 * MINUTE
            post = await outbox.gather(
                store, reply, group=group.id, now=T0, until=until, expires_at=worth, key=f"gather:E58:{name}"
            )
            assert post == 1
        assert await due(store, group) == []
        found = await outbox.due(store, group.account_id or 0, T0 + 2 * MINUTE)
        assert [len(post.body.blocks) for post in found] == [2]


async def test_states_counts_and_what_was_said_about_a_thread(database: Database) -> None:
    async with database.write() as store:
        group, other = await a_group(store, "1"), await a_group(store, "2")
        one = await queued(store, group, "a", about="thread:7", purpose=Purpose.DIGEST)
        two = await queued(store, other, "b", about="thread:7")
        assert await outbox.answered_at(store, 7) is None
        await outbox.settle(store, one, State.SENT, sent_at=T0 + MINUTE)
        assert await outbox.answered_at(store, 7) == T0 + MINUTE
        assert [post.id for post in await outbox.in_state(store, State.PENDING, State.SENT)] == [one, two]
        assert [post.id for post in await outbox.in_state(store, State.PENDING, group=group.id)] == []
        assert await outbox.count_sent(store, group.id, T0, [Purpose.DIGEST]) == 1
        assert await outbox.count_sent(store, group.id, T0 + 2 * MINUTE, [Purpose.DIGEST]) == 0


async def test_bodies_of_finished_posts_are_blanked(database: Database) -> None:
    async with database.write() as store:
        group, other = await a_group(store, "1"), await a_group(store, "2")
        sent, waiting = await queued(store, group, "a", "canary"), await queued(store, group, "b", "canary")
        elsewhere = await queued(store, other, "c", "canary")
        for post in (sent, elsewhere):
            await outbox.settle(store, post, State.SENT, sent_at=T0, platform_key="1")
        assert await outbox.blank(store, groups=[group.id]) == 1
        assert (await outbox.get(store, sent)).body == Body(())
        assert (await outbox.get(store, waiting)).body == Body.of("canary")
        assert (await outbox.get(store, elsewhere)).body == Body.of("canary")
        assert await outbox.blank(store, before=T0) == 0
        assert await outbox.blank(store, before=T0 + MINUTE) == 1
        assert await outbox.posted_as(store, group.id, "1") is not None
