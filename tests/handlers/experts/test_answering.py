"""An expert's words: carried by a reply, shown first else; passed on; and what happens to them afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import experts, threads
from storage.experts import Answered
from storage.frames import Frame, GroupKind, Place, Recall
from tests.handlers.experts.conftest import Circle

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

QUESTION = "PG 17.2 上 Patroni 切主后逻辑复制槽没了，怎么找回来？"
ANSWER = "先别重建订阅，看 pg_replication_slots 还有没有同名的槽。"


async def waiting(circle: Circle, *members: str) -> int:
    """Let members agree, and one of them be asked about a question."""
    await circle.agree(*(members or ("陆工",)))
    number = await circle.question("木子", QUESTION)
    assert len(await circle.route(number)) == 1
    return number


async def test_a_reply_is_posted_in_the_group_in_the_experts_name(circle: Circle) -> None:
    number = await waiting(circle)
    question = circle.chat.last
    told = await circle.answer("陆工", ANSWER)
    assert sorted(told) == sorted(
        [
            f"@木子 陆工答 #1：\n{ANSWER}\n好了回「解决了」，没好回「没解决」，要追问直接在群里说。",
            "转到「群 g1」了，署名陆工。多谢。要补要改，再回那条就行。",
        ]
    )
    group = next(posted for posted in circle.chat.adapter.posted if posted.place.key == "g1")
    assert group.reply_to == question
    async with circle.chat.database.read() as store:
        found = await threads.find(store, number)
        content = await threads.content(store, number)
        (ask,) = await experts.asked_about(store, number)
    assert found is not None
    assert found.facts.first_answer_at is not None
    assert [(p.role, p.message.text, p.message.name) for p in content][-1] == ("answer", ANSWER, "陆工")
    assert ask.state is Answered.GIVEN
    assert (await circle.chat.ask_bot("木子", "解决了"))[0].startswith("#1 结了，")
    async with circle.chat.database.read() as store:
        solved = await threads.find(store, number)
    assert solved is not None
    assert solved.facts.solver == ask.member


async def test_a_reply_to_the_post_in_the_group_belongs_to_the_thread(circle: Circle) -> None:
    number = await waiting(circle)
    await circle.answer("陆工", ANSWER)
    post = next(posted for posted in circle.chat.adapter.posted if posted.place.key == "g1")
    assert (await circle.chat.say("木子", "好了", reply_to=post.key))[-1].startswith("#1 结了，")
    async with circle.chat.database.read() as store:
        found = await threads.find(store, number)
    assert found is not None
    assert found.facts.confirmed_at is not None


async def test_nobody_is_mentioned_at_night_and_secrets_are_masked(circle: Circle) -> None:
    await waiting(circle)
    key = circle.chat.adapter.posted[-1].key
    circle.chat.later(hours=13)
    told = await circle.chat.tell("陆工", "连 10.2.3.4 看看，password=hunter2", reply_to=key)
    post = next(text for text in told if text.startswith("木子 陆工答"))
    assert "10.2.3.4" not in post
    assert "hunter2" not in post
    assert any("像口令、电话、IP 的我遮了" in text for text in told)


async def test_other_words_are_shown_first_and_posted_only_on_a_word(circle: Circle) -> None:
    await waiting(circle)
    shown = await circle.chat.tell("陆工", "看下有没有同名的槽")
    assert shown == [
        "要转给 #1 的话吗？会这样发到群里：\n陆工答 #1：\n看下有没有同名的槽\n"
        "发出去回「发」，不发回「取消」；再写一句，我接在后面。"
    ]
    assert "看下有没有同名的槽\n没有就重建" in (await circle.chat.tell("陆工", "没有就重建"))[0]
    assert await circle.chat.tell("陆工", "好的") == ["发出去回「发」，不发回「取消」。"]
    told = await circle.chat.tell("陆工", "发")
    assert [text for text in told if text.startswith("@木子 陆工答 #1：\n看下有没有同名的槽\n没有就重建\n")]
    assert await circle.chat.tell("陆工", "谢谢") == []


async def test_what_is_cancelled_forgotten_or_taken_back_is_not_posted(circle: Circle) -> None:
    await waiting(circle)
    await circle.chat.tell("陆工", "看下有没有同名的槽")
    assert len(await circle.chat.tell("陆工", "取消")) == 1
    await circle.chat.tell("陆工", "看下有没有同名的槽")
    key = circle.chat.last
    place = Place("qq", "direct:陆工", GroupKind.DIRECT, "陆工")
    await circle.chat.hear(Frame(f"recall:{key}", place, circle.chat.clock.now(), Recall(key, "陆工")))
    assert await circle.chat.tell("陆工", "发") == ["那几句你撤回了，没有可发的。"]
    await circle.chat.tell("陆工", "看下有没有同名的槽")
    circle.chat.later(minutes=31)
    assert "发到群里" in (await circle.chat.tell("陆工", "发"))[0]  # as words, and shown again
    assert all(posted.place.key != "g1" for posted in circle.chat.adapter.posted)


async def test_the_next_one_is_asked_at_once_where_one_passes(circle: Circle) -> None:
    await waiting(circle, "陆工", "老樊")
    first = circle.asked()
    other = "老樊" if first == "陆工" else "陆工"
    told = await circle.answer(first, "换人")
    assert "好，#1 我另外找人。" in told
    assert any(text.startswith(f"{other}，有一题") for text in told)
    assert await circle.chat.tell(other, "换人") == ["好。#1 眼下没有别人可请，留在「还有谁在等」里。"]
    assert await circle.chat.tell(other, "换人") == ["没有在等你看的题。"]


async def test_who_rests_hands_on_what_waits(circle: Circle) -> None:
    await waiting(circle, "陆工", "老樊")
    first = circle.asked()
    told = await circle.chat.tell(first, "歇一周")
    assert any(text.startswith("好，歇到 11 月 30 日") for text in told)
    assert len(told) == 2


async def test_bare_thanks_are_not_posted_and_other_posts_are_no_question(circle: Circle) -> None:
    await waiting(circle)
    assert await circle.answer("陆工", "好的") == ["不急，想到了再回那条。"]
    assert await circle.answer("陆工", "收到") == []  # to that one
    assert all(posted.place.key != "g1" for posted in circle.chat.adapter.posted)


async def test_an_answer_cannot_be_taken_back_and_its_author_is_told(circle: Circle) -> None:
    await waiting(circle)
    await circle.answer("陆工", ANSWER)
    key = circle.chat.last
    place = Place("qq", "direct:陆工", GroupKind.DIRECT, "陆工")
    told = await circle.chat.hear(Frame(f"recall:{key}", place, circle.chat.clock.now(), Recall(key, "陆工")))
    assert told == ["#1 那句已经发到群里，我撤不回来。说错了就再回一句，我接着转。"]


async def test_who_does_not_want_to_be_named_is_not(circle: Circle) -> None:
    await circle.chat.tell("陆工", "别署名")
    await circle.agree("陆工")
    number = await circle.question("木子", QUESTION)
    assert "我不署名转到群里" in (await circle.route(number))[0]
    told = await circle.answer("陆工", ANSWER)
    assert any(text.startswith(f"@木子 有位朋友答 #1：\n{ANSWER}") for text in told)
    assert all("陆工" not in posted.text for posted in circle.chat.adapter.posted if posted.place.key == "g1")


async def test_a_question_that_was_taken_back_needs_no_answer(circle: Circle) -> None:
    await waiting(circle)
    key = circle.chat.adapter.posted[-1].key
    await circle.chat.recall("木子", await _question(circle))
    assert await circle.chat.tell("陆工", ANSWER, reply_to=key) == ["#1 已经撤回了，不用答了。多谢。"]


async def _question(circle: Circle) -> str:
    async with circle.chat.database.read() as store:
        content = await threads.content(store, 1)
    return content[0].message.key


async def test_nobody_elses_reply_is_carried(circle: Circle) -> None:
    await waiting(circle)
    key = circle.chat.adapter.posted[-1].key
    await circle.chat.tell("路人", ANSWER, reply_to=key)
    assert all(posted.place.key != "g1" for posted in circle.chat.adapter.posted)


async def test_a_reply_that_the_bot_hears_late_is_carried_all_the_same(circle: Circle) -> None:
    await waiting(circle)
    told = await circle.answer("陆工", ANSWER, age=timedelta(hours=3))
    assert any(text.startswith("@木子 陆工答 #1：") for text in told)
