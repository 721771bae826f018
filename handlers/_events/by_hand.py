"""The couriers' copies of what is said of events: asked for by day, and remembered by the copy's own key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from handlers import Body, Context, Errand, Reply
from handlers._carrying import carried
from handlers._events.standing import by_day
from handlers._settings import OUTBOX, resolved
from storage import couriers, reminders, settings
from storage.settings import COMMUNITY


async def by_hand(
    ctx: Context[Any], edition: str, bodies: Mapping[int, Body], events: Collection[int]
) -> list[Reply | Errand]:
    """Return what couriers are told, so that what is said of events gets to their groups; not at night.

    What was claimed under `edition:group` is written down under the key of the copy that really goes out.
    """
    asked = await carried(ctx, edition, bodies) if bodies else []
    for carriage in await couriers.of_edition(ctx.store, edition) if bodies else ():
        for event in events:
            claimed = f"{edition}:{carriage.group}"
            await reminders.posted(ctx.store, event, carriage.group, claimed, carriage.post)
    quiet = resolved(OUTBOX, ctx.community.quiet, await settings.overrides(ctx.store, COMMUNITY))
    worth = min((one.expires_at for one in asked if isinstance(one, Reply) and one.expires_at), default=ctx.now())
    at = by_day(ctx.now(), ctx.community.zone, quiet, worth)
    if at <= ctx.now():
        return asked
    return [replace(one, not_before=at) if isinstance(one, Reply) else one for one in asked]
