"""The models of the learned linker as they are shipped: arrays in one file, without pickles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from classifiers._linker.linear import Linear, linear, packed, unpacked
from classifiers._linker.trees import Trees, trees

SHIPPED = Path(__file__).parents[1] / "models" / "threads.npz"
LOOKS = ("named.first", "named.second", "unnamed.first", "unnamed.second")


@dataclass(frozen=True)
class Models:
    """Everything that was learnt.

    Attributes:
        words: What kind of message a text is, by itself.
        places: Which place a message takes: a thread, a new one, none.
        standings: The same at a second look, when each place stands beside the others.
        roles: The role of a message in its thread.
        links: Which earlier message is answered, in two looks; where members are named, and where they are not.
        terms: Tokens of talk, with `idf` of the training data.
    """

    words: Linear
    places: Trees
    standings: Trees
    roles: Linear
    links: Mapping[str, Trees]
    terms: tuple[str, ...]
    idf: NDArray[np.float32]

    @cached_property
    def rareness(self) -> dict[str, float]:
        """The idf of each token of talk."""
        return dict(zip(self.terms, map(float, self.idf), strict=True))

    @property
    def form(self) -> tuple[int, ...]:
        """How many features a message has; models with another number are of another version."""
        return len(self.words.features), len(self.roles.features)


def save(models: Models, file: Path) -> None:
    """Write models to a file; the same models give the same bytes."""
    arrays: dict[str, Any] = {"terms": packed(models.terms), "idf": models.idf.astype(np.float16)}
    arrays |= (
        models.words.arrays("words")
        | models.places.arrays("places")
        | models.standings.arrays("standings")
        | models.roles.arrays("roles")
    )
    for name, found in models.links.items():
        arrays |= found.arrays(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        np.savez_compressed(out, **arrays)  # its entries carry one fixed date


def load(file: Path | None = None) -> Models:
    """Return the models of a file; the shipped ones where no file is given.

    Raises:
        ValueError: The file cannot be read, or is none of ours.
    """
    source = file or SHIPPED
    try:
        with np.load(source, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        return Models(
            words=linear("words", arrays),
            places=trees("places", arrays),
            standings=trees("standings", arrays),
            roles=linear("roles", arrays),
            links={name: trees(name, arrays) for name in LOOKS if f"{name}.roots" in arrays},
            terms=unpacked(arrays["terms"]),
            idf=arrays["idf"].astype(np.float32),
        )
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise ValueError(f"{source}: no linker's model ({error}); train it anew or leave `model` out") from error
