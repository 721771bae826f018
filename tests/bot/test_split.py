"""Splitting: each part fits, nothing is lost, and no part ends where a reader would not end it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.split import FENCE, boundary, pieces, split

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy

MARK = re.compile(r"\n\((\d)/(\d)\)$")
TEXTS = st.text(st.sampled_from("ab 。！\n\n.一二👍🏽👨\u200d👩é\u0301🇨🇳한"), max_size=600)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def utf8(text: str) -> int:
    return len(text.encode())


def unmarked(parts: list[str]) -> list[str]:
    return [MARK.sub("", part) for part in parts]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_what_fits_is_left_alone() -> None:
    assert split("", 10) == [""]
    assert split("一二三四五六七八九十", 10) == ["一二三四五六七八九十"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("甲" * 50 + "\n\n" + "乙" * 30 + "\n" + "丙" * 80, "甲" * 50),
        ("甲" * 50 + "\n" + "乙" * 30 + "。" + "丙" * 80, "甲" * 50),
        ("甲" * 50 + "。" + "乙" * 120, "甲" * 50 + "。"),
        ("a" * 50 + ". " + "b" * 120, "a" * 50 + ". "),
        ("甲" * 200, "甲" * 93),
        ("甲" * 3 + "\n" + "乙" * 200, "甲" * 3 + "\n" + "乙" * 89),
    ],
    ids=["paragraph", "line", "sentence", "english sentence", "character", "a cut too early is none"],
)
def test_cuts_where_a_reader_would(text: str, first: str) -> None:
    parts = split(text, 100)
    assert unmarked(parts)[0] == first
    assert parts[0].endswith(f"(1/{len(parts)})")


def test_a_cut_fence_is_closed_and_opened_again() -> None:
    text = "看这个：\n```sql\n" + "select 1;\n" * 30 + "```\n完"
    parts = split(text, 120)
    assert 1 < len(parts) <= 5
    for part in unmarked(parts):
        assert len([line for line in part.split("\n") if line.startswith(FENCE)]) % 2 == 0
    assert parts[1].startswith("```sql\nselect 1;")


def test_more_than_five_parts_end_in_an_ellipsis() -> None:
    parts = split("长" * 10_000, 100)
    assert len(parts) == 5
    assert parts[-1].endswith("…\n(5/5)")
    assert all(len(part) <= 100 for part in parts)


@pytest.mark.parametrize(
    ("text", "boundaries"),
    [
        ("ab", [1]),
        ("e\u0301a", [2]),
        ("👨\u200d👩\u200d👧b", [5]),
        ("👍🏽b", [2]),
        ("🇨🇳🇺🇸", [2]),
        ("1\ufe0f\u20e3x", [3]),
        ("\r\n\n", [2]),
        ("한국", [1]),
        ("\u1112\u1161\u11ab\u1100", [3]),
        ("\uac00\u11a8a", [2]),
        ("กำก", [2]),
        ("ｶﾞx", [2]),
        ("⚠️。", [2]),
        ("🏴\U000e0067\U000e0062\U000e007fa", [4]),
    ],
)
def test_boundaries_between_what_readers_call_characters(text: str, boundaries: list[int]) -> None:
    assert [index for index in range(1, len(text)) if boundary(text, index)] == boundaries


@calmly
@given(TEXTS, st.integers(8, 60))
def test_pieces_join_to_the_text_and_each_fits(text: str, limit: int) -> None:
    found = list(pieces(text, limit))
    assert "".join(found) == text
    assert all(0 < len(piece) <= limit for piece in found)


@calmly
@given(TEXTS, st.integers(120, 300), st.sampled_from([len, utf16, utf8]))
def test_each_part_fits_and_ends_between_characters(text: str, limit: int, measure: object) -> None:
    assert callable(measure)
    parts = split(text, limit, measure)
    assert len(parts) <= 5
    assert all(measure(part) <= limit for part in parts)
    told = "".join(map(squeezed, unmarked(parts)))
    whole = squeezed(text)
    assert told == whole or (told.endswith("…") and whole.startswith(told[:-1]))
    position = 0
    for part in unmarked(parts)[:-1]:
        position = text.index(part, position) + len(part)
        assert boundary(text, position)


@calmly
@given(st.lists(st.sampled_from(["select 1;\n", "\n", "```\n", "```sql\n", "中文。", "``"]), max_size=120))
def test_no_part_ends_inside_a_fence(lines: list[str]) -> None:
    text = "".join(lines)
    parts = split(text, 150)
    assert all(len(part) <= 150 for part in parts)
    if len(parts) > 1:
        for part in unmarked(parts)[:-1]:
            assert len([line for line in part.split("\n") if line.startswith(FENCE)]) % 2 == 0


def test_hostile_lengths_are_survived() -> None:
    assert all(len(part) <= 100 for part in split("z" + "\u0301" * 5000, 100))
    assert len(split("🇨🇳" * 20_000, 1000)) == 5
    assert split(" " * 5000 + "\n" * 5000, 100)
