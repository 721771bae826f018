"""Training of the linear topic model; the one place that needs scikit-learn, and only when it is called."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from classifiers._topics.features import terms, weighed
from classifiers._topics.samples import Sample
from classifiers._topics.weights import PRIOR, Floats, Weights

if TYPE_CHECKING:
    from classifiers.keywords import Keywords

HARDNESS = 1.0  # of the margin: LinearSVC's C
SEEN_IN = 2  # texts; a term that is seen in fewer teaches nothing
TERMS = 30_000  # kept at most: those with the largest weights
FOLDS = 5
_STEEPNESS = [value / 2 for value in range(2, 17)]
_DOUBT = [value / 20 for value in range(-24, 5)]

Read = tuple[Counter[str], Mapping[str, float]]


def read(texts: Sequence[str], keywords: Keywords) -> list[Read]:
    """Return what is known of each text before it is weighed: its terms and its keyword shares."""
    return [(terms(text), keywords.shares(text)) for text in texts]


def fit(samples: Sequence[Sample], keywords: Keywords, *, sure: bool = False, most: int = TERMS) -> Weights:
    """Return a model of samples: a one-against-the-rest linear support vector machine, deterministic.

    Args:
        samples: What it learns from; those of `NONE` teach what is no topic.
        keywords: The prior.
        sure: Whether it learns how sure it may be (six times the work).
        most: Terms kept at most.
    """
    known = read([sample.text for sample in samples], keywords)
    weights = _fit(known, samples, None)
    if len(weights.terms) > most:
        size = np.abs(weights.weight).max(axis=1) * weights.rareness
        best = sorted(np.argsort(-size, kind="stable")[:most])
        weights = _fit(known, samples, {weights.terms[i]: float(weights.rareness[i]) for i in best})
    return _sure(weights, known, samples) if sure else weights


def _fit(known: Sequence[Read], samples: Sequence[Sample], rareness: Mapping[str, float] | None) -> Weights:
    from sklearn.svm import LinearSVC

    topics = tuple(sorted({sample.topic for sample in samples}))
    rareness = rareness or _rareness([counts for counts, _ in known])
    machine = LinearSVC(C=HARDNESS, random_state=0)
    matrix = table(known, topics, {term: row for row, term in enumerate(rareness)}, rareness)
    machine.fit(matrix, [sample.topic for sample in samples], sample_weight=[sample.weight for sample in samples])
    return from_machine(machine, topics, rareness)


def from_machine(machine: Any, topics: tuple[str, ...], rareness: Mapping[str, float]) -> Weights:
    """Return the weights of a fitted machine."""
    coefficients = np.asarray(machine.coef_, np.float32).T
    if len(topics) == 2:  # the one column tells the second topic from the first
        coefficients = np.hstack([-coefficients, coefficients])
    bias = np.asarray(machine.intercept_, np.float32)
    size = len(rareness)
    return Weights(
        topics,
        tuple(rareness),
        np.fromiter(rareness.values(), np.float32, size),
        coefficients[:size],
        coefficients[size:],
        np.concatenate([-bias, bias]) if len(topics) == 2 else bias,
        steepness=3.0,
        doubt=-1.0,
    )


def table(known: Sequence[Read], topics: Sequence[str], row: Mapping[str, int], rareness: Mapping[str, float]) -> Any:
    """Return texts as a sparse matrix: a column for each term, then one for each topic's keyword share."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    values, columns, ends = [], [], [0]
    for counts, shares in known:
        found = weighed(counts, rareness)
        columns += [row[term] for term in found] + [len(row) + i for i, key in enumerate(topics) if key in shares]
        values += [*found.values(), *(PRIOR * shares[key] for key in topics if key in shares)]
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(known), len(row) + len(topics)), dtype=np.float64)


def _rareness(every: Sequence[Mapping[str, int]]) -> dict[str, float]:
    seen = Counter(term for counts in every for term in counts)
    size = 1 + len(every)
    return {
        term: float(np.float16(math.log(size / (1 + seen[term])) + 1))
        for term in sorted(seen)
        if seen[term] >= SEEN_IN and "\n" not in term
    }


