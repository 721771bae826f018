"""Owners by code, admins by mention; never by name, never by what a platform shows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import grants, members
from storage.grants import EVERYONE, EVERYWHERE, Right
from tests.chat import Chat, Recorder
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

DENIED = "这个要群管理员来发。想收尾自己的题，回「解决了」。"


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    return await open_chat(features=("owner", "settings", "help"))


async def code(chat: Chat, minutes: int = 10) -> str:
    async with chat.database.write() as store:
        return await grants.new_code(store, "owner", chat.clock.now(), timedelta(minutes=minutes))


async def rights(chat: Chat, who: str, group: int = EVERYWHERE) -> frozenset[Right]:
    async with chat.database.read() as store:
        member = await members.find(store, "qq", who)
        return EVERYONE if member is None else await grants.rights(store, member.id, group)


async def test_the_code_makes_an_owner_once(chat: Chat) -> None:
    found = await code(chat)
    assert (await chat.tell("ayu", f"/owner {found}"))[0].startswith("认得你了")
    assert Right.GLOBAL in await rights(chat, "ayu")
    assert (await chat.tell("bob", f"/owner {found}"))[0].startswith("这个码不对")
    assert Right.GLOBAL not in await rights(chat, "bob")


async def test_a_code_ends(chat: Chat) -> None:
    found = await code(chat, minutes=1)
    chat.later(minutes=2)
    assert (await chat.tell("ayu", f"/owner {found}"))[0].startswith("这个码不对")


async def test_guesses_are_counted(chat: Chat) -> None:
    for guess in range(5):
        assert (await chat.tell("bob", f"/owner {guess:032x}"))[0].startswith("这个码不对")
    found = await code(chat)
    assert (await chat.tell("bob", f"/owner {found}"))[0].startswith("这个码不对")
    assert (await chat.tell("ayu", f"/owner {found}"))[0].startswith("认得你了")


async def test_no_code_in_a_group_and_none_where_ids_change(chat: Chat) -> None:
    found = await code(chat)
    assert await chat.say("ayu", f"/owner {found}") == ["这个私聊我发，群里不方便。"]
    object.__setattr__(chat.house, "adapters", {"test": Recorder(abilities=frozenset())})
    assert "认不准人" in (await chat.tell("ayu", f"/owner {found}"))[0]
    assert Right.GLOBAL not in await rights(chat, "ayu")


@pytest.mark.parametrize("args", ["", "x", "0" * 31, "0" * 33, "{0.__class__}", "z" * 10_000])
async def test_what_is_no_code(chat: Chat, args: str) -> None:
    assert (await chat.tell("bob", f"/owner {args}"))[0].startswith("私聊发「/owner 一次性码」")


async def test_admins_by_mention(chat: Chat) -> None:
    await chat.make_owner("own")
    await chat.say("lena", "早", name="Lena")
    assert await chat.ask_bot("own", "/admin add @Lena", mentions=["lena"]) == [
        "Lena 现在是本群管理员：能发周报、改设置、改问答。撤：「管理员 撤 @某人」"
    ]
    assert Right.GROUP in await rights(chat, "lena", 1)
    assert Right.GROUP not in await rights(chat, "lena", 2)
    assert (
        "own、Lena" in (await chat.ask_bot("own", "管理员 看"))[0]
        or "Lena" in (await chat.ask_bot("own", "管理员 看"))[0]
    )
    assert await chat.ask_bot("own", "管理员 撤 @Lena", mentions=["lena"]) == ["Lena 不再是本群管理员。"]
    assert Right.GROUP not in await rights(chat, "lena", 1)


async def test_a_name_is_nobody(chat: Chat) -> None:
    await chat.make_owner("own")
    await chat.say("bob", "早", name="own")
    assert "在群里 @ 着说" in (await chat.ask_bot("own", "/admin add own"))[0]
    assert "在群里 @ 着说" in (await chat.ask_bot("own", "/admin add 管理员"))[0]
    assert Right.GROUP not in await rights(chat, "bob", 1)


@pytest.mark.parametrize("name", ["own", "管理员", "群主", "owner", "аdmin"])
async def test_nobody_makes_admins_by_being_called_one(chat: Chat, name: str) -> None:
    await chat.make_owner("own")
    await chat.make_admin("ayu")
    assert await chat.ask_bot("bob", "/admin add @bob", name=name, mentions=["bob"]) == [DENIED]
    assert await chat.ask_bot("ayu", "/admin add @bob", mentions=["bob"]) == [DENIED]  # an admin makes no admins
    assert Right.GROUP not in await rights(chat, "bob", 1)
