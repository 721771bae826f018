"""Asking in private: what was solved before, which group, with or without the name, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.adapters import DeliveryError, Outcome
from handlers.ask._choosing import Choice, chosen, order
from storage import entrusted, members, privacy, threads
from storage.database import Database
from storage.segments import Kind, Segment
from tests.chat import Chat
from tests.handlers.conftest import check_manners
from tests.handlers.scripted import Town

AT = "2026-11-24T10:00:00+08:00"
FEATURES = ("ask", "questions", "lookups", "corrections", "settings")
QUESTION = "Patroni 切主以后逻辑复制槽没了，怎么找回来"
MASKED = "连 10.2.3.4 报错，手机 13812345678"


@pytest.mark.parametrize(
    ("text", "count", "wanted"),
    [
        ("1", 3, Choice(1, False)),
        ("２", 3, Choice(2, False)),
        ("发到第 2 个群", 3, Choice(2, False)),
        ("1 匿名", 3, Choice(1, True)),
        ("不署名，3", 3, Choice(3, True)),
        ("2 署名", 3, Choice(2, False)),
        ("匿名", 3, Choice(None, True)),
        ("匿名", 1, Choice(1, True)),
        ("发", 1, Choice(1, False)),
        ("发吧", 1, Choice(1, False)),
        ("好", 3, Choice(None, False)),
        ("2 anonymous", 3, Choice(2, True)),
        ("post", 1, Choice(1, False)),
        ("4", 3, None),
        ("0", 3, None),
        ("PG 14 升级失败", 3, None),
        ("13812345678", 3, None),
        ("", 1, None),
    ],
)
def test_what_an_answer_chooses(text: str, count: int, wanted: Choice | None) -> None:
    assert chosen(text, count) == wanted


def test_the_best_fit_is_named_then_on_topic_then_general() -> None:
    kinds = {1: [Segment(Kind.INDUSTRY, "金融")], 2: [Segment(Kind.GENERAL)], 3: []}
    asked = {(1, "wal"): 1, (3, "wal"): 5, (3, "sql"): 4, (2, "sql"): 2}
    assert order("金融行业怎么做双活", "wal", [1, 2, 3], kinds, asked) == [1, 3, 2]
    assert order("怎么做双活", "wal", [1, 2, 3], kinds, asked) == [3, 1, 2]
    assert order("怎么做双活", "", [1, 2, 3], kinds, asked) == [2, 3, 1]


async def _open(database: Database, **more: Any) -> Chat:
    town = await Town.open(database, at=AT, groups=("g1", "g2"), features=FEATURES, **more)
    chat = town.chat
    for who, group in (("alice", "g1"), ("alice", "g2"), ("bob", "g1")):
        await chat.say(who, "早", group=group, name={"alice": "成都-阿棠-DBA"}.get(who, who))
    chat.later(minutes=1)
    return chat


@pytest.fixture
async def chat(sqlite_database: Database) -> AsyncIterator[Chat]:
    opened = await _open(sqlite_database)
    yield opened
    for posted in opened.adapter.posted:
        check_manners(posted.text)


async def test_a_walk_from_the_question_to_its_end(database: Database) -> None:
    chat = await _open(database)
    shown = await chat.tell("alice", f"问 {QUESTION}")
    assert shown == [
        "没找到解决过的，我不乱猜。\n"
        "替你发到哪个群？回数字：1 群 g1，2 群 g2\n"
        "不署名加「匿名」，像「1 匿名」。不用发就回「取消」。"
    ]
    post, told = sorted(await chat.tell("alice", "1"), key=lambda text: text.startswith("发到"))
    assert post == f"阿棠托我问（#1）：\n「{QUESTION}」\n知道一点也有用，回复这条就行，我带给提问的人。"
    assert told.startswith("发到「群 g1」了，记为 #1。\n有人应了我私聊告诉你")
    asked = next(posted for posted in chat.adapter.posted if posted.text == post)
    assert asked.place.key == "g1"
    chat.later(minutes=3)
    await chat.say("bob", "先停 HA 再建同名槽，版本 17 以上开 sync_replication_slots", reply_to=asked.key)
    chat.later(minutes=6)
    (news,) = await chat.tick()
    assert news.splitlines()[:2] == [
        "#1 Patroni 切主以后逻辑复制槽没了，怎么找回来 有人应了：",
        "bob：先停 HA 再建同名槽，版本 17 以上开 sync_replication_slots",
    ]
    news_key = chat.adapter.posted[-1].key
    chat.later(minutes=10)
    assert await chat.tick() == []  # told once
    chat.later(minutes=1)
    added = await chat.tell("alice", "版本是 PG 16", reply_to=news_key)
    assert any(post.startswith("阿棠补充 #1：\n「版本是 PG 16」") for post in added)
    assert "带到 #1 里了。" in added
    assert (await chat.tell("alice", "我的"))[0].splitlines()[1].startswith("#1 Patroni")
    solved = await chat.tell("alice", "解决了", reply_to=news_key)
    assert solved[0].startswith("#1 结了，2")
    assert "谢谢bob" in solved[0].replace(" ", "")
    async with database.read() as store:
        thread = await threads.find(store, 1)
        assert thread is not None
        assert thread.facts.first_answerer == thread.facts.solver
        roles = [(p.role, p.message.text[:4]) for p in await threads.content(store, 1)]
    assert roles == [("question", "Patr"), ("answer", "先停 H"), ("detail", "版本是 ")]


async def test_nothing_unmasked_is_posted_and_the_name_only_if_wished(chat: Chat) -> None:
    await chat.tell("alice", f"/ask {MASKED}，怎么办")
    post, told = await chat.tell("alice", "2 匿名")
    assert post.startswith("有人托我问（#1）：\n「连 *** 报错，手机 ***，怎么办」")
    assert told.startswith("发到「群 g2」了，没写你的名字")
    chat.later(minutes=1)
    added, _ = await chat.tell("alice", "版本 17", reply_to=chat.adapter.posted[-1].key)
    assert added.startswith("问 #1 的人补充：")


@pytest.mark.middle
async def test_the_talk_can_begin_with_the_word_alone_and_be_left(chat: Chat) -> None:
    assert (await chat.tell("alice", "问"))[0].startswith("要问什么？")
    assert (await chat.tell("alice", QUESTION))[0].startswith("没找到解决过的")
    assert (await chat.tell("alice", "今天天气"))[0].startswith("没看出选哪个")
    assert (await chat.tell("alice", "取消")) == ["好，不弄了。"]
    async with chat.database.read() as store:
        assert await entrusted.find(store, 1) is None


@pytest.mark.middle
async def test_what_was_solved_before_is_shown_first(chat: Chat) -> None:
    await chat.say("alice", "复制槽把主库磁盘撑满了 pg_wal 能删吗？")
    question = chat.last
    await chat.say("bob", "别手删 pg_wal，先删没人用的复制槽，检查点之后空间就回来了", reply_to=question)
    await chat.say("alice", "好了", reply_to=chat.last)
    chat.later(minutes=1)
    (shown,) = await chat.tell("carol", "问 主库 pg_wal 磁盘满了，是复制槽撑满的吗，能删吗")
    assert shown.startswith("以前解决过一个很像的：\n#1 ")
    assert shown.endswith("我只发到你在的、管理员点过头的群，群里要安静时也不发。直接在群里问吧。")  # carol is in none


@pytest.mark.middle
async def test_groups_that_are_quiet_off_or_full_are_not_offered(chat: Chat) -> None:
    await chat.make_admin("root")
    await chat.make_admin("root", group="g2")
    await chat.say("root", "/quiet")
    assert "替你发到「群 g2」？回「发」。" in (await chat.tell("alice", f"问 {QUESTION}"))[0]
    await chat.say("root", "/settings ask.enabled off", group="g2")
    assert (await chat.tell("alice", "发")) == ["「群 g2」这会儿不能替你发了，没发。换个群就重新说「问」。"]
    assert "现在没有能替你发的群" in (await chat.tell("alice", f"问 {QUESTION}"))[0]


@pytest.mark.middle
async def test_a_group_that_no_admin_approved_is_not_offered(sqlite_database: Database) -> None:
    chat = await _open(sqlite_database, preview=True)
    assert "现在没有能替你发的群" in (await chat.tell("alice", f"问 {QUESTION}"))[0]


@pytest.mark.middle
async def test_two_a_day_and_no_more(chat: Chat) -> None:
    for number in (1, 2):
        await chat.tell("alice", f"问 第 {number} 个问题怎么办")
        assert len(await chat.tell("alice", "1")) == 2
        chat.later(minutes=2)
    assert (await chat.tell("alice", f"问 {QUESTION}"))[0].startswith("今天已经替你问过 2 题")
    chat.later(hours=24)
    assert (await chat.tell("alice", f"问 {QUESTION}"))[0].startswith("没找到解决过的")


@pytest.mark.middle
async def test_answers_wait_for_the_morning_and_come_in_one(chat: Chat) -> None:
    await chat.tell("alice", f"问 {QUESTION}")
    await chat.tell("alice", "1")
    key = next(posted.key for posted in chat.adapter.posted if posted.place.key == "g1")
    chat.later(hours=12)  # 22:01
    for who in ("bob", "carol", "dave", "erin"):
        await chat.say(who, f"{who} 觉得要重建复制槽", reply_to=key)
        chat.later(minutes=10)
    assert await chat.tick() == []
    chat.later(hours=11)
    (news,) = await chat.tick()
    assert [line[:6] for line in news.splitlines()[1:4]] == ["bob：bo", "carol：", "dave：d"]
    assert news.splitlines()[4] == "另有 1 条，发「看 1」。"


@pytest.mark.middle
async def test_in_a_group_the_word_says_where_to_go(chat: Chat) -> None:
    assert (await chat.ask_bot("alice", "问 怎么办"))[0].startswith("这里直接问就行")


async def test_who_left_the_records_is_told_that_it_needs_them(chat: Chat) -> None:
    await chat.tell("alice", "问")  # so that there is a direct
    async with chat.database.write() as store:
        await privacy.opt_out(store, "qq", "alice", chat.clock.now())
    assert (await chat.tell("alice", f"问 {QUESTION}"))[0].startswith("你现在设了「别记我」")
    async with chat.database.read() as store:
        alice = await members.find(store, "qq", "alice")
        assert alice is not None
        kept = await privacy.mydata(store, [alice.id])
    assert not any(QUESTION in row["text"] for row in kept["messages"])


@pytest.mark.middle
async def test_whoever_is_bound_asks_as_who_is_in_the_group_and_is_told_where_they_asked(chat: Chat) -> None:
    async with chat.database.write() as store:
        alice = await members.find(store, "qq", "alice")
        other = await members.ensure(store, "qq", "alice2", "阿棠小号", chat.clock.now())
        assert alice is not None
        await members.link(store, other.id, alice.id, chat.clock.now())
    await chat.tell("alice2", f"问 {QUESTION}")
    assert (await chat.tell("alice2", "1"))[0].startswith("阿棠托我问（#1）")
    key = next(posted.key for posted in chat.adapter.posted if "托我问" in posted.text)
    chat.later(minutes=1)
    await chat.say("bob", "重建复制槽就行", reply_to=key)
    chat.later(minutes=6)
    await chat.tick()
    assert (chat.adapter.posted[-1].place.key, "重建复制槽" in chat.adapter.posted[-1].text) == ("direct:alice2", True)
    async with chat.database.read() as store:
        thread = await threads.find(store, 1)
        assert thread is not None
        assert thread.asker == alice.id


@pytest.mark.middle
async def test_what_the_platform_did_not_take_is_told_and_waits_for_nobody(chat: Chat) -> None:
    for number, outcome, said in (
        (1, Outcome.REFUSED, "#1 没发到「群 g1」：平台没收。"),
        (2, Outcome.UNKNOWN, "#2 不知道发没发到「群 g1」"),
    ):
        await chat.tell("alice", f"问 第 {number} 个问题怎么办")
        chat.adapter.fails.append(DeliveryError(outcome, "no"))
        assert (await chat.tell("alice", "1"))[-1].startswith("发到「群 g1」了")
        chat.later(minutes=6)
        assert [text[: len(said)] for text in await chat.tick()] == [said]
        chat.later(minutes=6)
        assert await chat.tick() == []  # once
    async with chat.database.read() as store:
        found = [await threads.find(store, number) for number in (1, 2)]
    assert [thread is not None and thread.verdict(chat.clock.now()).outcome for thread in found] == [
        "withdrawn",
        "open",
    ]


@pytest.mark.middle
async def test_who_is_forgotten_is_told_nothing_more(chat: Chat) -> None:
    await chat.tell("alice", f"问 {QUESTION}")
    await chat.tell("alice", "1")
    key = next(posted.key for posted in chat.adapter.posted if "托我问" in posted.text)
    async with chat.database.write() as store:
        alice = await members.find(store, "qq", "alice")
        assert alice is not None
        kept = await privacy.mydata(store, [alice.id])
        assert [row["thread_id"] for row in kept["entrusted"]] == [1]
        await privacy.forget(store, [alice.id], chat.clock.now())
    chat.later(minutes=1)
    await chat.say("bob", "重建复制槽就行", reply_to=key)
    chat.later(minutes=6)
    assert await chat.tick() == []


@pytest.mark.middle
async def test_in_english(sqlite_database: Database) -> None:
    chat = await _open(sqlite_database, language="en")
    assert (await chat.tell("alice", "/ask How do I get the slot back after a failover?"))[0].splitlines()[1:] == [
        "In which group shall I ask? Reply the number: 1 群 g1, 2 群 g2",
        "Without your name: “1 anonymous”. To leave it: /cancel.",
    ]
    post, told = await chat.tell("alice", "2 anonymous")
    assert post.startswith("Somebody asked me to ask (#1):\n「How do I get the slot back after a failover?」")
    assert told.startswith("Posted in 群 g2 without your name, as #1.")
    assert not any("{" in posted.text for posted in chat.adapter.posted)
