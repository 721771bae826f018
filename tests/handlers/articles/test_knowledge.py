"""From a solved question to an article: drafted, reviewed by one reply, listed, found, doubted, retired."""

from __future__ import annotations

import pytest

from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("articles", "questions", "lookups", "corrections", "help", "digest", "settings")
QUESTION = "PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？木子在线等"
ANSWER = "@木子 别手删 pg_wal，先删没人用的复制槽，再设 max_slot_wal_keep_size 兜底，PG 16 也一样。"
CLEAN = "别手删 pg_wal，先删没人用的复制槽，再设 max_slot_wal_keep_size 兜底，PG 16 也一样。"
DRAFT = (
    "文 1 草稿，依据 #1，想请你看一眼：\n"
    "PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？有人在线等（PG 14 到 16）\n"
    f"{CLEAN}\n"
    "行就回「行」，要改回「改：改好的答案」，不要回「扔」。不回也没事，我去问别人。"
)


async def solved(chat: Chat, question: str = QUESTION, given: str = ANSWER, group: str = "g1") -> None:
    """Let a question be asked, answered and solved."""
    await chat.say("muzi", question, name="木子", group=group)
    asked = chat.last
    chat.later(minutes=5)
    await chat.say("xiaozhou", given, name="成都-晓舟-DBA", group=group, reply_to=asked)
    chat.later(minutes=5)
    await chat.ask_bot("muzi", "解决了", name="木子", group=group)
    chat.later(minutes=5)


async def at_half_past_five(chat: Chat, days: int = 0) -> list[str]:
    """Let the clock come to the next time at which drafts are made."""
    zone = chat.house.community.zone
    local = chat.clock.now().astimezone(zone)
    due = local.replace(hour=17, minute=31, second=0)
    chat.later(seconds=(due - local).total_seconds() + 86400 * (days + (due <= local)))
    return await chat.tick()


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES)
    await opened.make_admin("root")
    await opened.tell("root", "你好")
    return opened


async def test_a_solved_question_is_drafted_and_approved_by_one_reply(chat: Chat) -> None:
    await solved(chat)
    assert await at_half_past_five(chat) == [DRAFT]
    post = chat.adapter.posted[-1]
    assert post.place.key == "direct:root"
    assert await chat.tell("root", "行", reply_to=post.key) == ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]
    assert await chat.ask_bot("guest", "文 1") == [
        "文 1 PG 14 的复制槽把主库磁盘撑满了，能删 pg_wal 吗？有人在线等（PG 14 到 16）\n"
        f"{CLEAN}\n"
        "依据 #1，11 月 23 日审过。"
    ]
    assert await at_half_past_five(chat) == []
