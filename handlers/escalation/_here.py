"""A group on whose ladder something may be said now: settings, rungs, service time, and what its week allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Purpose
from handlers._ladder import FEATURE, Rungs, rungs
from handlers._settings import OUTBOX, context_of, resolved
from handlers._tables import Quiet
from handlers.escalation._settings import Settings
from storage import outbox, settings
from storage.groups import Group
from storage.metrics import Options
from storage.outbox import State

WEEK = timedelta(days=7)
_MOMENT = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_FAR = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Here:
    """A group in which the ladder stands."""

    ctx: Context[Settings]
    rungs: Rungs
    hours: Options
    quiet: Quiet

    @property
    def zone(self) -> ZoneInfo:
        """The group's zone."""
        return ZoneInfo(self.ctx.group.zone) if self.ctx.group.zone else self.ctx.community.zone

    def may_disturb(self, moment: datetime) -> bool:
        """Say whether somebody may be spoken to by name then: in service time, and not at night."""
        open_then = self.hours.clock.between(moment - _MOMENT, moment) > timedelta(0)
        return open_then and not self.quiet.is_night(moment.astimezone(self.zone).time())

    async def week_allows(self) -> bool:
        """Say whether the week allows one more post unasked; the last one is kept for the digest."""
        store, group, since = self.ctx.store, self.ctx.group.id, self.ctx.now() - WEEK
        digests = await outbox.count_sent(store, group, since, [Purpose.DIGEST])
        reminders = await outbox.count_sent(store, group, since, [Purpose.REMINDER])
        waiting = await outbox.in_state(store, State.PENDING, State.SENDING, group=group)
        reminders += sum(1 for post in waiting if post.purpose is Purpose.REMINDER and post.part == 1)
        return max(digests, 1) + reminders < self.quiet.weekly_budget


async def here(ctx: Context[Any], group: Group, options: Options) -> Here | None:
    """Return a group as its ladder sees it; None where nothing may be said there."""
    feature = next(one for one in ctx.features if one.name == FEATURE)
    overrides = await settings.overrides(ctx.store, group.id)
    there = context_of(ctx, feature, overrides, group)
    found = await rungs(there)
    if found is None:
        return None
    return Here(there, found, options.of(group.id), resolved(OUTBOX, ctx.community.quiet, overrides))


def reached(hours: Options, since: datetime, span: timedelta) -> datetime | None:
    """Return when a wait that began at a time has lasted a span of service time, to the minute; None: not for weeks."""
    clock = hours.clock
    if clock.between(since, since + _FAR) < span:
        return None
    early, late = 0, int(_FAR / _MINUTE)
    while early < late:
        middle = (early + late) // 2
        if clock.between(since, since + middle * _MINUTE) < span:
            early = middle + 1
        else:
            late = middle
    return since + late * _MINUTE
