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


COUNTS_AFTER = {
    Evidence.CONFIRMED: timedelta(0),
    Evidence.ENDORSED: timedelta(0),
    Evidence.LINKED: LINKED_AFTER,
    Evidence.INFERRED: INFERRED_AFTER,
}


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
    for evidence, at in (
        (Evidence.CONFIRMED, facts.confirmed_at),
        (Evidence.ENDORSED, facts.endorsed_at),
        (Evidence.LINKED, facts.linked_at),
        (Evidence.INFERRED, facts.thanked_at),
    ):
        if at is not None and now >= at + COUNTS_AFTER[evidence]:
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
    asked = next((line.at for line in lines if line.member == asker and line.role == "question"), lines[0].at)
    response = _first(lines, asker, {"clarify", "answer"}, asked)
    answer = _first(lines, asker, {"answer"}, asked)
    history = _history(lines, marked, asker)
    closed = {evidence: close.resolved_at for evidence, close in history.standing.items()}
    solver, accepted = _solver(lines, asker, history)
    return Facts(
        asked_at=asked,
        # A closing thanks restarts nothing, not even the wait for silence.
        last_at=next((line.at for line in reversed(lines) if line.role != "thanks"), lines[0].at),
        first_response_at=response.at if response else None,
        first_responder=response.member if response else None,
        first_answer_at=answer.at if answer else None,
        first_answerer=answer.member if answer else None,
        confirmed_at=closed.get(Evidence.CONFIRMED),
        endorsed_at=closed.get(Evidence.ENDORSED),
        thanked_at=closed.get(Evidence.INFERRED),
        linked_at=closed.get(Evidence.LINKED),
        withdrawn_at=_withdrawn(lines, marked, asker, answer),
        invalid_at=_latest(marked, Mark.INVALID, Mark.VALID),
        first_resolved_at=history.first,
        reopened=history.reopened,
        solver=solver,
        accepted=accepted,
    )


def _first(lines: Iterable[Line], asker: int, roles: set[str], since: datetime) -> Line | None:
    """Return the first line of another member in a role; what was said before the question does not answer it."""
    return next((line for line in lines if line.member != asker and line.role in roles and line.at >= since), None)


def _answers(lines: Iterable[Line], asker: int) -> list[Line]:
    return [line for line in lines if line.member != asker and line.role == "answer"]


def _latest(marks: Iterable[Marked], wanted: Mark, cancels: Mark) -> datetime | None:
    found = None
    for mark in marks:
        if mark.mark is wanted:
            found = mark.at
        elif mark.mark is cancels:
            found = None
    return found


@dataclass(frozen=True, slots=True)
class _Close:
    """One reason to call the thread resolved: when it was given, and the time that counts as the resolution."""

    evidence: Evidence
    said_at: datetime
    resolved_at: datetime
    mark: Marked | None = None


@dataclass(slots=True)
class _History:
    """What is left of the closes after what took them back: the latest of each evidence."""

    standing: dict[Evidence, _Close]
    first: datetime | None = None
    reopened: int = 0


def _history(lines: Sequence[Line], marks: Sequence[Marked], asker: int) -> _History:
    """Replay closes and breaks: a break takes back what was said in the 7 days before it; the final close counts."""
    breaks = [line.at for line in lines if line.member == asker and line.role == "still_broken"]
    breaks += [mark.at for mark in marks if mark.mark is Mark.REOPENED]
    closes = [*_confirmed(lines, marks, asker), *_endorsed(lines, marks, asker), *_thanked(lines, asker)]
    closes += [_Close(Evidence.LINKED, mark.at, mark.at, mark) for mark in marks if mark.mark is Mark.LINKED]
    history = _History({})
    moments: list[tuple[datetime, _Close | None]] = [(close.said_at, close) for close in closes]
    moments += [(at, None) for at in breaks]
    for at, close in sorted(moments, key=lambda moment: moment[0]):
        if close is None:
            _take_back(history, at)
        else:
            history.standing[close.evidence] = close
            if history.first is None and COUNTS_AFTER[close.evidence] == timedelta(0):
                history.first = close.resolved_at
    return history


