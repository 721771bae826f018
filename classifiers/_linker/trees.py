"""Boosted trees as flat arrays, evaluated for several rows at once; what scikit-learn trained, without its overhead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
        depth: Steps from a root to the deepest leaf.
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
    def _starts(self) -> Integers:
        return self.roots[:, None]

    def scores(self, rows: Floats) -> Floats:
        """Return the score of each row (rows by features), in log-odds."""
        count, width = rows.shape
        flat = rows.ravel()
        offsets = np.arange(count, dtype=np.int32) * width
        node = np.repeat(self._starts, count, axis=1)
        for _ in range(self.depth):
            right = flat[offsets + self.feature[node]] > self.threshold[node]
            node = self.children[2 * node + right]
        found: Floats = self.base + self.value[node].sum(axis=0)
        return found

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Return the arrays as they are kept in a file, their names beginning with `name`."""
        shape = np.array([self.depth, self.base])
        parts: list[NDArray[np.generic]] = [self.feature.astype(np.int16), self.threshold, self.children]
        parts += [self.value, self.roots, shape]
        return {f"{name}.{field}": part for field, part in zip(_FIELDS, parts, strict=True)}


_FIELDS = ("feature", "threshold", "children", "value", "roots", "shape")


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