# -- how sure it is -------------------------------------------------------------------------------------------------


def _sure(weights: Weights, known: Sequence[Read], samples: Sequence[Sample]) -> Weights:
    """Return the weights with the steepness and doubt that make its confidence true on questions it has not seen."""
    scored: list[tuple[Floats, int]] = []
    for fold in range(FOLDS):
        left_out = [n for n, sample in enumerate(samples) if sample.asked and n % FOLDS == fold]
        inside = sorted(set(range(len(samples))) - set(left_out))
        part = _fit([known[n] for n in inside], [samples[n] for n in inside], weights.rare)
        column = {key: number for number, key in enumerate(part.topics)}
        scored += [(part.scores(*known[n]), column[samples[n].topic]) for n in left_out]
    best = min((_surprise(scored, s, d), s, d) for s in _STEEPNESS for d in _DOUBT)
    return replace(weights, steepness=best[1], doubt=best[2])


def _surprise(scored: Sequence[tuple[Floats, int]], steepness: float, doubt: float) -> float:
    """Return the mean negative log of what was given to the truth."""
    return -sum(math.log(confidences(scores, steepness, doubt)[i] + 1e-9) for scores, i in scored) / len(scored)


def confidences(scores: Floats, steepness: float, doubt: float) -> list[float]:
    """Return how likely each topic is; what is missing to 1 is the likelihood of none of them."""
    odds = np.exp(steepness * (scores - doubt).clip(-20, 20))
    return [float(value) for value in odds / (1.0 + odds.sum())]


# -- once more, with what a community taught ---------------------------------------------------------------------------


def refit(
    weights: Weights, samples: Sequence[Sample], taught: Sequence[Sample], keywords: Keywords, unknown: float
) -> Weights:
    """Return a model that also knows what a community taught: fitted over the scores of the one it had.

    Args:
        weights: The model that is there.
        samples: Our own texts, so that nothing is unlearnt.
        taught: Corrected questions.
        keywords: The prior.
        unknown: The rareness of terms that only the corrected questions have.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.svm import LinearSVC

    every = [*samples, *taught]
    known = read([sample.text for sample in every], keywords)
    new = sorted({term for counts, _ in known[len(samples) :] for term in counts} - weights.row.keys())
    rareness = weights.rare | {term: unknown for term in new if "\n" not in term}
    held = np.vstack([weights.weight, np.zeros((len(rareness) - len(weights.terms), len(weights.topics)), np.float32)])
    topics = tuple(sorted({sample.topic for sample in every}))
    matrix = table(known, topics, {term: row for row, term in enumerate(rareness)}, rareness)
    scores = matrix[:, : len(rareness)] @ held + _prior(known, weights) + weights.bias
    machine = LinearSVC(C=HARDNESS, random_state=0)
    machine.fit(
        csr_matrix(hstack([matrix, csr_matrix(scores)])),
        [sample.topic for sample in every],
        sample_weight=[sample.weight for sample in every],
    )
    return _folded(weights, from_machine(machine, topics, rareness), held)


def _prior(known: Sequence[Read], weights: Weights) -> Floats:
    shares = np.array([[found.get(key, 0.0) for key in weights.topics] for _, found in known], np.float32)
    return np.asarray(PRIOR * shares @ weights.prior, np.float32)


def _folded(before: Weights, after: Weights, held: Floats) -> Weights:
    """Return one linear model for a model over the scores of another."""
    size = len(after.topics)
    over = after.prior[size:]
    prior = after.prior[:size].copy()
    column = {key: number for number, key in enumerate(after.topics)}
    for number, key in enumerate(before.topics):
        if key in column:
            prior[column[key]] += before.prior[number] @ over
    return replace(
        after,
        weight=after.weight + held @ over,
        prior=prior,
        bias=after.bias + before.bias @ over,
        steepness=before.steepness,
        doubt=before.doubt,
    )
