"""Lessons: what people's corrections add to the scores of a model, at once and without training it anew.

Passive-aggressive (Crammer et al. 2006): a lesson that the model already knows with a margin changes nothing; else
its terms speak more for its topic, and less for the one that stood in its way, by as much as gives it the margin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

MARGIN = 3.0  # wide: a person who corrects one question means those like it as well
UNHEARD = -1.0  # the score of a topic that the model does not know
MOST = 2000  # lessons taken in; of more, the latest

Vector = Mapping[str, float]
Scores = dict[str, float]


class Lessons:
    """Corrections in order, ready to be added to the scores of a text."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, float]] = defaultdict(dict)  # by term, what it adds to which topic
        self.count = 0

    def add(self, vector: Vector, topic: str, scores: Scores) -> None:
        """Take in a text with the topic that a person said; `scores` are those of the model without lessons."""
        now = self.applied(vector, scores)
        rival = max((key for key in now if key != topic), key=lambda key: (now[key], key), default=None)
        lacks = MARGIN + (UNHEARD if rival is None else now[rival]) - now.get(topic, UNHEARD)
        if lacks <= 0 or not vector:
            return
        self.count += 1
        self._move(vector, topic, lacks if rival is None else lacks / 2)
        if rival is not None:
            self._move(vector, rival, -lacks / 2)

    def _move(self, vector: Vector, topic: str, step: float) -> None:
        for term, value in vector.items():
            said = self._said[term]
            said[topic] = said.get(topic, 0.0) + step * value

    def applied(self, vector: Vector, scores: Scores) -> Scores:
        """Return scores with what the lessons add for a text, whose vector has length 1."""
        found = dict(scores)
        for term, value in vector.items():
            for topic, weight in self._said.get(term, {}).items():
                found[topic] = found.get(topic, UNHEARD) + weight * value
        return found


def final(topic: str, merged: Mapping[str, str]) -> str:
    """Return the topic that a key stands for after all merges."""
    seen = set()
    while topic in merged and topic not in seen:
        seen.add(topic)
        topic = merged[topic]
    return topic
