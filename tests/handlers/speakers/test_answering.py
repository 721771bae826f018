"""Expert Q&A: a question and its answer become a thread in the group, in their authors' names, once."""

from __future__ import annotations

from typing import Any

import pytest

from storage import messages, privacy, settings, speaker_questions, threads
from storage.database import Database
from storage.events import Kind
from storage.messages import CARRIED
from tests.chat import Chat
from tests.handlers.checkin.given import member_id, published
from tests.handlers.conftest import OpenChat, check_manners

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("experts", "ask", "speakers", "questions", "lookups", "corrections", "settings")
QUESTION = "逻辑复制上生产，DDL 怎么同步？"


async def a_qa(chat: Chat, **more: Any) -> None:
    """Have a group, an expert Q&A by 柏舟, and a question in private by 木子."""
    await chat.say("老樊", "大家早")
    await published(chat, speaker="柏舟", kind=Kind.QA, title="逻辑复制答疑", **more)
    await chat.tell("木子", f"问 E1 {QUESTION}")


async def test_question_and_answer_become_a_thread(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    await a_qa(chat)
    said = await chat.tell(
        "柏舟", "答 Q1 先在订阅端加列，再在发布端加；连 10.2.3.4 的口令 password=abc 别写进脚本。\n顺序反了订阅会停。"
    )
    post, thanks, told = said
    assert post.splitlines() == [
        "E1 答疑 Q1，木子问：",
        f"「{QUESTION}」",
        "柏舟答：先在订阅端加列，再在发布端加；连 *** 的口令 *** 别写进脚本。",
        "顺序反了订阅会停。",
        "记为 #1。提问的朋友好了回「解决了」，没好回「没解决」，别人直接接着说。",
    ]
    assert told.splitlines()[0] == "你问 E1 的 Q1 有回答了，记为 #1："
    assert thanks.splitlines()[0].startswith("Q1 发到「群 g1」了，记为 #1，署名柏舟。")
    async with chat.database.read() as store:
        thread = await threads.find(store, 1)
        placed = await threads.content(store, 1)
        question = await speaker_questions.find(store, 1)
        assert thread is not None
        assert question is not None
        assert [(one.role, one.message.name, CARRIED in one.message.flags) for one in placed] == [
            ("question", "木子", True),
            ("answer", "柏舟", True),
        ]
        assert (question.thread, question.answered_at is not None) == (1, True)
    assert (await chat.tell("木子", "解决了 1"))[0].startswith("#1 结了")
    assert await chat.tell("江南", "同问 Q1") == ["Q1 答过了：发「看 1」。"]
    assert await chat.tell("江南", f"问 E1 {QUESTION}") == ["Q1 答过了：发「看 1」。"]


@pytest.mark.middle
async def test_a_second_answer_joins_the_thread(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    await a_qa(chat)
    await chat.make_admin("root")
    await chat.tell("柏舟", "答 Q1 先在订阅端加列")
    chat.later(minutes=5)
    post, *_ = await chat.ask_bot("root", "答 Q1：也可以用事件触发器")
    assert post.splitlines()[-1].startswith("记为 #1。")
    async with chat.database.read() as store:
        assert [one.role for one in await threads.content(store, 1)] == ["question", "answer", "answer"]


@pytest.mark.parametrize(
    ("who", "kind", "answer"),
    [
        ("路人", Kind.QA, "Q1 由讲者、专家或管理员来答。"),
        ("柏舟", Kind.TALK, "E1 不是专家答疑，"),
    ],
)
async def test_who_may_answer_what(open_chat: OpenChat, who: str, kind: Kind, answer: str) -> None:
    chat = await open_chat(features=FEATURES)
    await chat.say("老樊", "大家早")
    await published(chat, speaker="柏舟", kind=kind)
    await chat.tell("木子", f"问 E1 {QUESTION}")
    assert (await chat.tell(who, "答 Q1 先在订阅端加列"))[0].startswith(answer)


@pytest.mark.middle
async def test_an_expert_who_agreed_may_answer(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    await a_qa(chat)
    await chat.tell("陆工", "可以找我")
    assert (await chat.tell("陆工", "答 Q1 先在订阅端加列"))[0].splitlines()[2] == "陆工答：先在订阅端加列"


@pytest.mark.middle
async def test_a_speaker_accepts_somebody_elses_answer(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    await a_qa(chat)
    await chat.make_admin("root")
    await chat.tell("root", "答 Q1 先在订阅端加列")
    assert (await chat.ask_bot("路人", "认可 1"))[0].startswith("#1 的回答由提问者")
    assert (await chat.ask_bot("柏舟", "认可 1"))[0].startswith("#1 认了 root 这句")


async def test_nothing_is_posted_where_a_group_is_quiet_or_not_approved(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    await a_qa(chat)
    async with chat.database.write() as store:
        await settings.put(store, 1, "outbox.quiet", True, chat.clock.now(), None)
    assert (await chat.tell("柏舟", "答 Q1 先在订阅端加列"))[0].startswith("E1 面向的群里现在没有我能发的。")
    async with chat.database.read() as store:
        assert await threads.find(store, 1) is None


@pytest.mark.middle
async def test_who_does_not_want_to_be_named_is_not(open_chat: OpenChat) -> None:
    chat = await open_chat(features=(*FEATURES, "privacy"))
    await a_qa(chat)
    await chat.tell("木子", "别署名")
    await chat.tell("柏舟", "别署名")
    post, *_ = await chat.tell("柏舟", "答 Q1 先在订阅端加列")
    assert post.splitlines()[0] == "E1 答疑 Q1，有位朋友问："
    assert post.splitlines()[2] == "有位朋友答：先在订阅端加列"


@pytest.mark.middle
async def test_who_left_the_records_is_not_written_into_a_thread(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    await a_qa(chat)
    async with chat.database.write() as store:
        await privacy.opt_out(store, "qq", "木子", chat.clock.now())
    assert (await chat.tell("柏舟", "答 Q1 先在订阅端加列"))[0].startswith("Q1 的提问者现在不让记")
    async with chat.database.read() as store:
        assert await messages.find(store, 1, "for:q:1") is None


async def test_both_engines_make_the_same_thread(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await a_qa(chat)
    assert await chat.tell("江南", "同问 Q1") == ["Q1 的同问记下了，现在 1 票。"]
    said = await chat.tell("柏舟", "答 Q1 先在订阅端加列")
    for text in said:
        check_manners(text)
    assert said[0].splitlines()[-1].startswith("记为 #1。")
    assert await member_id(chat, "木子") != await member_id(chat, "柏舟")
    async with database.read() as store:
        assert [one.role for one in await threads.content(store, 1)] == ["question", "answer"]
        assert [one.votes for one in await speaker_questions.listed(store, 1)] == [1]
