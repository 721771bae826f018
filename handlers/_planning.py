"""Schedules as people see and set them: what comes when in a group, and another time for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Feature, Text, UserError
from handlers._rules import RuleError, next_due, parse
from handlers._settings import context_of
from handlers._wording import durations
from storage import schedules, settings
from storage.schedules import Schedule

WHEN = "when"  # the setting that holds the rule of a feature's schedule


class Texts:
    """What is wrong with a time."""

    RULE = Text(
        zh="时间这样写：周一 09:00，每天 18:30，每月 1 日 10:00。",
        en="A time is written mon 09:00, daily 18:30 or day 1 10:00.",
    )


async def plan_at(ctx: Context[Any], feature: Feature, rule: str) -> None:
    """Give a feature's schedule in this group another rule of time, as its setting `when` would.

    Raises:
        UserError: It is no rule of time.
    """
    written = " ".join(rule.split())
    try:
        parse(written)
    except RuleError as error:
        raise UserError(ctx.say(Texts.RULE)) from error
    await settings.put(ctx.store, ctx.group.id, f"{feature.name}.{WHEN}", written, ctx.now(), ctx.speaker.id)
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    for hook in feature.router.changed:
        await hook(context_of(ctx, feature, overrides, ctx.group))


async def planned(ctx: Context[Any], group: int, feature: str = "") -> list[Schedule]:
    """Return the schedules of a group that are switched on, of one feature or of all."""
    every = await schedules.active(ctx.store)
    return [one for one in every if one.group_id == group and feature in {"", one.feature}]


def due(schedule: Schedule, now: datetime) -> datetime | None:
    """Return when a schedule falls due next."""
    return next_due(parse(schedule.rule), ZoneInfo(schedule.zone), schedule.since, now)


def due_in_words(ctx: Context[Any], schedule: Schedule) -> str:
    """Return when a schedule falls due next, as people say it: 明天 09:00."""
    moment = due(schedule, ctx.now())
    return "" if moment is None else durations.when(moment, ctx.now(), ZoneInfo(schedule.zone), ctx.language)
