"""Measures of question threads: whether beginnings, first responses, outcomes and closes come out right.

The definitions are those of the Chinese development data: messages outside all threads are clusters of their own,
threads are matched one to one by overlap, the largest first. Every figure is 0..100.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from classifiers._evaluating.clusterings import exact, scaled_vi, shen_f
from classifiers._evaluating.streams import GoldThread, Row

SLACK = timedelta(seconds=60)
SAME = {"open": "unanswered", "expired": "unanswered"}


def matching(gold: Mapping[int, str], rows: Iterable[Row]) -> dict[str, Row]:
    """Return gold thread -> the thread found for it; the largest overlaps are matched first."""
    found = list(rows)
    both = Counter((gold[i], n) for n, row in enumerate(found) for i in row.messages if i in gold)
    match: dict[str, int] = {}
    for (theirs, ours), _ in sorted(both.items(), key=lambda pair: -pair[1]):
        if theirs not in match and ours not in match.values():
            match[theirs] = ours
    return {theirs: found[ours] for theirs, ours in match.items()}


def membership(items: Iterable[int], gold: Mapping[int, str], rows: Sequence[Row]) -> dict[str, float]:
    """Return 1-1 over messages inside a thread on either side, Shen-F over those of gold, exact F1 and VI over all."""
    ours = {i: row.thread for row in rows for i in row.messages}
    match = matching(gold, rows)
    agreed = sum(1 for i, theirs in gold.items() if i in ours and theirs in match and match[theirs].thread == ours[i])
    either = gold.keys() | ours.keys()
    every = list(items)
    left = {i: gold.get(i, f" {i}") for i in every}
    right = {i: str(ours[i]) if i in ours else f" {i}" for i in every}
    return {
        "one_to_one": 100 * agreed / max(1, len(either)),
        "shen_f": _shen_of_threads(left, right, gold),
        "exact_f1": exact(left, right)[2],
        "vi": scaled_vi(left, right),
    }


def _shen_of_threads(left: Mapping[int, str], right: Mapping[int, str], gold: Mapping[int, str]) -> float:
    """Return Shen-F without the gold clusters that stand for messages outside threads."""
    whole, outside = len(left), len(left) - len(gold)
    alone = Counter(right.values())
    lost = sum(2 / (1 + alone[right[i]]) for i in left if i not in gold)
    return (shen_f(left, right) * whole - 100 * lost) / max(1, whole - outside)


def starts(threads: Iterable[GoldThread], rows: Iterable[Row]) -> tuple[float, float]:
    """Return precision and recall of beginnings: a thread found begins inside the burst that asked the question."""
    gold = list(threads)
    begun = [row.messages[0] for row in rows if row.messages]
    good = sum(any(first in thread.opens for thread in gold) for first in begun)
    hit = sum(any(first in thread.opens for first in begun) for thread in gold)
    return 100 * good / max(1, len(begun)), 100 * hit / max(1, len(gold))


def right_time(gold: timedelta | None, ours: timedelta | None) -> bool:
    """Return whether a duration is right within a minute or a tenth; none is right where there is none."""
    if gold is None or ours is None:
        return gold is None and ours is None
    return abs(gold - ours) <= max(SLACK, gold / 10)


def responses(threads: Iterable[GoldThread], match: Mapping[str, Row], at: Mapping[int, datetime]) -> list[bool]:
    """Return for each gold thread whether its first response time comes out right."""
    found = []
    for gold in threads:
        row = match.get(gold.key)
        theirs = None if gold.response is None else at[gold.response] - at[gold.first]
        ours = None if row is None or row.response_at is None else row.response_at - row.asked_at
        found.append(row is not None and right_time(theirs, ours))
    return found


def outcomes(threads: Iterable[GoldThread], match: Mapping[str, Row]) -> list[bool]:
    """Return for each gold thread whether its outcome is right; open and expired ones are unanswered."""
    return [
        gold.key in match and SAME.get(match[gold.key].outcome, match[gold.key].outcome) == gold.outcome
        for gold in threads
    ]


def closes(threads: Iterable[GoldThread], match: Mapping[str, Row], at: Mapping[int, datetime]) -> list[bool]:
    """Return for each resolved gold thread whether the time from question to close is right."""
    found = []
    for gold in threads:
        if gold.outcome != "resolved":
            continue
        row = match.get(gold.key)
        theirs = None if gold.resolved is None else at[gold.resolved] - at[gold.first]
        ours = None if row is None or row.resolved_at is None else row.resolved_at - row.asked_at
        found.append(theirs is not None and ours is not None and right_time(theirs, ours))
    return found


def topics(threads: Iterable[GoldThread], match: Mapping[str, Row]) -> list[bool]:
    """Return for each gold thread whether its topic is right."""
    return [gold.key in match and match[gold.key].topic == gold.topic for gold in threads]


def share(found: Sequence[bool]) -> float:
    """Return the share of what is right."""
    return 100 * sum(found) / max(1, len(found))
