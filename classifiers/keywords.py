"""Topics by keywords: an editable tree says which words speak for which topic; nothing is learnt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from classifiers import Guess
from classifiers._lexicon import Lexicon
from classifiers._tokens import normalize
from classifiers._tree import Topic, load

NAME = 3.0  # weight of a topic's own name in a text
DOUBT = 1.0  # evidence for "none of them", in keyword weights


class Settings(BaseModel):
    """`[classifiers.keywords]`.

    Attributes:
        tree: The topic tree; without it the shipped one, for PostgreSQL.
        threshold: Topics below this confidence are not named.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    tree: Path | None = None
    threshold: float = Field(default=0.15, ge=0, le=1)


class Keywords:
    """Guesses the topic of a question from the words in it."""

    def __init__(self, settings: Settings, tree: Sequence[Topic] | None = None) -> None:
        self.settings = settings
        self._topics = load(settings.tree) if tree is None else list(tree)
        self._parent = {topic.key: topic.parent for topic in self._topics}
        self._weights: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for topic in self._topics:
            for keyword, weight in topic.keywords.items():
                self._weights[normalize(keyword)].append((topic.key, weight))
        self._lexicon = Lexicon(self._weights)

    def tree(self) -> list[Topic]:
        """Return the topics, parents before children, so that a table of topics can be filled in this order."""
        return list(self._topics)

    def topic(self, text: str) -> list[Guess]:
        """Return topics, likeliest first; empty where nothing reaches the threshold.

        A topic's confidence is its share of the weights found, with a constant doubt beside them. Keywords of a
        child count for its parents; a child with a keyword of its own stands before its parent.
        """
        guesses = [(share, self._depth(key), key) for key, share in self.shares(text).items()]
        guesses.sort(key=lambda guess: (-guess[0] * (1.0 if not guess[1] else 1.001), -guess[1], guess[2]))
        return [Guess(key, round(share, 4)) for share, _, key in guesses if share >= self.settings.threshold]

    def shares(self, text: str) -> dict[str, float]:
        """Return the share of the weights found, by topic, of those that something speaks for; parents included."""
        own = self._own(text)
        total: dict[str, float] = defaultdict(float)
        for key, weight in own.items():
            node: str | None = key
            while node is not None:
                total[node] += weight
                node = self._parent[node]
        whole = DOUBT + sum(max(0.0, weight) for weight in own.values())
        return {key: weight / whole for key, weight in total.items() if weight > 0}

    def _own(self, text: str) -> dict[str, float]:
        """Return each topic's weight from its own keywords; a keyword inside a longer one found counts half."""
        found: dict[str, float] = defaultdict(float)
        hits = sorted(self._lexicon.find(text), key=lambda hit: (-len(hit), hit))
        for index, hit in enumerate(hits):
            share = 0.5 if any(hit in longer for longer in hits[:index]) else 1.0
            for key, weight in self._weights[hit]:
                found[key] += weight * share
        return found

    def _depth(self, key: str) -> int:
        above = self._parent[key]
        return 0 if above is None else 1 + self._depth(above)


def of_names(names: Mapping[str, Sequence[str]]) -> Keywords:
    """Return a classifier that knows topics by nothing but their names, in whichever language."""
    tree = [Topic(key, words[0], words[-1], None, dict.fromkeys(words, NAME)) for key, words in names.items() if words]
    return Keywords(Settings(), tree)


def build(settings: Settings) -> Keywords:
    """Build the classifier.

    Raises:
        ValueError: The topic tree is broken.
    """
    return Keywords(settings)
