"""The one tokenizer: Latin words whole and split, Chinese as runs of one to three characters, no dictionary."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import add

from classifiers._phrase import Phrase

GRAM = 3
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufe0f\ufeff]")
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_URL = re.compile(r"https?://([^\s/「」，。)]+)[^\s「」，。)]*")
_PIECE = re.compile(rf"[{_CJK}]+|[a-z0-9\u00c0-\u024f]+(?:[_.\-/+][a-z0-9\u00c0-\u024f]+)*(?:\+\+|#)?")
_SPLIT = re.compile(r"[_.\-/+]")
ERROR = Phrase(
    r"(?:^|\s)(?:error|fatal|panic|warning|hint|detail|exception|traceback|错误|致命错误|警告|异常)\s*[:：\[]",
    r"\wexception\b|\bsqlstate\b|caused by|\berrno\b|exited with|no such file|does not exist|not found|failed",
)
# Read once from left to right, however long the text: `select` and a call count from the first one of a line, and
# nothing begins with a run of any length.
CODE = Phrase(
    r"^(?:(?!\bselect\b).)*\bselect\b.+\bfrom\b|\bupdate\b \S+ \bset\b|\binsert into\b|\bdelete from\b",
    r"\bwith recursive\b|\bexplain\b",
    r"\b(?:create|alter|drop) (?:or replace )?(?:table|index|extension|database|role|user|schema|function|trigger"
    r"|policy|publication|subscription|view)\b|\bset \w+ ?=|\bshow \w+_\w+|^(?:(?!\w\().)*\w\(.*\)\s*;|;[^\S\n]*$",
    r"=>|->|::\w|\s--?[a-z][\w-]+[ =]|^[^\S\n]*[$#] ?\w|\bsudo \w|\\[a-z]\b|\w ?= ?['\"\d]",
    r"(?:^|\s)/(?:etc|var|usr|opt|home|dev|data|tmp)/",
    flags=re.MULTILINE,
)
_NAMED = re.compile(
    r"\b(?=\w*[a-z])\w+_\w+|\b[a-z]+\.(?:conf|log|sql|yml|yaml|py|sh|so|control)\b|\b[a-z]+\d+(?:\.\d+)+"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a text carries besides words.

    Attributes:
        error: It looks like the output of a program that complains.
        code: It holds statements, commands, settings or paths.
        url: It holds a web address.
        names: How many names of things there are: settings, files, versions (`max_wal_senders`, `pg17.2`).
    """

    error: bool
    code: bool
    url: bool
    names: int


@lru_cache(maxsize=256)
def normalize(text: str) -> str:
    """Return the text as it is compared: NFKC, zero-width characters stripped, lower case.

    Full-width Latin letters, digits and punctuation become narrow, so `：` and `:` are the same.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower()


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in order, repetitions included.

    A Latin word stands whole and, where `_ . - /` join it, in parts of two characters and more. A run of Chinese
    characters gives all its runs of one to three. A web address gives `url` and its host.
    """
    found: list[str] = []
    plain = normalize(text)
    if "://" in plain:
        for host in _URL.findall(plain):
            found += ["url", host]
        plain = _URL.sub(" ", plain)
    for piece in _PIECE.findall(plain):
        if piece[0] >= "\u3400":
            found += _grams(piece)
        else:
            found.append(piece)
            parts = _SPLIT.split(piece)
            if len(parts) > 1:
                found += [part for part in parts if len(part) > 1]
    return found


def _grams(run: str) -> list[str]:
    pairs = list(map(add, run, run[1:]))
    return [*run, *pairs, *map(add, pairs, run[2:])]


def counts(text: str) -> Mapping[str, int]:
    """Return how often each token occurs in a text, in the order of the first time."""
    return _counts(normalize(text))


def token_set(text: str) -> frozenset[str]:
    """Return the distinct tokens of a text."""
    return _token_set(normalize(text))


# Remembered by what they are of: words are asked for as they were typed, and again as they count.


@lru_cache(maxsize=256)
def _counts(plain: str) -> Mapping[str, int]:
    return Counter(tokens(plain))


@lru_cache(maxsize=256)
def _token_set(plain: str) -> frozenset[str]:
    return frozenset(_counts(plain))


def shape(text: str) -> Shape:
    """Return what a text carries besides words; expects the text as `normalize` returns it."""
    return Shape(error=ERROR.search(text), code=CODE.search(text), url="://" in text, names=names(text))


def names(text: str) -> int:
    """Return how many names of things a text holds, five at most; expects it as `normalize` returns it."""
    return min(len(_NAMED.findall(text)), 5) if "_" in text or "." in text else 0
