"""Reminds groups of what is coming, and who registered; draws the card above an announcement."""

from __future__ import annotations

from handlers import Context, Errand, Outside, Reply, Router
from handlers._events import picture
from handlers._events.settings import FEATURE, Settings
from handlers.reminding._looking import look
from storage import schedules
from storage.schedules import Occurrence, Schedule

__all__ = ["Settings", "router"]

LOOK = "look"
EVERY = "every 1m"

router = Router(Settings)


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down, once for the community, that it is looked every minute what is to be reminded of."""
    schedule = Schedule(FEATURE, LOOK, 0, EVERY, ctx.community.zone.key, ctx.now())
    await schedules.put(ctx.store, schedule)


@router.schedule(LOOK)
async def remind(occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Remind groups, and who registered, of what is due now; of what was missed as long as it is useful."""
    return await look(ctx, occurrence.due_at.strftime("%Y%m%d%H%M%S"))


@router.errand(picture.CARD)
async def card(errand: Errand, outside: Outside) -> list[Reply]:
    """Draw the card of an announcement, once for all groups that share it, and post it there."""
    return await picture.draw(errand, outside)
