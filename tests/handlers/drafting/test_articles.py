"""Drafts of articles in a model's words: checked, marked, put before the same reviewer; else as people wrote them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import articles
from storage.database import Database
from tests.chat import Chat
from tests.completions import Completions
from tests.handlers.articles.test_knowledge import CLEAN, DRAFT, FEATURES, at_half_past_five, solved
from tests.handlers.drafting.test_explain import Desk

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

HOW = DRAFT.splitlines()[-1]
BETTER = "别手删 pg_wal，先删没人用的复制槽，空间就回来。[#1]\n设 max_slot_wal_keep_size 兜底，PG 16 也一样。[#1]"
REWORDED = [
    *DRAFT.splitlines()[:2],
    "机器草稿，依据 #1，没人核过",
    "别手删 pg_wal，先删没人用的复制槽，空间就回来",
    "设 max_slot_wal_keep_size 兜底，PG 16 也一样",
    HOW,
]


@pytest.fixture
async def model() -> AsyncIterator[Completions]:
    async with Completions(says=BETTER).serve() as completions:
        yield completions


@pytest.fixture
async def desk(sqlite_database: Database, model: Completions, tmp_path: Path) -> Desk:
    chat = await Chat.open(sqlite_database, features=(*FEATURES, "drafting"), drafts=True)
    await chat.make_admin("root")
    await chat.tell("root", "你好")
    await solved(chat)
    return Desk(chat, model, tmp_path, timeout=1)


async def test_the_reviewer_reads_the_models_words_marked_as_such(desk: Desk) -> None:
    assert await at_half_past_five(desk.chat) == []
    assert [text.splitlines() for text in await desk.work()] == [REWORDED]
    post = desk.chat.adapter.posted[-1]
    assert post.place.key == "direct:root"
    told = desk.model.data()
    assert told["draft"] == CLEAN.replace("，", ",")
    assert "木子" not in desk.model.sent
    assert "晓舟" not in desk.model.sent
    assert await desk.chat.tell("root", "行", reply_to=post.key) == ["多谢，文 1 收好了。再有人问到像的，先给这篇。"]
    async with desk.chat.database.read() as store:
        one, two = await articles.history(store, 1)
    assert (one.words.machine, one.words.answer) == (False, CLEAN)
    assert (two.words.machine, two.words.answer) == (True, "\n".join(REWORDED[3:5]))


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("dead", BETTER),
        ("500", BETTER),
        ("slow", BETTER),
        ("garbage", BETTER),
        ("well", "不知道"),
        ("well", "先删没人用的复制槽，空间就回来。"),
        ("well", "@all 看 https://evil.example [#1]\n加 wal_magic_size。[#1]\n先删没人用的复制槽，空间就回来。[#1]"),
    ],
)
async def test_else_the_human_lines_go_as_they_are(desk: Desk, mood: str, says: str) -> None:
    desk.model.mood, desk.model.says = mood, says
    assert await at_half_past_five(desk.chat) == []
    assert await desk.work() == [DRAFT]
    assert (await desk.chat.tell("root", "行"))[0].startswith("多谢，文 1 收好了")


async def test_by_command_in_private_says_at_once_that_it_comes(desk: Desk) -> None:
    assert await desk.chat.tell("root", "起草 1") == ["#1 起草成文 1 了，私聊发你看。"]
    assert [text.splitlines() for text in await desk.work()] == [REWORDED]


async def test_what_stopped_to_share_is_not_sent(desk: Desk) -> None:
    await at_half_past_five(desk.chat)
    await desk.chat.say("root", "/settings questions.sharing nobody")
    assert await desk.work() == [DRAFT]
    assert desk.model.requests == []


async def test_a_group_that_keeps_its_words_is_asked_at_once(desk: Desk) -> None:
    await desk.chat.say("root", "/settings drafting.words off")
    assert await at_half_past_five(desk.chat) == [DRAFT]
    assert desk.model.requests == []


async def test_dropped_in_between_nobody_is_asked(desk: Desk) -> None:
    await at_half_past_five(desk.chat)
    await desk.chat.tell("root", "文 扔 1")
    assert await desk.work() == []
