"""A second look at the likeliest messages: how each stands against the others, and what its thread gathers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST = 6  # earlier messages that are looked at again; the new beginning always is


def again(scores: Floats, threads: list[int | None], rows: Floats) -> tuple[list[int], Floats]:
    """Return which rows are looked at again, and their features: standing first, then what they were.

    Args:
        scores: The first look's, one for each row; the last one stands for a new beginning.
        threads: The thread of each earlier message; None outside all threads.
        rows: The features of the first look.
    """
    last = len(scores) - 1
    rank, share, best = _ranks(scores), _shares(scores), float(scores.max())
    chosen = [*[int(n) for n in np.argsort(-scores, kind="stable") if n != last][:MOST], last]
    keys = [thread if thread is not None else -1 - n for n, thread in enumerate(threads)]
    total, top = _gathered(keys, share, scores)
    highest = max((float(score) for score in scores[:last]), default=-9.0)
    found = []
    for n in chosen:
        key = keys[n] if n < last else 0  # no thread has the number 0
        score, own = float(scores[n]), float(share[n])
        others = max((value for other, value in total.items() if other != key), default=0.0)
        beside = [float(scores[last]) - score, total.get(key, own), others, top.get(key, score) - score]
        found.append([score, score - best, own, float(rank[n]), *beside, highest - score, float(len(total))])
    return chosen, np.hstack([np.array(found), rows[chosen]])


def _gathered(keys: list[int], share: Floats, scores: Floats) -> tuple[dict[int, float], dict[int, float]]:
    """Return what the messages of each thread gather of all shares, and the best score among them."""
    total: dict[int, float] = {}
    top: dict[int, float] = {}
    for key, part, score in zip(keys, share[: len(keys)], scores[: len(keys)], strict=True):
        total[key] = total.get(key, 0.0) + float(part)
        top[key] = max(top.get(key, -99.0), float(score))
    return total, top


def _shares(scores: Floats) -> Floats:
    """Return scores as shares that sum to 1."""
    share: Floats = np.exp(scores - float(scores.max()))
    share /= share.sum()
    return share


def _ranks(scores: Floats) -> Floats:
    """Return the place of each score, the best one's 0; of equal ones the earlier comes first."""
    rank = np.empty(len(scores))
    rank[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return rank


def standing(scores: Floats, rows: Floats) -> Floats:
    """Return rows for a second look at places: how each stands against the others, then what it was.

    Args:
        scores: The first look's; the last two stand for a new thread and for none.
        rows: The features of the first look.
    """
    rank, share, best = _ranks(scores), _shares(scores), float(scores.max())
    threads = np.sort(scores[:-2])[::-1]
    first = threads[0] if threads.size else -9.0
    second = threads[1] if threads.size > 1 else -9.0
    others = np.where(scores == first, second, first)
    beside = [scores, scores - best, share, rank, scores[-2] - scores, scores[-1] - scores, others - scores]
    return np.hstack([np.column_stack(beside), rows])
