"""Asking: who knows a topic, and agreed to be asked, is asked in private; another one a day later, three at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers import Reply
from handlers._experts import routing
from handlers.escalation._here import Here
from handlers.escalation._waiting import Waiting
from storage import experts, rungs
from storage.database import Store
from storage.rungs import Rung

MOST = 3  # experts, for one question
AT_ONCE = 2  # questions of one group in one look: after a day away nobody's week is used up within a minute


async def asked(store: Store, thread: int) -> list[datetime]:
    """Return when experts were asked about a thread, on the ladder or because one wanted another to be asked."""
    return [one.at for one in await experts.asked_about(store, thread)]


def not_before(before: Sequence[datetime], again: int, reached: datetime | None) -> datetime | None:
    """Return from when on an expert, or another one some hours after the last, may be asked; None: never."""
    if reached is None or len(before) >= MOST:
        return None
    return max([reached, *(at + timedelta(hours=again) for at in before)])


async def ask_experts(place: Here, found: Sequence[Waiting]) -> list[Reply]:
    """Return what experts are asked about the questions of a group, longest wait first, and keep that they were.

    Where nobody may be asked now, the next look tries again.
    """
    ctx = place.ctx
    if not place.may_disturb(ctx.now()):
        return []
    replies: list[Reply] = []
    for one in found:
        if len(replies) == AT_ONCE:
            break
        if not one.reaches(place.rungs.experts_after) or one.blind:
            continue
        before = await asked(ctx.store, one.thread.id)
        turn = not_before(before, ctx.settings.expert_again, ctx.now())
        reply = await routing.ask(ctx, one.thread) if turn == ctx.now() else None
        if reply is not None:
            await rungs.take(ctx.store, one.thread.id, Rung.EXPERT, ctx.now(), nth=len(before) + 1)
            replies.append(reply)
    return replies
