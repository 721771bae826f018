from __future__ import annotations

import pytest

from storage import members, threads
from storage.outcome import Outcome
from storage.threads import Thread
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

ASKED = "主库磁盘快满了，pg_wal 目录涨到 300G，怎么办"
GIVEN = "别手删 pg_wal，先看 pg_replication_slots 有没有没人用的槽"
ALONE = "#1 结了。怎么弄好的？回一句，下一个遇到的人会谢你。"
SOLVED = "#1 结了，39 分钟。谢谢晓舟。\n谢错人了回「谢 @名字」，又坏了回「没解决」。"


@pytest.fixture
async def answered(chat: Chat) -> Chat:
    """A chat in which muzi asked #1 (m00001) 39 minutes ago and xiaozhou answered (m00002)."""
    await chat.say("muzi", ASKED, name="成都-木子-开发")
    chat.later(minutes=8)
    await chat.say("xiaozhou", GIVEN, name="杭州-晓舟-DBA", reply_to=chat.last)
    chat.later(minutes=31)
    return chat


async def thread(chat: Chat, number: int = 1) -> Thread:
    async with chat.database.read() as store:
        found = await threads.find(store, number)
    assert found is not None
    return found


async def outcome(chat: Chat, number: int = 1) -> Outcome:
    return (await thread(chat, number)).verdict(chat.clock.now()).outcome


@pytest.mark.parametrize(
    "text", ["解决了", "解决了！", "/solved", "解决了 1", "/solved #1", "搞定了", "／ｓｏｌｖｅｄ　１"]
)
async def test_the_asker_closes(answered: Chat, text: str) -> None:
    assert await answered.ask_bot("muzi", text) == [SOLVED]
    assert await outcome(answered) is Outcome.RESOLVED


async def test_closing_twice_says_the_same_and_moves_nothing(answered: Chat) -> None:
    await answered.ask_bot("muzi", "解决了")
    before = (await thread(answered)).facts
    answered.later(hours=3)
    assert await answered.ask_bot("muzi", "解决了 1") == [SOLVED]
    assert (await thread(answered)).facts == before


@pytest.mark.parametrize("who", ["xiaozhou", "hank"])
async def test_nobody_else_closes_it_and_is_told_who_can(answered: Chat, who: str) -> None:
    assert await answered.ask_bot(who, "解决了 1") == ["#1 不是你问的，好没好要提问者本人说；管理员可以发「结题 1」。"]
    answered.later(seconds=5)
    assert await answered.ask_bot(who, "没解决 1") == ["#1 不是你问的，没好要提问者本人说；你也遇到了就回「同问 1」。"]
    assert await outcome(answered) is Outcome.ANSWERED


async def test_any_account_of_the_same_person_closes(answered: Chat) -> None:
    await answered.say("muzi2", "早")
    async with answered.database.write() as store:
        one, other = await members.find(store, "qq", "muzi2"), await members.find(store, "qq", "muzi")
        assert one is not None
        assert other is not None
        await members.link(store, one.id, other.id, answered.clock.now())
    assert await answered.tell("muzi2", "解决了") == [SOLVED]


async def test_from_a_direct_and_with_a_reply(answered: Chat) -> None:
    await answered.say("muzi", "另外，PG 17 的逻辑复制槽主备切换后会丢吗？", name="成都-木子-开发")
    answered.later(minutes=4)
    # What is replied to goes before what was asked last.
    assert (await answered.ask_bot("muzi", "解决了", reply_to="m00002"))[0].startswith("#1 结了，")
    assert await answered.tell("muzi", "没解决") == ["#1 重新打开了。现在什么样？报错贴一行，帮你的人好接着看。"]


