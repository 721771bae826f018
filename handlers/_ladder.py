"""The ladder of a group: after how long who hears of a question that waits, where anybody may be told at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from handlers import Context
from handlers._settings import effective, is_approved, is_quiet
from storage import groups, settings
from storage.groups import Coverage

FEATURE = "escalation"
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Rungs:
    """After how long each rung of the ladder is reached; nothing (0) is never.

    The first three count the service time that a question waited, the last one the time since its last answer.
    """

    board_after: timedelta
    experts_after: timedelta
    admins_after: timedelta
    nudge_after: timedelta


class Obstacle(StrEnum):
    """Why nothing happens in a group."""

    OFF = "off"
    UNAPPROVED = "unapproved"
    QUIET = "quiet"
    UNSEEN = "unseen"  # not all messages are seen: a question may have been answered without the bot


async def rungs(ctx: Context[Any]) -> Rungs | None:
    """Return what holds in this group: for promises, and for keeping them; None where anything is in the way."""
    found = await standing(ctx)
    return None if isinstance(found, Obstacle) else found


async def standing(ctx: Context[Any]) -> Rungs | Obstacle:
    """Return what holds in this group, or what is in the way."""
    feature = next((one for one in ctx.features if one.name == FEATURE), None)
    if feature is None or ctx.group.is_direct:
        return Obstacle.OFF
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    chosen = effective(feature, overrides)
    if not chosen.enabled:
        return Obstacle.OFF
    if is_quiet(overrides, ctx.now()):
        return Obstacle.QUIET
    if not is_approved(overrides, ctx.community):
        return Obstacle.UNAPPROVED
    if not await _sees_all(ctx):
        return Obstacle.UNSEEN
    spans = (chosen.board_after, chosen.experts_after, chosen.admins_after, chosen.nudge_after)
    return Rungs(*(timedelta(hours=hours) for hours in spans))


async def _sees_all(ctx: Context[Any]) -> bool:
    spans = await groups.spans(ctx.store, [ctx.group.id], ctx.now(), ctx.now() + _MOMENT)
    return any(span.coverage is Coverage.FULL for span in spans)
