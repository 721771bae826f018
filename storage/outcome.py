"""What became of a question: a pure function of facts and now, and the facts a pure function of lines and marks.

The definitions are the product's (definition version 1). No schedule ever writes an outcome; time alone can change
one (a closing thanks counts after a day, silence expires a thread after a week), and asking again says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DEFINITION_VERSION = 1
REOPEN_SPAN = timedelta(days=7)  # later it is a new thread
INFERRED_AFTER = timedelta(hours=24)
LINKED_AFTER = timedelta(days=7)
EXPIRES_AFTER = timedelta(days=7)


class Outcome(StrEnum):
    """The first that applies, in this order."""

    INVALID = "invalid"
    WITHDRAWN = "withdrawn"
    RESOLVED = "resolved"
    ANSWERED = "answered"
    EXPIRED = "expired"
    OPEN = "open"


class Evidence(StrEnum):
    """Why a thread counts as resolved."""

    CONFIRMED = "confirmed"  # the asker says so
    ENDORSED = "endorsed"  # an admin or expert accepted an answer
    LINKED = "linked"  # pointed at a solved thread, uncontested for 7 days
    INFERRED = "inferred"  # the asker's closing thanks after an answer


class Mark(StrEnum):
    """What a person said about a thread by command, button or correction."""

    SOLVED = "solved"  # by the asker
    REOPENED = "reopened"  # by the asker; also contests a link
    ENDORSED = "endorsed"
    INVALID = "invalid"
    VALID = "valid"
    WITHDRAWN = "withdrawn"
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class Line:
    """A message of a thread: its role is one of the glossary's; the bot's own and system lines are left out."""

    message: int
    at: datetime
    member: int
    role: str
    recalled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark with its moment; `member` is who gave the accepted answer, where one was accepted."""

    mark: Mark
    at: datetime
    member: int | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a thread row keeps; every time UTC, None where it did not happen."""

    asked_at: datetime
    last_at: datetime
    first_response_at: datetime | None = None
    first_responder: int | None = None
    first_answer_at: datetime | None = None
    first_answerer: int | None = None
    confirmed_at: datetime | None = None
    endorsed_at: datetime | None = None
    thanked_at: datetime | None = None
    linked_at: datetime | None = None
    withdrawn_at: datetime | None = None
    invalid_at: datetime | None = None
    first_resolved_at: datetime | None = None
    reopened: int = 0
    solver: int | None = None
    accepted: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome, evidence and time of resolution; the last two only for resolved threads."""

    outcome: Outcome
    evidence: Evidence | None = None
    resolved_at: datetime | None = None


def verdict(facts: Facts, now: datetime) -> Verdict:
    """Return what became of a thread, as of `now`."""
    if facts.invalid_at is not None:
        return Verdict(Outcome.INVALID)
    if facts.withdrawn_at is not None:
        return Verdict(Outcome.WITHDRAWN)
    for evidence, at, counts_from in (
        (Evidence.CONFIRMED, facts.confirmed_at, timedelta(0)),
        (Evidence.ENDORSED, facts.endorsed_at, timedelta(0)),
        (Evidence.LINKED, facts.linked_at, LINKED_AFTER),
        (Evidence.INFERRED, facts.thanked_at, INFERRED_AFTER),
    ):
        if at is not None and now >= at + counts_from:
            return Verdict(Outcome.RESOLVED, evidence, at)
    if facts.first_answer_at is not None:
        return Verdict(Outcome.ANSWERED)
    if now >= facts.last_at + EXPIRES_AFTER:
        return Verdict(Outcome.EXPIRED)
    return Verdict(Outcome.OPEN)


def facts(lines: Sequence[Line], marks: Iterable[Marked], asker: int) -> Facts:
    """Derive a thread's facts from its lines (in order) and the marks that people made on it.

    Raises:
        ValueError: There is no line; a thread without messages has no facts.
    """
    if not lines:
        raise ValueError("a thread without messages has no facts")
    marked = sorted(marks, key=lambda mark: mark.at)
    asked = next((line.at for line in lines if line.role == "question"), lines[0].at)
    response = _first(lines, asker, {"clarify", "answer"})
    answer = _first(lines, asker, {"answer"})
    confirmed, first_resolved, reopened = _confirmed(lines, marked, asker)
    solver, accepted = _solver(lines, marked, asker, confirmed)
    return Facts(
        asked_at=asked,
        last_at=lines[-1].at,
        first_response_at=response.at if response else None,
        first_responder=response.member if response else None,
        first_answer_at=answer.at if answer else None,
        first_answerer=answer.member if answer else None,
        confirmed_at=confirmed,
        endorsed_at=_endorsed(lines, marked, asker),
        thanked_at=_thanked(lines, asker),
        linked_at=_at(_latest(marked, Mark.LINKED, Mark.REOPENED)),
        withdrawn_at=_withdrawn(lines, marked, asker, answer),
        invalid_at=_at(_latest(marked, Mark.INVALID, Mark.VALID)),
        first_resolved_at=first_resolved,
        reopened=reopened,
        solver=solver,
        accepted=accepted,
    )


