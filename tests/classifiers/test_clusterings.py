"""Measures of clusterings and links, against figures worked out by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers._evaluating.clusterings import exact, joined, links, one_to_one, precision_recall, scaled_vi, shen_f


def of(labels: str) -> dict[int, str]:
    return dict(enumerate(labels))


# gold, ours, VI, 1-1, exact (P, R, F1), Shen-F
CASES = {
    "the same": ("aabb", "xxyy", 100.0, 100.0, (100.0, 100.0, 100.0), 100.0),
    "one cluster of all": ("aabb", "xxxx", 50.0, 50.0, (0.0, 0.0, 0.0), 100 * 2 / 3),
    "none joined": ("aabb", "wxyz", 50.0, 50.0, (0.0, 0.0, 0.0), 100 * 2 / 3),
    "crossed": ("aabb", "xyxy", 0.0, 50.0, (0.0, 0.0, 0.0), 50.0),
    "one whole cluster found, one cut": ("aabb", "xxyz", 75.0, 75.0, (100.0, 50.0, 200 / 3), 100 * (2 + 4 / 3) / 4),
    "single ones are no clusters": ("abcc", "wxyy", 100.0, 100.0, (100.0, 100.0, 100.0), 100.0),
}


@pytest.mark.parametrize("name", CASES)
def test_clusterings(name: str) -> None:
    gold, ours, vi, share, whole, shen = CASES[name]
    assert scaled_vi(of(gold), of(ours)) == pytest.approx(vi)
    assert one_to_one(of(gold), of(ours)) == pytest.approx(share)
    assert exact(of(gold), of(ours)) == pytest.approx(whole)
    assert shen_f(of(gold), of(ours)) == pytest.approx(shen)


def test_the_best_matching_is_not_the_greedy_one() -> None:
    gold, ours = of("aaaaabbbbbccc"), of("xxxyyxxxxyzzy")
    # a/x 3 a/y 2 b/x 4 b/y 1 c/z 2 c/y 1: greedy takes b/x first and then a/y
    assert one_to_one(gold, ours) == pytest.approx(100 * (4 + 2 + 2) / 13)
    # here greedy (b/x 4, a/- 0) loses to a/x 3 + b/y 3
    assert one_to_one(of("aaabbbbbbb"), of("xxxxxxxyyy")) == pytest.approx(60.0)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), min_size=1, max_size=14))
def test_one_to_one_is_the_best_of_all_matchings(pairs: list[tuple[str, str]]) -> None:
    best = max(sum(dict(zip("abcd", order, strict=True))[g] == o for g, o in pairs) for order in permutations("wxyz"))
    gold, ours = ({n: pair[side] for n, pair in enumerate(pairs)} for side in (0, 1))
    assert one_to_one(gold, ours) == pytest.approx(100 * best / len(pairs))


def test_both_sides_hold_the_same_items() -> None:
    with pytest.raises(ValueError, match="same items"):
        one_to_one({1: "a"}, {2: "a"})


def test_links() -> None:
    gold = {1: {1}, 2: {1}, 3: {1, 2}, 4: {4}}
    ours = {1: {1}, 2: {2}, 3: {2}, 4: {4}}
    counts = links(gold, ours)
    assert counts == (3, 4, 5)
    assert precision_recall(*counts) == pytest.approx((75.0, 60.0, 200 / 3))
    assert precision_recall(0, 0, 3) == (0.0, 0.0, 0.0)


def test_links_join() -> None:
    assert joined([(1, 1), (2, 1), (5, 4), (6, 5), (6, 2), (9, 9)]) == {1: 1, 2: 1, 4: 1, 5: 1, 6: 1, 9: 9}
