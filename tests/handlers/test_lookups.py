from __future__ import annotations

import pytest

from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

QUESTIONS = [
    ("muzi", "HNSW 索引建到一半内存爆了，怎么办？"),
    ("doudou", "oracle_fdw 读 CLOB 很慢，一万行要 40 秒，有办法吗？"),
    ("jiangnan", "PostGIS 升级后瓦片偏移，有人遇到过吗？"),
    ("shitou", "Patroni 切主后逻辑复制槽没了，怎么找回来？"),
    ("hank", "pg_dump 备份一直报错 permission denied，怎么办？"),
    ("lena", "JDBC 连接池连不上库，报 too many clients，怎么办？"),
]


async def ask(chat: Chat, count: int) -> None:
    for who, text in QUESTIONS[:count]:
        await chat.say(who, text)
        chat.later(hours=5)


async def test_nothing_waits(chat: Chat) -> None:
    assert await chat.ask_bot("hank", "还有谁在等") == ["本群没有在等的题。"]
    assert await chat.tell("hank", "/open") == ["你在的群里没有在等的题。"]


async def test_longest_wait_first(chat: Chat) -> None:
    await ask(chat, 3)
    await chat.say("lena", "报错原文贴一下？", reply_to="m00001")
    await chat.ask_bot("lena", "同问 1")
    await chat.ask_bot("hank", "同问 1")
    chat.later(days=2)
    posts = await chat.ask_bot("hank", "还有谁没解决")
    assert posts[-1] == (
        "本群还有 3 题在等：\n"
        "#1 HNSW 索引建到一半内存爆了，怎么办？ · 2 天，同问 2\n"
        "#2 oracle_fdw 读 CLOB 很慢，一万行要 40 秒，有办法吗？ · 2 天，没人应过\n"
        "#3 PostGIS 升级后瓦片偏移，有人遇到过吗？ · 2 天，没人应过\n"
        "会哪题直接在群里说，带上编号。看前情：发「看 1」。"
    )


async def test_at_most_five(chat: Chat) -> None:
    await ask(chat, 6)
    (reply,) = await chat.ask_bot("guest", "/open")
    lines = reply.splitlines()
    assert lines[0] == "本群还有 6 题在等，等得最久的 5 题："
    assert [line.split()[0] for line in lines[1:-1]] == ["#1", "#2", "#3", "#4", "#5"]
    (reply,) = await chat.tell("hank", "还有谁在等")
    assert reply.startswith("你在的群里还有 6 题在等，等得最久的：")


async def test_what_is_answered_or_silent_for_a_week_waits_no_more(chat: Chat) -> None:
    await ask(chat, 2)
    await chat.say("lena", "maintenance_work_mem 调大，或者换成 halfvec 再建", reply_to="m00001")
    (reply,) = await chat.ask_bot("guest", "/open")
    assert "#1" not in reply.replace("看 1", "")
    chat.later(days=8)
    assert await chat.ask_bot("guest", "/open") == ["本群没有在等的题。"]


async def test_mine_with_state(chat: Chat) -> None:
    await ask(chat, 2)
    await chat.say("lena", "maintenance_work_mem 调大，或者换成 halfvec 再建", reply_to="m00001")
    assert await chat.ask_bot("muzi", "我的") == [
        "你最近的题：\n"
        "#1 HNSW 索引建到一半内存爆了，怎么办？ · 有人答了，没说好没好\n"
        "好了回「解决了 编号」，没好回「没解决 编号」。"
    ]
    assert (await chat.ask_bot("doudou", "我的"))[0].splitlines()[1].endswith(" · 等了 5 小时，没人应过")
    await chat.ask_bot("muzi", "解决了")
    chat.later(seconds=5)
    assert " · 解决了，10 小时\n" in (await chat.ask_bot("muzi", "/mine"))[0]
    assert await chat.ask_bot("guest", "我的") == ["还没见你问过。有问题直接在群里问，我会记着。"]


async def test_mine_in_another_group_shows_nothing_of_this_one(chat: Chat) -> None:
    await ask(chat, 1)
    assert await chat.ask_bot("muzi", "我的", group="g2") == ["还没见你问过。有问题直接在群里问，我会记着。"]
    assert (await chat.tell("muzi", "我的"))[0].startswith("你最近的题：\n#1 ")


async def test_find(chat: Chat) -> None:
    await ask(chat, 6)
    assert await chat.ask_bot("guest", "找 CLOB") == [
        "提到「CLOB」的题：\n#2 oracle_fdw 读 CLOB 很慢，一万行要 40 秒，有办法吗？ · 等了 1 天，没人应过\n"
        "看全文：发「看 2」。"
    ]
    (reply,) = await chat.ask_bot("guest", "找 怎么办")
    assert reply.splitlines()[0] == "提到「怎么办」的题："
    assert await chat.ask_bot("guest", "找 量子纠缠") == [
        "没找到提到「量子纠缠」的题。换个词试试，或者 @我 把问题说完整。"
    ]


