"""How groups stand when something is to be said there unasked: what they set, and what the quiet regime allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Feature, Router
from handlers._carrying import open_groups
from handlers._events.settings import FEATURE, Settings
from handlers._events.told import zone_of
from handlers._rules import instant
from handlers._settings import OUTBOX, context_of, is_approved, is_quiet, resolved
from handlers._tables import Quiet
from storage import budgets, settings
from storage.budgets import Used
from storage.groups import Group
from storage.settings import COMMUNITY

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_OFF = Feature(FEATURE, Router(Settings), Settings(enabled=False, card=False))


class Bar(StrEnum):
    """Why nothing is said in a group."""

    UNHEARD = "unheard"  # no bot, and nobody who carries
    QUIET = "quiet"
    UNAPPROVED = "unapproved"
    FULL = "full"  # had its posts of this week


@dataclass(frozen=True, slots=True)
class Standing:
    """A group, its own context, what it set, how many reminders its week still has room for, and what bars them."""

    ctx: Context[Any]
    settings: Settings
    quiet: Quiet
    left: int
    bar: Bar | None

    @property
    def group(self) -> Group:
        """The group."""
        return self.ctx.group

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its members live."""
        return zone_of(self.ctx)

    @property
    def heard(self) -> bool:
        """Whether a bot is there; else people carry."""
        return self.group.account_id is not None


async def standings(ctx: Context[Any], found: Sequence[Group]) -> list[Standing]:
    """Return how groups stand, in the order of their numbers: a few queries, however many there are."""
    feature = switched_on(ctx) or _OFF
    set_by_command = await settings.of_tables(ctx.store, OUTBOX, FEATURE, "community")
    for_all = set_by_command.get(COMMUNITY, {})
    used = await budgets.used(ctx.store, [group.id for group in found], ctx.now() - WEEK)
    carried = await open_groups(ctx)
    stands = []
    for group in sorted(found, key=lambda one: one.id):
        over = {**for_all, **set_by_command.get(group.id, {})}
        there, quiet = context_of(ctx, feature, over, group), resolved(OUTBOX, ctx.community.quiet, over)
        left = used.get(group.id, Used()).left(quiet.weekly_budget)
        heard = group.account_id is not None
        bar = Bar.UNHEARD if not heard and group.id not in carried else Bar.QUIET if is_quiet(over, ctx.now()) else None
        if bar is None and heard:  # who carries has agreed to it, and decides each time
            bar = None if is_approved(over, ctx.community) else Bar.UNAPPROVED
            bar = bar or (Bar.FULL if left < 1 else None)
        stands.append(Standing(there, there.settings, quiet, left, bar))
    return stands


def switched_on(ctx: Context[Any]) -> Feature | None:
    """Return the feature that reminds, if it is switched on."""
    return next((feature for feature in ctx.features if feature.name == FEATURE), None)


# -- nights -----------------------------------------------------------------------------------------------------------


def is_night(moment: datetime, zone: ZoneInfo, quiet: Quiet) -> bool:
    """Say whether a moment lies in the quiet hours of a zone."""
    return quiet.is_night(moment.astimezone(zone).time())


def night_of(moment: datetime, zone: ZoneInfo, quiet: Quiet) -> tuple[datetime, datetime] | None:
    """Return the quiet hours that a moment lies in, from their beginning to their end; None where it lies in none."""
    if not is_night(moment, zone, quiet):
        return None
    day = moment.astimezone(zone).date()
    begins = instant(day, quiet.quiet_from, zone)
    ends = instant(day, quiet.quiet_until, zone)
    return (
        begins if begins <= moment else instant(day - _DAY, quiet.quiet_from, zone),
        ends if ends > moment else instant(day + _DAY, quiet.quiet_until, zone),
    )


def by_day(now: datetime, zone: ZoneInfo, quiet: Quiet, latest: datetime) -> datetime:
    """Return when something may be posted that came up now: at once, or after the night where that is soon enough."""
    night = night_of(now, zone, quiet)
    return now if night is None or night[1] >= latest else night[1]
