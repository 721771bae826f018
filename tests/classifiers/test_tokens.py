from __future__ import annotations

import pytest

from classifiers._tokens import normalize, shape, token_set, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("max_wal_senders", ["max_wal_senders", "max", "wal", "senders"]),
        ("复制槽", ["复", "制", "槽", "复制", "制槽", "复制槽"]),
        ("PG16 卡", ["pg16", "卡"]),
        ("pg_hba.conf", ["pg_hba.conf", "pg", "hba", "conf"]),
        ("C++ 和 C#", ["c++", "和", "c#"]),
        ("看 https://pg.example.org/a/b?c=1 吧", ["url", "pg.example.org", "看", "吧"]),
        ("a\u200bb ＰＧ", ["ab", "pg"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_normalize_makes_wide_narrow() -> None:
    assert normalize("ＳＥＬＥＣＴ　１：２\ufeff") == "select 1:2"


@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        ("早上好", False, False),
        ("ERROR: deadlock detected", True, False),
        ("org.postgresql.util.PSQLException: 出错", True, False),
        ("致命错误： 用户认证失败", True, False),
        ("select 1 from t", False, True),
        ("alter system reset work_mem;", False, True),
        ("我们聊聊天", False, False),
        ("plpgsql 带 exception 的块", False, False),
    ],
)
def test_shape(text: str, error: bool, code: bool) -> None:
    found = shape(normalize(text))
    assert (found.error, found.code) == (error, code)


def test_token_set_is_remembered() -> None:
    assert token_set("同一句") is token_set("同一句")
