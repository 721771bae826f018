"""Binding by a code sent from both accounts; it carries no rights, and can be taken back from either side."""

from __future__ import annotations

import re

import pytest

from storage import grants, members
from storage.grants import Right
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    return await open_chat(features=("binding", "help"))


async def code(chat: Chat, who: str = "alice") -> str:
    said = (await chat.tell(who, "绑定"))[0]
    found = re.search(r"绑定 ([0-9a-f]{10})", said)
    assert found is not None, said
    return found[1]


async def are_one(chat: Chat, one: str, other: str) -> bool:
    async with chat.database.read() as store:
        a, b = await members.find(store, "qq", one), await members.find(store, "qq", other)
    return a is not None and b is not None and a.person_id == b.person_id


async def test_two_accounts_become_one_person(chat: Chat) -> None:
    found = await code(chat)
    assert await chat.tell("alice2", f"绑定 {found}") == ["绑好了，2 个账号算你一个人。不对就发「解绑」。"]
    assert await are_one(chat, "alice", "alice2")
    assert await chat.tell("alice2", f"/bind {await code(chat)}") == ["这两个账号本来就算一个人。"]


@pytest.mark.parametrize("who", ["alice", "alice2"])
async def test_and_two_again_from_either_side(chat: Chat, who: str) -> None:
    await chat.tell("alice2", f"/bind {await code(chat)}")
    assert await chat.tell(who, "解绑") == ["解开了，这个账号单独算。"]
    assert not await are_one(chat, "alice", "alice2")
    assert await chat.tell(who, "/unbind") == ["这个账号没绑过。"]


async def test_a_bound_account_gets_no_rights(chat: Chat) -> None:
    await chat.make_admin("alice")
    await chat.tell("mallory", f"/bind {await code(chat)}")
    async with chat.database.read() as store:
        mallory = await members.find(store, "qq", "mallory")
        assert mallory is not None
        assert Right.GROUP not in await grants.rights(store, mallory.id, 1)


async def test_a_code_holds_once_and_ten_minutes(chat: Chat) -> None:
    found = await code(chat)
    await chat.tell("alice2", f"/bind {found}")
    assert (await chat.tell("bob", f"/bind {found}"))[0].startswith("这个码不对")
    found = await code(chat)
    chat.later(minutes=11)
    assert (await chat.tell("bob", f"/bind {found}"))[0].startswith("这个码不对")


async def test_ones_own_code_binds_nothing(chat: Chat) -> None:
    assert await chat.tell("alice", f"/bind {await code(chat)}") == ["这个码要从你的另一个账号发过来。"]


async def test_guesses_are_counted(chat: Chat) -> None:
    for guess in range(5):
        await chat.tell("bob", f"/bind {guess:010x}")
        chat.later(seconds=5)
    assert (await chat.tell("bob", f"/bind {await code(chat)}"))[0].startswith("这个码不对")
    assert not await are_one(chat, "alice", "bob")


async def test_codes_are_no_business_of_a_group(chat: Chat) -> None:
    assert await chat.ask_bot("alice", "绑定") == ["这个私聊我发，群里不方便。"]
    assert await chat.ask_bot("alice", "/bind 0123456789") == ["这个私聊我发，群里不方便。"]


@pytest.mark.parametrize("args", ["邮箱", "0123", "{{7*7}}", "0" * 10_000, "0123456789 0123456789"])
async def test_what_is_no_code(chat: Chat, args: str) -> None:
    assert (await chat.tell("bob", f"/bind {args}"))[0].startswith("先在一个账号私聊我「绑定」拿码")
