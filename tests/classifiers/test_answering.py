"""Measures of question threads, against figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from classifiers._evaluating import answering
from classifiers._evaluating.streams import GoldThread, Row

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
AT = {n: BEGIN + timedelta(minutes=n) for n in range(20)}
GOLD = {1: "a", 2: "a", 3: "a", 5: "b", 6: "b"}
THREADS = (
    GoldThread("a", 1, frozenset({1, 2}), response=3, outcome="resolved", resolved=3, topic="sql"),
    GoldThread("b", 5, frozenset({5}), response=None, outcome="unanswered", topic="security"),
)


def row(thread: int, *messages: int, response: int | None = None, closed: int | None = None, outcome: str = "") -> Row:
    return Row(
        thread,
        messages,
        AT[messages[0]],
        None if response is None else AT[response],
        None if closed is None else AT[closed],
        outcome,
        "sql",
    )


def figures(rows: list[Row]) -> dict[str, float]:
    match = answering.matching(GOLD, rows)
    precision, recall = answering.starts(THREADS, rows)
    return {
        **answering.membership(range(8), GOLD, rows),
        "start_p": precision,
        "start_r": recall,
        "resp_time_ok": answering.share(answering.responses(THREADS, match, AT)),
        "outcome": answering.share(answering.outcomes(THREADS, match)),
        "close_ok": answering.share(answering.closes(THREADS, match, AT)),
        "topic": answering.share(answering.topics(THREADS, match)),
    }


def test_gold_itself() -> None:
    found = figures([row(7, 1, 2, 3, response=3, closed=3, outcome="resolved"), row(8, 5, 6, outcome="expired")])
    assert found.pop("topic") == 50.0
    assert set(found.values()) == {100.0}


def test_a_thread_too_many_and_one_missed() -> None:
    found = figures([row(7, 2, 3, 4, response=4, closed=4, outcome="answered"), row(8, 0, 7)])
    # 2 of the 8 messages inside a thread on either side (0..7) are matched; a begins inside its burst, b is missed
    assert found["one_to_one"] == pytest.approx(100 * 2 / 8)
    assert (found["start_p"], found["start_r"]) == (50.0, 50.0)
    # a against {2,3,4}: 2*2/(3+3); b is alone on our side: 2*1/(2+1)
    assert found["shen_f"] == pytest.approx(100 * (3 * 2 / 3 + 2 * 2 / 3) / 5)
    # gold 2 minutes; ours 2 minutes after its own beginning; the missed thread counts as wrong
    assert found["resp_time_ok"] == 50.0
    assert found["outcome"] == 0.0
    assert found["close_ok"] == 100.0


@pytest.mark.parametrize(
    ("gold", "ours", "right"),
    [
        (None, None, True),
        (10, None, False),
        (None, 10, False),
        (10, 69, True),
        (10, 71, False),
        (3600, 3960, True),
        (3600, 3200, False),
    ],
)
def test_a_time_is_right_within_a_minute_or_a_tenth(gold: int | None, ours: int | None, *, right: bool) -> None:
    def span(seconds: int | None) -> timedelta | None:
        return None if seconds is None else timedelta(seconds=seconds)

    assert answering.right_time(span(gold), span(ours)) is right
