"""Asked before: finds the threads with an answer that are most like a question."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from classifiers._similar.index import Index
from handlers._threads.known import Known
from handlers._threads.weighing import BARS, Bar, judged, lowered
from storage import suggestions, threads, wording
from storage.database import Store
from storage.outcome import Outcome
from storage.suggestions import Offered, Record
from storage.threads import Thread

CANDIDATES = 12
SHOWN = 3  # threads that one reply names at most
_HELPS = {Outcome.RESOLVED, Outcome.ANSWERED}


@dataclass(frozen=True, slots=True)
class Match:
    """A thread that is like the question, 0..1."""

    thread: Thread
    likeness: float


async def similar(
    store: Store,
    known: Known,
    text: str,
    groups: Collection[int],
    now: datetime,
    *,
    topic: str = "",
    leave_out: Collection[int] = (),
    limit: int = SHOWN,
    bar: Bar = BARS["normal"],
) -> list[Match]:
    """Return the resolved or answered threads of groups that are most like a question, likest first.

    None at all is a good answer, too. What repeats another thread stands for that; what askers rejected counts less.
    """
    index = await known.caught_up(store)
    hits = index.find(text, groups, leave_out=leave_out, limit=CANDIDATES)
    every = await threads.several(store, [hit.key for hit in hits])
    for hit in hits:
        if hit.key not in every:
            known.forget(hit.key)
    found = [thread for thread in every.values() if thread.verdict(now).outcome in _HELPS]
    near = await _likened(store, index, text, found, topic, bar)
    origins = [Match(await _origin(store, match.thread), match.likeness) for match in near]
    usable = [m for m in origins if m.thread.group_id in groups and m.thread.id not in leave_out]
    said = await suggestions.records(store, Offered.THREAD, {match.thread.id for match in usable})
    weighed = [Match(m.thread, lowered(m.likeness, said.get(m.thread.id, Record()))) for m in usable]
    return chosen(weighed, bar)[:limit]


async def _likened(store: Store, index: Index, text: str, found: list[Thread], topic: str, bar: Bar) -> list[Match]:
    """Return the threads that are like enough to be named, by what was asked in them."""
    asked = await wording.questions(store, [thread.id for thread in found])
    questions = [asked.get(thread.id, "") for thread in found]
    near: list[Match] = []
    for thread, alike in zip(found, index.alike(text, questions), strict=True):
        likeness = judged(alike, thread.topic, topic, bar)
        near += [Match(thread, likeness)] if likeness >= bar.also else []
    return near


def chosen(matches: Iterable[Match], bar: Bar) -> list[Match]:
    """Return the matches that pass, each thread once, likest first, of two alike the newer."""
    best: dict[int, Match] = {}
    for match in sorted(matches, key=lambda match: (-match.likeness, -match.thread.id)):
        if match.likeness < (bar.also if best else bar.first):
            break
        best.setdefault(match.thread.id, match)
    return list(best.values())


async def _origin(store: Store, thread: Thread) -> Thread:
    """Return the thread that one repeats: it was said to be its duplicate, or an old answer closed it."""
    facts = thread.facts
    repeats = thread.duplicate_of or (thread.linked_to if facts.first_answer_at is None else None)
    origin = await threads.find(store, repeats or 0)
    return origin if origin is not None and origin.facts.first_answer_at is not None else thread
