"""Relink with a linker whose rules can be seen at once: `?` opens, a reply follows, everything else is chatter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers import Memory, Placement, Role, Said
from handlers._relink import Relinker
from storage import derived, messages, threads
from storage.database import Database
from storage.frames import Edit, Frame, Message, Place
from storage.outcome import Outcome
from storage.threads import Thread
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

PLACE = Place("qq", "g1", name="群 g1")


class Plain:
    """The rules: a text that ends in ? opens a thread; a reply joins what it replies to, by what it says."""

    def place(self, said: Said, memory: Memory) -> Placement:
        joined = memory.thread_of(said.reply_to) if said.reply_to is not None else None
        if joined is None:
            return Placement(0, Role.QUESTION) if said.text.endswith("?") else Placement(None)
        mine = memory.tracks[joined].asker == said.member
        if said.text.startswith("works"):
            return Placement(joined, Role.RESOLVED if mine else Role.ASIDE)
        return Placement(joined, Role.DETAIL if mine else Role.ANSWER)


@pytest.fixture
async def plain_chat(open_chat: OpenChat) -> Chat:
    return await open_chat(linker=Plain(), features=("questions",))


async def _threads(chat: Chat) -> list[Thread]:
    async with chat.database.read() as store:
        found = [await threads.find(store, number) for number in range(1, 40)]
        return [thread for thread in found if thread is not None]


async def _places(chat: Chat) -> dict[str, tuple[int, str]]:
    """Return place and role by message key."""
    async with chat.database.read() as store:
        placed = await threads.placed_in(store, [thread.id for thread in await _threads(chat)])
        return {p.message.key: (p.thread, p.role) for p in placed}


async def _edit(chat: Chat, key: str, text: str) -> None:
    now = chat.clock.now()
    await chat.hear(Frame(f"edit:{key}:{text}", PLACE, now, Edit(key, text)))


async def test_what_is_heard_in_order_is_placed(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("alice", "why is it slow?", key="q1")
    await chat.say("bob", "add an index", key="a1", reply_to="q1")
    await chat.say("carol", "good morning", key="c1")
    await chat.say("alice", "works, thanks", key="r1", reply_to="a1")
    assert await _places(chat) == {"q1": (1, "question"), "a1": (1, "answer"), "r1": (1, "resolved")}
    (thread,) = await _threads(chat)
    assert thread.title == "why is it slow?"
    assert thread.verdict(chat.clock.now()).outcome is Outcome.RESOLVED


async def test_a_late_message_gives_what_the_right_order_would_have_given(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("carol", "good morning", key="c1")
    chat.later(minutes=10)
    await chat.say("bob", "add an index", key="a1", reply_to="q1")
    assert await _places(chat) == {}
    await chat.say("alice", "why is it slow?", key="q1", age=timedelta(minutes=5))
    assert await _places(chat) == {"q1": (1, "question"), "a1": (1, "answer")}
    (thread,) = await _threads(chat)
    assert thread.facts.first_answer_at is not None


async def test_relinking_from_any_message_changes_nothing(plain_chat: Chat) -> None:
    chat = plain_chat
    for number in range(40):
        await chat.say("alice", f"what is {number}?", key=f"q{number}")
        await chat.say("/x" if number % 3 else "bob", "/nothing", key=f"x{number}")
        await chat.say("bob", f"it is {number}", key=f"a{number}", reply_to=f"q{number}")
        chat.later(hours=3)
    before, threads_before = await _places(chat), await _threads(chat)
    for key in ("q0", "a7", "x20", "q39"):
        await _again(chat, key)
        assert await _places(chat) == before
        assert await _threads(chat) == threads_before


async def test_an_edit_changes_the_role_and_keeps_time_and_thread(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("alice", "why is it slow?", key="q1")
    await chat.say("bob", "add an index", key="a1", reply_to="q1")
    await chat.say("alice", "hm", key="d1", reply_to="a1")
    await _edit(chat, "d1", "works now")
    assert (await _places(chat))["d1"] == (1, "resolved")
    await _edit(chat, "q1", "why is it so very slow?")
    (thread,) = await _threads(chat)
    assert thread.title == "why is it so very slow?"
    await _edit(chat, "q1", "never mind")  # no question any more, but it was one
    assert (await _places(chat))["q1"] == (1, "question")
    await chat.say("carol", "late", age=timedelta(minutes=30))  # everything is placed anew
    assert (await _places(chat))["q1"] == (1, "question")
    assert (await _threads(chat))[0].facts.asked_at == thread.facts.asked_at


async def test_chatter_that_is_edited_stays_chatter(plain_chat: Chat) -> None:
    await plain_chat.say("alice", "good morning", key="c1")
    await _edit(plain_chat, "c1", "is it?")
    assert await _places(plain_chat) == {}


async def test_a_recalled_question_keeps_its_place_and_is_withdrawn(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("alice", "my secret plan?", key="q1")
    await chat.recall("alice", "q1")
    (thread,) = await _threads(chat)
    assert thread.verdict(chat.clock.now()).outcome is Outcome.WITHDRAWN
    assert thread.title == ""
    await chat.say("carol", "late", age=timedelta(minutes=30))
    assert await _places(chat) == {"q1": (1, "question")}


async def test_a_recall_after_an_answer_withdraws_nothing(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("alice", "why is it slow?", key="q1")
    await chat.say("bob", "add an index", key="a1", reply_to="q1")
    await chat.recall("alice", "q1")
    (thread,) = await _threads(chat)
    assert thread.verdict(chat.clock.now()).outcome is Outcome.ANSWERED
    assert await chat.say("alice", "/solved") == [
        "#1 结了，不到 1 分钟。谢谢 bob。\n谢错人了回「谢 @名字」，又坏了回「没解决」。"
    ]


async def test_a_reply_to_the_bots_post_joins_what_that_is_about(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.ask_bot("alice", "why is it slow?", key="q1")
    chat.later(minutes=1)
    await chat.say("dave", "what time is it?", key="q2")
    chat.later(minutes=1)
    await chat.say("alice", "version 17", key="d1", reply_to=chat.adapter.posted[-1].key)
    assert (await _places(chat))["d1"] == (1, "detail")


async def test_what_only_tells_the_bot_what_to_do_is_in_no_thread(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("alice", "why is it slow?", key="q1")
    await chat.say("alice", "解决了", key="c1", to_bot=True)
    chat.later(seconds=5)
    await chat.say("alice", "不对，这是新问题", key="c2", reply_to="bot1")
    await chat.say("carol", "late", age=timedelta(minutes=30))
    assert set(await _places(chat)) == {"q1"}


async def test_a_number_is_never_given_twice(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("alice", "one?", key="q1")
    async with chat.database.write() as store:
        await derived.remove(store, 1)
    await chat.say("bob", "two?", key="q2")
    assert [thread.id for thread in await _threads(chat)] == [2]


async def test_more_messages_than_one_stretch_are_placed_anew(plain_chat: Chat) -> None:
    chat = plain_chat
    await chat.say("alice", "why?", key="q1")
    for number in range(8):
        await chat.say("bob", f"it is {number}", key=f"a{number}", reply_to="q1")
    before = await _places(chat)
    for stretch in (1, 2, 3, 8, 9, 10):
        async with chat.database.write() as store:
            await threads.take_out(store, range(3, 10))
        await _again(chat, "q1", stretch=stretch)
        assert await _places(chat) == before


async def _again(chat: Chat, key: str, *, stretch: int = 100) -> None:
    house = chat.house
    async with chat.database.write() as store:
        message = await messages.find(store, 1, key)
        assert message is not None
        await Relinker(store, house.linker, house.topics, house.memories, stretch=stretch).again(message)


async def test_an_import_of_what_was_heard_adds_nothing(plain_chat: Chat, sqlite_database: Database) -> None:
    chat = plain_chat
    await chat.say("alice", "why is it slow?", key="q1")
    await chat.say("bob", "add an index", key="a1", reply_to="q1")
    before = await _threads(chat)
    at = chat.clock.now()
    heard = Message("q1", at - timedelta(seconds=2), "alice", "alice", "why is it slow?")
    frames = [Frame("i:q1", PLACE, heard.at, heard, replayed=True)]
    frames.append(
        replace(frames[0], key="i:q0", content=replace(heard, key="q0", at=at - timedelta(days=2), text="old?"))
    )
    await chat.hear(*frames)
    after = await _threads(chat)
    assert len(after) == 2
    assert after[0] == before[0]
    assert after[1].imported
