"""An index of texts in memory: BM25 over mixed terms and the cosine of their vectors, joined; grows text by text.

Where a question and a text are of two languages, what both mean decides instead.

Terms are kept as numbers of 18 bits (two that meet in one count as one), postings as 32 bits each: 26 for the text, six
for the count in halves. So ten thousand threads take some twenty megabytes, and no text can be read from it.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import compress
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from classifiers._similar.likeness import likenesses
from classifiers._similar.meaning import Meaning, is_chinese
from classifiers._similar.terms import asked_terms, say, terms
from classifiers._tokens import normalize, shape

BUCKETS = 1 << 18
SATURATION, LENGTH = 1.5, 0.75  # BM25's k1 and b
SECOND = 0.5  # weight of a text's second part: what was answered, beside what was asked
EVERYWHERE = 0.4  # of all texts; a term in more of them tells nothing
NEAR = 0.2  # to what a question means; what is farther off, in another language, is not found
ABROAD = 0.35  # what the words of a question are worth in texts of the other language
FOREIGN = 0.6  # what that nearness counts as a likeness
MANY = 1000
FEW = 50  # texts; among fewer, every term tells something
_COUNT_BITS, _MOST = 6, 63
Floats = NDArray[np.float32]


class Hit(NamedTuple):
    """A text that was found, and how well it fits: its share of the best one's BM25 and of the best one's cosine."""

    key: int
    score: float


class Alike(NamedTuple):
    """How alike two questions are, 0..1: by their words, and, where their languages differ, by what they mean.

    Words of two languages are only compared where one of the two texts is what a program said: that is of any language.
    """

    words: float
    meaning: float


class Index:
    """Texts by key, each in a group; without a space of meaning, only texts of one's own language are found."""

    def __init__(self, meaning: Meaning | None = None) -> None:
        self._meaning = meaning
        self._chinese = array("b")
        self._places = np.zeros((0, 0 if meaning is None else meaning.size), np.float32)
        self._postings: list[array[int] | None] = [None] * BUCKETS
        self._slots: dict[int, int] = {}
        self._keys: array[int] = array("q")
        self._groups: array[int] = array("q")  # -1 where the text was taken out
        self._sizes: array[float] = array("f")  # what BM25 calls a length
        self._norms: array[float] = array("f")

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: int) -> bool:
        return key in self._slots

    def put(self, key: int, group: int, first: str, second: str = "") -> None:
        """Take a text in, in place of what was there under its key."""
        self.remove(key)
        slot = len(self._keys)
        counts = _halves(first, second)
        for bucket, count in counts.items():
            held = self._postings[bucket]
            if held is None:
                held = self._postings[bucket] = array("I")
            held.append(slot << _COUNT_BITS | count)
        self._slots[key] = slot
        self._keys.append(key)
        self._chinese.append(is_chinese(first or second))
        self._lay(slot, first or second)
        self._groups.append(group)
        self._sizes.append(sum(counts.values()) / 2)
        self._norms.append(math.sqrt(sum(_damped(count / 2) ** 2 for count in counts.values())) or 1.0)

    def _lay(self, slot: int, text: str) -> None:
        if self._meaning is None:
            return
        if slot >= len(self._places):
            more = np.zeros((max(64, slot), self._meaning.size), np.float32)
            self._places = np.concatenate([self._places, more])
        self._places[slot] = self._meaning.place(text)

    def remove(self, key: int) -> None:
        """Take a text out; its postings stay until the index is built anew, and are passed over."""
        slot = self._slots.pop(key, None)
        if slot is not None:
            self._groups[slot] = -1

    def wasted(self) -> float:
        """Return the share of what is kept that belongs to no text any more."""
        return 1.0 - len(self._slots) / max(1, len(self._keys))

    def rareness(self, term: str) -> float:
        """Return what a term tells by being rare: as among `MANY` texts where there are fewer, so that it fits both."""
        held = self._postings[_bucket(term)]
        return _rareness(0 if held is None else len(held), max(MANY, len(self._keys)))

    def find(self, text: str, groups: Collection[int], *, leave_out: Iterable[int] = (), limit: int = 10) -> list[Hit]:
        """Return the texts of groups that fit a question best, best first: the sum of both shares decides."""
        lexical, cosine = self.scores(text)
        foreign = self._meant(text)
        if not lexical.any() and not foreign.any():
            return []
        open_to = np.isin(np.frombuffer(self._groups, np.int64), np.fromiter(groups, np.int64, len(groups)))
        for key in leave_out:
            if key in self._slots:
                open_to[self._slots[key]] = False
        fits = _share(lexical * open_to) + _share(cosine * open_to)
        if not (is_chinese(text) or _is_pasted(text)):
            fits[self._foreign(text)] *= ABROAD
        fits = np.maximum(fits, 2 * foreign * open_to)
        best = _first(fits, limit)
        return [Hit(self._keys[slot], round(float(fits[slot]), 4)) for slot in best if fits[slot] > 0]

    def likeness(self, one: str, other: str) -> float:
        """Return how alike two questions are, 0..1, in whichever languages."""
        return max(self.alike(one, [other])[0])

    def alike(self, one: str, others: Sequence[str]) -> list[Alike]:
        """Return how alike a question is to each of others, in whichever languages."""
        foreign = [self._meaning is not None and is_chinese(one) != is_chinese(other) for other in others]
        pasted = any(foreign) and _is_pasted(one)
        worded = [not abroad or pasted or _is_pasted(other) for abroad, other in zip(foreign, others, strict=True)]
        told = iter(likenesses(one, compress(others, worded), self.rareness))
        return [
            Alike(next(told) if words else 0.0, self._nearness(one, other) if abroad else 0.0)
            for other, words, abroad in zip(others, worded, foreign, strict=True)
        ]

    def _nearness(self, one: str, other: str) -> float:
        if self._meaning is None:
            return 0.0
        return max(0.0, FOREIGN * float(self._meaning.place(one) @ self._meaning.place(other)))

    def _meant(self, text: str) -> Floats:
        """Return how near the texts of the other language are to what a question means; 0 for those of its own."""
        near = np.zeros(len(self._keys), np.float32)
        others = np.flatnonzero(self._foreign(text))
        if self._meaning is not None and len(others):
            found = self._places[others] @ self._meaning.place(text)
            near[others] = np.where(found >= NEAR, found, 0)
        return near

    def _foreign(self, text: str) -> NDArray[np.bool_]:
        """Return which texts are of another language than a question, where something is known of what they mean."""
        if self._meaning is None:
            return np.zeros(len(self._keys), np.bool_)
        chinese: NDArray[np.bool_] = np.frombuffer(self._chinese, np.int8) == 1
        return ~chinese if is_chinese(text) else chinese

    def scores(self, text: str) -> tuple[Floats, Floats]:
        """Return BM25 and cosine of a question with every text that was ever taken in, in that order."""
        size = len(self._keys)
        lexical, cosine = np.zeros(size, np.float32), np.zeros(size, np.float32)
        lengths = np.frombuffer(self._sizes, np.float32)
        spread = SATURATION * (1 - LENGTH + LENGTH * lengths / max(1.0, float(lengths.mean()) if size else 1.0))
        for bucket, (count, weight) in _wanted(asked_terms(text)).items():
            held = self._postings[bucket]
            if held is None or (size > FEW and len(held) > EVERYWHERE * size):
                continue
            postings = np.frombuffer(held, np.uint32)
            slots = postings >> _COUNT_BITS
            counts = (postings & _MOST).astype(np.float32) / 2
            rare = _rareness(len(held), size)
            lexical[slots] += rare * weight * counts * (SATURATION + 1) / (counts + spread[slots])
            damped = np.where(counts < 1, counts, 1 + np.log(np.maximum(counts, 1)))
            cosine[slots] += rare * _damped(count) * damped
        return lexical, np.divide(cosine, np.frombuffer(self._norms, np.float32), dtype=np.float32)


