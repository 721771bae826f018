"""How well persons know a topic, learnt from whose answers were accepted; pure.

For a person and a topic, every thread of another person that they answered weighs `2^(-age / 180 days)`, and as much
as its topic is near: 1 on the topic itself, ½ for each step up or down one line of the tree, nothing beside it. Of
these weights n is the sum, s the sum of those whose answer was accepted. Few answers say little, so the rate s / n is
shrunk towards the community's mean rate m on the topic, with the posterior mean of the beta-binomial model

    skill = (s + δ·d + κ·m) / (n + δ·d + κ)

where κ = 4 answers is what the mean is worth, and saying oneself that one knows a topic (d, near as above) is worth
δ = 2 accepted answers. That is empirical Bayes: the prior's mean is that of everybody's answers (Efron & Morris,
"Data analysis using Stein's estimator", JASA 70, 1975; Casella, "An introduction to empirical Bayes data analysis",
The American Statistician 39, 1985). Somebody counts as knowing a topic from s + δ·d = ½ on: one accepted answer of
half a year ago, or their word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.experts import Tried
from storage.topics import Topic

HALF_LIFE = timedelta(days=180)
REACH = 6 * HALF_LIFE  # what is older weighs less than a sixty-fourth
STEP = 0.5
PRIOR = 4.0  # κ, answers
WORD = 2.0  # δ, accepted answers
FLOOR = 0.5  # of s + δ·d


@dataclass(frozen=True, slots=True)
class Skill:
    """How well a person knows a topic, 0..1, and what that rests on: accepted answers, as they weigh now."""

    value: float
    evidence: float

    @property
    def known(self) -> bool:
        """Whether it is enough to be asked."""
        return self.evidence >= FLOOR


def near(topic: str, tree: Mapping[str, Topic]) -> dict[str, float]:
    """Return the topics on one line with a topic, above and below it, with their weights; itself weighs 1."""
    found = {topic: 1.0}
    for other in tree:
        up, down = _steps(topic, other, tree), _steps(other, topic, tree)
        steps = up if up is not None else down
        if steps:
            found[other] = STEP**steps
    return found


def _steps(child: str, above: str, tree: Mapping[str, Topic]) -> int | None:
    """Return how many steps a topic lies above another; None where it does not."""
    seen = 0
    while child != above:
        parent = tree[child].parent if child in tree else ""
        if not parent or seen > len(tree):
            return None
        child, seen = parent, seen + 1
    return seen


def mean(line: Mapping[str, float], rates: Mapping[str, tuple[int, int]]) -> float:
    """Return the community's rate on a topic and those on its line, from (answered, accepted) by topic."""
    answered = sum(weight * rates.get(topic, (0, 0))[0] for topic, weight in line.items())
    accepted = sum(weight * rates.get(topic, (0, 0))[1] for topic, weight in line.items())
    return accepted / answered if answered else 0.0


def skills(
    line: Mapping[str, float],
    tried: Iterable[Tried],
    declared: Mapping[int, frozenset[str]],
    rate: float,
    now: datetime,
) -> dict[int, Skill]:
    """Return how well persons know a topic: all who answered on it or say that they know it.

    Args:
        line: The topic and those on its line with their weights, from `near`.
        tried: Who answered what, of any topics.
        declared: By person, the topics that they say they know.
        rate: The community's, from `mean`.
        now: When.
    """
    accepted: dict[int, float] = defaultdict(float)
    answered: dict[int, float] = defaultdict(float)
    for one in tried:
        if one.topic in line:
            weight = line[one.topic] * 0.5 ** ((now - one.at) / HALF_LIFE)
            answered[one.person] += weight
            accepted[one.person] += weight if one.accepted else 0.0
    said = {person: max((line.get(topic, 0.0) for topic in keys), default=0.0) for person, keys in declared.items()}
    return {
        person: _skill(accepted[person], answered[person], WORD * said.get(person, 0.0), rate)
        for person in {*answered, *(person for person, weight in said.items() if weight)}
    }


def _skill(accepted: float, answered: float, word: float, rate: float) -> Skill:
    value = (accepted + word + PRIOR * rate) / (answered + word + PRIOR)
    return Skill(value, accepted + word)
