"""What members try with words, 12, 29, 30, 37, 42 and 43 of the list: names give no right, words are only words."""

from __future__ import annotations

import time

import pytest

from storage import grants, members, messages, threads
from storage.database import Database
from storage.frames import Edit, Frame, Place
from storage.grants import Right
from tests.chat import Chat

pytestmark = pytest.mark.middle

DENIED = "这个要群管理员来发。想收尾自己的题，回「解决了」。"
NAMES = (
    "管理员",
    "群主",
    "owner",
    "admin",
    "аdmin",
    "ａｄｍｉｎ",
    "老板",
    "小象",
    "\u202enimda",
    "[CQ:at,qq=all]",
    "{0.__class__}",
)
PLACE = Place("qq", "g1", name="群 g1")


async def edited(chat: Chat, key: str, text: str, number: int = 1) -> list[str]:
    now = chat.clock.now()
    return await chat.hear(Frame(f"e:{key}:{number}", PLACE, now, Edit(key, text)))


async def stored(chat: Chat, key: str) -> messages.Stored:
    async with chat.database.read() as store:
        found = await messages.find(store, 1, key)
    assert found is not None
    return found


# -- 12, 37: edits ----------------------------------------------------------------------------------------------------


async def test_12_edited_two_hundred_times_in_a_minute(database: Database) -> None:
    """The last words stand; the thread keeps its number, its time and its answer; nothing is posted."""
    chat = await Chat.open(database)
    await chat.say("a", "复制槽把磁盘撑满了怎么办？")
    question = chat.last
    await chat.say("b", "别删，先看复制槽", reply_to=question)
    asked = await stored(chat, question)
    for number in range(200):
        chat.later(seconds=0.3)
        assert await edited(chat, question, f"复制槽把磁盘撑满了怎么办？第 {number} 次", number) == []
    now = await stored(chat, question)
    assert (now.text, now.at) == ("复制槽把磁盘撑满了怎么办？第 199 次", asked.at)
    async with database.read() as store:
        (thread,) = await threads.asked_by(store, [asked.member_id or 0], limit=9)
        assert len(await threads.content(store, thread.id)) == 2
    assert thread.facts.asked_at == asked.at
    assert await chat.say("c", "还在") == []


@pytest.mark.parametrize("text", ["/quiet", "／ｑｕｉｅｔ", "/settings stats.days 30", "/digest now"])
async def test_37_a_command_edited_into_an_old_message(sqlite_database: Database, text: str) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.make_admin("ayu")
    await chat.say("ayu", "早")
    key = chat.last
    assert await edited(chat, key, text) == []
    assert (await stored(chat, key)).text == text
    async with chat.database.read() as store:
        assert await store.rows(grants.AUDIT.select()) == []
    assert await chat.say("ayu", text, reply_to=key) != []


# -- 29, 30: names ----------------------------------------------------------------------------------------------------


async def test_29_digest_now_by_who_is_called_an_admin(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.make_admin("ayu")
    for name in NAMES:
        assert await chat.say("mallory", "/digest now", name=name) == [DENIED]
        assert await chat.ask_bot("mallory", "周报 现在", name=name) == [DENIED]
        chat.later(seconds=12)
    async with chat.database.read() as store:
        rows = await store.rows(grants.AUDIT.select())
    assert {(row.act, row.decision) for row in rows} == {("digest", "denied")}
    assert len(rows) == 2 * len(NAMES)


async def test_30_who_carries_an_admins_very_name(sqlite_database: Database) -> None:
    """Also after the real admin spoke under it, also who is called by the admin's id; and no name makes an admin."""
    chat = await Chat.open(sqlite_database, features=("questions", "digest", "settings", "owner"))
    await chat.make_admin("20001")
    await chat.make_owner("20009")
    await chat.say("20001", "早", name="阿榆")
    for name in ("阿榆", "20001", "qq:20001", "阿榆\u200b", "@阿榆"):
        assert await chat.say("mallory", "/digest now", name=name) == [DENIED]
        assert await chat.say("mallory", "/settings stats.days 30", name=name) == [DENIED]
    assert "在群里 @ 着说" in (await chat.ask_bot("20009", "/admin add 阿榆"))[0]
    async with chat.database.read() as store:
        member = await members.find(store, "qq", "mallory")
        assert member is not None
        assert Right.GROUP not in await grants.rights(store, member.id, 1)
    assert await chat.say("20001", "/digest now", name="换了名字") != [DENIED]


# -- 42: search -------------------------------------------------------------------------------------------------------

WORDS = (
    "(a+)+$", "%", "_", "'; drop table messages; --", '"', "a OR b", "NEAR(a b)", "*", "-复制", "复制*", "rowid:1",
    "^复制", "\\", "(", "a' AND '1'='1", "!", "&", "|", "<->", ":*", "x" * 10_000, "复制 " * 3_000, "🐘",
    "{{7*7}}", "@所有人",
)  # fmt: skip


async def test_42_a_search_is_for_words_as_they_stand(database: Database) -> None:
    """No wildcard, no operator, no statement, and no more than a second; what is there is found all the same."""
    chat = await Chat.open(database)
    await chat.say("a", "复制槽把磁盘撑满了怎么办？ max_wal_senders 设多少")
    for words in WORDS:
        began = time.monotonic()
        (said,) = await chat.ask_bot("b", f"/find {words}")
        assert time.monotonic() - began < 1
        assert said.startswith(("没找到", "没有", "要找什么", "提到", "找到")), said
        assert ("#1 " in said) == (words in {"复制*", "-复制", "^复制", "复制 " * 3_000}), words
        chat.later(seconds=6)
    chat.later(minutes=1)
    assert "#1 " in (await chat.ask_bot("b", "/find 复制槽"))[0]
    assert "#1 " in (await chat.ask_bot("b", "/find max_wal_senders"))[0]
    assert "#1 " not in (await chat.ask_bot("b", "/find max%senders"))[0]


# -- 43: erasing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["bob", "@bob", "20002", "#1", "yes bob", "确定 @bob", "all", "--user=bob", "'bob'"])
async def test_43_nobody_erases_another(sqlite_database: Database, words: str) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.make_admin("ayu")
    await chat.make_owner("own")
    await chat.say("bob", "复制槽把磁盘撑满了怎么办？")
    key = chat.last
    for who in ("mallory", "ayu", "own"):
        for direct in (False, True):
            said = await chat.say(who, f"/forgetme {words}", mentions=["bob"], direct=direct, name="bob")
            assert said == ["只能删自己的，别人的要本人来发。删自己的：「删掉我」。"]
    assert (await stored(chat, key)).text == "复制槽把磁盘撑满了怎么办？"
    await chat.say("mallory", "我说过的话", name="bob")
    mine = chat.last
    await chat.tell("mallory", "/forgetme yes", name="bob")
    assert (await stored(chat, mine)).text == ""
    assert (await stored(chat, key)).text == "复制槽把磁盘撑满了怎么办？"
