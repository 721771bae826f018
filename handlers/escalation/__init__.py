"""The ladder: a question that nobody answers is shown, then brought to experts, then to admins; and one nudge."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from handlers import Command, Context, Reply, Right, Router, answer
from handlers._hours import options as hours
from handlers._ladder import FEATURE
from handlers.escalation import _admins as admins
from handlers.escalation import _board as boards
from handlers.escalation import _shown as shown
from handlers.escalation._asking import ask_experts
from handlers.escalation._here import here
from handlers.escalation._nudging import LOOKED_BACK, NO_LONGER, nudge
from handlers.escalation._settings import Settings
from handlers.escalation._waiting import waiting
from storage import groups, rungs, schedules
from storage.groups import Group
from storage.schedules import Occurrence, Schedule
from storage.threads import Thread

__all__ = ["Settings", "router"]
BOARD, LOOK, ADMINS = "board", "look", "admins"
EVERY = "every 10m"

router = Router(Settings)


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down when the group's board is posted, and, once for the community, when the rest is looked after."""
    zone, common = ctx.group.zone or ctx.community.zone.key, ctx.community.zone.key
    on = ctx.settings.enabled and bool(ctx.settings.board_after)
    posted = Schedule(FEATURE, BOARD, ctx.group.id, ctx.settings.board_when, zone, ctx.now(), active=on)
    for schedule in (
        posted,
        Schedule(FEATURE, LOOK, 0, EVERY, common, ctx.now()),
        Schedule(FEATURE, ADMINS, 0, admins.WHEN, common, ctx.now()),
    ):
        await schedules.put(ctx.store, schedule)


@router.schedule(BOARD, called=boards.Texts.CALLED)
async def board(occurrence: Occurrence, ctx: Context[Settings]) -> Reply | None:
    """Post what waits in the group, at most once a day."""
    if ctx.group.account_id is None:
        return None
    await rungs.give_back(ctx.store, ctx.now() - NO_LONGER)
    options = await hours(ctx.store, ctx.community)
    place = await here(ctx, ctx.group, options)
    if place is None:
        return None
    found = await waiting(ctx, [ctx.group.id], options)
    day = occurrence.due_at.astimezone(place.zone).date()
    return await boards.board(place, found.get(ctx.group.id, []), f"ladder:board:{ctx.group.id}:{day}")


@router.schedule(LOOK)
async def look(occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply]:
    """Ask experts, and nudge askers, in all groups where it is time; whatever changed since counts."""
    await rungs.give_back(ctx.store, ctx.now() - NO_LONGER)
    options = await hours(ctx.store, ctx.community)
    listened = await _listened(ctx)
    found = await waiting(ctx, list(listened), options)
    answered: dict[int, list[Thread]] = defaultdict(list)
    since = ctx.now() - LOOKED_BACK
    for thread in await rungs.unconfirmed(ctx.store, listened, since, ctx.now()):
        answered[thread.group_id].append(thread)
    replies: list[Reply] = []
    for number in sorted(found.keys() | answered.keys()):
        place = await here(ctx, listened[number], options)
        if place is not None:
            replies += await ask_experts(place, found.get(number, []))
            nudged = await nudge(place, answered.get(number, []), f"ladder:nudge:{occurrence.due_at.isoformat()}")
            replies += [] if nudged is None else [nudged]
    return replies


@router.schedule(ADMINS)
async def tell_admins(_occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply]:
    """Tell admins in private what waits too long in their groups."""
    options = await hours(ctx.store, ctx.community)
    listened = await _listened(ctx)
    found = await waiting(ctx, list(listened), options)
    places = [(await here(ctx, listened[number], options), found[number]) for number in sorted(found)]
    return await admins.tell_admins(ctx, [(place, late) for place, late in places if place is not None])


async def _listened(ctx: Context[Any]) -> dict[int, Group]:
    """Return the groups in which the bot is, by number."""
    return {group.id: group for group in await groups.every(ctx.store) if group.account_id is not None}


@router.command("ladder", "求助榜", "求助阶梯", needs=Right.GROUP, help=shown.Texts.HELP)
async def ladder(_command: Command, ctx: Context[Settings]) -> Reply:
    """Show what stands on the group's ladder, and what would be said of it when; nothing is said."""
    return answer(*await shown.shown(ctx))
