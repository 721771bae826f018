"""Finding weighted keywords in a text: Latin ones as whole words or parts, Chinese ones anywhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from classifiers._tokens import GRAM, normalize, token_set

_EDGE = re.compile(r"[a-z0-9_]")


class Lexicon:
    """A set of keywords that is matched against texts in time that does not grow with the number of keywords."""

    def __init__(self, keywords: Iterable[str]) -> None:
        self.single: set[str] = set()
        self.longer: dict[str, list[str]] = defaultdict(list)
        for keyword in sorted({normalize(keyword) for keyword in keywords}):
            bits = token_set(keyword)
            if keyword in bits and (keyword[0] < "\u3400" or len(keyword) <= GRAM):
                self.single.add(keyword)
            else:
                self.longer[_anchor(keyword)].append(keyword)

    def find(self, text: str) -> set[str]:
        """Return the keywords (normalised) that occur in a text."""
        plain = normalize(text)
        found = token_set(text)
        hits = set(self.single & found)
        for anchor in self.longer.keys() & found:
            hits.update(keyword for keyword in self.longer[anchor] if _occurs(keyword, plain))
        if "" in self.longer:
            hits.update(keyword for keyword in self.longer[""] if keyword in plain)
        return hits


def _anchor(keyword: str) -> str:
    """Return the longest token of a keyword that is a token of every text which holds the keyword."""
    whole = [token for token in token_set(keyword) if token in keyword]
    chinese = [token for token in whole if token[0] >= "\u3400"]
    return max(chinese or whole, key=lambda token: (len(token), token), default="")


def _occurs(keyword: str, plain: str) -> bool:
    """Whether a keyword stands in a text and does not begin or end inside a Latin word."""
    start = plain.find(keyword)
    while start >= 0:
        end = start + len(keyword)
        inside = (start > 0 and _EDGE.match(keyword[0]) and _EDGE.match(plain[start - 1])) or (
            end < len(plain) and _EDGE.match(keyword[-1]) and _EDGE.match(plain[end])
        )
        if not inside:
            return True
        start = plain.find(keyword, start + 1)
    return False
