"""The answer of a thread in its author's own words: what is quoted when somebody asks the same again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from classifiers import BURST_GAP
from storage import messages, threads
from storage.database import Store
from storage.messages import Stored
from storage.threads import Placed, Thread


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: unmasked, so mask it before it is shown. `message` is the accepted one."""

    member: int
    at: datetime
    text: str
    message: int


async def answer_of(store: Store, thread: Thread, groups: Collection[int] | None = None) -> Answer | None:
    """Return the accepted answer of a thread, else the last one; that of the thread it was linked to if it has none.

    With `groups`, only an answer that was given in one of them.
    """
    accepted = thread.facts.accepted
    if accepted is None:
        linked = await threads.find(store, thread.linked_to or 0)
        return None if linked is None or linked.facts.accepted is None else await answer_of(store, linked, groups)
    if groups is not None and (await messages.get(store, accepted)).group_id not in groups:
        return None
    placed = await threads.content(store, thread.id)
    if all(found.message.id != accepted for found in placed):
        found = await messages.several(store, [accepted])
        return _answer(found, found[0]) if found else None
    said = burst(placed, accepted)
    return _answer(said, next(message for message in said if message.id == accepted))


def burst(placed: Sequence[Placed], accepted: int) -> list[Stored]:
    """Return the messages in which an answer was given: its author's own around it, no gap longer than a burst's."""
    chosen = next(found.message for found in placed if found.message.id == accepted)
    own = [found.message for found in placed if found.message.member_id == chosen.member_id and found.role == "answer"]
    if chosen not in own:
        return [chosen]
    first = last = own.index(chosen)
    while first > 0 and own[first].at - own[first - 1].at <= BURST_GAP:
        first -= 1
    while last + 1 < len(own) and own[last + 1].at - own[last].at <= BURST_GAP:
        last += 1
    return own[first : last + 1]


def _answer(said: Sequence[Stored], chosen: Stored) -> Answer | None:
    text = "\n".join(message.text for message in said if message.text.strip())
    if chosen.member_id is None or not text:
        return None
    return Answer(chosen.member_id, said[0].at, text, chosen.id)
