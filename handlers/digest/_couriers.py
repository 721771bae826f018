"""The edition that people carry into the groups where no bot can be."""

from __future__ import annotations

from handlers import Context, Errand, Replies, Reply
from handlers._carrying import carried, open_groups
from handlers._settings import ZONE, context_of, effective
from handlers.digest._composing import tell
from handlers.digest._edition import edition
from handlers.digest._model import Digest
from handlers.digest._open import told_of
from handlers.digest._picture import drawing
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


async def carry(ctx: Context[Settings], occurrence: Occurrence) -> Replies:
    """Return what couriers are told, for all groups that they carry into; each edition once.

    A group of which there is no record in its time is told of all the others that share.
    """
    feature = next(feature for feature in ctx.features if feature.name == FEATURE)
    chosen: Settings = effective(feature, await settings.overrides(ctx.store, COMMUNITY))
    found = edition("all", occurrence.schedule.rule, occurrence.due_at, ctx.community.zone, chosen.every)
    told: dict[int, Digest] = {}
    for group in await open_groups(ctx):
        overrides = await settings.overrides(ctx.store, group)
        there = context_of(ctx, feature, overrides, await groups.get(ctx.store, group))
        if there.settings.enabled:
            wanted = tuple(await told_of(there, [group], found.period.since))
            told[group] = await tell(there, Telling(ctx.community.name, wanted, wanted), found.period)
    bodies = {group: digest.body for group, digest in told.items()}
    return await carried(ctx, found.key, bodies, lambda group, text: _copy(chosen, told[group], group, text))


def _copy(chosen: Settings, digest: Digest, group: int, text: Reply) -> Reply | Errand:
    """Return a courier's copy: the picture, where digests have one, above the whole text, for either can be pasted."""
    if chosen.picture == "off" or not digest.sections:
        return text
    return drawing(digest, text, group, dark=chosen.picture == "dark", below=text.body)
