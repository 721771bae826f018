"""Leaving the records, seeing and erasing what is kept, not being named; down to the bytes of the file."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.commands import Vocabulary
from bot.errands import Errands
from bot.inbox import COMING_BACK
from storage import members, messages, privacy, search, threads
from storage.database import Database
from storage.frames import Frame, GroupKind, Kind, Message, Place
from tests.chat import Chat, load_features

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

FEATURES = (
    "questions",
    "lookups",
    "corrections",
    "help",
    "stats",
    "digest",
    "posting",
    "settings",
    "privacy",
    "binding",
)
CANARY = "kanarienvogel"
ASKED = f"{CANARY} 主库磁盘满了，pg_wal 涨到 200 多 G，能直接删吗？"

Work = Callable[[], Awaitable[list[str]]]


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database, features=FEATURES)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def work(chat: Chat, files: Path) -> Work:
    """Return a function that does the errands and returns what was posted."""
    errands = Errands(chat.database, chat.house, chat.clock, files, lambda: None)

    async def working() -> list[str]:
        while await errands.work():
            pass
        await chat.outbox.drain()
        return chat.replies

    return working


def bytes_of(database: Database) -> bytes:
    """Return the bytes of a SQLite file and of the files beside it."""
    assert database.file is not None
    return b"".join(file.read_bytes() for file in sorted(database.file.parent.glob(f"{database.file.name}*")))


def copies_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


def found_in(database: Database, phrase: str) -> int:
    return bytes_of(database).count(phrase.encode())


# -- not recorded -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direct", [False, True])
async def test_who_opted_out_is_never_stored(chat: Chat, direct: bool) -> None:
    said = await chat.ask_bot("bob", "别记我", direct=direct)
    assert said == ["好，从现在起不记你说的话。以前的还在，要一起删发「删掉我」；想回来发「记我」。"]
    for text in (f"{CANARY} 一", f"/help {CANARY}", f"{CANARY} 怎么办？", "别记我"):
        assert await chat.ask_bot("bob", text, name=f"{CANARY}-名字") == []
        assert await chat.tell("bob", text) == []
    assert found_in(chat.database, CANARY) == 0


async def test_and_comes_back(chat: Chat) -> None:
    await chat.ask_bot("bob", "/optout")
    assert await chat.ask_bot("bob", "记我") == ["好，从现在起照常记。不想记了发「别记我」。"]
    assert await chat.ask_bot("bob", "/optin") == ["本来就照常记着。不想记发「别记我」。"]
    await chat.say("bob", CANARY)
    assert found_in(chat.database, CANARY) > 0


async def test_opting_out_holds_for_all_accounts_of_a_person(chat: Chat) -> None:
    code = (await chat.tell("bob", "绑定"))[0].split("绑定 ")[1].split("\n")[0]
    await chat.tell("bob2", f"绑定 {code}")
    await chat.tell("bob2", "别记我")
    await chat.say("bob", CANARY)
    assert found_in(chat.database, CANARY) == 0


def test_what_gets_through_after_opting_out_is_what_this_feature_hears() -> None:
    vocabulary = Vocabulary(load_features(("privacy",)))
    for text in COMING_BACK:
        parsed = vocabulary.parse(text, spoken_to=True)
        assert parsed is not None, text
        assert parsed.fits, text
        assert parsed.bound.entry.names[0] in {"optin", "forgetme", "mydata"}


# -- seen -------------------------------------------------------------------------------------------------------------


async def test_my_data_comes_in_private_as_a_file(chat: Chat, work: Work, files: Path) -> None:
    await chat.say("alice", ASKED)
    await chat.say("bob", "这句是别人的")
    assert await chat.ask_bot("alice", "我的数据") == ["在整理，一会儿私聊发你。一小时里只做一份。"]
    said = await work()
    assert chat.adapter.posted[-1].place.key == "direct:alice"
    assert said[0].splitlines()[:2] == ["存了你这些：", "消息 2 条，提问 1 题，帮过的题 0 题，同问 0 次"]
    (file,) = copies_in(files)
    assert file.stat().st_mode & 0o077 == 0
    kept = json.loads(file.read_text("utf-8"))
    assert [row["text"] for row in kept["messages"]] == [ASKED, "我的数据"]
    assert "这句是别人的" not in file.read_text("utf-8")


async def test_one_copy_an_hour(chat: Chat, work: Work, files: Path) -> None:
    for _ in range(5):
        await chat.tell("alice", "/mydata")
    await work()
    assert len(copies_in(files)) == 1


async def test_the_copy_of_who_opted_out_says_so(chat: Chat, work: Work) -> None:
    await chat.tell("bob", "别记我")
    await chat.tell("bob", "我的数据")
    assert "现在不记你说的话" in (await work())[0]


# -- erased -----------------------------------------------------------------------------------------------------------


async def test_forgotten_down_to_the_bytes(chat: Chat, work: Work, files: Path) -> None:
    await chat.say("alice", ASKED, name=f"{CANARY}-卡片")
    asked = chat.last
    await chat.say("bob", "别删，先看复制槽", reply_to=asked)
    await chat.tell("alice", "我的数据")
    await work()
    assert found_in(chat.database, CANARY) > 0
    said = await chat.say("alice", "/forgetme", name=f"{CANARY}-卡片")
    assert said[0].startswith("会删掉你在各个群说过的所有话，")
    said = await chat.say("alice", "/forgetme yes", name=f"{CANARY}-卡片")
    assert said[0].startswith("删好了：")
    assert chat.adapter.posted[-1].place.key == "direct:alice"
    await work()
    assert found_in(chat.database, CANARY) == 0
    assert copies_in(files) == []
    async with chat.database.read() as store:
        assert await members.find(store, "qq", "alice") is None
        thread = await threads.find(store, 1)
        assert thread is not None  # it keeps its shape
        assert (thread.title, thread.facts.first_answer_at is not None) == ("", True)
        assert await search.find(store, CANARY, groups=[1]) == []


async def test_and_does_not_come_back(chat: Chat, work: Work) -> None:
    await chat.say("alice", ASKED)
    asked = chat.last
    await chat.say("bob", "别删，先看复制槽", reply_to=asked)
    await chat.say("alice", "/forgetme yes")
    await work()
    await chat.say("bob", "复制槽这样看：select * from pg_replication_slots", reply_to=asked)
    await chat.say("alice", "我是新来的")
    for question in ("pg_wal 满了能直接删吗？", "看 1", "还有谁在等", "找 pg_wal", "找 磁盘满了"):
        said = await chat.ask_bot("carol", question)
        assert said, question
        assert all(CANARY not in text and "涨到" not in text for text in said), question
        chat.later(minutes=2)
    await chat.make_admin("ayu")
    assert all("涨到" not in text for text in await chat.ask_bot("ayu", "/digest preview"))
    chat.later(seconds=1)
    await work()
    assert found_in(chat.database, CANARY) == 0


async def test_once_for_all_accounts_of_a_person(chat: Chat, work: Work) -> None:
    code = (await chat.tell("alice", "绑定"))[0].split("绑定 ")[1].split("\n")[0]
    await chat.tell("alice2", f"绑定 {code}")
    await chat.say("alice2", f"{CANARY} 另一个账号说的", group="g2")
    assert "（绑定的 2 个账号一起）" in (await chat.tell("alice", "删掉我"))[0]
    await chat.tell("alice", "确定")
    await work()
    assert found_in(chat.database, CANARY) == 0


@pytest.mark.parametrize(("word", "gone"), [("确定", True), ("YES", True), ("我再想想", False), ("取消", False)])
async def test_asked_once_in_a_direct(chat: Chat, work: Work, word: str, gone: bool) -> None:
    await chat.say("alice", ASKED)
    await chat.tell("alice", "删掉我")
    said = await chat.tell("alice", word)
    assert said[0].startswith("删好了" if gone else "好，")
    await work()
    assert (found_in(chat.database, CANARY) == 0) is gone


async def test_a_yes_that_comes_too_late_is_no_yes(chat: Chat) -> None:
    await chat.say("alice", ASKED)
    await chat.tell("alice", "删掉我")
    chat.later(minutes=11)
    await chat.tell("alice", "确定")
    assert found_in(chat.database, CANARY) > 0


@pytest.mark.parametrize("args", ["alice", "12345", "@alice", "确定 alice", "{{7*7}}", "--all", "x" * 10_000])
async def test_nobody_erases_another(chat: Chat, args: str) -> None:
    await chat.say("alice", ASKED)
    said = await chat.say("mallory", f"/forgetme {args}", name="alice", mentions=["alice"])
    assert said == ["只能删自己的，别人的要本人来发。删自己的：「删掉我」。"]
    await chat.tell("mallory", "确定")
    assert found_in(chat.database, CANARY) > 0


async def test_who_opted_out_can_still_be_erased(chat: Chat, work: Work) -> None:
    await chat.say("alice", ASKED)
    await chat.ask_bot("alice", "别记我")
    assert (await chat.ask_bot("alice", "删掉我"))[0].startswith("会删掉你")
    assert (await chat.ask_bot("alice", "删掉我 确定"))[0].startswith("删好了")
    await work()
    assert found_in(chat.database, CANARY) == 0
    async with chat.database.read() as store:
        assert await privacy.opted_out(store, "qq", ["alice"]) == {"alice"}  # and stays out
    await chat.say("alice", CANARY)
    assert found_in(chat.database, CANARY) == 0


async def test_what_follows_in_the_same_turn_is_a_strangers(chat: Chat, work: Work) -> None:
    await chat.say("alice", ASKED)
    frames = [frame(chat, key, text) for key, text in (("a1", "/forgetme yes"), ("a2", "我又来了"))]
    await chat.hear(*frames)
    await work()
    assert found_in(chat.database, CANARY) == 0
    async with chat.database.read() as store:
        alice = await members.find(store, "qq", "alice")
        stored = await messages.find(store, 1, "a2")
    assert alice is not None
    assert stored is not None
    assert stored.member_id == alice.id


def frame(chat: Chat, key: str, text: str) -> Frame:
    now = chat.clock.now()
    message = Message(key, now, "alice", f"{CANARY}-卡片" if key == "a1" else "alice", text)
    return Frame(f"m:{key}", Place("qq", "g1", name="群 g1"), now, message)


# -- named ------------------------------------------------------------------------------------------------------------


async def test_signing(chat: Chat) -> None:
    assert await chat.tell("alice", "别署名") == ["好，周报和致谢里不再出现你的名字。想署名发「署名」。"]
    async with chat.database.read() as store:
        alice = await members.find(store, "qq", "alice")
    assert alice is not None
    assert not alice.signed
    assert await chat.ask_bot("alice", "/sign") == ["好，可以署名了。不想了发「别署名」。"]
    async with chat.database.read() as store:
        assert (await members.get(store, alice.id)).signed


@pytest.mark.parametrize("text", ["别记我", "/optout", "记我", "我的数据", "删掉我", "别署名"])
async def test_the_anonymous_are_nobody(chat: Chat, text: str) -> None:
    assert await chat.ask_bot("80000000", text, flags=["anonymous"]) == [
        "这个要群管理员来发。想收尾自己的题，回「解决了」。"
    ]


async def test_system_lines_are_nobodys(chat: Chat) -> None:
    place = Place("qq", "g1", GroupKind.GROUP)
    line = Message("s1", chat.clock.now(), "", "", "/forgetme yes", kind=Kind.SYSTEM)
    assert await chat.hear(Frame("s1", place, chat.clock.now(), line)) == []
