from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import replies
from storage.frames import Frame, Place, Press
from storage.outbox import OUTBOX
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

ASKED = "主库磁盘快满了，pg_wal 目录涨到 300G，怎么办"
GIVEN = "别手删 pg_wal。先看 pg_replication_slots 有没有没人用的槽，删掉它，下次检查点之后空间就回来了。"
AGAIN = "pg_wal 涨到 200 多 G 了，磁盘快满，能直接删里面的文件吗"
NEW = "PostGIS 升到 3.5 以后 ST_AsMVT 切出来的瓦片整体偏了一点，有人遇到过吗"


async def solved_before(chat: Chat, **more: str) -> None:
    """Let one question be asked, answered and closed, three days ago."""
    await chat.say("muzi", ASKED, name="成都-木子-开发", **more)
    chat.later(minutes=4)
    await chat.say("xiaozhou", GIVEN, name="杭州-晓舟-DBA", reply_to=chat.last, **more)
    chat.later(minutes=30)
    await chat.ask_bot("muzi", "解决了", name="成都-木子-开发", **more)
    chat.later(days=3)


# -- a question to the bot -------------------------------------------------------------------------------------------


async def test_a_question_that_was_solved_before_gets_the_old_answer(chat: Chat) -> None:
    await solved_before(chat)
    assert await chat.ask_bot("atang", AGAIN) == [
        "以前解决过一个很像的：\n"
        "#1 主库磁盘快满了，pg_wal 目录涨到 300G，怎么办\n"
        f"「{GIVEN}」\n"
        "晓舟 11 月 23 日答，提问者试过可行。\n"
        "你这个记为 #2。对上了回「解决了」，不对回「没解决」，我接着找。"
    ]


async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(language="en")
    await chat.say("mia", "disk full on the primary, pg_wal grew to 300G, what can I do?")
    await chat.say("joe", "look at pg_replication_slots and drop the slot nobody uses", reply_to=chat.last)
    chat.later(minutes=30)
    assert await chat.ask_bot("mia", "/solved") == [
        "#1 is solved after 30 minutes. Thanks, joe.\nWrong person? Reply “/thank @name”. Broken again? Reply /reopen."
    ]
    chat.later(days=3)
    assert await chat.ask_bot("ann", "pg_wal has 200G and the disk is nearly full, may I delete files in pg_wal?") == [
        "Something very similar was solved before:\n"
        "#1 disk full on the primary, pg_wal grew to 300G, what can I do?\n"
        "「look at pg_replication_slots and drop the slot nobody uses」\n"
        "joe, 23 Nov; the asker tried it and it worked.\n"
        "Yours is #2. If it fits, reply /solved; if not, reply /reopen and I go on looking."
    ]


async def test_a_new_question_gets_a_number_a_topic_and_what_is_missing(chat: Chat) -> None:
    assert await chat.ask_bot("lena", NEW) == [
        "没找到解决过的，我不乱猜。记为 #1，主题先放「扩展与外部表」。\n"
        "补两样，答的人会快很多：一条能复现的 SQL，升级前的版本。贴之前遮掉 IP 和客户名。"
    ]


async def test_at_night_nothing_is_promised_either(chat: Chat) -> None:
    chat.later(hours=14)
    (reply,) = await chat.ask_bot("lena", NEW)
    assert "早上" not in reply
    assert "请" not in reply


async def test_what_is_added_is_noted_not_answered_again(chat: Chat) -> None:
    await chat.ask_bot("lena", NEW)
    chat.later(minutes=1)
    post = chat.adapter.posted[-1].key
    assert await chat.say("lena", "升级前是 3.3，PG 15", reply_to=post) == ["记到 #1 里了。"]


async def test_what_is_added_may_bring_the_old_answer_to_light(chat: Chat) -> None:
    await solved_before(chat)
    await chat.ask_bot("atang", "我的主库有点不对劲，帮看下")
    chat.later(minutes=1)
    (reply,) = await chat.say("atang", "磁盘快满了，pg_wal 涨到 200G", reply_to=chat.adapter.posted[-1].key)
    assert reply.startswith("以前解决过一个很像的：\n#1 ")


@pytest.mark.parametrize("text", ["谢谢", "好的，谢谢！", "👍"])
async def test_bare_thanks_get_no_reply(chat: Chat, text: str) -> None:
    assert await chat.ask_bot("lena", text) == []


