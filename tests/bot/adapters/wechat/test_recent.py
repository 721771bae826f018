"""Which message a quotation was taken from."""

from __future__ import annotations

import pytest

from bot.adapters.wechat import _recent
from bot.adapters.wechat._recent import Recent


def known() -> Recent:
    recent = Recent()
    recent.note("g", "1", "老樊", "别手删 pg_wal，先看有没有没人用的槽")
    recent.note("g", "2", "阿棠", "同问")
    recent.note("g", "3", "晓舟", "同问")
    recent.note("g", "4", "小象", "第一段\n第二段\n(1/2)")
    recent.note("g", "5", "木子", "怎么删")
    recent.note("g", "6", "老樊", "")
    recent.note("h", "7", "老樊", "同问")
    return recent


@pytest.mark.parametrize(
    ("group", "name", "words", "want"),
    [
        ("g", "老樊", "别手删 pg_wal，先看有没有没人用的槽", "1"),
        ("g", "樊工（备注）", "别手删  pg_wal，\n先看有没有没人用的槽", "1"),
        ("g", "老樊", "别手删 pg_wal，先看有…", "1"),
        ("g", "老樊", "别手删", None),
        ("g", "阿棠", "同问", "2"),
        ("g", "谁呀", "同问", "3"),
        ("g", "小象", "第一段\n第二段", "4"),
        ("g", "木子", "@小象 怎么删", None),
        ("g", "老樊", "@小象 别手删 pg_wal，先看有没有没人用的槽", "1"),
        ("h", "老樊", "怎么删", None),
        ("i", "老樊", "同问", None),
        ("g", "老樊", "", None),
    ],
)
def test_quotations_find_their_message(group: str, name: str, words: str, want: str | None) -> None:
    assert known().find(group, name, words) == want


def test_it_forgets() -> None:
    recent = known()
    recent.note("b", "9", "x", "y")
    for number in range(_recent.GROUPS - 1):
        recent.note(str(number), "9", "x", "y")
    assert recent.find("g", "阿棠", "同问") is None
    assert recent.find("b", "x", "y") == "9"
    for number in range(_recent.MESSAGES + 1):
        recent.note("b", str(number), "x", f"z{number}")
    assert recent.find("b", "x", "y") is None
