"""What `digest` does: composes a digest as the bot would, prints it, and posts it only if told to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.cli._opening import Desk, RefusalError, chosen_groups, listed
from bot.turn import House, Turn
from handlers import Context
from handlers.digest import FEATURE, WEEKLY, compose
from storage.accounts import Account
from storage.database import Store
from storage.groups import Group
from storage.metrics import Period, week_of
from storage.replies import Body, plain
from storage.schedules import Occurrence, Schedule

NOBODY = Account(0, "", "", "", "")


async def digest(desk: Desk, wanted: str | None, *, post: bool) -> int:
    """Print the digest of a group, or of all together, over the last whole week; with `post` queue it as well.

    Raises:
        RefusalError: There is no group, digests are switched off, or it is to be posted to more than one group.
    """
    now = desk.now()
    zone = desk.config.community.zone
    week = week_of(now.astimezone(zone).date() - timedelta(days=7), zone)
    async with desk.database.read() as store:
        found = await chosen_groups(store, wanted)
        if not found:
            raise RefusalError("There is no group yet, so there is nothing to tell.")
        body = await composed(desk.house, store, found, week, now)
    print(plain(body))
    return await _posted(desk, found, now) if post else 0


async def composed(house: House, store: Store, found: Sequence[Group], week: Period, now: datetime) -> Body:
    """Return the digest of groups over a week, as the first of them may read it.

    Raises:
        RefusalError: Digests are switched off.
    """
    turn = Turn(house, store, NOBODY, now)
    ctx = await _context(turn, found[0])
    return await compose(ctx, groups=[group.id for group in found], since=week.since, until=week.until)


async def _context(turn: Turn, group: Group) -> Context[Any]:
    feature = next((feature for feature in turn.house.features if feature.name == FEATURE), None)
    if feature is None:
        raise RefusalError("Digests are switched off: there is no [handlers.digest].")
    return await turn.context(feature, group)


async def _posted(desk: Desk, found: Sequence[Group], now: datetime) -> int:
    """Queue the digest as its schedule would: the running bot posts it, if the group wants it."""
    if len(found) > 1:
        raise RefusalError(f"A digest is posted to one group; take one with --group:\n{listed(list(found))}")
    group = found[0]
    async with desk.database.write() as store:
        turn = Turn(desk.house, store, NOBODY, now)
        ctx = await _context(turn, group)
        zone = group.zone or desk.config.community.zone.key
        schedule = Schedule(FEATURE, WEEKLY, group.id, ctx.settings.when, zone, now)
        replies = await feature_schedule(turn, Occurrence(schedule, now), ctx)
        await turn.queue(replies, group, f"cli:{group.id}:{now.isoformat()}")
    print("\nQueued; the running bot posts it." if turn.queued else "\nThis week's digest was issued before.")
    return 0


async def feature_schedule(turn: Turn, occurrence: Occurrence, ctx: Context[Any]) -> Any:
    """Let the digest's schedule act, as the clock would."""
    feature = next(feature for feature in turn.house.features if feature.name == FEATURE)
    return await feature.router.schedules[WEEKLY](occurrence, ctx)
