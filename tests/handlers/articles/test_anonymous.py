"""Nobody is named in an article: a table of how people name each other."""

from __future__ import annotations

import pytest

from handlers._articles.anonymous import anonymous, names_of

CARDS = ("成都-老樊-DBA", "晓舟", "Lena Wang", "石头", "阿", "Li", "10086")
NAMES = names_of(CARDS)


def test_what_people_may_be_called() -> None:
    assert NAMES == ["Lena Wang", "成都-老樊-DBA", "晓舟", "石头", "老樊"]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("别手删 pg_wal，先看复制槽", "别手删 pg_wal，先看复制槽"),
        ("@老樊 先看复制槽", "先看复制槽"),
        ("@成都-老樊-DBA 先看复制槽", "先看复制槽"),
        ("@某个没记过的人 先看复制槽", "先看复制槽"),
        ("老樊，先看复制槽", "先看复制槽"),
        ("老樊老师：先看复制槽", "先看复制槽"),
        ("老樊说先设 lock_timeout", "有人说先设 lock_timeout"),
        ("照晓舟的办法删了槽就好了", "照有人的办法删了槽就好了"),
        ("谢谢老樊，好了", "谢谢，好了"),
        ("多谢 @晓舟 和大家", "多谢 和大家"),
        ("Lena Wang 试过 14", "有人 试过 14"),
        ("问过 lena wang 了", "问过 有人 了"),
        ("跑一次 vacuum 就行", "跑一次 vacuum 就行"),
        ("阿里云上也一样", "阿里云上也一样"),
        ("SELECT * FROM t WHERE a @> '{}' AND b @@ q", "SELECT * FROM t WHERE a @> '{}' AND b @@ q"),
        ("select @@version", "select @@version"),
        ("第一行 @晓舟\n第二行\n@老樊", "第一行\n第二行"),
        ("ERROR:  x @晓舟\n  SELECT 1", "ERROR:  x\n  SELECT 1"),
        ("", ""),
    ],
)
def test_nobody_is_named(said: str, left: str) -> None:
    assert anonymous(said, NAMES) == left


def test_in_english() -> None:
    assert anonymous("Lena Wang said so", ["Lena Wang"], somebody="somebody") == "somebody said so"
    assert anonymous("as Lena Wang said", ["Lena Wang"], somebody="somebody") == "as somebody said"


def test_hostile_text_takes_no_time() -> None:
    anonymous("@" * 4000 + "老樊" * 1000 + " " * 4000, NAMES)
