"""The weights of the linear topic model, how they are kept in a file, and the score they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers._topics.features import weighed

NAME = "topics.npz"
SHIPPED = Path(__file__).parents[1] / "models" / NAME
PRIOR = 1.0  # how much of a topic's keyword share goes into the score, before training weighs it
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """A linear model over terms and keyword shares.

    Attributes:
        topics: Keys, in the order of the columns.
        terms: The terms, in the order of the rows.
        rareness: What each term tells (its inverse document frequency).
        weight: Term by topic.
        prior: Keyword share of a topic by topic.
        bias: By topic.
        steepness: Score to log-odds.
        doubt: The score of "none of them".
    """

    topics: tuple[str, ...]
    terms: tuple[str, ...]
    rareness: Floats
    weight: Floats
    prior: Floats
    bias: Floats
    steepness: float
    doubt: float

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of each term."""
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def rare(self) -> dict[str, float]:
        """The rareness of each term."""
        return dict(zip(self.terms, map(float, self.rareness), strict=True))

    def scores(self, counts: Mapping[str, int], shares: Mapping[str, float]) -> Floats:
        """Return the score of each topic for counted terms and the keyword shares found."""
        found = weighed(counts, self.rare)
        total = self.bias + PRIOR * (np.array([shares.get(key, 0.0) for key in self.topics], np.float32) @ self.prior)
        if found:
            rows = np.fromiter((self.row[term] for term in found), np.intp, len(found))
            total = total + np.fromiter(found.values(), np.float32, len(found)) @ self.weight[rows]
        return np.asarray(total, np.float32)


def save(weights: Weights, file: Path) -> None:
    """Write weights to a file, those of terms in half precision; nothing in it can run."""
    np.savez_compressed(
        file,
        topics=_bytes(weights.topics),
        terms=_bytes(weights.terms),
        rareness=weights.rareness.astype(np.float16),
        weight=weights.weight.astype(np.float16),
        prior=weights.prior,
        bias=weights.bias,
        confidence=np.array([weights.steepness, weights.doubt], np.float32),
    )


def load(file: Path) -> Weights:
    """Return the weights in a file.

    Raises:
        ValueError: It holds none; the message names the file and what to do.
    """
    try:
        with np.load(file, allow_pickle=False) as kept:
            steepness, doubt = map(float, kept["confidence"])
            return Weights(
                _words(kept["topics"]),
                _words(kept["terms"]),
                kept["rareness"].astype(np.float32),
                kept["weight"].astype(np.float32),
                kept["prior"],
                kept["bias"],
                steepness,
                doubt,
            )
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{file} holds no topic model ({error}); make one with: python -m bot train topics") from error


def load_shipped() -> Weights:
    """Return the shipped weights."""
    return load(SHIPPED)


def _bytes(words: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _words(kept: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(kept.tobytes().decode().split("\n"))