async def test_the_one_that_still_waits_is_meant_and_the_other_is_mentioned(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    chat.later(hours=2)
    await chat.say("muzi", "再请教一个问题：Patroni 切主后逻辑复制槽没了，怎么找回来？")
    chat.later(hours=2)
    (reply,) = await chat.ask_bot("muzi", "解决了")
    assert reply == "#2 结了。怎么弄好的？回一句，下一个遇到的人会谢你。\n#1 也好了的话，回「解决了 1」。"
    chat.later(seconds=5)
    assert await chat.ask_bot("muzi", "解决了") == [ALONE]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("解决了", "没找到你在等的题。带上编号就行，像「解决了 2941」；不记得编号，发「我的」。"),
        ("没解决", "没找到你最近收尾的题。带上编号就行，像「没解决 2941」；不记得编号，发「我的」。"),
        ("谢 @晓舟", "没找到你最近收尾的题。带上编号就行，像「没解决 2941」；不记得编号，发「我的」。"),
        ("解决了 99", "没有 #99 这一题，看看编号对不对；找题发「找 关键词」。"),
        ("/solved now", "这样写：「解决了」，或者带编号「解决了 2941」。"),
        ("/reopen now", "这样写：「没解决」，或者带编号「没解决 2941」。"),
        ("/thank", "这样写：「谢 @名字」，或者「谢 2941 @名字」。"),
        ("/solved 999999999999999999", "没有 #999999999999999999 这一题，看看编号对不对；找题发「找 关键词」。"),
    ],
)
async def test_where_none_is_meant_one_line_helps(answered: Chat, text: str, reply: str) -> None:
    assert await answered.ask_bot("hank", text) == [reply]


async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(language="en")
    await chat.say("mia", "ERROR: permission denied for schema public, how can I fix this?")
    chat.later(hours=1, minutes=6)
    assert await chat.ask_bot("mia", "/solved") == [
        "#1 is solved. How did you fix it? One line back, and the next one to hit it will thank you."
    ]
    chat.later(minutes=1)
    assert await chat.ask_bot("mia", "/reopen") == [
        "#1 is open again. What does it look like now? One line of the error helps those who help you."
    ]


# -- open again ------------------------------------------------------------------------------------------------------


async def test_reopened_within_a_week(answered: Chat) -> None:
    await answered.ask_bot("muzi", "解决了")
    answered.later(days=6, hours=23)
    assert await answered.ask_bot("muzi", "没解决 1") == ["#1 重新打开了。现在什么样？报错贴一行，帮你的人好接着看。"]
    assert await outcome(answered) is Outcome.ANSWERED
    answered.later(days=1)
    (reply,) = await answered.ask_bot("muzi", "解决了")
    assert reply.startswith("#1 结了，7 天 23 小时。")
    facts = (await thread(answered)).facts
    assert facts.reopened == 1


async def test_after_a_week_it_is_a_new_question(answered: Chat) -> None:
    await answered.ask_bot("muzi", "解决了")
    answered.later(days=12)
    assert await answered.ask_bot("muzi", "没解决 1") == [
        "#1 是 12 天前结的，隔久了算新的一题。在群里重新问一句就行，带上 #1。"
    ]
    assert await outcome(answered) is Outcome.RESOLVED


async def test_a_closing_thanks_is_taken_back_as_well(answered: Chat) -> None:
    await answered.say("muzi", "谢谢", reply_to="m00002")
    answered.later(days=2)
    assert await outcome(answered) is Outcome.RESOLVED
    await answered.ask_bot("muzi", "没解决 1")
    assert await outcome(answered) is Outcome.ANSWERED


