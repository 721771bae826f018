"""What a text is turned into before it is weighed: counted terms, and the share of each topic's keywords."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping

from classifiers._tokens import tokens

HEAD = 60  # characters; what a question opens with counts twice, as a title does
_HEAD = re.compile(r"[^。\n]*")


def terms(text: str) -> Counter[str]:
    """Return the terms of a text with their counts: all its tokens, and those of its first sentence once more."""
    found = Counter(tokens(text))
    opening = _HEAD.match(text.lstrip())
    if opening is not None:
        found.update(tokens(opening[0][:HEAD]))
    return found


def weighed(counts: Mapping[str, int], rareness: Mapping[str, float], unknown: float | None = None) -> dict[str, float]:
    """Return a vector of length 1: each term's damped count times its rareness; empty where no term is known.

    Args:
        counts: Terms with their counts.
        rareness: What a term tells, by term.
        unknown: The rareness of other terms; None leaves them out.
    """
    found: dict[str, float] = {}
    for term, count in counts.items():
        rare = rareness.get(term, unknown)
        if rare is not None:
            found[term] = (1.0 + math.log(count)) * rare
    length = math.sqrt(sum(value * value for value in found.values()))
    return {term: value / length for term, value in found.items()} if length else {}
