"""Runs linkers over annotated streams: places, links and the threads with their figures, as an export tells them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from classifiers import Linker, Role, Said, Topics
from classifiers._evaluating.streams import Placed, Row, Stream
from classifiers._replay import steps
from storage import outcome

MATURED = timedelta(days=30)
QUESTION_LINES = 6  # as relink reads a topic from a question


@dataclass(slots=True)
class Run:
    """What a linker made of streams.

    Attributes:
        placed: Message id -> its place, after all repairs.
        rows: The threads found, over all streams.
        seconds: Processor time that the linker took.
        count: Messages placed.
    """

    placed: dict[int, Placed] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    seconds: float = 0.0
    count: int = 0


def run(linker: Linker, topics: Topics, stream: Stream, into: Run) -> None:
    """Replay one stream through a linker and add what came of it."""
    begin = time.process_time()
    placed, askers = _places(linker, stream.said, before=len(into.rows))
    into.seconds += time.process_time() - begin
    into.count += len(stream.said)
    into.placed |= placed
    threads: dict[int, list[tuple[Said, Role]]] = defaultdict(list)
    for said in stream.said:
        place = placed[said.id]
        if place.thread is not None:
            threads[place.thread].append((said, place.role))
    into.rows += [row(number, held, askers[number], topics) for number, held in sorted(threads.items())]


def _places(linker: Linker, messages: Sequence[Said], before: int) -> tuple[dict[int, Placed], dict[int, int]]:
    placed: dict[int, Placed] = {}
    askers: dict[int, int] = {}
    for said, found, here, _ in steps(linker, messages):
        thread = None if here is None else here + before
        if thread is not None:
            askers.setdefault(thread, said.member or 0)
        placed[said.id] = Placed(said.id, thread, found.role, found.answers)
        for message, target, role in found.moves:
            moved = thread if target == 0 else None if target is None else target + before
            placed[message] = Placed(message, moved, role, placed[message].answers)
    return placed, askers


def row(number: int, held: Sequence[tuple[Said, Role]], asker: int, topics: Topics) -> Row:
    """Return a thread's figures: from the same pure functions as every figure of the bot."""
    lines = [outcome.Line(said.id, said.at, said.member or 0, role) for said, role in held]
    facts = outcome.facts(lines, (), asker)
    verdict = outcome.verdict(facts, held[-1][0].at + MATURED)
    question = [said.text for said, role in held if said.member == asker and role in (Role.QUESTION, Role.DETAIL)]
    guesses = topics.topic("\n".join(question[:QUESTION_LINES]))
    return Row(
        thread=number,
        messages=tuple(said.id for said, _ in held),
        asked_at=facts.asked_at,
        response_at=facts.first_response_at,
        resolved_at=verdict.resolved_at,
        outcome=str(verdict.outcome),
        topic=guesses[0].topic if guesses else None,
    )


def links(messages: Iterable[Said], placed: dict[int, Placed]) -> dict[int, frozenset[int]]:
    """Return what each message answers; where a linker doesn't tell, the message before it in its thread.

    A message outside all threads, or first in its thread, answers itself.
    """
    found: dict[int, frozenset[int]] = {}
    latest: dict[int, int] = {}
    for said in messages:
        place = placed[said.id]
        target = place.answers
        if target is None and place.thread is not None:
            reply = said.reply_to
            same = reply is not None and reply in placed and placed[reply].thread == place.thread
            target = reply if same else latest.get(place.thread)
        found[said.id] = frozenset({said.id if target is None else target})
        if place.thread is not None:
            latest[place.thread] = said.id
    return found
