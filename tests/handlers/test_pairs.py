"""Pairs: two questions that look like one are noted in silence, decided by a person, and closed by time."""

from __future__ import annotations

import pytest

from storage import pairs, threads
from storage.database import Database
from storage.outcome import Evidence, Outcome
from storage.pairs import Decision, Pair
from storage.threads import Thread
from tests.chat import Chat
from tests.handlers.conftest import FEATURES, OpenChat
from tests.handlers.test_questions import AGAIN, ASKED, GIVEN, NEW
from tests.handlers.test_told import hours, share

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


async def noted(chat: Chat) -> list[Pair]:
    async with chat.database.read() as store:
        return await pairs.undecided(store)


async def decided(chat: Chat) -> Decision | None:
    async with chat.database.read() as store:
        found = await pairs.between(store, 1, 2)
    return None if found is None else found.verdict


async def thread(chat: Chat, number: int) -> Thread:
    async with chat.database.read() as store:
        found = await threads.find(store, number)
    assert found is not None
    return found


async def both(chat: Chat) -> None:
    """Let muzi ask #1 in g1 and atang the same as #2 in g2; root runs g2."""
    await chat.make_admin("root", group="g2")
    await chat.say("muzi", ASKED)
    chat.later(hours=2)
    await chat.say("atang", AGAIN, group="g2")
    chat.later(minutes=15)


async def test_a_pair_is_noted_in_silence(chat: Chat) -> None:
    await both(chat)
    await chat.say("lena", NEW, group="g2")
    assert await hours(chat, 3) == []
    (pair,) = await noted(chat)
    assert (pair.earlier, pair.thread) == (1, 2)
    assert await hours(chat, 3) == []
    assert len(await noted(chat)) == 1


async def test_a_group_that_keeps_to_itself_is_in_no_pair(chat: Chat) -> None:
    await both(chat)
    await share(chat, "g1", "group")
    await hours(chat, 2)
    assert await noted(chat) == []


async def test_an_admin_says_in_private_that_they_are_one(database: Database) -> None:
    """The asker of the copy is told in his own group; what repeats a thread that is solved counts a week later."""
    chat = await Chat.open(database, features=FEATURES)
    await both(chat)
    await hours(chat, 1)
    assert await chat.tell("mallory", "合并 1 2") == ["#2 是别的群的题，要那个群的管理员来改。"]
    assert await chat.tell("root", "合并 1 2") == [
        "记好了：#2 和 #1 是同一题，#1 有结果时一起告诉提问者。弄错了回「撤销」。"
    ]
    assert await noted(chat) == []
    assert await decided(chat) is Decision.SAME
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    posts = await chat.ask_bot("muzi", "解决了")
    assert posts[1:] == [f"@atang 你同问的 #1 解决了：{GIVEN}\n看全文：发「看 1」"]
    assert chat.adapter.posted[-1].place.key == "g2"
    assert await hours(chat, 1) == []
    chat.later(days=7, minutes=1)
    verdict = (await thread(chat, 2)).verdict(chat.clock.now())
    assert (verdict.outcome, verdict.evidence) == (Outcome.RESOLVED, Evidence.LINKED)
    assert await hours(chat, 3) == []


async def test_who_waits_for_the_copy_is_told_with_its_asker_and_not_again(chat: Chat) -> None:
    await both(chat)
    await chat.ask_bot("doudou", "同问 2", group="g2")
    await chat.tell("root", "合并 1 2")
    chat.later(minutes=3)
    await chat.tick()
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    posts = await chat.ask_bot("muzi", "解决了")
    assert posts[1:] == [f"@atang @doudou 你们同问的 #1 解决了：{GIVEN}\n看全文：发「看 1」"]
    assert await hours(chat, 1) == []
    chat.later(days=7, hours=2)
    assert await hours(chat, 3) == []
    assert (await thread(chat, 2)).verdict(chat.clock.now()).evidence is Evidence.LINKED


async def test_who_asked_without_a_name_is_told_in_private(open_chat: OpenChat) -> None:
    """A merge tells nobody whose question it was, not even that one member asked both."""
    chat = await open_chat(features=("ask", *FEATURES))
    await chat.make_admin("root", group="g1")
    await chat.say("muzi", ASKED)
    await chat.say("atang", "早")
    await chat.say("atang", "Patroni 切主后逻辑复制槽没了，怎么找回来？")
    chat.later(hours=1)
    await chat.tell("atang", f"问 {AGAIN}")
    await chat.tell("atang", "1 匿名")
    chat.later(hours=1)
    assert "#3 和 #2 是同一题" in (await chat.say("root", "/merge 2 3"))[0]
    assert "#3 和 #1 是同一题" in (await chat.say("root", "/merge 1 3"))[0]
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    posts = await chat.ask_bot("muzi", "解决了 1")
    assert posts[1:] == [f"你同问的 #1 解决了：{GIVEN}\n看全文：发「看 1」"]
    assert chat.adapter.posted[-1].place.key == "direct:atang"


