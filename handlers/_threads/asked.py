"""Asked before: finds the threads with an answer that are most like a question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from classifiers._similar.index import Index
from classifiers._similar.likeness import by_topic
from handlers._threads.known import Known
from storage import threads, wording
from storage.database import Store
from storage.outcome import Outcome
from storage.threads import Thread

CANDIDATES = 12
# Measured on chat of two groups: two of three known repetitions lie above LIKE, and none of 54 other questions.
LIKE = 0.21
ALSO = 0.14
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
    limit: int = 2,
) -> list[Match]:
    """Return the resolved or answered threads of groups that are most like a question, likest first.

    The first one is at least `LIKE`, the others at least `ALSO`; none at all is a good answer, too. What repeats
    another thread stands for that.
    """
    index = await known.caught_up(store)
    hits = index.find(text, groups, leave_out=leave_out, limit=CANDIDATES)
    every = await threads.several(store, [hit.key for hit in hits])
    for hit in hits:
        if hit.key not in every:
            known.forget(hit.key)
    found = [thread for thread in every.values() if thread.verdict(now).outcome in _HELPS]
    matches = await _likened(store, index, text, found, topic)
    chosen = await _chosen(store, matches)
    return [match for match in chosen if match.thread.group_id in groups and match.thread.id not in leave_out][:limit]


async def _likened(store: Store, index: Index, text: str, found: list[Thread], topic: str) -> list[Match]:
    asked = await wording.questions(store, [thread.id for thread in found])
    return [
        Match(thread, by_topic(index.likeness(text, asked.get(thread.id, "")), thread.topic, topic)) for thread in found
    ]


async def _chosen(store: Store, matches: list[Match]) -> list[Match]:
    chosen: dict[int, Match] = {}
    for match in sorted(matches, key=lambda match: (-match.likeness, -match.thread.id)):
        if match.likeness < (ALSO if chosen else LIKE):
            break
        thread = await _origin(store, match.thread)
        chosen.setdefault(thread.id, Match(thread, match.likeness))
    return list(chosen.values())


async def _origin(store: Store, thread: Thread) -> Thread:
    """Return the thread that one repeats: it was said to be its duplicate, or an old answer closed it."""
    facts = thread.facts
    repeats = thread.duplicate_of or (thread.linked_to if facts.first_answer_at is None else None)
    origin = await threads.find(store, repeats or 0)
    return origin if origin is not None and origin.facts.first_answer_at is not None else thread
