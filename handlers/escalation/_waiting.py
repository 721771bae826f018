"""Who waits: the questions of groups that nobody answered, for how much service time, and what was done for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers import Context
from storage import groups, rungs, threads
from storage.groups import Coverage, Span
from storage.metrics import Options
from storage.rungs import Done, Rung
from storage.threads import Thread

LOOKED_BACK = timedelta(days=28)
BLIND = timedelta(hours=1)  # of a wait: after so long without hearing nobody knows whether somebody answered
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that waits.

    Attributes:
        thread: It.
        since: From when its wait counts: it was asked, or, where somebody asked back, its last word.
        waited: How much service time of its group passed since.
        blind: Whether the bot did not hear the group for a part of that time.
        done: What was done for it, oldest first.
    """

    thread: Thread
    since: datetime
    waited: timedelta
    blind: bool = False
    done: tuple[Done, ...] = ()

    def has(self, rung: Rung) -> bool:
        """Say whether it has reached a rung."""
        return any(one.rung is rung for one in self.done)

    def reaches(self, after: timedelta) -> bool:
        """Say whether it has waited for so long; nothing is never."""
        return bool(after) and self.waited >= after


async def waiting(ctx: Context[Any], wanted: Sequence[int], options: Options) -> dict[int, list[Waiting]]:
    """Return what waits in groups, by group, longest wait first; what an import brought and repetitions wait not."""
    now = ctx.now()
    found = await threads.unresolved(ctx.store, wanted, now - LOOKED_BACK, now)
    alive = [thread for thread in found if waits(thread)]
    done = await rungs.done(ctx.store, [thread.id for thread in alive])
    spans = await groups.spans(ctx.store, {thread.group_id for thread in alive}, now - LOOKED_BACK, now)
    by_group: dict[int, list[Waiting]] = defaultdict(list)
    for thread in alive:
        since = counts_from(thread)
        waited = options.of(thread.group_id).clock.between(since, now)
        heard = [span for span in spans if span.group_id == thread.group_id]
        one = Waiting(thread, since, waited, is_blind(heard, since, now), tuple(done.get(thread.id, ())))
        by_group[thread.group_id].append(one)
    return by_group


def waits(thread: Thread) -> bool:
    """Say whether an open thread is one that somebody waits for: asked here and now, and for the first time."""
    return not thread.imported and thread.duplicate_of is None and thread.facts.linked_at is None


def counts_from(thread: Thread) -> datetime:
    """Return from when a wait counts: where somebody asked back it may have been the asker's turn, so its last word."""
    return thread.facts.asked_at if thread.facts.first_response_at is None else thread.facts.last_at


def is_blind(spans: Iterable[Span], since: datetime, now: datetime) -> bool:
    """Say whether a group was not heard, or only where it spoke to the bot, for a part of a wait that matters."""
    missed = _NOTHING
    for span in spans:
        if span.coverage is not Coverage.FULL:
            missed += max(min(span.until or now, now) - max(span.since, since), _NOTHING)
    return missed > BLIND
