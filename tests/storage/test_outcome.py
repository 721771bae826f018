"""What became of a question: one row for every sentence of the definitions, and the facts that figures are made of."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.outcome import Evidence, Facts, Line, Mark, Marked, Outcome, facts, verdict
from tests.conftest import T0

PEOPLE = {"asker": 1, "fan": 2, "chen": 3}
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def at(when: str) -> datetime:
    """Return T0 plus an offset such as `10m`, `23h`, `6d`."""
    sign, amount, unit = re.fullmatch(r"(-?)(\d+)([mhd])", when).groups()  # type: ignore[union-attr]
    return T0 + timedelta(**{UNITS[unit]: int(sign + amount)})


def said(*spoken: str) -> list[Line]:
    """Return lines written as `when who role`, or `when who role recalled-when`; the n-th is message n."""
    rows = [words.split() for words in spoken]
    return [
        Line(number, at(row[0]), PEOPLE[row[1]], row[2], at(row[3]) if row[3:] else None)
        for number, row in enumerate(rows, 1)
    ]


def marked(*marks: str) -> list[Marked]:
    """Return marks written as `when mark`, or `when mark message who`."""
    rows = [words.split() for words in marks]
    return [
        Marked(Mark(row[1]), at(row[0]), PEOPLE[row[3]] if row[3:] else None, int(row[2]) if row[2:] else None)
        for row in rows
    ]


ASKED = "0m asker question"
ANSWERED = (ASKED, "10m fan answer")
SOLVED = (*ANSWERED, "30m asker resolved")
THANKED = (*ANSWERED, "20m asker thanks")

# (sentence of the definitions, lines, marks, now, "outcome evidence resolved-at")
CASES: list[tuple[str, tuple[str, ...], tuple[str, ...], str, str]] = [
    # open, answered, expired
    ("a question nobody answered is open", (ASKED,), (), "1h", "open"),
    ("a clarifying question answers nothing", (ASKED, "5m fan clarify"), (), "1h", "open"),
    ("metoo and aside answer nothing", (ASKED, "5m fan metoo", "6m chen aside"), (), "1h", "open"),
    ("the asker's own words answer nothing", (ASKED, "5m asker answer"), (), "1h", "open"),
    ("a wrong answer is an answer", (*ANSWERED, "20m asker still_broken"), (), "1h", "answered"),
    ("answered, also when idle", ANSWERED, (), "90d", "answered"),
    ("just before 7 days idle it is open", (ASKED,), (), "10079m", "open"),
    ("no answer and 7 days idle: expired", (ASKED,), (), "7d", "expired"),
    ("idle counts from the last message", (ASKED, "3d asker detail"), (), "9d", "open"),
    ("a thanks restarts no wait", (ASKED, "3d asker thanks"), (), "7d", "expired"),
    ("an answer after it expired revives it", (ASKED, "8d fan answer"), (), "9d", "answered"),
    # invalid
    ("an admin says it is no question", SOLVED, ("1h invalid",), "2h", "invalid"),
    ("and takes that back", SOLVED, ("1h invalid", "2h valid"), "3h", "resolved confirmed 30m"),
    ("invalid comes before withdrawn", (ASKED,), ("1h invalid", "1h withdrawn"), "2h", "invalid"),
    # withdrawn
    ("the asker takes it back", (ASKED, "9m asker withdrawn"), (), "1h", "withdrawn"),
    ("the asker takes it back by command", (ASKED,), ("9m withdrawn",), "1h", "withdrawn"),
    ("by command also after an answer", ANSWERED, ("1h withdrawn",), "2h", "withdrawn"),
    ("and asks again", (ASKED,), ("9m withdrawn", "12m reopened"), "1h", "open"),
    ("moves to private, nothing answered", (ASKED, "5m fan clarify", "9m asker withdrawn"), (), "1h", "withdrawn"),
    ("moves to private after an answer", (*ANSWERED, "20m asker withdrawn"), (), "1h", "answered"),
    ("somebody else cannot take it back", (ASKED, "9m fan withdrawn"), (), "1h", "open"),
    ("recalls the question before any answer", ("0m asker question 5m",), (), "1h", "withdrawn"),
    ("recalls all of it", ("0m asker question 5m", "1m asker detail 6m", "10m fan answer"), (), "1h", "withdrawn"),
    ("recalls a part of it", ("0m asker question 5m", "1m asker detail"), (), "1h", "open"),
    ("recalls it after an answer", ("0m asker question 15m", "10m fan answer"), (), "1h", "answered"),
    ("an answer comes too late", (ASKED, "5m asker withdrawn", "10m fan answer"), (), "1h", "withdrawn"),
    # confirmed
    ("the asker says so", SOLVED, (), "31m", "resolved confirmed 30m"),
    ("by command or button", ANSWERED, ("40m solved",), "1h", "resolved confirmed 40m"),
    ("the asker found it alone", (ASKED, "30m asker resolved"), (), "1h", "resolved confirmed 30m"),
    ("somebody else says so", (*ANSWERED, "30m fan resolved"), (), "1h", "answered"),
    ("the asker's last resolved message counts", (*SOLVED, "50m asker resolved"), (), "1h", "resolved confirmed 50m"),
    ("it stays resolved, however long", SOLVED, (), "900d", "resolved confirmed 30m"),
    ("a closing thanks restarts nothing", (*SOLVED, "2d asker thanks"), (), "9d", "resolved confirmed 30m"),
    ("talk after the close restarts nothing", (*SOLVED, "2d fan answer"), (), "9d", "resolved confirmed 30m"),
    # taken back
    ("still broken within 7 days takes it back", (*SOLVED, "6d asker still_broken"), (), "9d", "answered"),
    ("reopened within 7 days takes it back", SOLVED, ("6d reopened",), "9d", "answered"),
    ("the final close counts", (*SOLVED, "6d asker still_broken"), ("8d solved",), "9d", "resolved confirmed 8d"),
    ("later it is a new thread", (*SOLVED, "8d asker still_broken"), (), "9d", "resolved confirmed 30m"),
    ("later a command is late as well", SOLVED, ("8d reopened",), "9d", "resolved confirmed 30m"),
    ("somebody else's still broken", (*SOLVED, "1d fan still_broken"), (), "2d", "resolved confirmed 30m"),
    # endorsed
    ("an expert accepts an answer", ANSWERED, ("5d endorsed 2 fan",), "6d", "resolved endorsed 10m"),
    ("no answer named: the last one", (*ANSWERED, "15m chen answer"), ("5d endorsed",), "6d", "resolved endorsed 15m"),
    ("the last one before the click", (*ANSWERED, "6d chen answer"), ("5d endorsed",), "7d", "resolved endorsed 10m"),
    ("the asker says it still fails", (*ANSWERED, "6d asker still_broken"), ("5d endorsed 2 fan",), "7d", "answered"),
    ("accepted all the same", (*ANSWERED, "1d asker still_broken"), ("5d endorsed",), "6d", "resolved endorsed 10m"),
    ("confirmed comes first", SOLVED, ("5d endorsed 2 fan",), "6d", "resolved confirmed 30m"),
    # inferred
    ("thanks after an answer, a day later", THANKED, (), "25h", "resolved inferred 20m"),
    ("not before a day is over", THANKED, (), "24h", "answered"),
    ("exactly a day later", THANKED, (), "1460m", "resolved inferred 20m"),
    ("early thanks", (ASKED, "5m asker thanks", "10m fan answer"), (), "3d", "answered"),
    ("a bystander's thanks", (*ANSWERED, "20m chen thanks"), (), "3d", "answered"),
    ("something follows within a day", (*THANKED, "5h asker detail"), (), "3d", "answered"),
    ("another answer follows within a day", (*THANKED, "5h chen answer"), (), "3d", "answered"),
    ("an aside is nothing", (*THANKED, "21m fan aside"), (), "3d", "resolved inferred 20m"),
    ("what follows after a day is too late", (*THANKED, "26h chen answer"), (), "3d", "resolved inferred 20m"),
    ("thanks again", (*THANKED, "5h chen answer", "6h asker thanks"), (), "3d", "resolved inferred 6h"),
    ("still broken within 7 days", (*THANKED, "3d asker still_broken"), (), "9d", "answered"),
    ("confirmed after all", (*THANKED, "40m asker resolved"), (), "1h", "resolved confirmed 40m"),
    # linked
    ("pointed at a solved thread, for 7 days", (ASKED,), ("10m linked",), "8d", "resolved linked 10m"),
    ("not before 7 days", (ASKED, "2d asker detail"), ("10m linked",), "7d", "open"),
    ("contested", (ASKED, "2d asker still_broken"), ("10m linked",), "8d", "open"),
    ("contested by command", (ASKED,), ("10m linked", "2d reopened"), "6d", "open"),
    ("contested too late", (ASKED, "8d asker still_broken"), ("10m linked",), "9d", "resolved linked 10m"),
    ("confirmed before the 7 days are over", (ASKED,), ("10m linked", "16m solved"), "1h", "resolved confirmed 16m"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_what_became_of_it(case: tuple[str, tuple[str, ...], tuple[str, ...], str, str]) -> None:
    _, lines, marks, now, expected = case
    found = verdict(facts(said(*lines), marked(*marks), PEOPLE["asker"]), at(now))
    outcome, evidence, resolved_at = (*expected.split(), None, None)[:3]
    assert found.outcome == outcome
    assert found.evidence == evidence
    assert found.resolved_at == (None if resolved_at is None else at(resolved_at))


# (what, lines, marks, facts expected)
FACTS: list[tuple[str, tuple[str, ...], tuple[str, ...], dict[str, Any]]] = [
    (
        "t0 is the first message of the question; an opener without content does not start the clock",
        ("0m asker aside", "10m asker question", "11m asker detail"),
        (),
        {"asked_at": at("10m"), "last_at": at("11m")},
    ),
    (
        "what others said before the question answers nothing",
        ("0m asker aside", "2m fan clarify", "10m asker question", "14m chen answer"),
        (),
        {"first_response_at": at("14m"), "first_responder": 3},
    ),
    (
        "the first response may ask back, the first answer may not; both are others'",
        (ASKED, "1m asker answer", "2m chen aside", "3m chen clarify", "9m fan answer"),
        (),
        {
            "first_response_at": at("3m"),
            "first_responder": 3,
            "first_answer_at": at("9m"),
            "first_answerer": 2,
        },
    ),
    (
        "a recalled answer was an answer",
        (ASKED, "5m fan answer 6m"),
        (),
        {"first_answer_at": at("5m")},
    ),
    (
        "the first close is kept, and how often it was taken back",
        (*SOLVED, "1d asker still_broken", "2d asker resolved", "3d asker still_broken"),
        (),
        {"first_resolved_at": at("30m"), "reopened": 2, "confirmed_at": None},
    ),
    (
        "taking back what did not count yet is no reopening",
        (*THANKED, "2h asker still_broken"),
        ("3h linked", "4h reopened"),
        {"reopened": 0, "thanked_at": None, "linked_at": None, "first_resolved_at": None},
    ),
    ("taking back an inferred close is one", (*THANKED, "2d asker still_broken"), (), {"reopened": 1}),
    (
        "the thanked is who answered last before the close",
        (ASKED, "5m fan answer", "6m chen answer", "9m asker resolved", "12m fan answer"),
        (),
        {"solver": 3, "accepted": 3},
    ),
    (
        "or whose answer was accepted",
        (ASKED, "5m fan answer", "6m chen answer"),
        ("9m endorsed 2 fan",),
        {"solver": 2, "accepted": 2},
    ),
    (
        "the asker's choice comes before an expert's",
        (ASKED, "5m fan answer", "6m chen answer"),
        ("9m endorsed 2 fan", "12m solved 3 chen"),
        {"solver": 3, "accepted": 3},
    ),
    (
        "a choice that was taken back is none",
        (ASKED, "5m fan answer", "6m chen answer"),
        ("9m endorsed 2 fan", "1h reopened"),
        {"solver": 3, "endorsed_at": None},
    ),
    ("an asker who found it alone thanks nobody", (ASKED, "9m asker resolved"), (), {"solver": None, "accepted": None}),
]


@pytest.mark.parametrize("case", FACTS, ids=[case[0] for case in FACTS])
def test_facts(case: tuple[str, tuple[str, ...], tuple[str, ...], dict[str, Any]]) -> None:
    _, lines, marks, expected = case
    found = facts(said(*lines), marked(*marks), PEOPLE["asker"])
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_thread_without_messages_has_no_facts() -> None:
    with pytest.raises(ValueError, match="without messages"):
        facts([], [], 1)


ROLES = st.sampled_from(["question", "detail", "resolved", "still_broken", "thanks", "clarify", "answer", "aside"])
SPOKEN = st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from([1, 2, 3]), ROLES), min_size=1, max_size=12)
MARKS = st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from(list(Mark))), max_size=4)


@given(SPOKEN, MARKS, st.integers(0, 40_000))
def test_whatever_is_said_the_facts_hang_together(
    spoken: list[tuple[int, int, str]], marks: list[tuple[int, Mark]], now: int
) -> None:
    lines = [Line(n, T0 + timedelta(minutes=m), who, role) for n, (m, who, role) in enumerate(sorted(spoken), 1)]
    found = facts(lines, [Marked(mark, T0 + timedelta(minutes=m)) for m, mark in marks], 1)
    _check_order(found)
    now_at = lines[-1].at + timedelta(minutes=now)
    became = verdict(found, now_at)
    assert (became.outcome is Outcome.RESOLVED) == (became.evidence is not None) == (became.resolved_at is not None)
    if became.resolved_at is not None:
        assert became.resolved_at <= max([now_at, *(T0 + timedelta(minutes=m) for m, _ in marks)])
    if became.evidence is Evidence.INFERRED:
        assert found.first_answer_at is not None or any(line.role == "answer" for line in lines)


def _check_order(found: Facts) -> None:
    for response in (found.first_response_at, found.first_answer_at):
        assert response is None or response >= found.asked_at
    if found.first_answer_at is not None:
        assert found.first_response_at is not None
        assert found.first_response_at <= found.first_answer_at
    assert (found.solver is None) == (found.accepted is None)
