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
    order = np.argsort(-scores, kind="stable")
    rank = np.empty(len(scores))
    rank[order] = np.arange(len(scores))
    chosen = [*[int(n) for n in order if n != last][:MOST], last]
    best = float(scores[order[0]])
    share = np.exp(scores - best)
    share /= share.sum()
    keys = [thread if thread is not None else -1 - n for n, thread in enumerate(threads)]
    total: dict[int, float] = {}
    top: dict[int, float] = {}
    for key, part, score in zip(keys, share[:last], scores[:last], strict=True):
        total[key] = total.get(key, 0.0) + float(part)
        top[key] = max(top.get(key, -99.0), float(score))
    highest = max((float(score) for score in scores[:last]), default=-9.0)
    found = []
    for n in chosen:
        key = keys[n] if n < last else 0  # no thread has the number 0
        score, own = float(scores[n]), float(share[n])
        others = max((value for other, value in total.items() if other != key), default=0.0)
        mine, peak = total.get(key, own), top.get(key, score)
        found.append(
            [
                score,
                score - best,
                own,
                float(rank[n]),
                float(scores[last]) - score,
                mine,
                others,
                peak - score,
                highest - score,
                float(len(total)),
            ]
        )
    return chosen, np.hstack([np.array(found), rows[chosen]])


def standing(scores: Floats, rows: Floats) -> Floats:
    """Return rows for a second look at places: how each stands against the others, then what it was.

    Args:
        scores: The first look's; the last two stand for a new thread and for none.
        rows: The features of the first look.
    """
    best = float(scores.max())
    share = np.exp(scores - best)
    share /= share.sum()
    order = np.argsort(-scores, kind="stable")
    rank = np.empty(len(scores))
    rank[order] = np.arange(len(scores))
    threads = np.sort(scores[:-2])[::-1]
    first = threads[0] if threads.size else -9.0
    second = threads[1] if threads.size > 1 else -9.0
    others = np.where(scores == first, second, first)
    beside = [scores, scores - best, share, rank, scores[-2] - scores, scores[-1] - scores, others - scores]
    return np.hstack([np.column_stack(beside), rows])
