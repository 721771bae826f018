"""The shelf: it takes in what was reviewed, changed and retired by whichever process, and finds by words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers._articles.shelf import Shelf, as_line, holds
from storage import articles, search
from storage.articles import State, Words
from storage.database import Database
from tests.conftest import T0
from tests.storage.rows import a_group

SLOT = Words("槽撑满磁盘", "复制槽把主库磁盘撑满了怎么办", "删掉没人用的复制槽")
LOCK = Words("加一列卡住", "ALTER TABLE 加一列，业务全卡住了", "先设 lock_timeout")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("复制槽", True),
        ("复制槽 磁盘", True),
        ("pg_wal", True),
        ("wal", False),
        ("槽", True),
        ("制槽", True),
        ("复制磁盘", False),
        ("", False),
        ("？", False),
    ],
)
def test_what_is_written_together_is_found_together(words: str, found: bool) -> None:
    line = as_line(search.terms("复制槽把磁盘撑满了，能删 pg_wal 吗"))
    assert holds(line, search.phrases(words)) is found


async def test_the_shelf_follows_what_is_stored(sqlite_database: Database) -> None:
    shelf, other = Shelf(), Shelf()
    async with sqlite_database.write() as store:
        group, elsewhere = await a_group(store, "1"), await a_group(store, "2")
        one = await articles.draft(store, group.id, SLOT, [], T0)
        two = await articles.draft(store, elsewhere.id, LOCK, [], T0)
        await shelf.catch_up(store)
        assert shelf.holding("复制槽", [group.id]) == []  # drafts are not on it
        for number in (one, two):
            await articles.publish(store, number, T0)
        await shelf.catch_up(store)
        assert [hit.key for hit in shelf.like("磁盘被复制槽撑满", [group.id, elsewhere.id], 5)] == [one]
        assert shelf.like("加一列卡住", [group.id], 5) == []
        assert shelf.holding("lock_timeout", [elsewhere.id]) == [two]
        await articles.revise(store, one, LOCK, T0 + timedelta(days=1))
        await articles.end(store, two, State.RETIRED)
        for each in (shelf, other):
            await each.catch_up(store)
            assert each.holding("复制槽", [group.id]) == []
            assert each.holding("lock_timeout", [group.id, elsewhere.id]) == [one]
