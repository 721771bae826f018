from __future__ import annotations

import pytest

from handlers._relink._title import LIMIT, title


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (["请教个问题", "加一列，业务卡了半小时"], "加一列，业务卡了半小时"),
        (["大佬们好，请问 pg_wal 满了怎么办"], "pg_wal 满了怎么办"),
        (["[图片]", "这个报错什么意思"], "这个报错什么意思"),
        (["在吗"], "在吗"),
        (["连不上 10.1.2.3:5432，密码 abc123"], "连不上 ***:5432，密码 ***"),
        (["电话 13812345678 找我，数据库起不来"], "电话 *** 找我，数据库起不来"),
        (["", "  "], ""),
        ([], ""),
        (
            ["why does my query not use the index that I built on the very column of the filter"],
            "why does my query not use the index that I built on the very…",
        ),
    ],
)
def test_a_title_is_what_a_colleague_would_point_at(question: list[str], shown: str) -> None:
    assert title(question) == shown


@pytest.mark.parametrize("text", ["很" * 200, "a" * 200, "一句。" * 50, "x" * (2 * LIMIT - 4) + " 13812345678"])
def test_a_title_is_short_and_shows_no_half_secret(text: str) -> None:
    assert len(title([text])) <= 2 * LIMIT + 1
    assert "138" not in title([text])