def _is_pasted(text: str) -> bool:
    """Say whether a text is what a program said, or is told: that stands word for word in texts of any language."""
    found = shape(normalize(text))
    return found.error or found.code


def _halves(first: str, second: str) -> dict[int, int]:
    """Return the counts of a text in halves, by bucket; those of the second part count `SECOND`."""
    found: dict[int, int] = {}
    for part, worth in ((first, 2), (second, int(2 * SECOND))):
        for term, count in terms(part).items():
            bucket = _bucket(term)
            found[bucket] = min(_MOST, found.get(bucket, 0) + worth * count)
    return found


def _wanted(counts: Mapping[str, int]) -> dict[int, tuple[float, float]]:
    found: dict[int, tuple[float, float]] = {}
    for term, count in counts.items():
        bucket = _bucket(term)
        before = found.get(bucket, (0.0, 0.0))
        found[bucket] = (before[0] + count, max(before[1], say(term)))
    return found


def _bucket(term: str) -> int:
    return crc32(term.encode()) % BUCKETS


def _rareness(held: int, size: int) -> float:
    return math.log(1 + max(0.0, size - held + 0.5) / (held + 0.5))


def _damped(count: float) -> float:
    return count if count < 1 else 1 + math.log(count)


def _share(scores: Floats) -> Floats:
    best = float(scores.max()) if len(scores) else 0.0
    return scores / best if best > 0 else scores


def _first(scores: Floats, limit: int) -> list[int]:
    some = np.argpartition(-scores, limit)[:limit] if len(scores) > limit else np.arange(len(scores))
    return sorted(map(int, some), key=lambda slot: (-scores[slot], -slot))
