"""Budgets: what groups got unasked in a time, and what waits to be posted there, of many groups at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from storage.database import Store
from storage.outbox import OUTBOX, State
from storage.replies import Purpose

QUEUED_BEFORE = timedelta(days=31)  # nothing waits longer to be posted; so the look does not grow with all history


@dataclass(frozen=True, slots=True)
class Used:
    """How many posts a group got, or is about to get, of the bot's own accord."""

    digests: int = 0
    reminders: int = 0

    def left(self, budget: int) -> int:
        """Return how many reminders fit into a week's budget; the last place is kept for the digest."""
        return budget - max(self.digests, 1) - self.reminders


async def used(store: Store, groups: Collection[int], since: datetime) -> dict[int, Used]:
    """Return what groups got since a time or are about to get, by group; digests count when they were posted."""
    proactive = OUTBOX.c.purpose.in_([Purpose.DIGEST, Purpose.REMINDER])
    waits = OUTBOX.c.state.in_([State.PENDING, State.SENDING]) & (OUTBOX.c.purpose == Purpose.REMINDER)
    query = (
        select(OUTBOX.c.group_id, OUTBOX.c.purpose, func.count())
        .where(OUTBOX.c.group_id.in_(groups), proactive, OUTBOX.c.part == 1)
        .where(OUTBOX.c.created_at >= since - QUEUED_BEFORE, or_(OUTBOX.c.sent_at >= since, waits))
        .group_by(OUTBOX.c.group_id, OUTBOX.c.purpose)
    )
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for group, purpose, count in await store.rows(query) if groups else ():
        counted[group][purpose] = int(count)
    return {
        group: Used(found.get(Purpose.DIGEST, 0), found.get(Purpose.REMINDER, 0)) for group, found in counted.items()
    }
