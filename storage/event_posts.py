"""Where an event was shown: what became of each post about it, by the bot or by hand, for who has to prove it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from storage import reminders
from storage.couriers import CARRIAGES, Carried
from storage.database import Store
from storage.outbox import OUTBOX, State
from storage.reminders import REGISTERED, Kind


class Outcome(StrEnum):
    """What became of a post."""

    SENT = "sent"
    UNKNOWN = "unknown"  # it may have arrived
    CARRIED = "carried"  # somebody ticked it off
    ASKED = "asked"  # somebody was asked to carry it, and did not say


@dataclass(frozen=True, slots=True)
class Shown:
    """One post about an event in one group."""

    group: int
    kind: Kind
    at: datetime
    outcome: Outcome


async def shown(store: Store, event: int) -> list[Shown]:
    """Return the posts about an event that reached a group, or may have, oldest first.

    What waits, was dropped untried or failed is none of them; nor is a word to those who registered.
    """
    told = [one for one in await reminders.told(store, [event]) if one.post and one.place.group != REGISTERED]
    keys = {one.post for one in told}
    query = select(OUTBOX.c.key, OUTBOX.c.state, OUTBOX.c.attempts, OUTBOX.c.sent_at).where(OUTBOX.c.key.in_(keys))
    posts = {row.key: row for row in await store.rows(query)}
    carried = select(CARRIAGES.c.post, CARRIAGES.c.group_id, CARRIAGES.c.state, CARRIAGES.c.settled_at)
    copies = {(row.post, row.group_id): row for row in await store.rows(carried.where(CARRIAGES.c.post.in_(keys)))}
    found = []
    for one in told:
        group, copy, post = one.place.group, copies.get((one.post, one.place.group)), posts.get(one.post)
        if copy is not None and copy.state == Carried.DONE:
            found.append(Shown(group, one.place.kind, copy.settled_at or one.at, Outcome.CARRIED))
        elif copy is not None and copy.state == Carried.WAITING:
            found.append(Shown(group, one.place.kind, one.at, Outcome.ASKED))
        elif copy is None and post is not None and (outcome := _outcome(State(post.state), post.attempts)):
            found.append(Shown(group, one.place.kind, post.sent_at or one.at, outcome))
    return found


def _outcome(state: State, attempts: int) -> Outcome | None:
    if state is State.SENT:
        return Outcome.SENT
    tried = state in {State.HELD, State.DROPPED} and attempts > 0  # it was sent, and no answer came
    doubtful = state in {State.UNKNOWN, State.SENDING} or tried
    return Outcome.UNKNOWN if doubtful else None
