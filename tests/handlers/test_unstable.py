"""Whose id will not last has no rights, however they are asked for: by command, by code, or by a grant of old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import grants, members
from storage.grants import Right
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    return await open_chat(features=("owner", "settings", "digest", "posting", "questions"))


@pytest.mark.parametrize("flag", ["unstable", "anonymous"])
async def test_a_code_makes_no_owner_of_them(chat: Chat, flag: str) -> None:
    async with chat.database.write() as store:
        found = await grants.new_code(store, "owner", chat.clock.now(), timedelta(minutes=10))
    (said,) = await chat.tell("ayu", f"/owner {found}", flags=[flag])
    assert not said.startswith("认得你了")
    async with chat.database.read() as store:
        member = await members.find(store, "qq", "ayu")
        assert member is not None
        assert Right.GLOBAL not in await grants.rights(store, member.id, 0)
    assert (await chat.tell("ayu", f"/owner {found}"))[0].startswith("认得你了")  # the code is still good


@pytest.mark.parametrize("flag", ["unstable", "anonymous"])
@pytest.mark.parametrize("command", ["/posts", "/digest preview", "/settings digest.enabled off"])
async def test_a_grant_of_old_is_not_believed(chat: Chat, flag: str, command: str) -> None:
    await chat.say("bob", "早")
    await chat.make_owner("ayu")
    trusted = await chat.tell("ayu", command)
    assert await chat.tell("ayu", command, flags=[flag]) != trusted
