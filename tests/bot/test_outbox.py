"""The outbox: every state a post can come to, with a platform that fails in every way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters import DeliveryError, Outcome
from bot.queueing import queue
from storage import groups, outbox, settings
from storage.database import Database
from storage.frames import Echo, Frame, Place
from storage.outbox import State
from storage.replies import Body, Purpose, Reply
from tests.chat import Chat, Recorder

PLACE = Place("qq", "g1", name="群 g1")


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database, features=())


async def put(chat: Chat, text: str = "早", purpose: Purpose = Purpose.REPLY, **more: Any) -> int:
    async with chat.database.write() as store:
        group = await groups.ensure(store, PLACE, chat.account.id)
        reply = Reply(Body.of(text), purpose=purpose, **more)
        found = await queue(store, reply, group, key=f"k{chat.clock.now()}{text}", now=chat.clock.now())
    assert found is not None
    return found


async def state(chat: Chat, post: int) -> State:
    async with chat.database.read() as store:
        return (await outbox.get(store, post)).state


async def test_a_post_is_sent_once(chat: Chat) -> None:
    post = await put(chat)
    for _ in range(3):
        await chat.outbox.drain()
    assert [posted.text for posted in chat.adapter.posted] == ["早"]
    assert await state(chat, post) is State.SENT


async def test_the_same_key_is_queued_once(chat: Chat) -> None:
    async with chat.database.write() as store:
        group = await groups.ensure(store, PLACE, chat.account.id)
        for _ in range(2):
            await queue(store, Reply(Body.of("早"), key="digest:1"), group, key="x", now=chat.clock.now())
    await chat.outbox.drain()
    assert len(chat.adapter.posted) == 1


@pytest.mark.parametrize(
    ("outcome", "purpose", "becomes"),
    [
        (Outcome.UNKNOWN, Purpose.REPLY, State.DROPPED),
        (Outcome.UNKNOWN, Purpose.DIGEST, State.HELD),
        (Outcome.REFUSED, Purpose.REPLY, State.FAILED),
        (Outcome.NOT_SENT, Purpose.REPLY, State.PENDING),
    ],
)
async def test_what_a_failure_means(chat: Chat, outcome: Outcome, purpose: Purpose, becomes: State) -> None:
    chat.adapter.fails.append(DeliveryError(outcome, "why"))
    post = await put(chat, purpose=purpose)
    await chat.outbox.send_due()
    await chat.outbox.drain()
    assert await state(chat, post) is becomes


async def test_what_did_not_leave_is_sent_later(chat: Chat) -> None:
    chat.adapter.fails.append(DeliveryError(Outcome.NOT_SENT, "429", retry_after=timedelta(seconds=20)))
    post = await put(chat)
    await chat.outbox.drain()
    assert chat.adapter.posted == []
    chat.later(seconds=21)
    await chat.outbox.drain()
    assert await state(chat, post) is State.SENT


async def test_a_pause_of_one_group_holds_up_no_other(chat: Chat) -> None:
    wait = timedelta(minutes=10)
    chat.adapter.fails.append(DeliveryError(Outcome.NOT_SENT, "banned", retry_after=wait, here_only=True))
    held = await put(chat)
    await chat.outbox.drain()
    async with chat.database.write() as store:
        other = await groups.ensure(store, Place("qq", "g2"), chat.account.id)
        await queue(store, Reply(Body.of("早")), other, key="other", now=chat.clock.now())
    await chat.outbox.drain()
    assert [posted.place.key for posted in chat.adapter.posted] == ["g2"]
    assert await state(chat, held) is State.PENDING


@pytest.mark.middle
async def test_a_post_in_flight_is_waited_for_a_moment_at_the_end(chat: Chat) -> None:
    started, never = asyncio.Event(), asyncio.Event()

    class Hanging(Recorder):
        async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
            started.set()
            await never.wait()
            return None

    chat.outbox.adapter = Hanging()
    post = await put(chat)
    sending = asyncio.create_task(chat.outbox.run())
    await started.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await state(chat, post) is State.SENDING  # nobody knows; the next start settles it


async def test_nobody_hammers_a_platform_that_is_away(chat: Chat) -> None:
    chat.adapter.fails += [DeliveryError(Outcome.NOT_SENT, "not connected")] * 100
    for n in range(30):
        await put(chat, f"第 {n} 条")
    for _ in range(20):
        await chat.outbox.drain()
        chat.later(seconds=1)
    assert len(chat.adapter.fails) > 90
    chat.adapter.fails.clear()
    chat.outbox.connected()
    chat.later(minutes=2)
    await chat.outbox.drain()
    assert len(chat.adapter.posted) == 30


async def test_a_reply_that_nobody_waits_for_is_dropped(chat: Chat) -> None:
    post = await put(chat)
    chat.later(minutes=11)
    await chat.outbox.drain()
    assert await state(chat, post) is State.DROPPED
    assert chat.adapter.posted == []


async def test_a_post_that_died_with_its_process_is_not_repeated(chat: Chat) -> None:
    reply, digest = await put(chat, "答"), await put(chat, "周报", Purpose.DIGEST)
    async with chat.database.write() as store:
        for post in (reply, digest):
            await outbox.claim(store, post, "a process that is gone", chat.clock.now())
    await chat.outbox.recover()
    await chat.outbox.drain()
    assert chat.adapter.posted == []
    assert await state(chat, reply) is State.DROPPED
    assert await state(chat, digest) is State.HELD


async def test_our_own_echo_proves_a_held_post(chat: Chat) -> None:
    chat.adapter.fails.append(DeliveryError(Outcome.UNKNOWN, "no answer"))
    post = await put(chat, "象群周报 · 第 48 周\n问题多了。", Purpose.DIGEST)
    await chat.outbox.drain()
    echo = Echo("77", "象群周报 · 第 48 周\n问题多了。")
    await chat.hear(Frame("e:77", PLACE, chat.clock.now(), echo))
    async with chat.database.read() as store:
        found = await outbox.get(store, post)
    assert (found.state, found.platform_key) == (State.SENT, "77")


async def test_a_first_post_waits_for_an_admins_yes(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database, features=(), preview=True)
    await chat.make_admin("boss")
    post = await put(chat, "周报", Purpose.DIGEST)
    await chat.outbox.drain()
    told = [posted for posted in chat.adapter.posted if posted.place.key == "direct:boss"]
    assert await state(chat, post) is State.HELD
    assert len(told) == 1
    assert f"发吧 {post}" in told[0].text
    assert "周报" in told[0].text
    async with chat.database.write() as store:
        await settings.put(store, 1, "outbox.approved", True, chat.clock.now(), None)
    await put(chat, "下周", Purpose.DIGEST)
    await chat.outbox.drain()
    assert [posted.text for posted in chat.adapter.posted if posted.place.key == "g1"] == ["下周"]


async def test_confirmations_are_gathered(chat: Chat) -> None:
    for name in ("木子", "江南", "豆子"):
        await put(chat, f"{name}同问", gather="metoo:1")
        chat.later(seconds=10)
    await chat.outbox.drain()
    assert chat.adapter.posted == []
    chat.later(minutes=2)
    await chat.outbox.drain()
    assert [posted.text for posted in chat.adapter.posted] == ["木子同问\n江南同问\n豆子同问"]


async def test_a_confirmation_goes_at_once_where_nothing_is_gathered(chat: Chat) -> None:
    async with chat.database.write() as store:
        group = await groups.ensure(store, PLACE, chat.account.id)
        reply = Reply(Body.of("木子同问"), gather="metoo:1")
        await queue(store, reply, group, key="k", now=chat.clock.now(), gather=timedelta(0))
    await chat.outbox.drain()
    assert [posted.text for posted in chat.adapter.posted] == ["木子同问"]


async def test_parts_follow_each_other_and_nothing_comes_between(chat: Chat) -> None:
    chat.adapter.render = lambda body: ["1", "2", "3"] if len(body.blocks) > 1 else ["短"]  # type: ignore[method-assign]
    await put(chat, "长\n长")
    await put(chat, "短")
    await chat.outbox.drain()
    assert [posted.text for posted in chat.adapter.posted] == ["1", "2", "3", "短"]


async def test_replies_go_before_digests(chat: Chat) -> None:
    await put(chat, "周报", Purpose.DIGEST)
    await put(chat, "答")
    await chat.outbox.drain()
    assert [posted.text for posted in chat.adapter.posted] == ["答", "周报"]
