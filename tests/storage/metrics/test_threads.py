"""Figures of threads: every sentence of their definitions is a row, worked by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.groups import Coverage
from storage.metrics import Missing, bar
from tests.storage.metrics.world import WEEK, hours, question, span, value

HOUR, DAY = 3600.0, 86400.0
MENTIONS = (span(Coverage.MENTIONS),)


def q(**what: Any) -> Any:
    return question(**what)


COUNTS = [
    ("nothing was asked", "questions", [], 0),
    ("each counts once", "questions", [q(), q(), q()], 3),
    ("without invalid ones", "questions", [q(), q(invalid=50)], 1),
    ("without withdrawn ones", "questions", [q(), q(withdrawn=1)], 1),
    ("asked before by somebody else: demand as well", "questions", [q(), q(duplicate_of=1)], 2),
    ("expired ones were asked", "questions", [q(last=0)], 1),
    ("confirmed ones only", "confirmed_closes", [q(confirmed=1), q(endorsed=1), q(answered=1, thanked=2), q()], 1),
    ("a close that was taken back is none", "confirmed_closes", [q(first_resolved=1, reopened=1)], 0),
]


@pytest.mark.parametrize(("name", "asked", "found"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS])
def test_counts(name: str, asked: list[Any], found: int) -> None:
    result = value(name, *asked)
    assert (result.value, result.n, result.missing) == (found, found, None)


SHARES = [
    # resolution: confirmed + endorsed + linked of all valid threads
    ("confirmed counts", "resolution_rate", [q(answered=1, confirmed=2), q()], (1, 2)),
    ("endorsed counts", "resolution_rate", [q(answered=1, endorsed=1)], (1, 1)),
    ("linked counts", "resolution_rate", [q(linked=1)], (1, 1)),
    ("inferred does not", "resolution_rate", [q(answered=1, thanked=2)], (0, 1)),
    ("inferred does in the second figure", "resolution_rate_inferred", [q(answered=1, thanked=2), q()], (1, 2)),
    ("so does what counts in the first", "resolution_rate_inferred", [q(confirmed=2), q(linked=1)], (2, 2)),
    (
        "invalid and withdrawn leave the denominator",
        "resolution_rate",
        [q(confirmed=1), q(invalid=1), q(withdrawn=1)],
        (1, 1),
    ),
    (
        "answered, expired and open stay in it",
        "resolution_rate",
        [q(confirmed=1), q(answered=1), q(), q(last=400)],
        (1, 4),
    ),
    ("a later close counts to date", "resolution_rate", [q(confirmed=24 * 20)], (1, 1)),
    ("taken back", "resolution_rate", [q(answered=1, first_resolved=2, reopened=1)], (0, 1)),
    # R7
    ("within 7 days", "r7", [q(confirmed=24 * 7), q(confirmed=24 * 7 + 0.1)], (1, 2)),
    ("R7 leaves inferred out", "r7", [q(answered=1, thanked=2)], (0, 1)),
    ("R7 with inferred", "r7_inferred", [q(answered=1, thanked=2), q(answered=1, thanked=24 * 8)], (1, 2)),
    ("said again later: it held from the first time", "r7", [q(first_resolved=24, confirmed=24 * 9)], (1, 1)),
    ("taken back between: the final close counts", "r7", [q(first_resolved=24, confirmed=24 * 9, reopened=1)], (0, 1)),
    ("an answer accepted much later: its own time counts", "r7", [q(answered=2, endorsed=2)], (1, 1)),
    # expired
    ("no answer and idle for 7 days", "expired_share", [q(), q(answered=1), q(confirmed=1)], (1, 3)),
    ("a clarification does not save it", "expired_share", [q(responded=1)], (1, 1)),
    # reopened
    (
        "of those ever resolved",
        "reopen_rate",
        [q(confirmed=1), q(first_resolved=1, confirmed=9, reopened=1), q()],
        (1, 2),
    ),
    ("taken back and left open counts", "reopen_rate", [q(first_resolved=1, reopened=1)], (1, 1)),
    # response rates
    ("clarify counts as a response", "response_rate_24h", [q(responded=1)], (1, 1)),
    ("exactly 24 hours is within", "response_rate_24h", [q(responded=24), q(responded=24.01), q()], (1, 3)),
    ("within 1 hour", "response_rate_1h", [q(responded=1), q(responded=2), q()], (1, 3)),
    ("within 7 days", "response_rate_7d", [q(responded=24 * 7), q(responded=24 * 8), q()], (1, 3)),
]


@pytest.mark.parametrize(
    ("name", "asked", "found"), [row[1:] for row in SHARES], ids=[f"{r[1]}: {r[0]}" for r in SHARES]
)
def test_shares(name: str, asked: list[Any], found: tuple[int, int]) -> None:
    result = value(name, *asked)
    assert (result.n, result.of, result.base) == (*found, found[1])
    assert result.value == found[0] / found[1]


MATURED = [
    ("response_rate_1h", hours(1), (1, 2)),
    ("response_rate_24h", hours(24), (1, 2)),
    ("response_rate_7d", timedelta(days=7), (1, 2)),
    ("r7", timedelta(days=7), (1, 2)),
    ("r7_inferred", timedelta(days=7), (1, 2)),
    ("expired_share", timedelta(days=7), (1, 2)),
]


@pytest.mark.parametrize(("name", "age", "found"), MATURED)
def test_only_threads_that_are_old_enough_count(name: str, age: timedelta, found: tuple[int, int]) -> None:
    start = WEEK.since
    done = q(at=start, answered=0.5, confirmed=0.6)
    asked = [done, q(at=start), q(at=start + timedelta(seconds=1)), q(at=start + hours(3), answered=0.1, confirmed=0.2)]
    result = value(name, *asked, now=start + age)
    assert (result.n, result.of) == found
    assert value(name, *asked, now=start + age - timedelta(seconds=1)).missing is Missing.NOTHING


TIMES = [
    ("clarify counts", "first_response_time", [q(responded=1, answered=3)], (1, 1, HOUR)),
    ("for an answer it does not", "first_answer_time", [q(responded=1, answered=3)], (1, 1, 3 * HOUR)),
    ("the median of two is their mean", "first_response_time", [q(responded=1), q(responded=2)], (2, 2, 1.5 * HOUR)),
    ("nobody's response is made up", "first_response_time", [q(responded=1), q(), q()], (1, 3, HOUR)),
    ("invalid and withdrawn are out", "first_response_time", [q(responded=1), q(responded=9, invalid=9)], (1, 1, HOUR)),
    ("closed: t0 to the final close", "close_time", [q(first_resolved=1, confirmed=5, reopened=1)], (1, 1, 5 * HOUR)),
    ("closed: endorsed and linked count", "close_time", [q(endorsed=1), q(linked=3)], (2, 2, 2 * HOUR)),
    ("closed: inferred and answered have none", "close_time", [q(confirmed=1), q(answered=1, thanked=2)], (1, 2, HOUR)),
    # asked on Monday 10:00 in Shanghai, so 13 h later it is 23:00
    ("service time rests at night", "first_response_service_time", [q(responded=13)], (1, 1, 12 * HOUR)),
    ("and goes on in the morning", "first_answer_service_time", [q(answered=24)], (1, 1, 13 * HOUR)),
    ("0 while closed", "first_response_service_time", [q(at=WEEK.since + hours(7), responded=1)], (1, 1, 0)),
    ("closed in service time", "close_service_time", [q(confirmed=24)], (1, 1, 13 * HOUR)),
    ("two clocks that disagree give 0", "first_response_time", [q(responded=-0.1)], (1, 1, 0)),
]


@pytest.mark.parametrize(("name", "asked", "found"), [row[1:] for row in TIMES], ids=[f"{r[1]}: {r[0]}" for r in TIMES])
def test_times(name: str, asked: list[Any], found: tuple[int, int, float]) -> None:
    result = value(name, *asked)
    assert (result.n, result.of, result.value) == found
    assert result.extra["median"] == result.value
    assert result.time == timedelta(seconds=found[2])


def test_beside_the_median_stand_p90_and_mean() -> None:
    asked = [q(responded=number) for number in (1, 2, 3, 4, 100)]
    found = value("first_response_time", *asked)
    assert (found.value, found.extra["mean"]) == (3 * HOUR, 22 * HOUR)
    assert found.extra["p90"] == pytest.approx((4 + 96 * 0.6) * HOUR)


def test_those_who_wait_count_for_the_survival_median() -> None:
    asked = [q(responded=1), q(responded=2), q(responded=5), q(), q(), q()]
    found = value("first_response_time", *asked)
    assert (found.value, found.extra["survival_median"]) == (2 * HOUR, 5 * HOUR)
    assert value("first_response_time", q(responded=1), q(), q()).extra["survival_median"] is None
    # They count for as long as they have waited: not at all against answers that took longer.
    young = q(at=WEEK.since + hours(20))
    assert (
        value("first_response_time", q(responded=3), young, now=WEEK.since + hours(22)).extra["survival_median"]
        == 3 * HOUR
    )


def test_the_outcomes_sum_to_all() -> None:
    asked = [
        q(confirmed=1), q(endorsed=1), q(answered=1, thanked=2), q(answered=1), q(answered=1), q(), q(last=24 * 26),
        q(invalid=1), q(withdrawn=1),
    ]  # fmt: skip
    found = value("outcomes", *asked)
    assert found.parts == {"resolved": 2, "inferred": 1, "answered": 2, "expired": 1, "open": 1}
    assert (found.n, found.of, sum(found.parts.values())) == (2, 7, 7)
    assert bar(found) == {"resolved": 29, "inferred": 14, "answered": 29, "unanswered": 28}


def test_topics_are_counted_by_key() -> None:
    found = value("topics", q(topic="wal"), q(topic="wal"), q(topic="plan"), q(), q(topic="plan", invalid=1))
    assert (found.value, dict(found.parts)) == (4, {"wal": 2, "plan": 1, "": 1})


def test_a_closing_thanks_counts_a_day_later() -> None:
    asked = q(at=WEEK.since, answered=1, thanked=2)
    assert value("outcomes", asked, now=WEEK.since + hours(25)).parts["answered"] == 1
    assert value("outcomes", asked, now=WEEK.since + hours(26)).parts["inferred"] == 1