@pytest.mark.parametrize("words", ["'; drop table", "(a+)+$", "100%", '"x', "a" * 300, "CLOB OR 1", "NEAR(a b)"])
async def test_find_takes_words_as_they_stand(chat: Chat, words: str) -> None:
    await ask(chat, 2)
    (reply,) = await chat.ask_bot("guest", f"/find {words}")
    assert reply.startswith("没找到提到「")


@pytest.mark.parametrize("text", ["/find", "/find ？！", "找 …"])
async def test_find_what(chat: Chat, text: str) -> None:
    (reply,) = await chat.ask_bot("guest", text)
    assert reply == "要找什么？这样写：「找 复制槽」。" or reply.startswith("没看出要查什么")


async def test_find_masks_what_it_echoes(chat: Chat) -> None:
    (reply,) = await chat.ask_bot("guest", "找 13812345678")
    assert "138" not in reply


async def test_show(chat: Chat) -> None:
    await chat.say("muzi", "HNSW 索引建到一半内存爆了，怎么办？", name="成都-木子-开发")
    await chat.say("muzi", "PG 17，2000 万行 × 1024 维，库在 10.1.2.3", name="成都-木子-开发")
    chat.later(minutes=10)
    await chat.say("yanqiu", "maintenance_work_mem 多大？", name="砚秋", reply_to="m00001")
    chat.later(minutes=10)
    await chat.say(
        "xiaozhou", "列转成 halfvec 再建索引，体积约减半，内存就够了", name="杭州-晓舟-DBA", reply_to="m00001"
    )
    chat.later(minutes=10)
    await chat.ask_bot("muzi", "解决了", name="成都-木子-开发")
    assert await chat.ask_bot("guest", "看 1") == [
        "#1 HNSW 索引建到一半内存爆了，怎么办？ · 扩展与外部表\n"
        "木子 今天 09:00 问：HNSW 索引建到一半内存爆了，怎么办？ PG 17，2000 万行 × 1024 维，库在 ***\n"
        "砚秋：maintenance_work_mem 多大？\n"
        "晓舟：列转成 halfvec 再建索引，体积约减半，内存就够了（就是它管用）\n"
        "结果：解决了，30 分钟"
    ]


async def test_show_is_short_however_long_the_thread_is(chat: Chat) -> None:
    await chat.say("muzi", "HNSW 索引建到一半内存爆了，怎么办？" + "情况是这样的，" * 100)
    for number in range(20):
        chat.later(minutes=1)
        await chat.say(f"m{number}", f"试试把 maintenance_work_mem 调到 {number + 1}GB，" * 30, reply_to="m00001")
    (reply,) = await chat.ask_bot("guest", "看 1")
    assert len(reply.splitlines()) == 11
    assert "另有 13 条没列。" in reply
    assert max(len(line) for line in reply.splitlines()) < 200


async def test_show_of_another_group(chat: Chat) -> None:
    from tests.handlers.test_questions import _share

    await chat.say("muzi", "HNSW 索引建到一半内存爆了，怎么办？", name="成都-木子-开发", group="g2")
    await chat.say("guest", "早")
    (reply,) = await chat.ask_bot("guest", "看 1")
    assert "木子" not in reply
    assert "今天 09:00 问：HNSW" in reply
    await _share(chat, "g2", "group")
    assert await chat.ask_bot("guest", "看 1") == ["没有 #1 这一题，看看编号对不对；找题发「找 关键词」。"]
    assert await chat.ask_bot("guest", "找 HNSW") == ["没找到提到「HNSW」的题。换个词试试，或者 @我 把问题说完整。"]
    assert (await chat.ask_bot("guest", "看 1", group="g2"))[0].startswith("#1 HNSW")
    await _share(chat, "g2", "nobody")
    assert await chat.ask_bot("guest", "看 1", group="g2") == [
        "#1\n这一题所在的群设了不转述，原话不给看。\n结果：等了不到 1 分钟，没人应过"
    ]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("看 99", "没有 #99 这一题，看看编号对不对；找题发「找 关键词」。"),
        ("/show", "看哪一题？这样写：「看 2941」。"),
        ("/show abc", "看哪一题？这样写：「看 2941」。"),
    ],
)
async def test_show_what(chat: Chat, text: str, reply: str) -> None:
    assert await chat.ask_bot("guest", text) == [reply]


async def test_in_english(open_chat: OpenChat) -> None:
    chat = await open_chat(language="en")
    await chat.say("mia", "why does my query not use the index?")
    chat.later(hours=3)
    assert await chat.say("guest", "/open") == [
        "Still waiting here, 1 in all:\n"
        "#1 why does my query not use the index? · 3 hours, no reply yet\n"
        "If you know one, say it in the group with its number. What was said so far: /show 1."
    ]
    assert (await chat.say("guest", "/show 1"))[0].splitlines()[-1] == "Outcome: waiting for 3 hours, no reply yet"
