"""How like two questions are, 0..1: the cosine of what they say, weighed by how rare it is among the texts known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache

from classifiers._similar.terms import asked_terms, say

ENOUGH = 20.0  # rareness shared from which a likeness counts in full: two short texts are alike by accident
SAME_TOPIC, OTHER_TOPIC = 1.25, 0.75


def likenesses(one: str, others: Iterable[str], rareness: Callable[[str], float]) -> list[float]:
    """Return how alike a question is to each of others; `rareness` tells what a term tells among all texts."""
    told = cache(rareness)  # those that are alike share their terms
    asked = _weights(one, told)
    return [_likeness(asked, _weights(other, told)) for other in others]


def likeness(one: str, other: str, rareness: Callable[[str], float]) -> float:
    """Return how alike two questions are."""
    return likenesses(one, [other], rareness)[0]


def _likeness(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    both = left.keys() & right.keys()
    if not both:
        return 0.0
    lengths = math.sqrt(sum(w * w for w in left.values()) * sum(w * w for w in right.values()))
    shared = sum(left[term] for term in both)
    return sum(left[term] ** 2 for term in both) / lengths * min(1.0, shared / ENOUGH)


def by_topic(like: float, one: str, other: str) -> float:
    """Return a likeness with what the topics of both say about it; an unknown topic says nothing."""
    if not one or not other:
        return like
    return min(1.0, like * (SAME_TOPIC if one == other else OTHER_TOPIC))


@lru_cache(maxsize=64)
def _terms(text: str) -> tuple[str, ...]:
    """Return the terms that are weighed (remembered: one question is held against a dozen)."""
    return tuple(term for term in asked_terms(text) if term[0] != "~")


def _weights(text: str, rareness: Callable[[str], float]) -> dict[str, float]:
    found = {term: rareness(term) * say(term) for term in _terms(text)}
    return {term: weight for term, weight in found.items() if weight > 0}
