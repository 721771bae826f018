"""Figures on request: the group's last days beside those before, and which threads stand behind a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field

from handlers import Body, Command, Context, Reply, Right, Router, Scope, Section, Text, UserError
from handlers._rights import run_by_speaker
from handlers._wording import figures
from handlers.stats import _lines as lines
from handlers.stats import _why as reasons
from storage import groups, members, memberships, metrics
from storage.metrics import Period

NAMES = (*figures.HEADLINES, "active", "group_size", "group_growth")
LONGEST = 366  # days

# What the lines of /stats and the digest are called, where that is not the figure's own name.
_CALLED = {
    "解决率": "r7",
    "解决": "r7",
    "群": "group_size",
    "有人应": "response_rate_24h",
    "24 小时内有人应": "response_rate_24h",
    "resolved": "r7",
    "resolution rate": "r7",
    "time to resolve": "close_time",
    "response within 24 h": "response_rate_24h",
    "active": "active",
}


class Settings(BaseModel):
    """`[handlers.stats]`.

    Attributes:
        days: How many days /stats looks back where it is not told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    days: int = Field(default=7, ge=1, le=LONGEST)


class Texts:
    """What is said around the figures."""

    HELP = Text(zh="近 7 天的数字", en="The figures of the last 7 days")
    HELP_WHY = Text(
        zh="一个数字背后是哪些题：「为什么 首次响应」",
        en="Which threads stand behind a number: /why first response time",
    )
    USAGE = Text(
        zh="「统计」看近 {days} 天，「统计 30」看近 30 天，最多 366 天。",
        en="/stats, or /stats 30 for 30 days; at most 366.",
    )
    WHY_USAGE = Text(
        zh="「为什么」后面跟数字的名字：提问、首次响应、24 小时内有人应、解决率、解决用时、活跃。",
        en="After /why comes a figure: questions, first response time, response within 24 h, resolved, close time.",
    )
    NOWHERE = Text(zh="你还没在我在的群里说过话，没有数可看。", en="You have not spoken in any of my groups yet.")
    YOURS = Text(zh="你在的 {count} 个群", en="your {count} groups")
    HEADING = Text(zh="这一周", en="This week")
    LAST_DAYS = Text(zh="这些天", en="These days")


router = Router(Settings)

_NAMED = {
    normalize("NFKC", word).casefold(): figure.name
    for figure in metrics.FIGURES.values()
    for word in (figure.name, figure.zh, figure.en)
} | _CALLED
_ANY_FIGURE = "|".join(re.escape(word) for word in sorted(_NAMED, key=len, reverse=True))


@router.command("stats", "统计", needs=Right.READ, fits=r"(?:\d{1,3}(?: ?天| ?days?)?)?", help=Texts.HELP)
async def stats(command: Command, ctx: Context[Settings]) -> Reply:
    """Show the figures of this group over the last days; in a direct, of the speaker's groups."""
    digits = re.match(r"\d+", command.args)
    days = int(digits[0]) if digits else ctx.settings.days
    if not 1 <= days <= LONGEST:
        raise UserError(ctx.say(Texts.USAGE, days=ctx.settings.days))
    period = metrics.last_days(days, ctx.now().astimezone(ctx.community.zone).date(), ctx.community.zone)
    return Reply(await report(ctx, groups=await _here(ctx), since=period.since, until=period.until))


async def report(ctx: Context[Any], *, groups: Sequence[int], since: datetime, until: datetime) -> Body:
    """Return the figures of groups over a period beside the period before, in at most seven lines."""
    found = await figures.compare(ctx, groups, Period(since, until), NAMES)
    return Body.of(*await lines.report(ctx, found, await _label(ctx, groups)))


@router.section("figures")
async def this_week(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return the digest's figures, with those of the week before in brackets; None where nothing was seen."""
    found = await figures.compare(ctx, scope.groups, Period(scope.since, scope.until))
    said = lines.week(found, ctx.language)
    if not said:
        return None
    heading = Texts.HEADING if scope.until - scope.since <= timedelta(days=7, hours=1) else Texts.LAST_DAYS
    return Section(ctx.say(heading), Body.of(*said).blocks)


@router.command(
    "why", "为什么", needs=Right.READ, fits=rf"(?i:{_ANY_FIGURE})", help=Texts.HELP_WHY, usage=Texts.WHY_USAGE
)
async def why(command: Command, ctx: Context[Settings]) -> Reply:
    """List the threads behind a number of the last days."""
    name, zone = _NAMED[command.args.casefold()], ctx.community.zone
    period = metrics.last_days(ctx.settings.days, ctx.now().astimezone(zone).date(), zone)
    return Reply(await explain(ctx, name, groups=await _here(ctx), since=period.since, until=period.until))


async def explain(ctx: Context[Any], name: str, *, groups: Sequence[int], since: datetime, until: datetime) -> Body:
    """Return what a figure means and which threads are behind it, in at most seven lines.

    Raises:
        UnknownFigure: There is none of that name.
    """
    options, period = await figures.options_in(ctx), Period(since, until)
    told = figures.cohort(period, options) if name in figures.COHORT else period
    scope = await figures.scope_of(ctx, groups)
    value = await metrics.compute(ctx.store, name, scope, told, ctx.now(), options)
    rows = await metrics.why(ctx.store, name, scope, told, ctx.now(), options)
    return Body.of(*await reasons.lines(ctx, metrics.figure(name), value, rows))


async def _here(ctx: Context[Any]) -> list[int]:
    """Return the groups that are meant: this one; in a direct those the speaker speaks in or runs.

    Raises:
        UserError: There is none.
    """
    if not ctx.group.is_direct:
        return [ctx.group.id]
    spoken_in = await memberships.groups_of(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))
    every = {group.id for group in await groups.every(ctx.store)}
    found = sorted(every & {*spoken_in, *await run_by_speaker(ctx)})
    if not found:
        raise UserError(ctx.say(Texts.NOWHERE))
    return found


async def _label(ctx: Context[Any], wanted: Sequence[int]) -> str:
    if len(wanted) == 1:
        group = await groups.get(ctx.store, wanted[0])
        return group.name or group.key
    return ctx.community.name or ctx.say(Texts.YOURS, count=len(wanted))