def _take_back(history: _History, at: datetime) -> None:
    gone = [close for close in history.standing.values() if at - close.said_at <= REOPEN_SPAN]
    for close in gone:
        del history.standing[close.evidence]
    if any(at >= close.said_at + COUNTS_AFTER[close.evidence] for close in gone):
        history.reopened += 1


def _confirmed(lines: Iterable[Line], marks: Iterable[Marked], asker: int) -> list[_Close]:
    said = [(line.at, None) for line in lines if line.member == asker and line.role == "resolved"]
    told = [(mark.at, mark) for mark in marks if mark.mark is Mark.SOLVED]
    return [_Close(Evidence.CONFIRMED, at, at, mark) for at, mark in sorted([*said, *told], key=lambda pair: pair[0])]


def _endorsed(lines: Sequence[Line], marks: Iterable[Marked], asker: int) -> list[_Close]:
    """Return the endorsements, at the time of the accepted answer (else of the last one), never of the click."""
    closes = []
    for mark in marks:
        if mark.mark is Mark.ENDORSED:
            accepted = [line.at for line in lines if line.message == mark.message]
            before = [line.at for line in _answers(lines, asker) if line.at <= mark.at]
            closes.append(_Close(Evidence.ENDORSED, mark.at, next(iter(accepted or before[-1:]), mark.at), mark))
    return closes


def _thanked(lines: Iterable[Line], asker: int) -> list[_Close]:
    """Return the asker's closing thanks: after an answer, and nothing to the point within a day."""
    answered = False
    closing: list[datetime] = []
    for line in lines:
        if line.member == asker and line.role == "thanks" and answered:
            closing.append(line.at)
        elif line.role in {"question", "detail", "clarify", "answer"}:
            closing = [at for at in closing if line.at - at >= INFERRED_AFTER]
            answered = answered or (line.member != asker and line.role == "answer")
    return [_Close(Evidence.INFERRED, at, at) for at in closing]


def _withdrawn(lines: Sequence[Line], marks: Sequence[Marked], asker: int, answer: Line | None) -> datetime | None:
    """Return when the asker took the question back.

    By command at any time; in words (which may as well mean that they go on in private) and by recalling all of the
    question only while nothing was answered. Asking again by `/reopen` ends it.
    """
    taken_back = [line.at for line in lines if line.member == asker and line.role == "withdrawn"]
    question = [line for line in lines if line.member == asker and line.role in {"question", "detail"}]
    recalls = [line.recalled_at for line in question if line.recalled_at is not None]
    if question and len(recalls) == len(question):
        taken_back.append(max(recalls))
    taken_back = [at for at in taken_back if answer is None or at < answer.at]
    taken_back += [mark.at for mark in marks if mark.mark is Mark.WITHDRAWN]
    reopened = max((mark.at for mark in marks if mark.mark is Mark.REOPENED), default=None)
    return min((at for at in taken_back if reopened is None or at > reopened), default=None)


def _solver(lines: Sequence[Line], asker: int, history: _History) -> tuple[int | None, int | None]:
    """Return who is to be thanked and for which message: the accepted answer, else the last one before the close."""
    order = (Evidence.CONFIRMED, Evidence.ENDORSED, Evidence.LINKED, Evidence.INFERRED)
    closes = [history.standing[evidence] for evidence in order if evidence in history.standing]
    chosen = next((close.mark for close in closes if close.mark is not None and close.mark.member is not None), None)
    if chosen is not None:
        return chosen.member, chosen.message
    answers = _answers(lines, asker)
    before = [line for line in answers if not closes or line.at <= closes[0].said_at]
    return (before[-1].member, before[-1].message) if before else (None, None)
