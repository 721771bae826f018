"""Questions for speakers: asked in group and private, voted for, listed, ticked off, hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import privacy, speaker_questions
from tests.chat import Chat
from tests.handlers.checkin.given import START, member_id, published
from tests.handlers.conftest import OpenChat

FEATURES = ("ask", "speakers", "questions", "lookups", "help")


async def opened(open_chat: OpenChat, **more: Any) -> Chat:
    return await open_chat(**{"features": FEATURES, **more})


async def gathered(chat: Chat) -> list[str]:
    chat.later(minutes=3)
    return await chat.tick()


async def test_a_question_is_noted_in_private_and_counts_once(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat)
    said = (await chat.tell("atang", "问 E1 从库延迟怎么看？"))[0]
    assert said.splitlines() == [
        "Q1 记下了，E1《慢 SQL 三板斧》。票多的先答。",
        "也想问的回「同问 Q1」，看都有哪些：「提问 E1」。",
    ]
    assert await chat.tell("atang", "问 E1 从库延迟怎么看？") == ["这个你问过了，是 Q1。"]
    assert await chat.tell("bob", "/q e1 从库延迟怎么看？") == ["有人问过一样的：Q1，给你算一票。"]
    async with chat.database.read() as store:
        found = await speaker_questions.listed(store, 1)
    assert [(one.text, one.votes, one.group) for one in found] == [("从库延迟怎么看？", 1, None)]


async def test_in_a_group_confirmations_are_gathered(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat)
    for number in range(6):
        assert await chat.ask_bot(f"m{number}", f"问 E1：第 {number} 个问题怎么办") == []
    posts = await gathered(chat)
    assert [post.splitlines() for post in posts] == [
        [
            "Q1 记下了：「第 0 个问题怎么办」",
            "Q2 记下了：「第 1 个问题怎么办」",
            "Q3 记下了：「第 2 个问题怎么办」",
            "另外 3 个也记下了。",
            "也想问的回「同问 Q1」，看都有哪些：「提问 E1」。",
        ]
    ]


@pytest.mark.middle
async def test_the_word_for_threads_still_means_threads(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat)
    await chat.say("atang", "HNSW 建索引内存爆了，PG 17，怎么办？")
    await chat.ask_bot("atang", "问 E1 从库延迟怎么看")
    await gathered(chat)
    assert await chat.tell("bob", "同问 1") == []
    assert await gathered(chat) == ["#1 的同问记下了，有结果告诉你。"]
    assert await chat.tell("bob", "同问 Q1") == ["Q1 的同问记下了，现在 1 票。"]
    assert (await chat.tell("bob", "问 从库延迟怎么看"))[0].startswith("没找到")


async def test_votes_are_one_for_a_person_and_none_for_oneself(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat)
    await chat.tell("atang", "问 E1 从库延迟怎么看")
    assert await chat.tell("bob", "/up Q1") == ["Q1 的同问记下了，现在 1 票。"]
    assert await chat.tell("bob", "/up q1") == ["Q1 你同问过了，现在 1 票。"]
    assert await chat.tell("atang", "同问 Q1") == ["Q1 就是你问的，现在 1 票。"]
    assert (await chat.tell("bob", "同问 Q9"))[0].startswith("没有 Q9 这个提问。")
    assert await chat.ask_bot("carl", "同问 Q1") == []
    assert await chat.ask_bot("dora", "同问 Q1") == []
    assert await gathered(chat) == ["E1 提问的同问记下了，票数看「提问 E1」。"]


async def test_a_person_asks_only_so_much(open_chat: OpenChat) -> None:
    chat = await opened(open_chat, tables={"speakers": {"per_person": 2}})
    await published(chat)
    await chat.tell("atang", "问 E1 一号问题")
    await chat.tell("atang", "问 E1 二号问题")
    assert (await chat.tell("atang", "问 E1 三号问题"))[0].startswith("E1 你已经问了 2 个，")
    long = await chat.tell("bob", "问 E1 " + "长" * 201)
    assert long == ["一个提问最多 200 字，这个有 201 字，收短一点再发。"]
    assert await chat.tell("bob", "问 E1") == ["问什么？这样写：「问 E1 你的问题」。"]


@pytest.mark.parametrize(
    ("later", "answer"),
    [
        (timedelta(minutes=20), "Q1 记下了"),
        (timedelta(hours=24), "Q1 记下了"),
        (timedelta(hours=25), "E1 已经结束，不再收提问了"),
    ],
)
async def test_until_a_day_after_its_end(open_chat: OpenChat, later: timedelta, answer: str) -> None:
    chat = await opened(open_chat)
    await published(chat)
    chat.clock.time = START + later
    assert (await chat.tell("atang", "问 E1 从库延迟怎么看"))[0].startswith(answer)


async def test_everyone_sees_the_most_wanted_and_nobody_who_asked(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat)
    assert await chat.tell("eve", "提问 E1") == ["E1《慢 SQL 三板斧》还没有提问。想问：「问 E1 你的问题」。"]
    for number in range(1, 8):
        await chat.tell("atang" if number < 5 else "bob", f"问 E1 第 {number} 个问题，口令 password=abc123")
    await chat.tell("eve", "同问 Q6")
    lines = (await chat.tell("eve", "提问 E1"))[0].splitlines()
    assert lines[:3] == [
        "E1《慢 SQL 三板斧》的提问，按票数：",
        "Q6 第 6 个问题，口令 ***（同问 1）",
        "Q1 第 1 个问题，口令 ***",
    ]
    assert lines[-1] == "还有 2 个，票少些。也想问的回「同问 Q6」，新的「问 E1 你的问题」。"
    assert len(lines) == 7


async def test_hosts_and_speakers_page_and_tick_off(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat, speaker="bozhou")
    for number in range(1, 8):
        await chat.tell("atang" if number < 5 else "bob", f"问 E1 第 {number} 个问题")
    await chat.make_admin("root")
    first = (await chat.tell("root", "提问 E1"))[0].splitlines()
    assert first[1] == "Q1 atang：第 1 个问题"
    assert first[-1] == "还有 2 个没列，往后翻：「提问 E1 2」。答了勾掉「答过 Q1」，不合适「隐藏 Q1」。"
    assert len((await chat.tell("bozhou", "提问 E1 2"))[0].splitlines()) == 4
    assert await chat.tell("root", "提问 E1 3") == ["没有第 3 页，一共 2 页。"]
    assert (await chat.tell("eve", "答过 Q1"))[0].startswith("Q1 由讲者或管理员来勾。")
    assert await chat.tell("bozhou", "答过 Q1") == ["Q1 勾掉了，还有 6 个没答。"]
    assert (await chat.tell("eve", "提问 E1"))[0].splitlines()[1].startswith("Q2 ")
    assert await chat.tell("eve", "同问 Q1") == ["Q1 答过了。"]
    assert await chat.tell("bozhou", "答过 Q1 取消") == ["Q1 又列在没答的里了。"]


@pytest.mark.middle
async def test_admins_hide_what_does_not_fit(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat, speaker="bozhou")
    await chat.tell("atang", "问 E1 加我微信领资料")
    assert await chat.tell("bozhou", "隐藏 Q1") == ["这个要群管理员来发。"]
    await chat.make_admin("root")
    assert (await chat.say("root", "/hide Q1"))[0].startswith("Q1 不再列出。")
    assert (await chat.tell("bob", "提问 E1"))[0].startswith("E1《慢 SQL 三板斧》还没有提问。")
    assert (await chat.tell("bob", "同问 Q1"))[0].startswith("没有 Q1")
    assert await chat.tell("root", "隐藏 Q1 取消") == ["Q1 又列出来了。"]


async def test_who_is_not_to_be_recorded_asks_nothing(open_chat: OpenChat) -> None:
    chat = await opened(open_chat)
    await published(chat)
    await member_id(chat, "atang")
    async with chat.database.write() as store:
        await privacy.opt_out(store, "qq", "atang", chat.clock.now())
    assert await chat.tell("atang", "问 E1 从库延迟怎么看") in (
        [],
        ["你现在设了「别记我」，带话得记下原话，我带不了。先发「记我」，带完再发「别记我」也行。"],
    )
    async with chat.database.read() as store:
        assert await speaker_questions.listed(store, 1) == []
