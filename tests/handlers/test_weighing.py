from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classifiers._similar.index import Alike
from handlers._threads.asked import Match, chosen
from handlers._threads.weighing import ALSO, BARS, LIKE, judged, lowered
from storage.outcome import Facts
from storage.suggestions import Record
from storage.threads import Thread

T0 = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("likeness", "solved", "rejected", "left"),
    [
        (0.6, 0, 0, 0.6),
        (0.6, 9, 0, 0.6),  # success makes nothing more like
        (0.6, 0, 1, 0.4),
        (0.6, 0, 2, 0.3),
        (0.6, 1, 1, 0.45),
        (0.6, 8, 2, 0.5),
        (0.6, 2, 4, 0.3),
        (1.0, 0, 3, ALSO),  # worn: however like, it is only named beside another
        (1.0, 0, 40, 2 / 42),
        (1.0, 1, 3, 0.5),  # it helped once, so it may come first again
        (0.0, 0, 0, 0.0),
    ],
)
def test_what_askers_said_of_an_answer_lowers_its_likeness(
    likeness: float, solved: int, rejected: int, left: float
) -> None:
    assert lowered(likeness, Record(solved, rejected)) == pytest.approx(left)


def test_what_was_rejected_thrice_and_helped_nobody_never_wins_against_a_fresh_one() -> None:
    for bar in BARS.values():
        assert lowered(1.0, Record(rejected=3)) < bar.first


@pytest.mark.parametrize(
    ("words", "meaning", "topics", "like"),
    [
        (0.4, 0.0, ("sql", ""), 0.4),
        (0.4, 0.0, ("sql", "sql"), 0.5),
        (0.4, 0.0, ("sql", "security"), 0.3),
        (0.0, 0.31, ("", ""), 0.0),  # in another language only what is much alike
        (0.0, 0.33, ("", ""), 0.33),
        (0.15, 0.31, ("", ""), 0.15),  # an error that both show
    ],
)
def test_how_like_by_words_meaning_and_topic(
    words: float, meaning: float, topics: tuple[str, str], like: float
) -> None:
    assert judged(Alike(words, meaning), *topics, BARS["normal"]) == pytest.approx(like)


def test_a_higher_confidence_asks_for_more_and_the_second_may_be_less_like_than_the_first() -> None:
    low, normal, high = BARS["low"], BARS["normal"], BARS["high"]
    assert normal.first == LIKE
    assert low.first < normal.first < high.first < 1
    assert all(0 < bar.also < bar.first < 1 and bar.also < bar.abroad < 1 for bar in (low, normal, high))


@pytest.mark.parametrize(
    ("found", "numbers"),
    [
        ([], []),
        ([(1, 0.2)], []),  # nothing is enough like it to speak at all
        ([(1, 0.21)], [1]),
        ([(1, 0.15), (2, 0.5), (3, 0.13)], [2, 1]),
        ([(1, 0.5), (2, 0.5)], [2, 1]),  # of two alike the newer
        ([(1, 0.5), (1, 0.3), (2, 0.2)], [1, 2]),  # a repeated one stands for its origin once
    ],
)
def test_which_matches_pass(found: list[tuple[int, float]], numbers: list[int]) -> None:
    matches = chosen([Match(thread(number), likeness) for number, likeness in found], BARS["normal"])
    assert [match.thread.id for match in matches] == numbers


def thread(number: int) -> Thread:
    return Thread(number, 1, 1, 1, "", "", False, None, None, Facts(T0, T0))
