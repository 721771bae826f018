"""Fits scikit-learn models and takes them apart: boosted trees and multinomial regressions, as we serve them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from classifiers._linker.linear import Linear
from classifiers._linker.trees import Trees, joined

Floats = NDArray[np.float64]
THREADS = 1  # sums over several differ in their last bits with the number of cores, and so would the models


def boosted(
    rows: Floats, right: Floats, weights: Floats | None = None, *, bags: int = 1, **options: Any
) -> list[HistGradientBoostingClassifier]:
    """Fit boosted trees that tell right rows from wrong ones; `bags` differ in the features they may look at."""
    chosen = {"early_stopping": False, "learning_rate": 0.06, "l2_regularization": 5.0} | options
    with threadpool_limits(THREADS):
        return [
            HistGradientBoostingClassifier(**chosen, random_state=seed).fit(rows, right, sample_weight=weights)
            for seed in range(bags)
        ]


def taken_apart(models: Sequence[HistGradientBoostingClassifier]) -> Trees:
    """Return the mean of fitted models as flat arrays."""
    return joined([_flat(model) for model in models])


def _flat(model: HistGradientBoostingClassifier) -> Trees:
    """Return one fitted model as flat arrays; features are never missing, so a node only compares."""
    held = [predictors[0].nodes for predictors in model._predictors]
    starts = np.cumsum([0, *(len(nodes) for nodes in held)])
    nodes = np.concatenate(held)
    shift = np.repeat(starts[:-1], [len(found) for found in held])
    leaf = nodes["is_leaf"].astype(bool)
    own = np.arange(len(nodes))
    children = np.empty(2 * len(nodes), dtype=np.int32)
    children[0::2] = np.where(leaf, own, nodes["left"] + shift)
    children[1::2] = np.where(leaf, own, nodes["right"] + shift)
    return Trees(
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        threshold=np.where(leaf, np.inf, nodes["num_threshold"]),
        children=children,
        value=np.where(leaf, nodes["value"], 0.0),
        roots=starts[:-1].astype(np.int32),
        depth=int(nodes["depth"].max()),
        base=float(np.ravel(model._baseline_prediction)[0]),
    )


def multinomial(
    tokens: Sequence[Sequence[str]],
    features: Floats,
    labels: Sequence[str],
    weights: Floats | None = None,
    *,
    strength: float,
    least: int,
    share: float = 0.5,
) -> Linear:
    """Fit a regression over tokens and features.

    Args:
        tokens: Of each text.
        features: Of each text; they are scaled to `share` of their spread, so that words keep their weight.
        labels: Of each text.
        weights: Of each text.
        strength: The inverse of the regularisation.
        least: In how many texts a token must occur.
        share: See `features`.
    """
    words = TfidfVectorizer(analyzer=_as_it_is, min_df=least, sublinear_tf=True)
    middle, spread = features.mean(axis=0), features.std(axis=0) + 0.3
    both = hstack([csr_matrix((features - middle) / spread * share), words.fit_transform(tokens)]).tocsr()
    model = LogisticRegression(C=strength, max_iter=400)
    with threadpool_limits(THREADS), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough is deterministic, too
        model.fit(both, list(labels), sample_weight=weights)
    width = features.shape[1]
    scaled = (model.coef_[:, :width] / spread * share).T
    return Linear(
        labels=tuple(map(str, model.classes_)),
        terms=tuple(words.get_feature_names_out()),
        idf=words.idf_.astype(np.float32),
        weight=model.coef_[:, width:].T.astype(np.float16).astype(np.float32),
        features=scaled.astype(np.float32),
        bias=(model.intercept_ - middle @ scaled).astype(np.float32),
    )


def _as_it_is(found: Sequence[str]) -> Sequence[str]:
    return found
