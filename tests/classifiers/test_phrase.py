"""Looking a text up in the book finds what searching for every phrase finds."""

from __future__ import annotations

import pytest

from classifiers import _phrases
from classifiers._phrase import Book, Phrase, required
from classifiers._tokens import normalize
from tests.classifiers.dialogs import CHATS, FORTNIGHT

PHRASES = {name: value for name, value in vars(_phrases).items() if isinstance(value, Phrase)}


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("搞定", ["搞定"]),
        (r"没(?:用|效果)(?:啊|呀)", ["没"]),
        (r"(?:可以|好)了(?!吗)", ["了"]),
        (r"\bthanks?\b", ["thank"]),
        (r"用的?是", ["用"]),
        (r"求{2}解", ["解"]),
        (r"\+ ?1", ["+"]),
        (r"pg{0,2}库", ["库"]),
        (r"[是对]吧", ["吧"]),
        (r"^(?:早+|hello)$", ["早", "hello"]),
        (r"(?:行|好(?:看|听))[嘛么]?$", ["行", "好"]),
        (r"(?:行|.)吗?", []),
        (r"[^好]|[a-z]|\w(?=啊)", []),
        (r"一.{0,3}不\?", ["不?"]),
    ],
)
def test_the_letters_that_a_match_needs(pattern: str, letters: list[str]) -> None:
    assert required(pattern) == set(letters)


@pytest.mark.middle
def test_the_book_finds_what_a_search_finds() -> None:
    book = Book(PHRASES)
    files = [*sorted(CHATS.glob("*.txt")), FORTNIGHT]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    texts = {normalize(text) for line in lines for text in (line, line.rsplit("|", 1)[-1])}
    for text in sorted(texts):
        assert book.find(text) == {name for name, phrase in PHRASES.items() if phrase.search(text)}, text


def test_no_phrase_matches_nothing() -> None:
    assert Book(PHRASES).find("") == set()
    assert [name for name, phrase in PHRASES.items() if phrase.search("")] == []
