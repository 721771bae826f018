"""What of threads can be seen, and when: coverage at the time of asking, and figures as of a moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.groups import Coverage
from storage.metrics import Bound, Missing, Value, evaluate
from tests.storage.metrics.world import FULL, LONG_AGO, NOW, OPTIONS, WEEK, hours, question, sample, span, value

HOUR = 3600.0
MENTIONS = (span(Coverage.MENTIONS),)


def q(**what: Any) -> Any:
    return question(**what)


# What can be seen

NOT_IN_MENTIONS = [
    "questions", "topics", "outcomes", "resolution_rate", "resolution_rate_inferred", "r7", "r7_inferred",
    "expired_share", "reopen_rate", "first_response_time", "first_response_service_time", "first_answer_time",
    "first_answer_service_time", "close_time", "close_service_time", "response_rate_1h", "response_rate_24h",
    "response_rate_7d",
]  # fmt: skip


@pytest.mark.parametrize("name", NOT_IN_MENTIONS)
def test_a_group_of_mentions_only_is_not_observable(name: str) -> None:
    found = value(name, q(answered=1, confirmed=2), q(), spans=MENTIONS)
    assert (found.value, found.missing, found.coverage.left_out) == (None, Missing.NOT_OBSERVABLE, 2)
    assert found.coverage.counts[Coverage.MENTIONS] == 1


@pytest.mark.parametrize("name", NOT_IN_MENTIONS)
def test_a_wider_figure_leaves_its_threads_out_and_says_how_many(name: str) -> None:
    spans = (*FULL, span(Coverage.MENTIONS, 2))
    seen = [q(answered=1, first_resolved=1, confirmed=2), q()]
    wider = value(name, *seen, q(group=2), q(group=2, answered=1), q(group=2, invalid=1), spans=spans)
    alone = value(name, *seen)
    assert (wider.value, wider.n, wider.of) == (alone.value, alone.n, alone.of)
    assert (wider.coverage.left_out, wider.coverage.unknown) == (2, 0)
    assert (wider.coverage.groups[Coverage.FULL], wider.coverage.groups[Coverage.MENTIONS]) == ((1,), (2,))


def test_confirmed_closes_are_seen_where_only_mentions_are() -> None:
    found = value("confirmed_closes", q(confirmed=2), q(), spans=MENTIONS)
    assert (found.value, found.missing) == (1, None)


def test_coverage_is_that_of_the_group_when_the_question_was_asked() -> None:
    change = WEEK.since + timedelta(days=2)
    spans = (span(Coverage.MENTIONS, until=change), span(Coverage.FULL, since=change))
    asked = [q(at=change - hours(1), responded=2), q(at=change, responded=2), q(at=change + hours(9))]
    found = value("response_rate_24h", *asked, spans=spans)
    assert (found.n, found.of, found.coverage.left_out) == (1, 2, 1)


COVERAGES = [
    ("full", [span(Coverage.FULL)], False, True),
    ("imported counts like full", [span(Coverage.IMPORTED)], False, True),
    ("an import over mentions", [span(Coverage.MENTIONS), span(Coverage.IMPORTED)], False, True),
    ("a gap over full: said, not left out", [span(Coverage.FULL), span(Coverage.NONE)], False, True),
    ("no span, but an import opened it", [], True, True),
    ("mentions, but an import opened it", [span(Coverage.MENTIONS)], True, True),
    ("mentions", [span(Coverage.MENTIONS)], False, False),
    ("a gap and nothing else", [span(Coverage.NONE)], False, False),
    ("no span at all", [], False, False),
    ("a span that ended before", [span(Coverage.FULL, until=WEEK.since)], False, False),
    ("a span of another group", [span(Coverage.FULL, 2)], False, False),
]


@pytest.mark.parametrize(("spans", "imported", "counts"), [row[1:] for row in COVERAGES], ids=[r[0] for r in COVERAGES])
def test_coverage_of_a_thread(spans: list[Any], imported: bool, counts: bool) -> None:
    found = value("first_response_time", q(responded=1, imported=imported), spans=tuple(spans))
    assert found.n == int(counts)
    assert found.coverage.left_out + found.coverage.unknown == int(not counts)


def test_nothing_asked_where_all_is_seen_is_0_and_elsewhere_unknown() -> None:
    assert value("questions").value == 0
    assert value("response_rate_24h").missing is Missing.NOTHING
    assert value("first_response_time").missing is Missing.NOTHING
    assert value("questions", spans=()).missing is Missing.NOT_OBSERVABLE
    assert value("questions", spans=(span(Coverage.NONE),)).missing is Missing.NOT_OBSERVABLE
    # Seen later than the part of the period that has passed: not seen.
    later = (span(Coverage.FULL, since=WEEK.since + hours(5)),)
    assert value("questions", spans=later, now=WEEK.since + hours(4)).missing is Missing.NOT_OBSERVABLE
    assert value("questions", spans=later, now=WEEK.since + hours(6)).value == 0


def test_gaps_are_handed_on() -> None:
    gap = span(Coverage.NONE, since=WEEK.since + hours(1), until=WEEK.since + hours(2))
    found = value("questions", q(), spans=(*FULL, gap))
    assert (found.value, found.coverage.gaps, found.coverage.visible) == (1, (gap,), (1,))
    assert found.coverage.counts == {"full": 1, "imported": 0, "mentions": 0, "none": 0}
    assert (found.definition_version, found.bound) == (1, None)
    assert Bound.UPPER == "upper"


# As of a moment


def test_what_happened_later_does_not_exist_yet() -> None:
    start = WEEK.since
    asked = sample(
        q(at=start, responded=2, answered=5, confirmed=30),
        q(at=start + hours(1), answered=50, endorsed=50),
        q(at=start + hours(40)),
        q(at=start + hours(2), withdrawn=20),
    )
    names = ["questions", "first_response_time", "first_answer_time", "resolution_rate", "response_rate_1h"]

    def at(after: float) -> list[float | None]:
        found = evaluate(names, asked, start + hours(after), OPTIONS)
        return [found[name].value for name in names]

    assert at(1.5) == [2, None, None, 0, 0]
    assert at(3) == [3, 2 * HOUR, None, 0, 0]
    assert at(6) == [3, 2 * HOUR, 5 * HOUR, 0, 0]
    assert at(29) == [2, 2 * HOUR, 5 * HOUR, 0, 0]
    assert at(31) == [2, 2 * HOUR, 5 * HOUR, 0.5, 0]
    assert at(41) == [3, 2 * HOUR, 5 * HOUR, 1 / 3, 0]
    assert at(52) == [3, 26 * HOUR, 27.5 * HOUR, 2 / 3, 0]


def test_a_close_that_was_said_again_later_held_before() -> None:
    again = q(at=WEEK.since, first_resolved=1, confirmed=48)
    taken_back = q(at=WEEK.since, first_resolved=1, confirmed=48, reopened=1)
    now = WEEK.since + hours(24)
    assert value("resolution_rate", again, now=now).n == 1
    assert value("resolution_rate", taken_back, now=now).n == 0


def test_figures_of_other_kinds_are_refused_by_evaluate() -> None:
    with pytest.raises(ValueError, match="active"):
        evaluate(["questions", "active"], sample(), NOW, OPTIONS)


def test_a_huge_period_is_only_long() -> None:
    period = type(WEEK)(LONG_AGO - timedelta(days=365 * 60), LONG_AGO + timedelta(days=365 * 60))
    result: Value = value("first_response_service_time", q(responded=1), q(at=LONG_AGO), period=period)
    assert (result.n, result.of) == (1, 2)
