"""What kind of message a text is by itself: an opening, an answer, small talk ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from classifiers._cues import Cues, Reader
from classifiers._linker.linear import Linear
from classifiers._linker.options import FLAGS
from classifiers._tokens import counts

Floats = NDArray[np.float64]
KINDS = ("answer", "aside", "clarify", "closing", "detail", "opening", "outside")
UNHEARD = -12.0  # of a kind that a model has never seen
_flags = attrgetter(*FLAGS)


def features(cues: Cues) -> list[float]:
    """Return what a text's cues tell beside its words."""
    rest = (cues.complains, cues.tells, cues.own, cues.states)
    return [*map(float, _flags(cues)), cues.tech, math.log1p(cues.size), cues.start / 3, *map(float, rest)]


def teller(reader: Reader, model: Linear) -> Callable[[str], Floats]:
    """Return a function of a text to the logarithm of each kind's probability; it remembers what it was asked."""
    column = [KINDS.index(label) for label in model.labels]

    @lru_cache(maxsize=1024)
    def told(text: str) -> Floats:
        cues = reader.read(text)
        found = np.full(len(KINDS), UNHEARD)
        found[column] = model.logs(counts(cues.text), np.array(features(cues)))
        return found

    return told
