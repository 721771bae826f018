"""What decides on the ladder, as pure functions: waits, boards, experts' turns, nudges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers._tables import Quiet
from handlers.escalation._asking import not_before
from handlers.escalation._board import chosen
from handlers.escalation._here import reached
from handlers.escalation._nudging import is_due, last_answer
from handlers.escalation._waiting import Waiting, counts_from, is_blind, waits
from storage.frames import Kind
from storage.groups import Coverage, Span
from storage.messages import Stored
from storage.metrics import Options
from storage.outcome import Facts
from storage.rungs import Done, Rung
from storage.threads import Placed, Thread

T0 = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 09:00 in Shanghai, when service time begins
HOUR = timedelta(hours=1)
NO_TIME = timedelta(0)
ASKER, OTHER = 1, 2


def thread(number: int = 1, *, hours: float = 0, imported: bool = False, repeats: int | None = None) -> Thread:
    at = T0 + hours * HOUR
    return Thread(number, 1, ASKER, number, "t", "sql", imported, repeats, None, Facts(at, at))


def one(number: int, *rungs: Rung) -> Waiting:
    return Waiting(thread(number, hours=number), T0, HOUR, done=tuple(Done(number, rung, 1, T0) for rung in rungs))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (thread(), True),
        (thread(imported=True), False),
        (thread(repeats=7), False),
        (replace(thread(), facts=Facts(T0, T0, linked_at=T0)), False),
    ],
)
def test_who_waits(found: Thread, expected: bool) -> None:
    assert waits(found) is expected


def test_a_wait_counts_from_the_question_or_where_somebody_asked_back_from_the_last_word() -> None:
    assert counts_from(thread()) == T0
    asked_back = Facts(T0, T0 + 3 * HOUR, first_response_at=T0 + HOUR)
    found = Thread(1, 1, ASKER, 1, "t", "sql", False, None, None, asked_back)
    assert counts_from(found) == T0 + 3 * HOUR


@pytest.mark.parametrize(
    ("since", "hours", "expected"),
    [
        (T0, 0, T0),
        (T0, 4, T0 + 4 * HOUR),
        (T0 - 10 * HOUR, 1, T0 + HOUR),  # asked at 23:00
        (T0 + 12 * HOUR, 2, T0 + 25 * HOUR),  # an hour before the end of service
        (T0, 24, T0 + 35 * HOUR),  # thirteen hours a day
    ],
)
def test_when_a_wait_has_lasted(since: datetime, hours: float, expected: datetime) -> None:
    assert reached(Options(country=""), since, hours * HOUR) == expected


def test_what_never_opens_is_never_reached() -> None:
    closed = Options(country="", holidays=frozenset((T0 + timedelta(days=n)).date() for n in range(70)))
    assert reached(closed, T0, HOUR) is None


@pytest.mark.parametrize(
    ("spans", "blind"),
    [
        ([(Coverage.FULL, 0, None)], False),
        ([(Coverage.FULL, 0, None), (Coverage.NONE, 1, 2)], False),
        ([(Coverage.FULL, 0, None), (Coverage.NONE, 1, 2.1)], True),
        ([(Coverage.FULL, 0, None), (Coverage.NONE, -9, 0.5)], False),  # before it was asked
        ([(Coverage.FULL, 0, None), (Coverage.NONE, 1, 1.7), (Coverage.NONE, 2, 2.7)], True),
        ([(Coverage.MENTIONS, 0, None)], True),
    ],
)
def test_what_was_not_heard(spans: list[tuple[Coverage, float, float | None]], blind: bool) -> None:
    found = [Span(1, kind, T0 + a * HOUR, None if b is None else T0 + b * HOUR, None) for kind, a, b in spans]
    assert is_blind(found, T0, T0 + 8 * HOUR) is blind


@pytest.mark.parametrize(
    ("due", "shown"),
    [
        ([], []),
        ([one(1)], [1]),
        ([one(1, Rung.BOARD)], []),
        ([one(1, Rung.ADMINS)], [1]),
        ([one(1, Rung.BOARD), one(2)], [1, 2]),
        ([*(one(n, Rung.BOARD) for n in range(1, 7)), one(9)], [1, 2, 3, 4, 9]),
        ([one(n) for n in range(1, 8)], [1, 2, 3, 4, 5]),
    ],
)
def test_what_a_board_shows(due: list[Waiting], shown: list[int]) -> None:
    assert [found.thread.id for found in chosen(due)] == shown


@pytest.mark.parametrize(
    ("before", "at", "expected"),
    [
        ([], T0, T0),
        ([], None, None),
        ([T0 - HOUR], T0, T0 + 23 * HOUR),
        ([T0 - 30 * HOUR], T0, T0),
        ([T0 - 60 * HOUR, T0 - 30 * HOUR], T0, T0),
        ([T0 - 90 * HOUR, T0 - 60 * HOUR, T0 - 30 * HOUR], T0, None),  # three are enough
    ],
)
def test_when_another_expert_is_asked(before: list[datetime], at: datetime | None, expected: datetime | None) -> None:
    assert not_before(before, 24, at) == expected


def said(role: str, member: int | None, text: str = "x") -> Placed:
    stored = Stored(
        1, 1, "k", "", member, T0, Kind.TEXT, "", text, None, None, (), False, frozenset(), False, None, None
    )
    return Placed(stored, 1, role)


QUESTION, ANSWER = said("question", ASKER), said("answer", OTHER)


@pytest.mark.parametrize(
    ("placed", "nudged"),
    [
        ([QUESTION], False),
        ([QUESTION, ANSWER], True),
        ([QUESTION, ANSWER, said("metoo", 3), said("aside", ASKER)], True),
        ([QUESTION, ANSWER, said("detail", ASKER)], False),
        ([QUESTION, ANSWER, said("detail", ASKER), ANSWER], True),
        ([QUESTION, ANSWER, said("still_broken", ASKER)], False),
        ([QUESTION, ANSWER, said("clarify", 3)], False),
        ([QUESTION, ANSWER, said("thanks", ASKER)], False),
        ([QUESTION, ANSWER, said("thanks", ASKER), ANSWER], False),
        ([QUESTION, ANSWER, said("thanks", 3)], True),
        ([QUESTION, said("answer", OTHER, " ")], False),  # taken back
        ([QUESTION, said("answer", ASKER)], False),
        ([QUESTION, ANSWER, said("resolved", ASKER)], False),
    ],
)
def test_after_what_an_asker_is_nudged(placed: list[Placed], nudged: bool) -> None:
    assert (last_answer(placed, ASKER) is not None) is nudged


@pytest.mark.parametrize(("hours", "due"), [(23.9, False), (24, True), (96, True), (96.1, False)])
def test_a_nudge_is_neither_early_nor_late(hours: float, due: bool) -> None:
    assert is_due(T0, 24 * HOUR, T0 + hours * HOUR) is due


@pytest.mark.parametrize(
    ("since", "until", "hour", "night"),
    [(22, 9, 23, True), (22, 9, 8, True), (22, 9, 9, False), (22, 9, 21, False), (1, 5, 3, True), (1, 5, 5, False),
     (8, 8, 8, False)],
)  # fmt: skip
def test_hours_of_the_night(since: int, until: int, hour: int, night: bool) -> None:
    moment = T0.replace(hour=hour).time()
    quiet = Quiet(quiet_from=T0.replace(hour=since).time(), quiet_until=T0.replace(hour=until).time())
    assert quiet.is_night(moment) is night