async def test_a_greeting_gets_one_line_an_hour(chat: Chat) -> None:
    hello = "有问题直接在群里问，我会记着；想马上查，@我 带上问题。"
    assert await chat.ask_bot("lena", "在吗") == [hello]
    chat.later(minutes=10)
    assert await chat.ask_bot("hank", "你好") == []
    assert await chat.ask_bot("hank", "你好", group="g2") == [hello]
    chat.later(hours=1)
    assert await chat.ask_bot("hank", "你好") == [hello]


async def test_talk_to_the_bot_that_asks_nothing_gets_one_kind_line(chat: Chat) -> None:
    assert await chat.ask_bot("hank", "你真聪明") == ["没看出要查什么。直接说现象和报错就行；发「帮助」看我会什么。"]


async def test_what_is_not_said_to_the_bot_is_heard_in_silence(chat: Chat) -> None:
    assert await chat.say("lena", NEW) == []
    assert await chat.say("hank", "谢谢") == []


async def test_secrets_in_an_old_answer_are_masked(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    await chat.say(
        "xiaozhou", "先连 10.1.2.3 看 pg_replication_slots，密码 Abc123，不行打 13812345678", reply_to=chat.last
    )
    await chat.ask_bot("muzi", "解决了")
    chat.later(days=1)
    (reply,) = await chat.ask_bot("atang", AGAIN)
    assert "「先连 *** 看 pg_replication_slots，密码 ***，不行打 ***」" in reply


async def test_who_does_not_sign_is_not_named(chat: Chat) -> None:
    await solved_before(chat)
    from storage import members

    async with chat.database.write() as store:
        found = await members.find(store, "qq", "xiaozhou")
        assert found is not None
        await members.sign(store, found.id, False)
    (reply,) = await chat.ask_bot("atang", AGAIN)
    assert "晓舟" not in reply
    assert "11 月 23 日有人答，提问者试过可行。" in reply


# -- the two exits ---------------------------------------------------------------------------------------------------


async def test_the_old_answer_helped(chat: Chat) -> None:
    await solved_before(chat)
    await chat.ask_bot("atang", AGAIN)
    chat.later(minutes=6)
    assert await chat.ask_bot("atang", "解决了") == ["#2 结了，6 分钟，用的是晓舟这周的答案，功劳记给晓舟。"]


async def test_the_old_answer_helped_said_in_other_words(chat: Chat) -> None:
    await solved_before(chat)
    await chat.ask_bot("atang", AGAIN)
    chat.later(minutes=6)
    post = chat.adapter.posted[-1].key
    assert await chat.say("atang", "搞定了，删了槽空间就回来了，谢谢", reply_to=post) == [
        "#2 结了，6 分钟，用的是晓舟这周的答案，功劳记给晓舟。"
    ]


@pytest.mark.parametrize("no", ["没解决", "不对", "/reopen"])
async def test_the_old_answer_does_not_fit(chat: Chat, no: str) -> None:
    await solved_before(chat)
    await chat.ask_bot("atang", AGAIN)
    chat.later(minutes=6)
    assert await chat.say("atang", no, reply_to=chat.adapter.posted[-1].key) == [
        "别的也没找到像的。#2 还留在「还有谁在等」里，补上版本和报错，答的人会快些。"
    ]
    chat.later(minutes=6)
    assert await chat.say("atang", "解决了", reply_to=chat.adapter.posted[-1].key) == [
        "#2 结了。怎么弄好的？回一句，下一个遇到的人会谢你。"
    ]


async def test_a_rejected_answer_is_not_offered_again_and_the_next_one_is(chat: Chat) -> None:
    await solved_before(chat)
    await chat.say("doudou", "归档一直失败，pg_wal 里的 WAL 文件删不掉，磁盘要满")
    await chat.say("laofan", "archive_command 返回非零就不会清，先修归档脚本", name="成都-老樊-DBA", reply_to=chat.last)
    await chat.ask_bot("doudou", "解决了")
    chat.later(days=1)
    (first,) = await chat.ask_bot("atang", AGAIN)
    offered = first.splitlines()[1].split()[0]
    assert "也可能是" in first
    chat.later(minutes=1)
    (second,) = await chat.ask_bot("atang", "没解决")
    assert second.splitlines()[0] == "以前解决过一个很像的："
    assert second.splitlines()[1].split()[0] != offered


async def test_who_found_it_alone_is_asked_once_and_the_next_one_profits(chat: Chat) -> None:
    await chat.ask_bot("lena", NEW)
    chat.later(hours=2)
    assert await chat.ask_bot("lena", "解决了") == ["#1 结了。怎么弄好的？回一句，下一个遇到的人会谢你。"]
    chat.later(seconds=30)
    assert await chat.say("lena", "ST_AsMVT 的 extent 参数要改成 4096", reply_to=chat.adapter.posted[-1].key) == [
        "记到 #1 里了，谢谢你回来说一声。"
    ]
    chat.later(days=1)
    (reply,) = await chat.ask_bot("hank", "PostGIS 3.5 的 ST_AsMVT 瓦片偏了")
    assert "「ST_AsMVT 的 extent 参数要改成 4096」" in reply


# -- where it is asked -----------------------------------------------------------------------------------------------


async def test_in_private_the_same_search_and_nothing_is_logged(chat: Chat) -> None:
    await solved_before(chat)
    (reply,) = await chat.tell("atang", AGAIN)
    assert reply.splitlines()[0] == "以前解决过一个很像的："
    assert reply.splitlines()[-1] == "没对上就到群里问一次，大家都能答；私聊里的我不记成问题。"
    assert await chat.tell("lena", NEW) == [
        "没找到解决过的，我不乱猜。到群里问一次吧，大家都能答；私聊里的我不记成问题。"
    ]
    assert await chat.tell("lena", "/mine") == ["还没见你问过。有问题直接在群里问，我会记着。"]


@pytest.mark.parametrize(
    ("theirs", "ours", "found"),
    [
        ("community", "community", True),
        ("group", "community", False),
        ("nobody", "community", False),
        ("community", "group", False),
        ("community", "nobody", False),
    ],
)
async def test_another_group_is_quoted_only_where_both_share(chat: Chat, theirs: str, ours: str, found: bool) -> None:
    await solved_before(chat, group="g2")
    await _share(chat, "g2", theirs)
    await chat.say("atang", "早")
    await _share(chat, "g1", ours)
    (reply,) = await chat.ask_bot("atang", AGAIN)
    assert reply.startswith("以前解决过") is found
    assert ("本群设了不转述" in reply) is (ours == "nobody")


@pytest.mark.parametrize(("shares", "found"), [("community", True), ("group", True), ("nobody", False)])
async def test_the_own_group_is_quoted_unless_it_shares_with_nobody(chat: Chat, shares: str, found: bool) -> None:
    await solved_before(chat)
    await _share(chat, "g1", shares)
    (reply,) = await chat.ask_bot("atang", AGAIN)
    assert reply.startswith("以前解决过") is found
    (private,) = await chat.tell("muzi", AGAIN)
    assert private.startswith("以前解决过") is found


async def test_what_the_operator_configured_holds_without_a_setting(open_chat: OpenChat) -> None:
    chat = await open_chat(tables={"questions": {"sharing": "group"}})
    await solved_before(chat, group="g2")
    (reply,) = await chat.ask_bot("atang", AGAIN)
    assert reply.startswith("没找到解决过的")


async def _share(chat: Chat, group: str, value: str) -> None:
    from storage import groups, settings
    from storage.frames import Place

    async with chat.database.write() as store:
        found = await groups.at(store, Place("qq", group))
        assert found is not None
        await settings.put(store, found.id, "questions.sharing", value, chat.clock.now(), None)


# -- 同问 -----------------------------------------------------------------------------------------------------------


async def test_same_questions_are_gathered_and_told_once(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    assert await chat.ask_bot("doudou", "同问 1") == []
    assert await chat.ask_bot("jiangnan", "同问 #1") == []
    chat.later(minutes=2, seconds=1)
    assert await chat.tick() == ["#1 的同问记下了，有结果在群里说。"]
    assert await chat.ask_bot("doudou", "同问 1") == ["#1 你同问过了，现在一共 2 人同问。"]
    chat.later(hours=1)
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    solved, told = await chat.ask_bot("muzi", "解决了")
    assert solved.startswith("#1 结了，")
    assert told == f"@doudou @jiangnan 你们同问的 #1 解决了：{GIVEN}\n看全文：发「看 1」"
    await chat.ask_bot("muzi", "没解决")
    chat.later(minutes=5)
    assert len(await chat.ask_bot("muzi", "解决了")) == 1  # told once


async def test_who_closes_in_plain_words_lets_the_others_know_as_well(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    await chat.ask_bot("doudou", "同问 1")
    chat.later(hours=1)
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)
    posts = await chat.say("muzi", "搞定了，多谢晓舟", reply_to="m00003")
    assert posts[-1].startswith("@doudou 你同问的 #1 解决了：")


async def test_nobody_is_told_at_night(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    await chat.ask_bot("doudou", "同问 1")
    chat.later(hours=14)
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    assert len(await chat.ask_bot("muzi", "解决了")) == 1
    chat.later(hours=9)
    assert await chat.tick() == []
    chat.later(hours=1, minutes=5)
    (told,) = await chat.tick()
    assert told.startswith("@doudou ")


async def test_who_asked_for_it_in_private_is_told_in_private(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    await chat.tell("doudou", "同问 1")
    chat.later(hours=1)
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    posts = await chat.ask_bot("muzi", "解决了")
    places = {posted.place.key for posted in chat.adapter.posted[-len(posts) :]}
    assert places == {"g1", "direct:doudou"}


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("同问", "同问哪一题？带上编号，像「同问 2941」，或者回复说那一题的消息。"),
        ("同问 99", "没有 #99 这一题，看看编号对不对；找题发「找 关键词」。"),
        ("/metoo x", "同问哪一题？带上编号，像「同问 2941」，或者回复说那一题的消息。"),
    ],
)
async def test_same_question_without_a_question(chat: Chat, text: str, reply: str) -> None:
    assert await chat.ask_bot("doudou", text) == [reply]


async def test_same_question_as_a_reply(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    assert await chat.ask_bot("muzi", "同问 1") == ["#1 就是你问的。好了回「解决了」。"]
    await chat.ask_bot("doudou", "同问", reply_to="m00001")
    chat.later(minutes=3)
    assert await chat.tick() == ["#1 的同问记下了，有结果在群里说。"]


async def test_same_question_as_one_that_is_answered_solved_or_gone(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    await chat.ask_bot("doudou", "同问 1")
    chat.later(minutes=3)
    assert await chat.tick() == ["#1 的同问记下了。已经有人答过，发「看 1」先试试。"]
    await chat.ask_bot("muzi", "解决了")
    chat.later(seconds=5)
    assert await chat.ask_bot("hank", "同问 1") == [f"#1 已经解决了：{GIVEN}\n看全文：发「看 1」"]
    await chat.say("lena", NEW)
    await chat.recall("lena", chat.last)
    assert await chat.ask_bot("hank", "同问 2") == ["#2 已经不算在问的题了。你也遇到的话，直接在群里问。"]


# -- replays ---------------------------------------------------------------------------------------------------------


async def test_a_replay_is_threaded_and_answered_by_nobody(chat: Chat) -> None:
    long_ago = timedelta(days=30)
    assert await chat.say("muzi", ASKED, age=long_ago, replayed=True, to_bot=True) == []
    assert await chat.say("xiaozhou", GIVEN, age=long_ago, replayed=True, reply_to="m00001") == []
    assert await chat.say("muzi", "搞定了，谢谢", age=long_ago, replayed=True, reply_to="m00002") == []
    (reply,) = await chat.ask_bot("atang", AGAIN)
    assert reply.startswith("以前解决过一个很像的：\n#1 ")


async def test_an_old_answer_is_not_passed_on_once_its_group_keeps_to_itself(chat: Chat) -> None:
    await solved_before(chat, group="g2")
    await chat.ask_bot("atang", AGAIN)
    chat.later(minutes=6)
    await chat.ask_bot("atang", "解决了")
    chat.later(days=1)
    await _share(chat, "g2", "group")
    (reply,) = await chat.ask_bot("hank", "pg_wal 又涨到 200 多 G，磁盘快满，能删里面的文件吗")
    assert GIVEN not in reply
    assert "晓舟" not in reply


async def test_what_may_be_said_of_a_question_stands_on_buttons(chat: Chat) -> None:
    await chat.ask_bot("木子", "主库磁盘快满了，pg_wal 目录涨到 300G，怎么办")
    async with chat.database.read() as store:
        (body,) = [replies.decode(text) for text in await store.scalars(select(OUTBOX.c.body))]
    (button,) = body.buttons
    assert (button.label, button.command) == ("同问", "/metoo 1")
    press = Press("bot1", "豆子", "豆子", button.command)
    assert await chat.hear(Frame("p1", Place("qq", "g1"), chat.clock.now(), press)) == []
    chat.later(minutes=3)  # such confirmations are gathered
    assert await chat.tick() == ["#1 的同问记下了，有结果在群里说。"]