async def test_what_was_never_closed_stays_open(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    assert await chat.ask_bot("muzi", "没解决") == ["#1 还开着，没收过尾。有新情况直接在群里说，带上编号。"]


async def test_an_endorsement_is_taken_back_by_an_admin_too(answered: Chat) -> None:
    await answered.make_admin("root")
    await answered.say("root", "/close 1")
    assert await answered.say("root", "/reopen 1") == ["#1 重新打开了。现在什么样？报错贴一行，帮你的人好接着看。"]
    assert await outcome(answered) is Outcome.ANSWERED


# -- thanks ----------------------------------------------------------------------------------------------------------


async def test_the_thanks_go_to_whom_the_asker_says(answered: Chat) -> None:
    await answered.say("yanqiu", "我补充下，max_slot_wal_keep_size 也要设，清完槽再看", name="砚秋", reply_to="m00001")
    answered.later(minutes=1)
    assert (await answered.ask_bot("muzi", "解决了"))[0].startswith("#1 结了，40 分钟。谢谢砚秋。")
    before = await thread(answered)
    answered.later(minutes=5)
    for text in ("谢 @晓舟", "谢 1 @晓舟", "谢 @杭州-晓舟-DBA", "/thank @晓舟"):
        assert await answered.ask_bot("muzi", text) == ["改好了：#1 的功劳记给晓舟。"]
        answered.later(seconds=5)
    after = await thread(answered)
    assert after.facts.solver != before.facts.solver
    assert after.facts.confirmed_at == before.facts.confirmed_at
    assert await answered.ask_bot("muzi", "谢 @", mentions=["yanqiu"]) != []
    answered.later(seconds=5)
    assert await answered.ask_bot("muzi", "谢 @砚秋", mentions=["yanqiu"]) == ["改好了：#1 的功劳记给砚秋。"]
    answered.later(seconds=5)
    assert await answered.ask_bot("muzi", "谢 @那位", reply_to="m00002") == ["改好了：#1 的功劳记给晓舟。"]


async def test_thanks_for_an_answer_outside_of_the_thread(answered: Chat) -> None:
    await answered.say("laofan", "早上好", name="成都-老樊-DBA")
    await answered.ask_bot("muzi", "解决了")
    answered.later(seconds=5)
    assert await answered.ask_bot("muzi", "谢 @老樊") == ["改好了：#1 的功劳记给老樊。"]
    assert (await thread(answered)).verdict(answered.clock.now()).outcome is Outcome.RESOLVED


@pytest.mark.parametrize(
    ("who", "text", "reply"),
    [
        ("muzi", "谢 @老王", "没认出要谢谁。回复那条管用的消息，说「谢 @名字」就行。"),
        ("hank", "谢 1 @晓舟", "#1 不是你问的，谢谁由提问者说。"),
    ],
)
async def test_thanks_that_cannot_be_given(answered: Chat, who: str, text: str, reply: str) -> None:
    await answered.ask_bot("muzi", "解决了")
    answered.later(seconds=5)
    assert await answered.ask_bot(who, text) == [reply]


async def test_thanks_before_the_close(answered: Chat) -> None:
    assert await answered.ask_bot("muzi", "谢 1 @晓舟") == ["#1 还没收尾。先回「解决了」，再回「谢 @名字」。"]


async def test_thanks_to_who_was_silent(answered: Chat) -> None:
    await answered.say("laofan", "早", name="成都-老樊-DBA", group="g2")
    await answered.ask_bot("muzi", "解决了")
    answered.later(seconds=5)
    assert await answered.ask_bot("muzi", "谢 @老樊", mentions=["laofan"]) == [
        "#1 问了以后没见老樊在群里说过话，功劳记不上。回复那条管用的消息，说「谢 @名字」就行。"
    ]


async def test_plain_thanks_are_no_command(answered: Chat) -> None:
    await answered.ask_bot("muzi", "解决了")
    answered.later(seconds=5)
    assert await answered.ask_bot("muzi", "谢谢 晓舟老师") != ["改好了：#1 的功劳记给晓舟。"]


# -- what cannot be closed -------------------------------------------------------------------------------------------


async def test_taken_back_or_no_question(chat: Chat) -> None:
    await chat.make_admin("root")
    await chat.say("muzi", ASKED)
    await chat.recall("muzi", "m00001")
    assert await chat.ask_bot("muzi", "解决了 1") == ["#1 你已经撤回了，不用收尾。"]
    await chat.say("doudou", "请问 Patroni 切主后逻辑复制槽没了，怎么找回来？")
    await chat.say("root", "/close 2 不是问题")
    chat.later(seconds=5)
    assert await chat.ask_bot("doudou", "解决了 2") == [
        "#2 被管理员标成了不算问题，收不了尾。标错了请管理员发「结题 2 是问题」。"
    ]


async def test_a_reply_to_who_helped_in_another_thread_means_the_own_one(answered: Chat) -> None:
    await answered.say("hank", "ERROR: permission denied for schema public，怎么办？")
    answered.later(hours=1)
    assert (await answered.ask_bot("hank", "解决了", reply_to="m00002"))[0].startswith("#2 结了。")


async def test_who_explained_is_not_asked_again(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    await chat.ask_bot("muzi", "解决了")
    chat.later(seconds=5)
    await chat.say("muzi", "没用的复制槽占着，删了就好", reply_to="bot1")
    chat.later(seconds=5)
    assert await chat.ask_bot("muzi", "解决了 1") == ["#1 结了，不到 1 分钟。怎么弄好的也记下了。"]


async def test_what_still_breaks_is_no_explanation(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    chat.later(minutes=5)
    await chat.ask_bot("muzi", "解决了")
    chat.later(minutes=5)
    (reply,) = await chat.say("muzi", "那别的库也会这样吗？", reply_to="bot1")
    assert "谢谢你回来说一声" not in reply


async def test_a_name_with_words_behind_it(answered: Chat) -> None:
    await answered.ask_bot("muzi", "解决了")
    answered.later(seconds=5)
    assert await answered.ask_bot("muzi", "谢 @晓舟 帮了大忙") == ["改好了：#1 的功劳记给晓舟。"]
