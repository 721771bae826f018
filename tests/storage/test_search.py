"""Search: Chinese and English, literal whatever is typed, and the same answers on both engines."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import search
from storage.database import Database, Store
from tests.storage.rows import a_group, a_member, said

CORPUS = [
    "生产库出现死锁，pg_stat_activity 里全是 idle in transaction",
    "逻辑复制的槽 restart_lsn 不动了",
    "复制槽把主库磁盘撑满，pg_wal 涨到 200G",
    "PG 17 升级后 VACUUM FULL 很慢",
    "deadlock detected while waiting for ShareLock",
    "restart 之后 lsn 对不上",
    "逻辑 复制",
    "死",
    "锁",
    '100% 命中，\'; DROP TABLE messages; -- "quoted" a_b',
    "(a+)+$ 正则回溯",
    "😀 笑一个 🐘 ＰＯＳＴＧＲＥＳ 全角",
]


async def _fill(store: Store, corpus: list[str]) -> tuple[int, dict[int, str]]:
    group, member = await a_group(store), await a_member(store)
    stored = [await said(store, group, member, words) for words in corpus]
    return group.id, {message.id: message.text for message in stored}


@pytest.mark.parametrize(
    ("query", "beginnings"),
    [
        ("死锁", ["生产库"]),
        ("逻辑复制", ["逻辑复制的"]),
        ("逻辑 复制", ["逻辑复制的", "逻辑 复制"]),
        ("复制槽", ["复制槽把"]),
        ("复制", ["逻辑复制的", "复制槽把", "逻辑 复制"]),
        ("restart_lsn", ["逻辑复制的"]),
        ("restart", ["restart 之后"]),
        ("RESTART lsn", ["restart 之后"]),
        ("pg", ["PG 17"]),
        ("死", ["生产库", "死$"]),
        ("锁", ["生产库", "锁$"]),
        ("槽", ["复制槽把", "逻辑复制的"]),
        ("DeadLock", ["deadlock"]),
        ("vacuum full 很慢", ["PG 17"]),
        ("full vacuum", ["PG 17"]),
        ("pg_wal涨到", ["复制槽把"]),
        ("postgres", ["😀"]),
        ("笑一个", ["😀"]),
        ("没有的词", []),
        ("", []),
        ("   ", []),
        ("😀", []),
        ("%", []),
        ("_", []),
        ("'; drop table messages; --", ["100%"]),
        ('"quoted"', ["100%"]),
        ('quoted" OR "死锁', []),
        ("a_b", ["100%"]),
        ("aXb", []),
        ("(a+)+$", ["(a+)+$"]),
        ("NEAR(死锁 生产库)", []),
        ("terms:死锁", []),
        ("死锁*", ["生产库"]),
        ("-死锁", ["生产库"]),
        ("死锁 & !生产库", ["生产库"]),
        ("{{7*7}}", []),
        ("死\x00锁", []),
    ],
)
async def test_what_is_found(database: Database, query: str, beginnings: list[str]) -> None:
    async with database.write() as store:
        group, texts = await _fill(store, CORPUS)
        found = {texts[message] for message in await search.find(store, query, groups=[group])}
        assert found == {words for words in CORPUS if any(f"{words}$".startswith(b) for b in beginnings)}


async def test_only_the_groups_asked_about(database: Database) -> None:
    async with database.write() as store:
        one, other, member = await a_group(store, "1"), await a_group(store, "2"), await a_member(store)
        mine = await said(store, one, member, "死锁")
        theirs = await said(store, other, member, "死锁")
        assert await search.find(store, "死锁", groups=[one.id]) == [mine.id]
        assert set(await search.find(store, "死锁", groups=[one.id, other.id])) == {mine.id, theirs.id}
        assert await search.find(store, "死锁", groups=[]) == []
        assert await search.find(store, "死锁", groups=[99]) == []


async def test_the_best_comes_first_and_no_more_than_asked(database: Database) -> None:
    async with database.write() as store:
        group, member = await a_group(store), await a_member(store)
        for number in range(30):
            await said(store, group, member, f"{'别的话 ' * 20} 死锁 {number}")
        best = await said(store, group, member, "死锁 死锁 死锁")
        found = await search.find(store, "死锁", groups=[group.id], limit=10)
        assert found[0] == best.id
        assert len(found) == 10


@pytest.mark.parametrize(
    "words",
    [
        "死锁" * 10_000,
        "a" * 20_000,
        "a " * 10_000,
        "哈" * 20_000,
        "(a+)+" * 4_000,
        "\\" * 20_000,
        "'" * 20_000,
        "é́" * 9_000,
    ],
)
async def test_ten_thousands_of_characters_are_quick_to_store_and_to_ask_for(database: Database, words: str) -> None:
    async with database.write() as store:
        group, _ = await _fill(store, CORPUS)
        began = time.process_time()
        long = await said(store, await a_group(store), await a_member(store), words)
        found = await search.find(store, words, groups=[group], limit=1000)
        assert time.process_time() - began < 2
        assert (long.id in found) == bool(search.terms(words))
        await search.forget(store, [long.id])
        assert long.id not in await search.find(store, words, groups=[group])


def test_terms() -> None:
    assert search.terms("死锁") == ["死锁", "锁"]
    assert search.terms("逻辑复制槽") == ["逻辑", "辑复", "复制", "制槽", "槽"]
    assert search.terms("PG的restart_lsn，ＷＡＬ") == ["pg", "的", "restart_lsn", "wal"]
    assert search.terms("𠮷野家") == ["𠮷野", "野家", "家"]
    assert search.terms("，。！ 😀") == []
    assert search.phrases("复制槽 pg_wal") == [["复制", "制槽"], ["pg_wal"]]
    assert search.phrases("槽a 复制槽a a槽 槽") == [["槽", "a"], ["复制", "制槽", "槽", "a"], ["a", "槽"], ["槽"]]


WORDS = st.lists(
    st.sampled_from(["死", "锁", "复", "制", "槽", "pg", "_", "a", "1", " ", "，", "%", "é", "ア", "ー"]), max_size=9
)
TEXT = WORDS.map("".join)


def _expected(corpus: list[str], query: str) -> set[int]:
    """Return the numbers of the texts that hold every part of a query: Chinese anywhere, Latin words whole."""
    wanted = [_joined(part).strip("|") for part in query.split()]
    sought = [("|" * part[0].isascii()) + part + ("|" * part[-1].isascii()) for part in wanted if part]
    return {n for n, words in enumerate(corpus) if sought and all(part in _joined(words) for part in sought)}


def _joined(words: str) -> str:
    """Return the runs of Chinese or Latin of a text with a bar around each: 复制槽，pg_wal is |复制槽|pg_wal|."""
    runs = re.findall("[a-z0-9_]+|[死锁复制槽アー]+", unicodedata.normalize("NFKC", words).lower())
    return "|".join(["", *runs, ""])


async def _answers(store: Store, corpus: list[str], query: str) -> set[int]:
    await store.execute(text("DELETE FROM messages"))
    await store.execute(text("DELETE FROM message_terms"))
    group, texts = await _fill(store, corpus)
    numbers = {message: number for number, message in enumerate(texts)}
    return {numbers[message] for message in await search.find(store, query, groups=[group], limit=1000)}


@pytest.mark.middle
@given(corpus=st.lists(TEXT, max_size=6), query=TEXT)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_both_engines_answer_by_the_same_definition(
    sqlite_url: str, postgresql_url: str, corpus: list[str], query: str
) -> None:
    expected = _expected(corpus, query)
    for url in (sqlite_url, postgresql_url):
        async with Database.open(url) as database, database.write() as store:
            assert await _answers(store, corpus, query) == expected, url.partition(":")[0]
