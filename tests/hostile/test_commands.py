"""Commands in disguise, 35, 36 and 38 to 40 of the list: obeyed once, while they are fresh, from who has the right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from storage import groups, outbox, settings
from storage.frames import Place
from storage.grants import GRANTS
from storage.replies import Body, Purpose, Reply
from storage.schedules import SCHEDULES
from storage.settings import SETTINGS
from tests.hostile.front import Front, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.middle]

ADMIN, MEMBER = 20001, 20002
DENIED = "这个要群管理员来发。想收尾自己的题，回「解决了」。"


@pytest_asyncio.fixture(loop_scope="module")
async def group(front: Front) -> AsyncIterator[int]:
    """Return a group of the test's own, with one admin."""
    number = front.group()
    await front.make_admin(ADMIN, number)
    await front.still_hears(number)
    yield number


async def said(front: Front, group: int) -> list[str]:
    return [post.text for post in await front.posts(group)]


async def state(front: Front) -> tuple[object, ...]:
    """Return all that a command could have changed, in any group."""
    async with front.app.database.read() as store:
        rows = [await store.rows(select(table)) for table in (SETTINGS, GRANTS, SCHEDULES)]
    return tuple([tuple(row) for row in found] for found in rows)


# -- 35, 36: again, and too late --------------------------------------------------------------------------------------


async def test_35_the_same_command_again(front: Front, group: int) -> None:
    """Once, whether the frame comes again, or the message under another id, or from the history after a cut."""
    raw = await front.say(group, ADMIN, "/settings stats.days 30")
    await front.push(raw, raw, {**raw, "message_id": 4712}, {**raw, "message_id": 4713, "real_seq": ""})
    assert len(await said(front, group)) == 1
    assert await front.decisions(group) == [("settings", "done")]


async def test_36_a_command_of_two_minutes_ago(front: Front, group: int) -> None:
    now = int(front.clock.now().timestamp())
    await front.say(group, ADMIN, "/quiet", time=now - 121)
    assert await said(front, group) == []
    assert await front.decisions(group) == [("quiet", "too old")]
    assert (await front.row(group)).text == "/quiet"
    await front.say(group, ADMIN, "/quiet", time=now - 119)
    assert len(await said(front, group)) == 1
    assert await front.decisions(group) == [("quiet", "too old"), ("quiet", "done")]


async def test_36_a_command_from_before_the_bot_came_back(front: Front, group: int) -> None:
    """What is read back from the history is stored, but an old command in it is not obeyed."""
    await front.still_hears(group)
    front.fake.faults.lose = 1
    await front.fake.say(group, ADMIN, "/quiet")
    front.fake.faults.lose = 0
    front.later(seconds=121)
    await front.still_hears(group)  # its number tells that one is missing
    await until(lambda: decided(front, group))
    assert await front.decisions(group) == [("quiet", "too old")]
    assert await said(front, group) == []


async def decided(front: Front, group: int) -> bool:
    return bool(await front.decisions(group))


# -- 38, 39: for another bot, and in other letters --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["/quiet@otherbot", "/quiet@otherbot on", "/QUIET@OTHER", "/quiet@", "/quiet@小象2"])
async def test_38_a_command_for_another_bot(front: Front, group: int, text: str) -> None:
    before = await state(front)
    await front.say(group, ADMIN, text)
    assert await said(front, group) == []
    assert await state(front) == before
    assert await front.decisions(group) == []


@pytest.mark.parametrize(
    "text",
    [
        "/quiet", "／ｑｕｉｅｔ", "/QUIET", "\u200b/quiet", "/\u2060quiet", "\ufeff／Ｑuiet", "          /quiet ",
        "/quiet@小象", "/quiet@10001", "/安静", "／安静", "\u202e/quiet", "/q\u00aduiet", "/𝐪𝐮𝐢𝐞𝐭",
    ],
)  # fmt: skip
async def test_39_one_command_however_it_is_typed(front: Front, group: int, text: str) -> None:
    """The same for who may not as for who may: authority is asked after the command is known."""
    await front.say(group, MEMBER, text, sender={"user_id": ADMIN, "card": "群主", "role": "owner"})
    assert await said(front, group) == [DENIED]
    await front.say(group, ADMIN, text)
    assert (await said(front, group))[1].startswith("好，安静了")
    assert await front.decisions(group) == [("quiet", "denied"), ("quiet", "done")]


# -- 40: arguments ----------------------------------------------------------------------------------------------------

ARGUMENTS = (
    "x" * 10_000, "象" * 10_000, "--", "--all -rf /", "'", '"', '"stats.days', "「", "🐘", "🏳️\u200d🌈", "-1", "\x00x",
    "\\", "2026-02-30 25:61", "0 * * * * *", "* * * * *", "9" * 400, "1e400", "٣", "\ud83d", "NaN", "null",
    "$(reboot)", "`reboot`", "%s%n", "{0.__class__}", "{{7*7}}", "(a+)+$", "%", "'; drop table messages; --", "@所有人",
    "[CQ:at,qq=all]",
)  # fmt: skip
COMMANDS = ("settings", "settings digest.when", "settings stats.days", "digest", "stats", "show")


@pytest.mark.parametrize("command", COMMANDS)
async def test_40_arguments_that_make_no_sense(front: Front, group: int, command: str) -> None:
    """Each gets one short answer, nothing is half done, and no at-all goes out."""
    before = await state(front)
    for number, args in enumerate(ARGUMENTS, 1):
        await front.say(group, ADMIN, f"/{command} {args}", raw_message="")
        front.later(seconds=2)
        if number % 8 == 0:  # ten are obeyed in a minute
            await front.still_hears(group)
            front.later(minutes=1)
    posts = await front.posts(group)
    assert len(posts) == len(ARGUMENTS)
    assert max(len(post.text) for post in posts) < 700
    assert {segment["type"] for post in posts for segment in post.segments} == {"reply", "text"}
    assert await state(front) == before
    assert {decision for _, decision in await front.decisions(group)} <= {"refused"}


@pytest.mark.parametrize("word", ["approve", "resend"])
async def test_40_a_post_of_a_group_that_the_admin_does_not_run(front: Front, group: int, word: str) -> None:
    other = front.group()
    await front.still_hears(other)
    async with front.app.database.write() as store:
        found = await groups.at(store, Place("qq", str(other)))
        assert found is not None
        now = front.clock.now()
        reply = Reply(Body.of("周报"), purpose=Purpose.DIGEST)
        post = await outbox.put(
            store, reply, key=f"d:{other}", group=found.id, now=now, expires_at=now + timedelta(days=9), held=True
        )
    await front.say(group, ADMIN, f"/{word} {post}")
    assert await said(front, group) == [f"你管的群里没有等着发的 {post} 号，看看有哪些发「待发」。"]
    assert await said(front, other) == []
    async with front.app.database.read() as store:
        assert await settings.get(store, found.id, "outbox.approved") is None
