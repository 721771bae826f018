"""Boosted trees as flat arrays, evaluated for several rows at once; what scikit-learn trained, without its overhead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]


@dataclass(frozen=True)
class Trees:
    """A sum of trees. A leaf is a node that leads to itself.

    Attributes:
        feature: Which feature a node asks about.
        threshold: A row goes left where its feature is at most this.
        children: Left and right of node n stand at 2n and 2n + 1.
        value: What a leaf adds.
        roots: The first node of each tree.
        depth: Steps from a root to the deepest leaf, for a reader of the file.
        base: What is added whatever the leaves say.
    """

    feature: Integers
    threshold: Floats
    children: Integers
    value: Floats
    roots: Integers
    depth: int
    base: float

    @cached_property
    def _masks(self) -> _Masks:
        return _masks(self)

    def scores(self, rows: Floats) -> Floats:
        """Return the score of each row (rows by features), in log-odds.

        Every node of every tree is asked at once. One that sends a row to the right rules out the leaves on its left,
        and the leftmost that is left is the row's (QuickScorer, Lucchese et al. 2015).
        """
        masks = self._masks
        sent = rows.take(masks.feature, axis=1) > masks.threshold
        gone = np.bitwise_or.reduce(sent * masks.gone, axis=1)
        leaf = (
            _LEFTMOST.take(gone) if gone.dtype == np.int16 else np.frexp((~gone & (gone + 1)).astype(np.float64))[1] - 1
        )
        found: Floats = masks.base + masks.value.take(leaf + masks.first).sum(axis=1)
        return found

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Return the arrays as they are kept in a file, their names beginning with `name`."""
        shape = np.array([self.depth, self.base])
        parts: list[NDArray[np.generic]] = [self.feature.astype(np.int16), self.threshold, self.children]
        parts += [self.value, self.roots, shape]
        return {f"{name}.{field}": part for field, part in zip(_FIELDS, parts, strict=True)}


_FIELDS = ("feature", "threshold", "children", "value", "roots", "shape")


@dataclass(frozen=True)
class _Masks:
    """Inner nodes with the leaves that are ruled out where they send a row to the right.

    The first nodes of all trees come first, then the second ones: so the leaves of a tree are gathered for all trees
    side by side. A tree that has fewer than others is filled up with nodes that rule nothing out.
    """

    feature: NDArray[np.intp]
    threshold: Floats
    gone: NDArray[np.signedinteger[Any]]
    value: Floats
    first: NDArray[np.intp]
    base: float


_LEFTMOST = np.array([(~n & (n + 1)).bit_length() - 1 for n in range(1 << 15)], dtype=np.intp)  # leaf not ruled out


def _masks(model: Trees) -> _Masks:
    """Return trees as masks; a tree that is one leaf only adds to the base."""
    nodes: list[list[tuple[int, int]]] = []
    values: list[list[float]] = []
    base = model.base
    for root in map(int, model.roots):
        if model.children[2 * root] == root:
            base += float(model.value[root])
            continue
        nodes.append([])
        values.append(_leaves(model, root, 0, nodes[-1]))
    table = np.zeros((len(values), max(map(len, values), default=1)))
    for number, found in enumerate(values):
        table[number, : len(found)] = found
    most = max(map(len, nodes), default=0)
    filled = np.array([[*found, *[(0, 0)] * (most - len(found))] for found in nodes]).reshape(len(nodes), most, 2)
    at, gone = np.ascontiguousarray(filled[:, :, 0].T), filled[:, :, 1].T
    return _Masks(
        model.feature[at].astype(np.intp),
        model.threshold[at],
        np.ascontiguousarray(gone, dtype=_width(table.shape[1])),
        table,
        np.arange(len(values)) * table.shape[1],
        base,
    )


def _width(leaves: int) -> type[np.signedinteger[Any]]:
    """Return the narrowest numbers that have a bit for each leaf: less to read, and masks are most of the work."""
    return np.int16 if leaves <= 15 else np.int32 if leaves <= 31 else np.int64


def _leaves(model: Trees, node: int, first: int, nodes: list[tuple[int, int]]) -> list[float]:
    """Return the values of the leaves below a node, left to right, and note its inner nodes; `first` is its first leaf.

    Raises:
        ValueError: A tree has more leaves than a mask has bits.
    """
    low, high = int(model.children[2 * node]), int(model.children[2 * node + 1])
    if low == node:
        return [float(model.value[node])]
    left = _leaves(model, low, first, nodes)
    if first + len(left) > 61:
        raise ValueError("a tree has too many leaves")
    nodes.append((node, ((1 << len(left)) - 1) << first))
    return [*left, *_leaves(model, high, first + len(left), nodes)]


def trees(name: str, arrays: Mapping[str, NDArray[np.generic]]) -> Trees:
    """Return the trees that a file keeps under a name."""
    feature, threshold, children, value, roots, shape = (arrays[f"{name}.{field}"] for field in _FIELDS)
    return Trees(
        feature.astype(np.int32),
        threshold.astype(np.float64),
        children.astype(np.int32),
        value.astype(np.float64),
        roots.astype(np.int32),
        int(shape[0]),
        float(shape[1]),
    )


def joined(models: Sequence[Trees]) -> Trees:
    """Return the mean of several models as one."""
    sizes = np.cumsum([0, *(len(model.feature) for model in models)]).astype(np.int32)
    return Trees(
        np.concatenate([model.feature for model in models]),
        np.concatenate([model.threshold for model in models]),
        np.concatenate([model.children + size for model, size in zip(models, sizes, strict=False)]),
        np.concatenate([model.value for model in models]) / len(models),
        np.concatenate([model.roots + size for model, size in zip(models, sizes, strict=False)]),
        max(model.depth for model in models),
        sum(model.base for model in models) / len(models),
    )
