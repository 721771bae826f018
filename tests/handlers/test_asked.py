from __future__ import annotations

import pytest

from handlers._threads.asked import similar
from handlers._threads.known import Known
from handlers._threads.telling import words
from handlers._threads.weighing import ALSO, LIKE
from storage import groups, members, privacy
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute


def test_names_come_first_and_filler_not_at_all() -> None:
    assert words("请问 磁盘满了 pg_wal ERROR: disk full") == ["pg_wal", "disk", "full", "磁盘", "盘满", "满了"]
    assert words("请问 200 1024") == []
    assert len(words(" ".join(f"word{n}" for n in range(100)))) == 24


async def _solved(chat: Chat, who: str, question: str, given: str, **more: str) -> None:
    await chat.say(who, question, **more)
    chat.later(minutes=5)
    await chat.say("晓舟", given, reply_to=chat.last, **more)
    chat.later(minutes=5)
    await chat.say(who, "解决了", to_bot=True, **more)
    chat.later(hours=20)


async def _like(chat: Chat, text: str, known: Known | None = None, **more: object) -> list[int]:
    async with chat.database.read() as store:
        every = [group.id for group in await groups.every(store)]
        found = await similar(store, known or Known(), text, every, chat.clock.now(), **more)  # type: ignore[arg-type]
        return [match.thread.id for match in found]


QUESTIONS = [
    (
        "木子",
        "主库磁盘快满了，pg_wal 目录涨到 300G，怎么办",
        "别手删 pg_wal，先看 pg_replication_slots 有没有没人用的槽",
    ),
    ("豆子", "autovacuum 追不上大表，死元组越来越多，有办法吗", "给那张表单独调高 autovacuum_vacuum_cost_limit"),
    (
        "江南",
        "新建的用户建表报 ERROR: permission denied for schema public，PG 15",
        "15 起 public 默认不让建表，grant create 给它",
    ),
    ("石头", "update join 在 pg 里怎么写，mysql 转过来的", "update a set x = b.x from b where a.id = b.id"),
]


async def test_a_repeated_question_finds_the_old_one_and_a_new_one_finds_none(open_chat: OpenChat) -> None:
    chat = await open_chat()
    for who, question, given in QUESTIONS:
        await _solved(chat, who, question, given)
    assert await _like(chat, "pg_wal 涨到 200 多 G 了，磁盘快满，能直接删里面的文件吗") == [1]
    assert await _like(chat, "flyway 脚本挂了 permission denied for schema public") == [3]
    assert await _like(chat, "大表死元组降不下来，autovacuum 一直在跑") == [2]
    assert await _like(chat, "PostGIS 升级以后瓦片整体偏了一点") == []
    assert await _like(chat, "在吗") == []
    assert await _like(chat, "pg_wal 涨到 200 多 G 了，磁盘快满", leave_out=[1]) == []


async def test_what_waits_or_was_taken_back_is_no_help(chat: Chat) -> None:
    await chat.say("木子", "主库磁盘快满了，pg_wal 目录涨到 300G，怎么办")
    chat.later(days=1)
    assert await _like(chat, "pg_wal 涨到 200 多 G 了，磁盘快满") == []


def test_the_second_may_be_less_like_than_the_first() -> None:
    assert 0 < ALSO < LIKE < 1


async def test_the_index_follows_what_is_said_and_what_is_erased(open_chat: OpenChat) -> None:
    chat, known = await open_chat(), Known()
    text = "pg_wal 涨到 200 多 G 了，磁盘快满，能直接删里面的文件吗"
    assert await _like(chat, text, known) == []
    await _solved(chat, *QUESTIONS[0])
    assert await _like(chat, text, known) == [1]
    await _solved(chat, *QUESTIONS[1], group="g2")
    assert await _like(chat, "大表死元组降不下来，autovacuum 一直在跑", known) == [2]
    assert len(known.index) == 2
    async with chat.database.write() as store:
        asker = (await members.ensure(store, "qq", "木子", "木子", chat.clock.now())).id
        await privacy.forget(store, [asker], chat.clock.now())
    async with chat.database.read() as store:
        index = await known.caught_up(store)
    assert not index.find("磁盘快满了", [1, 2])


async def test_what_was_written_by_another_process_is_found(open_chat: OpenChat) -> None:
    chat, known = await open_chat(), Known()
    await _solved(chat, *QUESTIONS[2])
    async with chat.database.read() as store:
        first = await known.caught_up(store)
        assert first is await known.caught_up(store)
        assert 1 in first
    await _solved(chat, *QUESTIONS[3])
    async with chat.database.read() as store:
        assert 2 in await known.caught_up(store, [1])
