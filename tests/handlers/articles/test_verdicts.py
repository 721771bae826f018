"""What a reviewer says in one message, and what an edit changes."""

from __future__ import annotations

import pytest

from handlers._articles.verdicts import Said, edited, said
from storage.articles import Words
from storage.reviews import Verdict

APPROVED, DROPPED, EDITED = Verdict.APPROVED, Verdict.DROPPED, Verdict.EDITED
WORDS = Words("槽撑满磁盘", "复制槽把磁盘撑满了，怎么办？", "删掉没人用的槽", 1400, 1600, machine=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("行", Said(APPROVED)),
        ("行。", Said(APPROVED)),
        ("OK", Said(APPROVED)),
        ("行 12", Said(APPROVED, 12)),
        ("行 文 12", Said(APPROVED, 12)),
        ("ok article 12", Said(APPROVED, 12)),
        ("可以", Said(APPROVED)),
        ("扔", Said(DROPPED)),
        ("扔 12", Said(DROPPED, 12)),
        ("drop", Said(DROPPED)),
        ("改：先删槽", Said(EDITED, None, "先删槽")),
        ("改 12：先删槽", Said(EDITED, 12, "先删槽")),
        ("改:先删槽\n再兜底", Said(EDITED, None, "先删槽\n再兜底")),
        ("改\n标题：槽", Said(EDITED, None, "标题：槽")),
        ("edit: drop the slot", Said(EDITED, None, "drop the slot")),
        ("改一下吧", None),
        ("改：", None),
        ("行不行啊", None),
        ("扔垃圾", None),
        ("okay then what", None),
        ("主库磁盘满了，能删 pg_wal 吗", None),
        ("", None),
    ],
)
def test_what_a_reply_decides(text: str, found: Said | None) -> None:
    assert said(text, replied=True) == found


@pytest.mark.parametrize(("text", "decides"), [("行", True), ("扔 12", True), ("好", False), ("no", False)])
def test_what_decides_without_a_reply(text: str, decides: bool) -> None:
    assert (said(text, replied=False) is not None) is decides


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("先删槽", Words("槽撑满磁盘", WORDS.question, "先删槽", 1400, 1600)),
        ("标题：别手删 pg_wal", Words("别手删 pg_wal", WORDS.question, WORDS.answer, 1400, 1600)),
        (
            "标题：别手删\n答：先删槽\n再兜底\n版本：13 到 17",
            Words("别手删", WORDS.question, "先删槽\n再兜底", 1300, 1700),
        ),
        ("问：磁盘满了\n版本：不限", Words("槽撑满磁盘", "磁盘满了", WORDS.answer)),
        ("先删槽\n版本：15", Words("槽撑满磁盘", WORDS.question, "先删槽", 1500, 1500)),
        ("标题：", Words("槽撑满磁盘", WORDS.question, WORDS.answer, 1400, 1600)),
        ("title: Slots\nversions: 14 to 16", Words("Slots", WORDS.question, WORDS.answer, 1400, 1600)),
    ],
)
def test_what_an_edit_changes(text: str, left: Words) -> None:
    assert edited(WORDS, text) == left
