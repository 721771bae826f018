from __future__ import annotations

import pytest

from handlers._wording.names import LIMIT, call_name, spaced


@pytest.mark.parametrize(
    ("card", "name"),
    [
        ("成都-老樊-DBA", "老樊"),
        ("上海-Iris-数据工程", "Iris"),
        ("重庆-阿坤-Oracle转PG", "阿坤"),
        ("Singapore-Owen-Backend", "Owen"),
        ("beijing-hank-dba", "hank"),
        ("北京_张三_阿里", "张三"),
        ("老王|运维|上海", "老王"),
        ("老樊@苇间数据", "老樊"),
        ("苇间数据-老樊", "老樊"),
        ("老樊(成都)", "老樊"),
        ("【DBA】老樊", "老樊"),
        ("PG-老樊", "老樊"),
        ("上海市-小明", "小明"),
        ("张三丰 13812345678", "张三丰"),
        ("🐘老樊🐘", "老樊"),
        ("木子", "木子"),
        ("Hank", "Hank"),
        ("Lena Wang", "Lena Wang"),
        ("Lena Wang - DBA", "Lena Wang"),
        ("jean-luc", "jean-luc"),
        ("elephant_fan", "elephant_fan"),
        ("O'Neil", "O'Neil"),
        ("DBA", "DBA"),
        ("成都", "成都"),
        ("@all", "all"),
        ("🐘", ""),
        ("  ", ""),
        ("", ""),
    ],
)
def test_a_card_gives_the_name_people_call(card: str, name: str) -> None:
    assert call_name(card) == name


@pytest.mark.parametrize("card", ["a" * 100, "很" * 100, "-" * 1000, "a\nb\u202ec", "「」"])
def test_no_card_gives_a_long_or_broken_name(card: str) -> None:
    name = call_name(card)
    assert len(name) <= LIMIT
    assert "\n" not in name
    assert "\u202e" not in name


@pytest.mark.parametrize(
    ("line", "set_in"),
    [
        ("谢谢bob。", "谢谢 bob。"),
        ("用的是Lena上周的答案", "用的是 Lena 上周的答案"),
        ("用的是晓舟11 月 26 日的答案", "用的是晓舟 11 月 26 日的答案"),
        ("谢谢阿棠。", "谢谢阿棠。"),
        ("#2 is solved", "#2 is solved"),
    ],
)
def test_a_name_is_set_in_with_space(line: str, set_in: str) -> None:
    assert spaced(line) == set_in
