"""The edition that people carry into the groups where no bot can be."""

from __future__ import annotations

from handlers import Body, Context, Reply
from handlers._carrying import carried, open_groups
from handlers._settings import ZONE, context_of, effective
from handlers.digest._composing import tell
from handlers.digest._edition import edition
from handlers.digest._open import told_of
from handlers.digest._settings import FEATURE, Settings
from handlers.digest._where import Telling
from storage import groups, schedules, settings
from storage.schedules import Occurrence, Schedule
from storage.settings import COMMUNITY

CARRIED, COURIERS = "carried", "couriers"


async def plan(ctx: Context[Settings]) -> None:
    """Write down when couriers, where there are such, get their copies: at the community's own time, for all groups."""
    features = {feature.name: feature for feature in ctx.features}
    if COURIERS not in features:
        return
    overrides = await settings.overrides(ctx.store, COMMUNITY)
    chosen, zone = effective(features[FEATURE], overrides), overrides.get(ZONE, ctx.community.zone.key)
    schedule = Schedule(FEATURE, CARRIED, COMMUNITY, chosen.when, zone, ctx.now(), active=chosen.enabled)
    await schedules.put(ctx.store, schedule)


async def carry(ctx: Context[Settings], occurrence: Occurrence) -> list[Reply]:
    """Return what couriers are told, for all groups that they carry into; each edition once.

    A group of which there is no record in its time is told of all the others that share.
    """
    feature = next(feature for feature in ctx.features if feature.name == FEATURE)
    found = edition("all", occurrence.schedule.rule, occurrence.due_at, ctx.community.zone, ctx.settings.every)
    bodies: dict[int, Body] = {}
    for group in await open_groups(ctx):
        overrides = await settings.overrides(ctx.store, group)
        there = context_of(ctx, feature, overrides, await groups.get(ctx.store, group))
        if there.settings.enabled:
            wanted = tuple(await told_of(there, [group], found.period.since))
            told = await tell(there, Telling(ctx.community.name, wanted, wanted), found.period)
            bodies[group] = told.body
    return await carried(ctx, found.key, bodies)
