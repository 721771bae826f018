"""What an article says, made of what people said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers._articles.anonymous import names_of
from handlers._articles.writing import ANSWER, answered_in, asked_in, cleaned, is_courtesy, shortened, written
from storage.articles import Words
from storage.frames import Kind
from storage.messages import Stored
from storage.threads import Placed
from tests.conftest import T0


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


def test_a_title_is_one_line() -> None:
    assert cleaned(Words("一\n二", "", "答"), ()).title == "一 二"


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


def placed(number: int, member: int, role: str, text: str, minute: int, *flags: str, recalled: bool = False) -> Placed:
    at = T0 + timedelta(minutes=minute)
    recalled_at = at if recalled else None
    message = Stored(
        number, 1, f"m{number}", "", member, at, Kind.TEXT, "", text, None, None, (), False, frozenset(flags), False,
        None, recalled_at,
    )  # fmt: skip
    return Placed(message, 7, role)


@pytest.mark.parametrize(
    ("line", "courtesy"),
    [
        ("请教个问题", True),
        ("各位老师早，", True),
        ("好的谢谢，我改一下", True),
        ("谢谢，今晚导入的时候观察一下", True),
        ("先谢谢，明天到公司试", True),
        ("thanks!", True),
        ("对，timestamptz", False),
        ("谢谢，pg_repack 试过了", False),
        ("机器 64G 内存", False),
        ("请教，日志里一直刷 checkpoints", False),
        ("问下主从延迟怎么看", False),
    ],
)
def test_what_is_mere_courtesy(line: str, courtesy: bool) -> None:
    assert is_courtesy(line) is courtesy


THREAD = [
    placed(1, 10, "question", "槽撑满了", 0),
    placed(2, 11, "answer", "先看槽", 5),
    placed(3, 10, "detail", "[图片] PG 14", 6),
    placed(4, 11, "answer", "再删掉", 7),
    placed(5, 12, "answer", "我是另一个机器人", 8, "bot"),
    placed(6, 11, "answer", "很久以后", 60),
    placed(7, 10, "detail", "收回了", 61, recalled=True),
]


def test_what_was_asked_and_what_helped() -> None:
    assert asked_in(THREAD, 10) == ["槽撑满了", "PG 14"]
    assert answered_in(THREAD, 2) == "先看槽\n再删掉"
    assert answered_in(THREAD, 6) == "很久以后"
    assert answered_in(THREAD, 5) == ""  # no person's
    assert answered_in(THREAD, 99) == ""
    assert answered_in(THREAD, None) == ""