async def test_what_was_offered_and_rejected_is_no_pair(chat: Chat) -> None:
    await chat.make_admin("root", group="g2")
    await chat.say("muzi", ASKED)
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    await chat.ask_bot("muzi", "解决了")
    chat.later(days=1, hours=2)
    assert "#1" in (await chat.ask_bot("atang", AGAIN, group="g2"))[0]
    chat.later(minutes=2)
    await chat.ask_bot("atang", "没解决", group="g2")
    await hours(chat, 2)
    assert await noted(chat) == []


async def test_an_undone_merge_is_undecided_again(chat: Chat) -> None:
    await both(chat)
    await hours(chat, 1)
    await chat.tell("root", "合并 1 2")
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    await chat.ask_bot("muzi", "解决了")
    await hours(chat, 1)
    assert (await thread(chat, 2)).facts.linked_at is not None
    assert (await chat.tell("root", "撤销"))[0].splitlines()[0] == "撤销了，现在是这样："
    assert (await thread(chat, 2)).facts.linked_at is None
    assert len(await noted(chat)) == 1


async def test_what_the_asker_contests_is_not_linked_again(chat: Chat) -> None:
    await both(chat)
    await chat.tell("root", "合并 1 2")
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    await chat.ask_bot("muzi", "解决了")
    await hours(chat, 2)
    assert len(await chat.ask_bot("atang", "没解决 2", group="g2")) == 1
    await hours(chat, 3)
    assert (await thread(chat, 2)).facts.linked_at is None


async def test_a_link_falls_with_what_it_points_at(chat: Chat) -> None:
    await both(chat)
    await chat.tell("root", "合并 1 2")
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    await chat.ask_bot("muzi", "解决了")
    await hours(chat, 1)
    await chat.ask_bot("muzi", "没解决 1")
    await hours(chat, 1)
    assert (await thread(chat, 2)).facts.linked_at is None


async def test_the_asker_says_himself_that_it_is_the_same(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    chat.later(hours=2)
    await chat.ask_bot("atang", AGAIN, group="g2")
    assert await chat.ask_bot("atang", "和 #1 一样", group="g2") == [
        "记好了：#2 和 #1 是同一题，#1 有结果时一起告诉提问者。弄错了回「撤销」。"
    ]
    assert (await thread(chat, 2)).duplicate_of == 1
    assert await decided(chat) is Decision.SAME


async def test_two_that_are_not_one_are_not_asked_about_again(chat: Chat) -> None:
    await both(chat)
    await hours(chat, 1)
    assert await chat.say("root", "/different 1 2", group="g2") == [
        "记下了：#1 和 #2 不是一题，不再问。改主意了发「合并 1 2」。"
    ]
    assert await hours(chat, 3) == []
    assert await noted(chat) == []
    assert await decided(chat) is Decision.DIFFERENT
    await chat.tell("root", "合并 1 2")
    assert await chat.tell("root", "不是一题 1 2") == ["分开了：#1 和 #2 各算各的。改主意了发「合并 1 2」。"]
    assert (await thread(chat, 2)).duplicate_of is None
    assert await chat.tell("mallory", "不是一题 1 2") == ["#1 是别的群的题，要那个群的管理员来改。"]


async def test_admins_are_offered_a_pair_twice(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database, features=(*FEATURES, "digest"))
    await both(chat)
    await chat.tell("root", "周报 我的 开")
    line = "#1 和 #2 像同一题：是就「合并 1 2」，不是就「不是一题 1 2」"
    said = [await editions(chat) for _ in range(3)]
    assert [any(line in post for post in posts) for posts in said] == [True, True, False]
    assert all(len(posts) == 1 for posts in said)


async def editions(chat: Chat) -> list[str]:
    """Return what root is sent until the next Monday morning."""
    await hours(chat, 1)
    before = len(chat.adapter.posted)
    chat.later(days=7)
    await chat.tick()
    return [post.text for post in chat.adapter.posted[before:] if post.place.key == "direct:root"]
