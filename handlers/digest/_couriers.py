"""Hands editions to couriers, for the groups in which no bot can be."""

from __future__ import annotations

from handlers import Context, Reply
from handlers._carrying import carried, open_groups
from handlers._settings import context_of, is_quiet
from handlers.digest._composing import tell
from handlers.digest._edition import edition
from handlers.digest._settings import FEATURE, Settings
from handlers.digest._where import due_together, telling
from storage import groups, settings
from storage.replies import Body
from storage.schedules import Occurrence


async def hand_out(ctx: Context[Settings], occurrence: Occurrence) -> list[Reply]:
    """Return what couriers are told: of this group, and of all others to which they carry that are due with it.

    So a courier of several groups is written to once. A group whose turn comes later finds that it was told of.
    """
    feature = next(feature for feature in ctx.features if feature.name == FEATURE)
    rule, zone = occurrence.schedule.rule, ctx.community.zone
    open_to_people = await open_groups(ctx)
    bodies: dict[int, Body] = {}
    for group in await due_together(ctx, occurrence.schedule):
        overrides = await settings.overrides(ctx.store, group)
        there: Context[Settings] = context_of(ctx, feature, overrides, await groups.get(ctx.store, group))
        same = there.settings.every == ctx.settings.every
        if group in open_to_people and same and not is_quiet(overrides, ctx.now()):
            period = edition(group, rule, occurrence.due_at, zone, there.settings.every).period
            bodies[group] = (await tell(there, await telling(there), period)).body
    found = edition("couriers", rule, occurrence.due_at, zone, ctx.settings.every)
    return await carried(ctx, found.key, bodies)
