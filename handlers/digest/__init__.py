"""The weekly digest: a post that a group wants to read, composed from the sections of all features."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from handlers import (
    Body,
    Command,
    Context,
    Purpose,
    Replies,
    Reply,
    Right,
    Router,
    Scope,
    Section,
    Text,
    UserError,
    answer,
)
from handlers._rules import RuleText, next_due, parse
from handlers._settings import context_of
from handlers._wording import durations, figures
from handlers.digest import _edition as editions
from handlers.digest import _headline as headlines
from handlers.digest import _layout as layout
from handlers.digest import _sections as sections
from handlers.digest import _worth as worth
from handlers.digest._edition import Edition
from handlers.digest._open import EVER, told_of
from storage import groups, outbox, schedules, settings
from storage.metrics import Period
from storage.outbox import State
from storage.schedules import Occurrence, Schedule

FEATURE, WEEKLY = "digest", "weekly"
_ALWAYS = frozenset({"figures", "thanks"})  # sections that any week with a question in it has
_NOW, _PREVIEW, _AGAIN = {"now", "现在", "马上"}, {"preview", "预览"}, {"resend", "重发", "补发"}


class Settings(BaseModel):
    """`[handlers.digest]`.

    Attributes:
        enabled: Whether groups get a digest of their own accord; by command they can have one anyway.
        when: When it is posted, in the group's zone. It tells of the last full week, Monday to Sunday.
        sections: What it holds, in this order; each is a section that a feature offers.
        worth_reading: Solved threads it quotes at most.
        open_questions: Waiting questions it names at most.
        quiet_below: With fewer questions than this, and nothing else to say, two lines are enough.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    enabled: bool = True
    when: RuleText = "mon 09:00"
    sections: tuple[str, ...] = ("figures", "hot topics", "worth reading", "open questions", "thanks")
    worth_reading: int = Field(default=4, ge=0, le=4)
    open_questions: int = Field(default=5, ge=0, le=5)
    quiet_below: int = Field(default=5, ge=0)


class Texts:
    """Headings, and what /digest answers."""

    HELP = Text(
        zh="看下一期什么时候；「周报 预览」「周报 现在」", en="When the next one comes; /digest preview, /digest now"
    )
    USAGE = Text(
        zh="「周报」看下一期；「周报 预览」先私聊给你看；「周报 现在」马上发；「周报 重发」再发一次。",
        en="/digest: the next one; /digest preview: to you in private; /digest now; /digest resend.",
    )
    HOT = Text(zh="升温", en="Rising")
    WORTH = Text(zh="值得收藏", en="Worth keeping")
    OPEN = Text(zh="还在等一句话", en="Still waiting for a word")
    THANKS = Text(zh="谢谢", en="Thanks")
    NEXT = Text(
        zh="下一期 {moment}，说上一周的事。先看「周报 预览」，现在就发「周报 现在」。",
        en="The next one: {moment}, about the week before. See it first: /digest preview; now: /digest now.",
    )
    OFF = Text(
        zh="周报关着。打开：「设置 digest.enabled on」",
        en="The digest is off. Switch it on: /settings digest.enabled on",
    )
    QUIET = Text(
        zh="本群在安静，周报不发。管理员发「出声」恢复。",
        en="This group wants quiet. /quiet off brings the digest back.",
    )
    ISSUED = Text(
        zh="这期已经出过了，不重复发。真要再发一次：「周报 重发」",
        en="This one is out already. To post it again: /digest resend",
    )
    NOT_YET = Text(zh="这期还没发过，直接「周报 现在」。", en="This one was not posted yet: /digest now.")
    WAITS = Text(zh="这期还在等着发，看「待发」。", en="This one still waits: /posts.")
    PREVIEW = Text(zh="预览，只有你看得到：", en="A preview, for you alone:")
    SENT_TO_YOU = Text(zh="私聊发你了。", en="Sent to you in private.")
    HERE_ONLY = Text(
        zh="在要发的那个群里说；私聊里只能「周报 预览」。",
        en="Say it in the group that it is for; in private there is only /digest preview.",
    )


router = Router(Settings)


# -- when -------------------------------------------------------------------------------------------------------------


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write the group's schedule down as its settings say."""
    zone = ctx.group.zone or ctx.community.zone.key
    schedule = Schedule(FEATURE, WEEKLY, ctx.group.id, ctx.settings.when, zone, ctx.now(), active=ctx.settings.enabled)
    await schedules.put(ctx.store, schedule)


@router.schedule(WEEKLY)
async def weekly(occurrence: Occurrence, ctx: Context[Settings]) -> Replies:
    """Post the group's digest; the week is told by the due instant, so that a late one tells of the same week."""
    edition = _edition(ctx, occurrence.schedule.rule, occurrence.due_at)
    return None if await _is_gone(ctx, edition.period) else await _issue(ctx, edition)


async def _is_gone(ctx: Context[Any], period: Period) -> bool:
    """Say whether the bot was in the group once, and no more when the period began."""
    spans = await groups.spans(ctx.store, [ctx.group.id], EVER, ctx.now())
    return bool(spans) and all(span.until is not None and span.until <= period.since for span in spans)


def _edition(ctx: Context[Any], when: str, due: datetime) -> Edition:
    return editions.edition(ctx.group.id, when, due, ctx.community.zone)


async def _issue(ctx: Context[Settings], edition: Edition) -> Reply | None:
    """Return the post of an edition, its figures kept as printed; None where it was issued before."""
    if await outbox.by_key(ctx.store, edition.key) is not None:
        return None
    here, period = await told_of(ctx, [ctx.group.id]), edition.period
    body = await compose(ctx, groups=here, since=period.since, until=period.until)
    await figures.keep(ctx, await figures.compare(ctx, here, period))
    return Reply(body, purpose=Purpose.DIGEST, key=edition.key, about=edition.key)