def _first(lines: Iterable[Line], asker: int, roles: set[str]) -> Line | None:
    return next((line for line in lines if line.member != asker and line.role in roles), None)


def _latest(marks: Iterable[Marked], wanted: Mark, cancels: Mark) -> Marked | None:
    found = None
    for mark in marks:
        if mark.mark is wanted:
            found = mark
        elif mark.mark is cancels:
            found = None
    return found


def _at(mark: Marked | None) -> datetime | None:
    return None if mark is None else mark.at


def _endorsed(lines: Sequence[Line], marks: Sequence[Marked], asker: int) -> datetime | None:
    """Return the time of the accepted answer (else of the last one), never the moment of the click."""
    mark = _latest(marks, Mark.ENDORSED, Mark.REOPENED)
    if mark is None:
        return None
    accepted = [line.at for line in lines if line.message == mark.message]
    answers = [line.at for line in lines if line.member != asker and line.role == "answer" and line.at <= mark.at]
    return next(iter(accepted or answers[-1:]), mark.at)


def _confirmed(
    lines: Sequence[Line], marks: Sequence[Marked], asker: int
) -> tuple[datetime | None, datetime | None, int]:
    """Return when the asker last said that it works, when first, and how often that was taken back.

    Saying so again moves the close; 还是不行 within 7 days takes it back, later it is no longer about this close.
    """
    said = [(line.at, line.role == "resolved") for line in lines if _closes_or_breaks(line, asker)]
    said += [(mark.at, mark.mark is Mark.SOLVED) for mark in marks if mark.mark in {Mark.SOLVED, Mark.REOPENED}]
    closed: datetime | None = None
    first: datetime | None = None
    reopened = 0
    for at, works in sorted(said):
        if works:
            closed, first = at, first or at
        elif closed is not None and at - closed <= REOPEN_SPAN:
            closed, reopened = None, reopened + 1
    return closed, first, reopened


def _closes_or_breaks(line: Line, asker: int) -> bool:
    return line.member == asker and line.role in {"resolved", "still_broken"}


def _thanked(lines: Sequence[Line], asker: int) -> datetime | None:
    """Return the time of the asker's closing thanks: after an answer, and nothing to the point within a day."""
    answered = False
    found: datetime | None = None
    for line in lines:
        if line.member == asker and line.role == "thanks" and answered:
            found = line.at
        elif line.role in {"question", "detail", "clarify", "answer", "still_broken"}:
            if found is not None and line.at - found < INFERRED_AFTER:
                found = None
            answered = answered or (line.member != asker and line.role == "answer")
    return found


def _withdrawn(lines: Sequence[Line], marks: Iterable[Marked], asker: int, answer: Line | None) -> datetime | None:
    limit = answer.at if answer is not None else None
    taken_back = [line.at for line in lines if line.member == asker and line.role == "withdrawn"]
    taken_back += [mark.at for mark in marks if mark.mark is Mark.WITHDRAWN]
    question = [line for line in lines if line.member == asker and line.role in {"question", "detail"}]
    recalls = [line.recalled_at for line in question if line.recalled_at is not None]
    if question and len(recalls) == len(question):
        taken_back.append(max(recalls))
    return min((at for at in taken_back if limit is None or at < limit), default=None)


def _solver(
    lines: Sequence[Line], marks: Sequence[Marked], asker: int, confirmed: datetime | None
) -> tuple[int | None, int | None]:
    """Return who is to be thanked and for which message: the accepted answer, else the last one before the close."""
    chosen = next((mark for mark in reversed(marks) if mark.member is not None), None)
    if chosen is not None:
        return chosen.member, chosen.message
    answers = [line for line in lines if line.member != asker and line.role == "answer"]
    before = [line for line in answers if confirmed is None or line.at <= confirmed]
    return (before[-1].member, before[-1].message) if before else (None, None)
