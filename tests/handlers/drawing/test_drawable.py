"""Any text becomes one that the font can draw: nothing hidden, nothing that is no letter, nothing endless."""

import unicodedata

import pytest

from handlers._drawing.typesetting import drawable
from tests.handlers.drawing.pages import HOSTILE

CASES = {
    "plain": ("主库磁盘满了，pg_wal 涨到 200G", "主库磁盘满了，pg_wal 涨到 200G"),
    "markup": ('#read("/etc/passwd") $x$ *b* @r', '#read("/etc/passwd") $x$ *b* @r'),
    "emoji": ("好的😀", "好的[表情]"),
    "emoji in a row": ("😀👍🏽🎉", "[表情]"),
    "a family": ("👨‍👩‍👧‍👦 家", "[表情] 家"),
    "a flag": ("🇨🇳", "[表情]"),
    "a keycap": ("1️⃣", "1"),
    "a star that the font has": ("★", "★"),
    "arabic": ("محمد علي", "[外文] [外文]"),
    "thai": ("ไทย群", "[外文]群"),
    "zalgo": ("Z̷̸͎a̸l̷g̵o̴̢", "Zalgo"),
    "accents": ("Việt Ňüß Ž", "Việt Ňüß Z"),
    "fancy letters": ("𝓙𝓪𝓬𝓴", "Jack"),
    "rare characters": ("喆昉璟繁體𠮷", "喆昉璟繁體𠮷"),
    "directions": ("\u202eabc\u202c \u2067x", "abc x"),
    "zero width": ("a\u200bb\u2060c\ufeff", "abc"),
    "control": ("a\x00b\x1b[0m", "ab[0m"),
    "lines": (" a\r\nb\tc\u3000\u2028d ", "a b c d"),
    "half a pair": ("x\ud83d", "x"),
    "private use": ("\ue000", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_text_becomes_drawable(case: str) -> None:
    said, drawn = CASES[case]
    assert drawable(said) == drawn


def test_words_for_what_cannot_be_drawn_are_in_the_language() -> None:
    assert drawable("😀 محمد", language="en") == "[emoji] [script]"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert drawable("字" * 5000, limit=40) == "字" * 39 + "…"
    assert drawable("字" * 40, limit=40) == "字" * 40
    assert drawable("one two three", limit=8) == "one two…"


def test_an_endless_token_can_be_broken_anywhere() -> None:
    assert drawable("a" * 2000).count("\u200b") == 1999
    assert drawable("a" * 30) == "a" * 30
    assert drawable("字" * 2000) == "字" * 2000, "Chinese breaks by itself"
    assert drawable("a" * 2000, limit=50).replace("\u200b", "") == "a" * 49 + "…"


@pytest.mark.parametrize("case", HOSTILE)
def test_nothing_hidden_is_left_and_twice_changes_nothing(case: str) -> None:
    once = drawable(HOSTILE[case], limit=60)
    assert drawable(once, limit=60) == once
    assert {unicodedata.category(character) for character in once.replace("\u200b", "")}.isdisjoint(
        {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}
    )