# -- by command -------------------------------------------------------------------------------------------------------


@router.command(
    "digest",
    "周报",
    needs=Right.GROUP,
    fits=r"(?:now|preview|resend|现在|马上|预览|重发|补发)?",
    help=Texts.HELP,
    usage=Texts.USAGE,
)
async def digest(command: Command, ctx: Context[Settings]) -> list[Reply]:
    """Tell when the next digest comes, show it in private, post it now, or post it again."""
    if ctx.group.is_direct:
        if command.args and command.args not in _PREVIEW:
            raise UserError(ctx.say(Texts.HERE_ONLY))
        return [await _preview(ctx, [group.id for group in await groups.every(ctx.store)])]
    if command.args in _PREVIEW:
        return [await _preview(ctx, [ctx.group.id]), answer(ctx.say(Texts.SENT_TO_YOU))]
    if await settings.get(ctx.store, ctx.group.id, "outbox.quiet", False):
        raise UserError(ctx.say(Texts.QUIET))
    if command.args in _NOW:
        return [await _now(ctx)]
    return [await _again(ctx) if command.args in _AGAIN else answer(await _next(ctx))]


async def _now(ctx: Context[Settings]) -> Reply:
    post = await _issue(ctx, _edition(ctx, ctx.settings.when, ctx.now()))
    if post is None:
        raise UserError(ctx.say(Texts.ISSUED))
    return post


async def _again(ctx: Context[Settings]) -> Reply:
    """Return the latest edition once more, word for word where its words are still kept."""
    edition = _edition(ctx, ctx.settings.when, ctx.now())
    post = await outbox.by_key(ctx.store, edition.key)
    if post is None:
        raise UserError(ctx.say(Texts.NOT_YET))
    if post.state not in {State.SENT, State.FAILED, State.DROPPED}:
        raise UserError(ctx.say(Texts.WAITS))
    period = edition.period
    body = post.body
    if not body.blocks:
        body = await compose(ctx, groups=[ctx.group.id], since=period.since, until=period.until)
    key = f"{edition.key}:again:{ctx.now().isoformat()}"
    return Reply(body, purpose=Purpose.DIGEST, key=key, about=post.about)


async def _preview(ctx: Context[Settings], wanted: Sequence[int]) -> Reply:
    period = _edition(ctx, ctx.settings.when, ctx.now()).period
    body = await compose(ctx, groups=wanted, since=period.since, until=period.until)
    body = Body.of(ctx.say(Texts.PREVIEW)).plus(body)
    return Reply(body, member=ctx.speaker.id, purpose=Purpose.NOTICE)


async def _next(ctx: Context[Settings]) -> str:
    planned = [s for s in await schedules.active(ctx.store) if s.feature == FEATURE and s.group_id == ctx.group.id]
    if not planned:
        return ctx.say(Texts.OFF)
    zone = ZoneInfo(planned[0].zone)
    due = next_due(parse(planned[0].rule), zone, planned[0].since, ctx.now())
    if due is None:
        return ctx.say(Texts.OFF)
    return ctx.say(Texts.NEXT, moment=durations.when(due, ctx.now(), zone, ctx.language))


# -- what it says -----------------------------------------------------------------------------------------------------


async def compose(ctx: Context[Settings], *, groups: Sequence[int], since: datetime, until: datetime) -> Body:
    """Return the digest of groups over a period as this group may read it, in at most forty lines.

    Nothing is written. In a week with few questions and nothing else to say it has two lines. A group in which nobody
    listens reads of all the others that share.
    """
    groups, period = await told_of(ctx, groups), Period(since, until)
    found = await figures.compare(ctx, groups, period)
    name = editions.title(ctx.community.name, period, ctx.community.zone, ctx.language)
    told = await _sections(ctx, Scope(ctx.community.name, tuple(groups), since, until))
    asked = found.now["questions"]
    if told.keys() <= _ALWAYS and (asked.value is None or asked.n < ctx.settings.quiet_below):
        return Body.of(name, headlines.quiet(found, ctx.language))
    foot = await layout.foot(ctx, found, groups)
    return layout.fitted(Body.of(name, headlines.headline(found, ctx.language)), list(told.values()), foot)


async def _sections(ctx: Context[Settings], scope: Scope) -> dict[str, Section]:
    """Return what the features have to say, in the configured order."""
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    told: dict[str, Section] = {}
    for name in ctx.settings.sections:
        feature = next((f for f in ctx.features if name in f.router.sections), None)
        if feature is None:
            continue
        section = await feature.router.sections[name](scope, context_of(ctx, feature, overrides))
        if section is not None:
            told[name] = section
    return told


def _section(heading: str, lines: Sequence[str]) -> Section | None:
    return Section(heading, Body.of(*lines).blocks) if lines else None


@router.section("hot topics")
async def hot_topics(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return what was asked about more than the week before."""
    return _section(ctx.say(Texts.HOT), await sections.hot_topics(ctx, scope))


@router.section("worth reading")
async def worth_reading(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return the solved threads that are worth keeping."""
    return _section(ctx.say(Texts.WORTH), await worth.worth_reading(ctx, scope, ctx.settings.worth_reading))


@router.section("open questions")
async def open_questions(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return the questions that still wait for an answer."""
    return _section(ctx.say(Texts.OPEN), await sections.open_questions(ctx, scope, ctx.settings.open_questions))


@router.section("thanks")
async def thanks(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return who helped others."""
    return _section(ctx.say(Texts.THANKS), await sections.thanks(ctx, scope))
