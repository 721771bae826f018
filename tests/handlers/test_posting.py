"""Held posts: an admin's yes to the first one, a deliberate second try, and who may see them."""

from __future__ import annotations

import pytest

from bot.adapters import DeliveryError, Outcome
from storage import grants, members, outbox, settings
from storage.outbox import State
from storage.replies import Body, Purpose, Reply
from tests.chat import Chat, Recorder
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

FEATURES = ("posting", "settings", "owner", "help")
DIGEST = "周报 · 第 47 周"


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES, preview=True)
    await opened.make_admin("ayu", group="g1")
    await opened.say("bob", "早", group="g1")
    return opened


async def post(chat: Chat, key: str = "digest:1:2026-W47", group: int = 1, purpose: Purpose = Purpose.DIGEST) -> int:
    async with chat.database.write() as store:
        reply = Reply(Body.of(DIGEST), purpose=purpose)
        found = await outbox.put(store, reply, key=key, group=group, now=chat.clock.now(), expires_at=None)
    assert found is not None
    return found


async def deliver(chat: Chat) -> list[str]:
    await chat.outbox.drain()
    return chat.replies


async def state(chat: Chat, number: int) -> State:
    async with chat.database.read() as store:
        return (await outbox.get(store, number)).state


async def test_the_first_post_waits_for_a_yes_from_a_direct(chat: Chat) -> None:
    number = await post(chat)
    told = await deliver(chat)
    assert len(told) == 1
    assert f"回「发吧 {number}」" in told[0]
    assert DIGEST in told[0]
    chat.later(days=3)
    assert sorted(await chat.tell("ayu", f"发吧 {number}")) == sorted(
        [DIGEST, "好，这就发到「群 g1」。以后这个群到点就发，不再先问；嫌吵在群里发「安静」。"]
    )
    assert await state(chat, number) is State.SENT
    second = await post(chat, "digest:1:2026-W48")
    assert await deliver(chat) == [DIGEST]
    assert await state(chat, second) is State.SENT


async def test_a_reply_to_the_preview_needs_no_number(chat: Chat) -> None:
    number = await post(chat)
    await deliver(chat)
    preview = chat.adapter.posted[-1].key
    assert DIGEST in await chat.tell("ayu", "发吧", reply_to=preview)
    assert await state(chat, number) is State.SENT


async def test_what_may_have_arrived_is_sent_again_only_deliberately(chat: Chat) -> None:
    async with chat.database.write() as store:
        await settings.put(store, 1, "outbox.approved", True, chat.clock.now(), None)
    chat.adapter.fails.append(DeliveryError(Outcome.UNKNOWN, "no answer in time"))
    number = await post(chat)
    told = await deliver(chat)
    assert told == [f"群 g1的周报不知道发没发出去，我没有重发。群里没有的话回「补发 {number}」。"]
    assert "不知道发没发出去" in (await chat.tell("ayu", "待发"))[0]
    assert await chat.tell("ayu", f"发吧 {number}") == [
        f"{number} 号可能已经在「群 g1」了。去看一眼，没有就回「补发 {number}」。"
    ]
    assert sorted(await chat.tell("ayu", f"补发 {number}")) == sorted([DIGEST, "好，周报再往「群 g1」发一次。"])
    again = await chat.tell("ayu", f"补发 {number}")
    assert again == [f"你管的群里没有等着发的 {number} 号，看看有哪些发「待发」。"]
    assert [posted.text for posted in chat.adapter.posted].count(DIGEST) == 1


async def test_a_preview_is_not_resent_past_its_yes(chat: Chat) -> None:
    number = await post(chat)
    await deliver(chat)
    assert await chat.tell("ayu", f"补发 {number}") == [f"{number} 号还没人点头，先看过，行就回「发吧 {number}」。"]
    assert await state(chat, number) is State.HELD


@pytest.mark.parametrize("command", ["发吧", "补发"])
async def test_only_an_admin_of_that_group(chat: Chat, command: str) -> None:
    number = await post(chat)
    await deliver(chat)
    await chat.make_admin("other", group="g2")
    refused = [f"你管的群里没有等着发的 {number} 号，看看有哪些发「待发」。"]
    assert await chat.tell("bob", f"{command} {number}", name="管理员") == refused
    assert await chat.tell("other", f"{command} {number}", name="ayu") == refused
    assert await chat.ask_bot("other", f"{command} {number}", group="g2") == refused
    assert await state(chat, number) is State.HELD


async def test_grants_count_for_nothing_where_ids_change(chat: Chat) -> None:
    number = await post(chat)
    await deliver(chat)
    object.__setattr__(chat.house, "adapters", {"test": Recorder(abilities=frozenset())})
    assert "没有等着发的" in (await chat.tell("ayu", f"发吧 {number}"))[0]
    assert await chat.tell("ayu", "待发") == ["这个要群管理员来看。"]
    assert await state(chat, number) is State.HELD


@pytest.mark.parametrize("args", ["", "0", "999999", "9" * 18, "-1", "1; drop table outbox", "一", "1" * 10_000])
async def test_numbers_that_are_none(chat: Chat, args: str) -> None:
    replies = await chat.tell("ayu", f"/approve {args}")
    assert len(replies) == 1
    assert "带上编号" in replies[0] or "没有等着发的" in replies[0]


async def test_the_list(chat: Chat) -> None:
    assert await chat.tell("bob", "待发") == ["这个要群管理员来看。"]
    assert await chat.ask_bot("ayu", "待发") == ["没有等着发的。"]
    numbers = [await post(chat, f"digest:1:{week}") for week in range(7)]
    await deliver(chat)
    for _ in numbers:  # each preview of the same group waits on its own
        await deliver(chat)
    lines = (await chat.ask_bot("ayu", "/posts"))[0].splitlines()
    assert lines[0] == "等着发的（补发前先去群里看一眼）："
    first = numbers[0]
    assert lines[1] == f"{first} 「群 g1」的周报，不到 1 分钟前，第一次主动发，等你点头：「发吧 {first}」"
    assert lines[-1] == "还有 2 条。"


async def test_the_list_of_another_group_is_nobodys_business(chat: Chat) -> None:
    await post(chat)
    await deliver(chat)
    await chat.make_admin("other", group="g2")
    assert await chat.tell("other", "待发") == ["没有等着发的。"]
    await chat.make_owner("own")
    assert "「群 g1」的周报" in (await chat.tell("own", "待发"))[0]


async def test_rights_taken_away_count_at_once(chat: Chat) -> None:
    number = await post(chat)
    await deliver(chat)
    async with chat.database.write() as store:
        ayu = await members.find(store, "qq", "ayu")
        assert ayu is not None
        await grants.revoke(store, ayu.id, 1)
    assert "没有等着发的" in (await chat.tell("ayu", f"发吧 {number}"))[0]
