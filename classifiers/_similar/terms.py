"""The terms by which texts are found: tokens without the longest runs, and parts of Latin words."""

from __future__ import annotations

import re
from collections import Counter

from classifiers._tokens import normalize, tokens

LONGEST = 2  # of a run of Chinese characters; longer ones find nothing that their pairs do not
PART = 3  # characters of a Latin word
_LATIN = re.compile(r"[a-z0-9]{4,}")
# What makes a text a question says nothing of what it asks about, and stands in no answer.
_ASKING = re.compile(
    r"如何|怎么办|怎么|怎样|咋办|咋|什么|为何|为啥|哪些|哪个|是否|能否|能不能|可不可以|可以|请问|请教|求助|求教|有没有人|有没有|有人|时候"
    r"|多少|应该|需要|原因|方法|办法|解决|处理|知道|遇到过|遇到|大佬|各位|大家|老师|谢谢|[吗呢吧啊呀]"
    r"|\b(?:how|what|why|when|where|which|who|does|did|do|is|are|can|could|should|would|anyone|please|help|the|a|an|to|in|of|my"
    r"|i|it|and|or|for|with|on|there|this|that|we|you)\b"
)


def terms(text: str) -> Counter[str]:
    """Return the terms of a text with their counts; parts of Latin words begin with `~`."""
    found = Counter(token for token in tokens(text) if token[0] < "\u3400" or len(token) <= LONGEST)
    for word in _LATIN.findall(normalize(text)):
        found.update(f"~{word[i : i + PART]}" for i in range(len(word) - PART + 1))
    return found


def asked_terms(text: str) -> Counter[str]:
    """Return the terms of a question without the words that only make it one; all of them where nothing is left."""
    return terms(_ASKING.sub(" ", normalize(text))) or terms(text)


def say(term: str) -> float:
    """Return how much a term says beside its rareness: names most, single characters and parts of words less."""
    if term[0] == "~":
        return 0.3
    if term[0] < "\u3400":
        return 1.3
    return 0.6 if len(term) == 1 else 1.0
