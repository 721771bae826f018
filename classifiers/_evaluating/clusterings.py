"""Measures of clusterings and links, as published (Kummerfeld et al. 2019, their evaluation scripts).

A clustering is a mapping of items to labels; both sides hold the same items. Every figure is 0..100.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

Clustering = Mapping[int, str]
Overlaps = Mapping[tuple[str, str], int]


def overlaps(gold: Clustering, ours: Clustering) -> Counter[tuple[str, str]]:
    """Return how many items each pair of clusters, one of either side, has in common.

    Raises:
        ValueError: The sides don't hold the same items.
    """
    if gold.keys() != ours.keys():
        raise ValueError("both clusterings must hold the same items")
    return Counter((gold[item], ours[item]) for item in gold)


def scaled_vi(gold: Clustering, ours: Clustering) -> float:
    """Return one minus the variation of information, scaled by its upper bound, log2 of the number of items."""
    count = len(gold)
    if count < 2:
        return 100.0
    both, left, right = overlaps(gold, ours), Counter(gold.values()), Counter(ours.values())
    apart = math.fsum(n * (math.log2(left[g] / n) + math.log2(right[o] / n)) for (g, o), n in both.items())
    return 100 * (1 - apart / count / math.log2(count))


def one_to_one(gold: Clustering, ours: Clustering) -> float:
    """Return the share of items that the best one-to-one matching of clusters agrees on."""
    both = overlaps(gold, ours)
    return 100 * sum(_best(part) for part in _parts(both)) / max(1, len(gold))


def exact(gold: Clustering, ours: Clustering) -> tuple[float, float, float]:
    """Return precision, recall and F1 of whole clusters; those of one item don't count."""
    theirs, found = _whole(gold), _whole(ours)
    return precision_recall(len(theirs & found), len(found), len(theirs))


def shen_f(gold: Clustering, ours: Clustering) -> float:
    """Return the F1 of each gold cluster with its best partner, weighted by the gold cluster's size (Shen 2006)."""
    left, right = Counter(gold.values()), Counter(ours.values())
    best: dict[str, float] = defaultdict(float)
    for (theirs, found), n in overlaps(gold, ours).items():
        best[theirs] = max(best[theirs], 2 * n / (left[theirs] + right[found]))
    return 100 * math.fsum(left[label] * best[label] for label in left) / max(1, len(gold))


def links(gold: Mapping[int, Iterable[int]], ours: Mapping[int, Iterable[int]]) -> tuple[int, int, int]:
    """Return how many links agree, were found, and are in the gold; a message linked to itself begins something."""
    theirs = {(later, earlier) for later, targets in gold.items() for earlier in targets}
    found = {(later, earlier) for later, targets in ours.items() for earlier in targets}
    return len(theirs & found), len(found), len(theirs)


def precision_recall(agreed: int, found: int, gold: int) -> tuple[float, float, float]:
    """Return precision, recall and F1 from counts."""
    precision, recall = 100 * agreed / max(1, found), 100 * agreed / max(1, gold)
    return precision, recall, 2 * precision * recall / (precision + recall) if agreed else 0.0


def joined(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the clusters that links make: item -> the smallest item it is joined with."""
    above: dict[int, int] = {}
    for one, other in pairs:
        low, high = sorted((_root(one, above), _root(other, above)))
        above[high] = low
        above.setdefault(low, low)
    return {item: _root(item, above) for item in above}


def _root(item: int, above: dict[int, int]) -> int:
    above.setdefault(item, item)
    while above[item] != item:
        above[item] = above[above[item]]
        item = above[item]
    return item


def _whole(clustering: Clustering) -> set[frozenset[int]]:
    held: dict[str, set[int]] = defaultdict(set)
    for item, label in clustering.items():
        held[label].add(item)
    return {frozenset(items) for items in held.values() if len(items) > 1}


def _parts(both: Overlaps) -> list[dict[tuple[str, str], int]]:
    """Split overlaps into parts that share no cluster: each is matched by itself."""
    left = {label: number for number, label in enumerate(dict.fromkeys(g for g, _ in both))}
    right = {label: len(left) + number for number, label in enumerate(dict.fromkeys(o for _, o in both))}
    roots = joined((left[g], right[o]) for g, o in both)
    parts: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for (g, o), n in both.items():
        parts[roots[left[g]]][g, o] = n
    return list(parts.values())


def _best(part: Overlaps) -> int:
    """Return the weight of the best matching of one part (Hungarian method, rows being the smaller side)."""
    rows, columns = list(dict.fromkeys(g for g, _ in part)), list(dict.fromkeys(o for _, o in part))
    if len(rows) > len(columns):
        return _best({(o, g): n for (g, o), n in part.items()})
    cost = [[-part.get((row, column), 0) for column in columns] for row in rows]
    return -_cheapest(cost)


def _cheapest(cost: list[list[int]]) -> int:
    """Return the cost of the cheapest assignment of every row to a column of its own."""
    width = len(cost[0])
    row_price, column_price, holder = [0] * (len(cost) + 1), [0] * (width + 1), [0] * (width + 1)
    for row in range(1, len(cost) + 1):
        holder[0] = row
        _augment(cost, row_price, column_price, holder)
    return sum(cost[holder[column] - 1][column - 1] for column in range(1, width + 1) if holder[column])


def _augment(cost: list[list[int]], row_price: list[int], column_price: list[int], holder: list[int]) -> None:
    """Give the row that stands at column 0 a column, moving others along the cheapest way."""
    width, column = len(cost[0]), 0
    slack: list[float] = [math.inf] * (width + 1)
    way, seen = [0] * (width + 1), [False] * (width + 1)
    while holder[column]:
        seen[column] = True
        row, step, following = holder[column], math.inf, 0
        for j in range(1, width + 1):
            if seen[j]:
                continue
            price = cost[row - 1][j - 1] - row_price[row] - column_price[j]
            if price < slack[j]:
                slack[j], way[j] = price, column
            if slack[j] < step:
                step, following = slack[j], j
        for j in range(width + 1):
            if seen[j]:
                row_price[holder[j]] += int(step)
                column_price[j] -= int(step)
            else:
                slack[j] -= step
        column = following
    while column:
        holder[column] = holder[way[column]]
        column = way[column]
