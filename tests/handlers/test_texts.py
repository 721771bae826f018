"""Every text about questions, in both languages: the same values, short, and in the bot's tone."""

from __future__ import annotations

import importlib
import string
from collections.abc import Iterator
from itertools import pairwise

import pytest

from handlers import Text
from tests.handlers.conftest import LINES, check_manners

FILES = (
    "_threads.described",
    "questions._told",
    "questions._closing",
    "questions._credit",
    "_threads.suggesting",
    "corrections._objecting",
    "questions",
    "lookups",
    "corrections",
    "help",
    "experts._texts",
    "experts._endorsing",
    "experts._listing",
    "_experts.telling",
    "_experts.load",
)


def texts() -> Iterator[tuple[str, Text]]:
    for file in FILES:
        module = importlib.import_module(f"handlers.{file}")
        for holder in ("Texts", "Things", "Skills", "Answering"):
            for name, value in vars(getattr(module, holder, object)).items():
                if isinstance(value, Text):
                    yield f"{file}.{name}", value


EVERY = dict(texts())


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("name", EVERY)
def test_both_languages_say_the_same_in_the_same_manner(name: str) -> None:
    text = EVERY[name]
    # A value may be left out in one language (/undo needs no 群里), but none may be misspelt in it.
    assert fields(text.en) <= fields(text.zh) or fields(text.zh) <= fields(text.en)
    for template in (text.zh, text.en):
        said = template.format(**dict.fromkeys(fields(template), "x"))
        if said.strip(" ,，·"):
            check_manners(said.strip())
        assert said.count("\n") < LINES
        assert "!" not in said
        assert "！" not in said


@pytest.mark.parametrize("name", EVERY)
def test_chinese_and_latin_stand_apart(name: str) -> None:
    zh = EVERY[name].zh
    for left, right in pairwise(zh):
        assert not ("一" <= left <= "鿿" and right.isascii() and right.isalnum()), zh
        assert not (left.isascii() and left.isalnum() and "一" <= right <= "鿿"), zh
