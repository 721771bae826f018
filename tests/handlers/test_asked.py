from __future__ import annotations

import pytest

from handlers._threads.asked import ALSO, LIKE, likeness, similar, weight, words
from storage import groups
from tests.chat import Chat
from tests.handlers.conftest import OpenChat


def test_names_come_first_and_filler_not_at_all() -> None:
    assert words("请问 磁盘满了 pg_wal ERROR: disk full") == ["pg_wal", "disk", "full", "磁盘", "盘满", "满了"]
    assert words("请问 200 1024") == []
    assert len(words(" ".join(f"word{n}" for n in range(100)))) == 24


def test_a_rare_word_tells_more() -> None:
    assert weight("磁盘", 0) == 0
    assert weight("磁盘", 1) == pytest.approx(1)
    assert weight("磁盘", 1) > weight("磁盘", 50) > weight("磁盘", 300) == weight("磁盘", 9000) > 0
    assert weight("pg_wal", 1) == pytest.approx(1.5)


@pytest.mark.parametrize(("shared", "asked", "held"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_nothing_shared_is_no_likeness(shared: float, asked: float, held: float) -> None:
    assert likeness(shared, asked, held) == 0


def test_two_short_texts_are_alike_by_accident() -> None:
    assert likeness(1, 1, 1) < likeness(4, 4, 4) == 1


async def _solved(chat: Chat, who: str, question: str, given: str, **more: str) -> None:
    await chat.say(who, question, **more)
    chat.later(minutes=5)
    await chat.say("晓舟", given, reply_to=chat.last, **more)
    chat.later(minutes=5)
    await chat.say(who, "解决了", to_bot=True, **more)
    chat.later(hours=20)


async def _like(chat: Chat, text: str, **more: object) -> list[int]:
    async with chat.database.read() as store:
        every = [group.id for group in await groups.every(store)]
        found = await similar(store, text, every, chat.clock.now(), **more)  # type: ignore[arg-type]
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
