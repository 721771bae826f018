"""Linear models over tokens and features, as matrices; what scikit-learn trained, without its overhead."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Linear:
    """A multinomial logistic regression: tokens weighed by 1 + log(count) and idf, of length one, beside features.

    Attributes:
        labels: What is told apart, in the order of the columns.
        terms: The tokens, in the order of the rows.
        idf: What each token tells.
        weight: Token by label.
        features: Feature by label.
        bias: By label.
    """

    labels: tuple[str, ...]
    terms: tuple[str, ...]
    idf: Floats
    weight: Floats
    features: Floats
    bias: Floats

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of each token."""
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def _wide(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The weights of tokens and of features, and the idf, as wide as they are reckoned with."""
        return self.weight.astype(np.float64), self.features.astype(np.float64), self.idf.astype(np.float64)

    @cached_property
    def _behind(self) -> dict[str, dict[str, int]]:
        """The row of each token behind a sign, by sign: so that no text has to be put together to be looked up."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for term, number in self.row.items():
            found[term[:1]][term[1:]] = number
        return found

    def logs(self, tokens: Mapping[str, int], features: NDArray[np.float64], sign: str = "") -> NDArray[np.float64]:
        """Return the logarithm of each label's probability, for counted tokens: alone, and once more behind a sign."""
        weight, told, idf = self._wide
        counts: dict[int, int] = {}
        for row in (self.row, self._behind[sign]) if sign else (self.row,):
            counts |= {
                at: count for at, count in zip(map(row.get, tokens), tokens.values(), strict=True) if at is not None
            }
        total = features @ told + self.bias
        if counts:
            rows = list(counts)
            values = idf[rows]
            if max(counts.values()) > 1:
                values = values * np.array([1.0 if n == 1 else 1.0 + math.log(n) for n in counts.values()])
            total = total + (values / math.sqrt(float(values @ values))) @ weight[rows]
        top = float(np.maximum.reduce(total))
        found: NDArray[np.float64] = total - (top + math.log(float(np.add.reduce(np.exp(total - top)))))
        return found

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Return the arrays as they are kept in a file, their names beginning with `name`."""
        return {
            f"{name}.labels": packed(self.labels),
            f"{name}.terms": packed(self.terms),
            f"{name}.idf": self.idf,
            f"{name}.weight": self.weight.astype(np.float16),
            f"{name}.features": self.features,
            f"{name}.bias": self.bias,
        }


def linear(name: str, arrays: Mapping[str, NDArray[np.generic]]) -> Linear:
    """Return the model that a file keeps under a name."""
    idf, weight, features, bias = (
        arrays[f"{name}.{field}"].astype(np.float32) for field in ("idf", "weight", "features", "bias")
    )
    return Linear(unpacked(arrays[f"{name}.labels"]), unpacked(arrays[f"{name}.terms"]), idf, weight, features, bias)


def packed(words: Iterable[str]) -> NDArray[np.uint8]:
    """Return words as bytes, one on each line, for a file without pickles."""
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def unpacked(data: NDArray[np.generic]) -> tuple[str, ...]:
    """Return packed words."""
    return tuple(data.tobytes().decode().split("\n")) if data.size else ()
