"""How right guesses are: accuracy, whether the truth is among the first two, and macro F1 over the labels there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def accuracy(gold: Sequence[str], guessed: Sequence[Sequence[str]], among: int = 1) -> float:
    """Return the share, in per cent, of texts whose label is among the first guesses; no guess is a wrong one."""
    right = sum(label in found[:among] for label, found in zip(gold, guessed, strict=True))
    return 100.0 * right / max(1, len(gold))


def macro_f1(gold: Sequence[str], guessed: Sequence[Sequence[str]]) -> float:
    """Return the mean F1, in per cent, of the labels that occur in `gold`, each weighing the same."""
    first = [found[0] if found else "" for found in guessed]
    both = Counter(label for label, found in zip(gold, first, strict=True) if label == found)
    truths, claims = Counter(gold), Counter(first)
    scores = [2.0 * both[label] / (truths[label] + claims[label]) for label in truths]
    return 100.0 * sum(scores) / max(1, len(scores))
