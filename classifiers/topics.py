"""Topics by a linear model with the keywords as a prior; learns at once from what people correct."""

from __future__ import annotations

from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from classifiers import Guess, Teaching, keywords
from classifiers._topics.features import terms, weighed
from classifiers._topics.lessons import MOST, UNHEARD, Lessons, Scores, Vector, final
from classifiers._topics.samples import NONE
from classifiers._topics.training import confidences
from classifiers._topics.weights import NAME, SHIPPED, Weights, load
from classifiers._tree import Topic
from classifiers.keywords import Keywords

FULL = 2.0  # what all keywords speaking for such a topic add
UNKNOWN_RARENESS = 8.0  # of a term that the model has not seen; in lessons only
REMEMBERED = 512  # texts: a thread asks for its question again with each of its messages


class Settings(BaseModel):
    """`[classifiers.topics]`.

    Attributes:
        tree: The topic tree; without it the shipped one, for PostgreSQL.
        weights: The model; without it what `train topics` left in the data folder, else the shipped one.
        threshold: Topics below this confidence are not named.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    tree: Path | None = None
    weights: Path | None = None
    threshold: float = Field(default=0.25, ge=0, le=1)


class LinearTopics:
    """Guesses the topic of a question from weighed terms, keywords, and what the community taught."""

    def __init__(
        self, settings: Settings, weights: Weights, prior: Keywords, own: Keywords, teaching: Teaching | None = None
    ) -> None:
        self.settings = settings
        self.weights = weights
        self._prior = prior
        self._own = own
        self._teaching = teaching or Teaching()
        self._known = [key for key in weights.topics if key in {NONE, *(topic.key for topic in own.tree())}]
        self._names = keywords.of_names(self._teaching.names) if self._teaching.names else None
        self._guesses: OrderedDict[str, list[Guess]] = OrderedDict()
        self._lessons = self._learnt()

    def tree(self) -> list[Topic]:
        """Return the topics of the tree file, parents before children."""
        return self._own.tree()

    def taught(self, teaching: Teaching) -> LinearTopics:
        """Return this classifier as a community taught it."""
        return LinearTopics(self.settings, self.weights, self._prior, self._own, teaching)

    def refitted(self, folder: Path) -> LinearTopics:
        """Return this classifier with the weights that `train topics` left in the data folder, if it did.

        Raises:
            ValueError: What is there is no model.
        """
        file = folder / NAME
        if self.settings.weights is not None or not file.exists():
            return self
        return LinearTopics(self.settings, load(file), self._prior, self._own, self._teaching)

    def topic(self, text: str) -> list[Guess]:
        """Return topics, likeliest first; empty where none reaches the threshold, or nothing in the text is known."""
        if text in self._guesses:
            self._guesses.move_to_end(text)
        else:
            self._guesses[text] = self._guessed(text)
            if len(self._guesses) > REMEMBERED:
                self._guesses.popitem(last=False)
        return [guess for guess in self._guesses[text] if guess.confidence >= self.settings.threshold]

    def guesses(self, text: str) -> list[Guess]:
        """Return all topics, likeliest first, however unlikely; empty where nothing in the text is known."""
        return self._guessed(text)

    def _guessed(self, text: str) -> list[Guess]:
        counts = terms(text)
        if not counts:
            return []
        scores = self._scores(counts, text)
        found = self._lessons.applied(self._vector(counts), scores) if self._lessons.count else scores
        keys = sorted(found)
        values = np.array([found[key] for key in keys], np.float32)
        sure = confidences(values, self.weights.steepness, self.weights.doubt)
        likely = [Guess(key, round(share, 4)) for key, share in zip(keys, sure, strict=True) if key != NONE]
        return sorted(likely, key=lambda guess: -guess.confidence)

    def seen(self, text: str) -> tuple[Vector, Scores]:
        """Return a text as a lesson sees it: its vector, and the scores of the topics without any lesson."""
        counts = terms(text)
        return self._vector(counts), self._scores(counts, text)

    def _learnt(self) -> Lessons:
        found = Lessons()
        for lesson in self._teaching.lessons[-MOST:]:
            vector, scores = self.seen(lesson.text)
            found.add(vector, final(lesson.topic, self._teaching.merged), scores)
        return found

    def _vector(self, counts: Counter[str]) -> dict[str, float]:
        return weighed(counts, self.weights.rare, UNKNOWN_RARENESS)

    def _scores(self, counts: Counter[str], text: str) -> Scores:
        """Return the score of each live topic without lessons: the model's, else what its keywords and names say."""
        own = self._own.shares(text)
        shares = own if self._prior is self._own else self._prior.shares(text)
        model = dict(zip(self.weights.topics, self.weights.scores(counts, shares).tolist(), strict=True))
        found = {topic.key: UNHEARD + FULL * own.get(topic.key, 0.0) for topic in self._own.tree()}
        found |= {key: model[key] for key in self._known}
        if self._names is not None:
            for key in self._teaching.names:
                found.setdefault(key, UNHEARD)
            for key, share in self._names.shares(text).items():
                found[key] = found.get(key, UNHEARD) + FULL * share
        return _live(found, self._teaching) if self._teaching.merged else found


def _live(scores: Scores, teaching: Teaching) -> Scores:
    """Return scores with each merged topic's under what it became, the higher of the two."""
    found: Scores = {}
    for key, score in scores.items():
        stands_for = final(key, teaching.merged)
        found[stands_for] = max(score, found.get(stands_for, score))
    return found


def build(settings: Settings) -> LinearTopics:
    """Build the classifier.

    Raises:
        ValueError: The topic tree or the model is broken.
    """
    prior = Keywords(keywords.Settings())
    own = prior if settings.tree is None else Keywords(keywords.Settings(tree=settings.tree))
    return LinearTopics(settings, load(settings.weights or SHIPPED), prior, own)
