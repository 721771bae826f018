"""The served models give what scikit-learn trained: the same numbers, without its overhead."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from classifiers._linker.linear import linear, packed, unpacked
from classifiers._linker.models import Models, load, save
from classifiers._linker.trees import joined, trees
from classifiers._training.fitting import boosted, multinomial, taken_apart

pytestmark = pytest.mark.middle

RANDOM = np.random.default_rng(7)
ROWS = np.round(RANDOM.normal(size=(600, 5)), 1)
RIGHT = (ROWS[:, 0] * ROWS[:, 1] + (ROWS[:, 2] > 0.3) + RANDOM.normal(size=600) * 0.3 > 0.4).astype(float)
FEW = {"max_iter": 12, "max_leaf_nodes": 9, "min_samples_leaf": 5}


def raw(models: list[HistGradientBoostingClassifier], rows: np.ndarray) -> np.ndarray:
    return np.mean([model.decision_function(rows) for model in models], axis=0)


@pytest.mark.parametrize("bags", [1, 3])
def test_trees_give_what_was_trained(bags: int) -> None:
    models = boosted(ROWS, RIGHT, bags=bags, max_features=0.6, **FEW)
    ours = taken_apart(models)
    fresh = np.vstack([ROWS[:50], np.random.default_rng(8).normal(size=(50, 5))])
    assert np.allclose(ours.scores(fresh), raw(models, fresh), rtol=0, atol=1e-9)
    for row in fresh[:5]:
        assert ours.scores(row[None])[0] == pytest.approx(raw(models, row[None])[0])
    kept = trees("x", ours.arrays("x"))
    assert np.array_equal(kept.scores(fresh), ours.scores(fresh))
    assert np.allclose(joined([ours, ours]).scores(fresh), ours.scores(fresh))


@pytest.mark.parametrize("leaves", [15, 16, 31, 32, 60])
def test_trees_of_any_width_give_what_was_trained(leaves: int) -> None:
    models = boosted(ROWS, RIGHT, max_iter=8, max_leaf_nodes=leaves, min_samples_leaf=2)
    ours = taken_apart(models)
    assert np.allclose(ours.scores(ROWS), raw(models, ROWS), rtol=0, atol=1e-9)


def test_a_row_on_a_threshold_goes_where_it_was_trained_to_go() -> None:
    models = boosted(ROWS, RIGHT, **FEW)
    ours = taken_apart(models)
    exact = np.tile(ROWS[:1], (40, 1))
    exact[:, 0] = ours.threshold[np.isfinite(ours.threshold)][:40]
    assert np.allclose(ours.scores(exact), raw(models, exact), rtol=0, atol=1e-9)


TEXTS = [
    "报错 了 怎么 办",
    "谢谢 了",
    "怎么 办 怎么 办",
    "吃饭 去",
    "报错 看 日志",
    "谢谢 大家",
    "吃饭 吃饭",
    "怎么 看",
]
LABELS = ["asks", "thanks", "asks", "outside", "answers", "thanks", "outside", "asks"]


def test_a_regression_gives_what_was_trained() -> None:
    tokens = [text.split() for text in TEXTS]
    features = np.array([[float(len(found)), float("了" in found)] for found in tokens])
    ours = multinomial(tokens, features, LABELS, strength=2.0, least=1, share=0.5)
    words = TfidfVectorizer(analyzer=str.split, min_df=1, sublinear_tf=True)
    spread = features.std(axis=0) + 0.3
    rows = np.hstack([(features - features.mean(axis=0)) / spread * 0.5, words.fit_transform(TEXTS).toarray()])
    theirs = LogisticRegression(C=2.0, max_iter=400).fit(rows, LABELS).predict_log_proba(rows)
    for found, feature, logs in zip(tokens, features, theirs, strict=True):
        assert ours.logs(Counter(found), feature) == pytest.approx(logs, abs=2e-3), "weights are kept in 16 bits"
    kept = linear("x", ours.arrays("x"))
    words = Counter(tokens[0])
    assert np.array_equal(kept.logs(words, features[0]), ours.logs(words, features[0]))
    assert ours.logs({}, features[0]).shape == (4,)


def models() -> Models:
    some = taken_apart(boosted(ROWS, RIGHT, **FEW))
    words = multinomial([text.split() for text in TEXTS], np.ones((8, 1)), LABELS, strength=1.0, least=1)
    return Models(words, some, some, words, {"named.first": some}, ("a", "錯"), np.array([1.5, 2.5], np.float32))


def test_a_file_of_models(tmp_path: Path) -> None:
    save(models(), tmp_path / "one.npz")
    save(models(), tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes(), "training is deterministic"
    found = load(tmp_path / "one.npz")
    assert found.rareness == {"a": 1.5, "錯": 2.5}
    assert found.words.labels == models().words.labels
    assert set(found.links) == {"named.first"}


def test_a_file_that_is_none_of_ours_says_so(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"not an archive"):
        (tmp_path / "odd.npz").write_bytes(content)
        with pytest.raises(ValueError, match="no linker's model"):
            load(tmp_path / "odd.npz")


def test_words_are_packed_without_pickles() -> None:
    assert unpacked(packed(["a", "复制槽"])) == ("a", "复制槽")
