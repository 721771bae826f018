"""What an article says, made of what people said."""

from __future__ import annotations

import pytest

from handlers._articles.anonymous import names_of
from handlers._articles.writing import ANSWER, shortened, written
from storage.articles import Words


def test_words_of_an_article_name_nobody_and_repeat_no_secret() -> None:
    names = names_of(["成都-老樊-DBA", "木子"])
    asked = ["老樊在吗，PG 14 的复制槽把磁盘撑满了", "库在 10.1.2.3，password=hunter22"]
    found = written("复制槽把磁盘撑满了，木子急", asked, "@木子 先删没人用的槽，\n\n16 也一样，电话 13800138000", names)
    assert found == Words(
        "复制槽把磁盘撑满了，有人急",
        "有人在吗，PG 14 的复制槽把磁盘撑满了\n库在 ***，password=***",
        "先删没人用的槽，\n16 也一样，电话 ***",
        1400,
        1400,
    )


def test_in_english() -> None:
    names = names_of(["Lena Wang"])
    found = written("slot", ["how do I drop it"], "as Lena Wang said: drop it, on PG 15 and 16", names, language="en")
    assert found == Words("slot", "how do I drop it", "as somebody said: drop it, on PG 15 and 16", 1500, 1600)


@pytest.mark.parametrize(
    ("text", "limit", "left"),
    [
        ("一二三", 5, "一二三"),
        ("一二三。四五六七八", 7, "一二三。"),
        ("一二三，四五六七八", 6, "一二三…"),
        ("一\n\n二", 9, "一\n二"),
        ("一二三四五六七八九", 5, "一二三四…"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_where_it_pauses(text: str, limit: int, left: str) -> None:
    assert shortened(text, limit) == left


def test_a_long_answer_is_cut() -> None:
    assert len(written("题", ["问"], "很长的一段话，" * 500, ()).answer) <= ANSWER
