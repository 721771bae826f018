"""Recalls, echoes, loops and floods, 13 to 16 and 28 of the list: what is erased, confirmed, and left unanswered."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from storage import outbox, search
from storage.frames import Place
from storage.outbox import OUTBOX
from storage.replies import Body, Purpose, Reply
from tests.hostile.front import CANARY, Front, until
from tests.platforms.onebot.fake import Faults

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.middle]


def recall(group: int, message: object, user: int = 20001) -> dict[str, Any]:
    notice = {"post_type": "notice", "notice_type": "group_recall", "self_id": 10001, "time": 1_795_395_600}
    return {**notice, "group_id": group, "user_id": user, "operator_id": user, "message_id": message}


# -- 13, 14: recalls --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [4711, -1, 2**70, "", None, [1], 1e400])
async def test_13_a_recall_of_nothing(front: Front, message: object) -> None:
    group = front.group()
    await front.say(group, 20002, "早")
    await front.push(recall(group, message), recall(group, message))
    row = await front.row(group)
    assert (row.text, row.recalled_at) == ("早", None)
    assert await front.posts(group) == []
    assert front.app.dispatch.quarantined == 0


async def test_14_a_recalled_message_is_erased(front: Front) -> None:
    """Text, name and index go; the row and its time stay, and another group's message of that id is left alone."""
    group, other = front.group(), front.group()
    said = await front.say(group, 20001, f"密码是 {CANARY} 磁盘满了怎么办")
    await front.say(other, 20001, f"{CANARY}", message_id=said["message_id"])
    await front.push(recall(group, said["message_id"]))
    row = await front.row(group)
    assert (row.text, row.name, row.recalled_at is not None) == ("", "", True)
    assert (await front.row(other)).text == CANARY
    async with front.app.database.read() as store:
        assert await search.find(store, CANARY, groups=range(1, 10_000)) == [(await front.row(other)).id]
    await front.push(said)  # the implementation offers it again
    assert [one.text for one in await front.rows(group)] == [""]


# -- 15: our own words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("post_type", ["message", "message_sent"])
@pytest.mark.parametrize("words", ["/quiet", "/help", "复制槽把磁盘撑满了，怎么办？"])
async def test_15_our_own_words_are_never_answered(front: Front, post_type: str, words: str) -> None:
    group = front.group()
    await front.say(group, 10001, front.to_bot(words), post_type=post_type)
    await front.say(group, 10001, words, post_type=post_type)
    assert await front.rows(group) == []
    assert await front.posts(group) == []


async def test_15_an_echo_proves_a_post_that_was_not_answered_for(front: Front) -> None:
    """The platform posts and says nothing, but the post comes back: it is sent, and no admin is troubled."""
    group = front.group()
    await front.make_admin(20003, group)
    await front.still_hears(group)
    front.fake.faults.silent_acts = True
    row = await digest(front, group, f"象群周报 {CANARY}")
    await until(lambda: settled(front, row))
    front.fake.faults = Faults()
    (post,) = front.fake.posts_in(group)
    async with front.app.database.read() as store:
        found = await outbox.get(store, row)
    assert (found.state, found.platform_key) == ("sent", str(post.message_id))
    assert [told.where for told in front.fake.posts if told.where.startswith("private:")] == []


async def digest(front: Front, group: int, words: str) -> int:
    """Queue a post that nobody asked for, in a group that agreed to it."""
    from storage import groups, settings

    now = front.clock.now()
    async with front.app.database.write() as store:
        found = await groups.at(store, Place("qq", str(group)))
        assert found is not None
        await settings.put(store, found.id, "outbox.approved", True, now, None)
        reply = Reply(Body.of(words), purpose=Purpose.DIGEST)
        row = await outbox.put(store, reply, key=f"digest:{group}", group=found.id, now=now, expires_at=None)
    assert row is not None
    front.app.outboxes[0].wake()
    return row


async def settled(front: Front, row: int) -> bool:
    """Whether the call has ended, and what it came to is written down."""
    async with front.app.database.read() as store:
        state = await store.scalar(select(OUTBOX.c.state).where(OUTBOX.c.id == row))
    return state not in {"pending", "sending"} and not front.app.outboxes[0]._busy


# -- 16, 28: loops and floods -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_reply", [False, True], ids=["mentions", "replies"])
async def test_16_another_bot_that_answers_us(front: Front, by_reply: bool) -> None:
    """One answer; then it speaks to a wall, until it was silent for ten minutes."""
    group = front.group()
    words = "没找到解决过的，你的磁盘满了怎么办？"
    await front.say(group, 20007, front.to_bot(words))
    for _ in range(30):
        posts = await front.posts(group)
        front.later(seconds=5)
        said = front.to_bot(words)
        if by_reply and posts:
            said = [{"type": "reply", "data": {"id": str(posts[-1].message_id)}}, *said[1:]]
        await front.say(group, 20007, said)
    assert len(await front.posts(group)) == 1
    front.later(minutes=11)
    await front.say(group, 20007, front.to_bot(words))
    assert len(await front.posts(group)) == 2


async def test_16_a_robot_of_the_platform_is_never_answered(front: Front) -> None:
    group = front.group()
    await front.say(group, 2854196301, front.to_bot("复制槽把磁盘撑满了，怎么办？"))
    assert "bot" in (await front.row(group)).flags
    assert await front.posts(group) == []


@pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.middle)])
async def test_28_a_thousand_mentions_in_a_minute(front: Front, count: int) -> None:
    group, other = front.group(), front.group()
    for number in range(count):
        await front.say(group, 20004, front.to_bot(f"第 {number} 次问：磁盘满了怎么办？"))
        front.later(seconds=60 / count)
        if number % 200 == 199:
            await front.still_hears(group)
    await front.say(other, 20004, front.to_bot("升级以后慢了三倍，怎么查？"))
    assert len(await front.rows(group)) == count
    assert len(await front.posts(group)) == 1
    assert len(await front.posts(other)) == 1  # the cool-down is of one group
    await front.say(group, 20005, front.to_bot("升级以后慢了三倍，怎么查？"))
    assert len(await front.posts(group)) == 2  # and of one member
    front.later(minutes=9)
    await front.say(group, 20004, front.to_bot("磁盘满了怎么办？"))
    assert len(await front.posts(group)) == 2
    front.later(minutes=2)
    await front.say(group, 20004, front.to_bot("磁盘满了怎么办？"))
    assert len(await front.posts(group)) == 3


async def test_28_a_thousand_mentions_by_two_hundred_members_in_a_minute(front: Front) -> None:
    """A group gets twenty answers a minute, whoever asks; all is stored, and the next group is served as ever."""
    group, other = front.group(), front.group()
    for number in range(1_000):
        await front.say(group, 21_000 + number % 200, front.to_bot(f"第 {number} 次问：磁盘满了怎么办？"))
        front.later(seconds=0.055)
        if number % 200 == 199:
            await front.still_hears(group)
    assert len(await front.rows(group)) == 1_000
    assert len(await front.posts(group)) == 20
    await front.say(other, 21_001, front.to_bot("升级以后慢了三倍，怎么查？"))
    assert len(await front.posts(other)) == 1
    front.later(minutes=1)
    await front.say(group, 22_000, front.to_bot("升级以后慢了三倍，怎么查？"))
    assert len(await front.posts(group)) == 21
