"""Figures on request: the group's last days beside those before, and which threads stand behind a number."""

from __future__ import annotations

import re
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field

from handlers import (
    Body,
    Command,
    Context,
    Errand,
    Outside,
    Purpose,
    Reply,
    Right,
    Router,
    Scope,
    Section,
    Text,
    UserError,
)
from handlers._wording import figures, spans
from handlers.stats import _exporting as exporting
from handlers.stats import _lines as lines
from handlers.stats import _of_events as of_events
from handlers.stats import _reach as reach
from handlers.stats import _tiles as tiles
from handlers.stats import _why as reasons
from handlers.stats._asked import LONGEST, WORDS, Asked, parse
from storage import metrics
from storage.metrics import Period

NAMES = (*figures.HEADLINES, "first_response_service_time", "active", "group_size", "group_growth")


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
    "响应": "first_response_time",
    "中位响应": "first_response_time",
    "median response": "first_response_time",
    "median first response": "first_response_time",
    "response time": "first_response_time",
    "median time to resolve": "close_time",
    "service time": "first_response_service_time",
    "服务时段": "first_response_service_time",
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

    HELP = Text(
        zh="近 7 天的数字；「统计 上月」「统计 本周 同类群」「统计 30 天 全部」",
        en="The figures of the last 7 days; /stats last month, /stats week segment, /stats 30 days all",
    )
    HELP_WHY = Text(
        zh="一个数字背后是哪些题：「为什么 首次响应」「为什么 解决率 上月」",
        en="Which threads stand behind a number: /why median response, /why resolved last month",
    )
    HELP_EXPORT = Text(
        zh="题和数字的表格，私聊发你：「导出 上月」「导出 今年 数字」「导出 30 天 csv」",
        en="A spreadsheet of threads and figures, in private: /export last month, /export year figures, /export 30 csv",
    )
    USAGE = Text(
        zh="「统计」看近几天；「统计 上月」「统计 本周 同类群」「统计 30 天」，最多 366 天；「统计 活动 今年」看活动。",
        en="/stats for the last days, /stats last month, /stats week segment, /stats 30 days (at most 366); "
        "/stats events year.",
    )
    WHY_USAGE = Text(
        zh="「为什么」后面跟数字的名字：提问、首次响应、24 小时内有人应、解决率、解决用时、活跃；"
        "再跟时段也行：「为什么 解决率 上月」。",
        en="After /why comes a figure: questions, first response time, response within 24 h, resolved, close time; "
        "then a period, if you like: last month.",
    )
    EXPORT_USAGE = Text(
        zh="「导出 上月」「导出 今年 数字」「导出 30 天 题 csv」：时段、题或数字、csv 或 xlsx，都可以不写。",
        en="/export last month, /export year figures, /export 30 days threads csv: all of it may be left out.",
    )


router = Router(Settings)

_STATS = rf"(?i:{WORDS}|{of_events.WORD}(?: {WORDS})?)?"
_NAMED = {
    normalize("NFKC", word).casefold(): figure.name
    for figure in metrics.FIGURES.values()
    for word in (figure.name, figure.zh, figure.en)
} | _CALLED
_ANY_FIGURE = "|".join(re.escape(word) for word in sorted(_NAMED, key=len, reverse=True))
_WHICH = re.compile(rf"(?P<figure>{_ANY_FIGURE})(?: (?P<words>.+))?")


@router.command("stats", "统计", needs=Right.READ, fits=_STATS, help=Texts.HELP, usage=Texts.USAGE)
async def stats(command: Command, ctx: Context[Settings]) -> Reply:
    """Show the figures of groups over a period: of this group over the last days, unless told otherwise."""
    if meant := re.match(rf"(?i:{of_events.WORD})(?: |$)", command.args):
        return await _events(ctx, command.args[meant.end() :])
    asked = _asked(ctx, command.args)
    period, wanted = _period(ctx, asked), await reach.groups_of(ctx, asked)
    found = await figures.compare(ctx, wanted, period, NAMES)
    name = asked.span.name if asked.span else None
    return Reply(Body.of(*await lines.report(ctx, found, await reach.label(ctx, asked, wanted), name)))


async def _events(ctx: Context[Settings], words: str) -> Reply:
    asked = _asked(ctx, words)
    today, zone = ctx.now().astimezone(ctx.community.zone).date(), ctx.community.zone
    period, wanted = asked.period(today, zone, of_events.DAYS), await reach.groups_of(ctx, asked)
    found = await of_events.compared(ctx, await figures.scope_of(ctx, wanted), period)
    label = ctx.say(of_events.Texts.EVENTS, label=await reach.label(ctx, asked, wanted))
    head = lines.head(ctx, found, label, asked.span.name if asked.span else None)
    return Reply(Body.of(head, *of_events.report(ctx, found)))


def _asked(ctx: Context[Settings], words: str) -> Asked:
    found = parse(words)
    if found is None:
        raise UserError(ctx.say(Texts.USAGE))
    return found


def _period(ctx: Context[Settings], asked: Asked) -> Period:
    zone = ctx.community.zone
    return asked.period(ctx.now().astimezone(zone).date(), zone, ctx.settings.days)


@router.section("figures")
async def this_week(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return the digest's figures, with those of the week before in brackets; None where nothing was seen."""
    found = await figures.compare(ctx, scope.groups, Period(scope.since, scope.until))
    span = spans.span_of(found.period, ctx.community.zone)
    said = lines.week(found, span, ctx.language)
    heading = spans.heading(found.period, ctx.community.zone, ctx.language)
    return Section(heading, Body.of(*said).blocks, tiles.part(ctx, found)) if said else None


@router.command(
    "why",
    "为什么",
    needs=Right.READ,
    fits=rf"(?i:(?:{_ANY_FIGURE})(?: {WORDS})?)",
    help=Texts.HELP_WHY,
    usage=Texts.WHY_USAGE,
)
async def why(command: Command, ctx: Context[Settings]) -> Reply:
    """List the threads behind a number, of the groups and days that are asked for."""
    found = _WHICH.fullmatch(command.args.casefold())
    if found is None:
        raise UserError(ctx.say(Texts.WHY_USAGE))
    name, asked = _NAMED[found["figure"]], _asked(ctx, found["words"] or "")
    period, options = _period(ctx, asked), await figures.options_in(ctx)
    told = figures.cohort(period, options) if name in figures.COHORT else period
    scope = await figures.scope_of(ctx, await reach.groups_of(ctx, asked))
    value = await metrics.compute(ctx.store, name, scope, told, ctx.now(), options)
    rows = await metrics.why(ctx.store, name, scope, told, ctx.now(), options)
    return Reply(Body.of(*await reasons.lines(ctx, metrics.figure(name), value, rows, found["words"] or "")))


@router.command(
    "export",
    "导出",
    needs=Right.READ,
    fits=rf"(?i:{WORDS})?(?i:{exporting.WORDS})*",
    help=Texts.HELP_EXPORT,
    usage=Texts.EXPORT_USAGE,
)
async def export(command: Command, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Send an admin the threads and figures of a period as a spreadsheet, in private."""
    words, wish = exporting.wish(command.args)
    asked = parse(words)
    if asked is None:
        raise UserError(ctx.say(Texts.EXPORT_USAGE))
    wanted = await reach.run(ctx, asked)
    return exporting.ask(ctx, wanted, _period(ctx, asked), wish)


@router.errand(exporting.EXPORT)
async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the spreadsheet and send it to whoever asked."""
    if errand.member is None:
        raise LookupError("an export for nobody")
    return [Reply(await exporting.write(outside, errand), member=errand.member, purpose=Purpose.NOTICE)]
