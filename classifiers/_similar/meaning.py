"""What a text means in whichever of two languages: a point in a space that was fitted on a text and its translation.

Latent semantic analysis (Deerwester et al. 1990). It blurs what is said in one language, so it is asked only where two
languages differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers._similar.terms import terms
from classifiers._topics.features import weighed

NAME = "similar.npz"
SHIPPED = Path(__file__).parents[1] / "models" / NAME
KNOWN = 3  # terms of a text that must be known, or nothing is said of what it means
_CJK = "\u3400"
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Meaning:
    """A space of meaning.

    Attributes:
        terms: In the order of the rows.
        rareness: What each term tells.
        places: Where each term lies, in whole numbers.
        scale: What a whole number is worth, by dimension.
    """

    terms: tuple[str, ...]
    rareness: Floats
    places: NDArray[np.int8]
    scale: Floats

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of each term."""
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def rare(self) -> dict[str, float]:
        """The rareness of each term."""
        return dict(zip(self.terms, map(float, self.rareness), strict=True))

    @property
    def size(self) -> int:
        """The dimensions."""
        return len(self.scale)

    def place(self, text: str) -> Floats:
        """Return where a text lies, at distance 1 from the middle; in the middle where too little of it is known."""
        found = weighed(terms(text), self.rare)
        if len(found) < KNOWN:
            return np.zeros(self.size, np.float32)
        rows = np.fromiter((self.row[term] for term in found), np.intp, len(found))
        place = (
            np.fromiter(found.values(), np.float32, len(found)) @ self.places[rows].astype(np.float32)
        ) * self.scale
        return np.asarray(place / (float(np.linalg.norm(place)) or 1.0), np.float32)


def is_chinese(text: str) -> bool:
    """Say whether a text is Chinese, as one with English names and errors in it is, too."""
    return sum(character >= _CJK for character in text) >= 2


def save(meaning: Meaning, file: Path) -> None:
    """Write a space to a file; nothing in it can run."""
    words = np.frombuffer("\n".join(meaning.terms).encode(), np.uint8)
    rareness = meaning.rareness.astype(np.float16)
    np.savez_compressed(file, terms=words, rareness=rareness, places=meaning.places, scale=meaning.scale)


def load(file: Path) -> Meaning:
    """Return the space in a file.

    Raises:
        ValueError: It holds none; the message names the file.
    """
    try:
        with np.load(file, allow_pickle=False) as kept:
            words = tuple(kept["terms"].tobytes().decode().split("\n"))
            return Meaning(words, kept["rareness"].astype(np.float32), kept["places"], kept["scale"])
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{file} holds no space of meaning ({error})") from error


@cache
def shipped() -> Meaning:
    """Return the shipped space, for Chinese and English about databases."""
    return load(SHIPPED)


def fit(aligned: list[tuple[str, str]], *, dimensions: int = 200, most: int = 8000) -> Meaning:
    """Return the space of texts and their translations; deterministic, half a minute. Needs scikit-learn."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    def plain(text: str) -> list[str]:
        return [term for term in terms(text).elements() if term[0] != "~"]

    table = TfidfVectorizer(analyzer=plain, sublinear_tf=True, min_df=3, max_features=most)
    matrix = table.fit_transform([f"{one}\n{other}" for one, other in aligned])
    axes = TruncatedSVD(min(dimensions, matrix.shape[1] - 1), random_state=0, n_iter=4).fit(matrix).components_
    scale = np.abs(axes).max(axis=1, keepdims=True) / 127
    places = np.round(axes / scale).T.astype(np.int8)
    rareness = np.asarray(table.idf_, np.float32)
    return Meaning(tuple(table.get_feature_names_out()), rareness, places, scale[:, 0].astype(np.float32))
