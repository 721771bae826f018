"""The edition for admins: several groups in one, in private, to who asked for it; decisions first, then figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers import Body, Context, Purpose, Reply, Right, Text
from handlers._articles.pending import undecided
from handlers._articles.told import head
from handlers._experts import load
from handlers._settings import language
from handlers._threads import pairs
from handlers._wording import figures
from handlers._wording.names import called
from handlers._wording.spans import span_of
from handlers.digest import _admin_events as meetings
from handlers.digest import _edition as editions
from handlers.digest._admin_lines import headline, numbers
from handlers.digest._admin_watched import Watched, watched
from handlers.digest._asking import MINE
from handlers.digest._climbed import climbed
from handlers.digest._edition import Edition, edition
from handlers.digest._open import EVER
from handlers.digest._settings import Settings
from storage import couriers, deliveries, grants, groups, metrics, outbox, pins, settings, threads
from storage.grants import EVERYWHERE
from storage.groups import Coverage, Group
from storage.metrics import Period
from storage.replies import Block, Heading
from storage.schedules import Occurrence

NAMES = (
    "questions",
    "first_response_time",
    "first_response_service_time",
    "response_rate_24h",
    "active",
    "group_size",
    "group_size_by_hand",
    "joins",
    "leaves",
    "answerers",
    "answer_concentration",
    "answer_absence_factor",
    "deflection",
    "suggestion_precision",
    "suggestion_feedback",
)
OF_COHORT = ("r7_inferred", "outcomes")
WAITED = timedelta(hours=72)
LOOK_BACK = timedelta(days=28)
SILENT = timedelta(days=7)  # a group without new records for so long is named
LISTED, LISTED_ARTICLES, LISTED_PAIRS = 5, 2, 3


class Texts:
    """Headings, and what waits for a decision."""

    CALLED = Text(zh="管理员那份", en="admins' digest")
    TITLE = Text(zh="{title} · 只发管理员 · {days}", en="{title} · for admins only · {days}")
    NAME = Text(zh="{name}运营", en="{name} admins'")
    DECIDE = Text(zh="等你定（回引号里的话就行）", en="For you to decide (reply with the words in brackets)")
    FIRST = Text(
        zh="{group}第一次要自己发，先给你看过的那份：行就「发吧 {post}」",
        en="{group}: its first post waits; you have seen it (/approve {post})",
    )
    UNKNOWN = Text(
        zh="{group}有一条不知道发没发出去，我没有重发：群里没有就「补发 {post}」",
        en="{group}: one post may not have arrived; I did not repeat it (/resend {post})",
    )
    MORE = Text(zh="还有 {count} 条：「待发」", en="{count} more (/posts)")
    PAIR = Text(
        zh="#{one} 和 #{other} 像同一题：是就「合并 {one} {other}」，不是就「不是一题 {one} {other}」",
        en="#{one} and #{other} look like one question (/merge {one} {other}, or /different {one} {other})",
    )
    ARTICLE = Text(
        zh="{article} 没人审：收就「行 {number}」，不要就「扔 {number}」",
        en="{article}: nobody reviewed it (ok {number}, or drop {number})",
    )
    NUMBERS = Text(zh="数字", en="Figures")
    WATCH = Text(zh="要留意", en="To watch")


async def issue(ctx: Context[Settings], occurrence: Occurrence) -> list[Reply]:
    """Return the editions of the admins of this group who want one; somebody who runs several groups gets one in all.

    Whoever's ids change from login to login is believed no rights, and gets none.
    """
    replies: list[Reply] = []
    for member in sorted(await grants.holders(ctx.store, Right.GROUP, ctx.group.id)) if ctx.trusted else ():
        found = edition(f"admin:{member}", occurrence.schedule.rule, occurrence.due_at, ctx.community.zone)
        direct = await groups.direct_of(ctx.store, member)
        if await _wants(ctx, direct) and await outbox.by_key(ctx.store, found.key) is None:
            overrides = {} if direct is None else await settings.overrides(ctx.store, direct.id)
            ctx.language = language(overrides, ctx.community)
            body = await told(ctx, await _run_by(ctx, member), found)
            replies.append(Reply(body, member=member, purpose=Purpose.NOTICE, key=found.key, about=found.key))
    return replies


async def _wants(ctx: Context[Settings], direct: Group | None) -> bool:
    wanted = None if direct is None else await settings.get(ctx.store, direct.id, MINE)
    return ctx.settings.admins if wanted is None else bool(wanted)


async def _run_by(ctx: Context[Any], member: int) -> list[int]:
    run = await grants.admin_of(ctx.store, member)
    return [group.id for group in await groups.every(ctx.store) if EVERYWHERE in run or group.id in run]


async def told(ctx: Context[Any], run: Sequence[int], found: Edition) -> Body:
    """Return what the admins of some groups are told of a period."""
    zone, period = ctx.community.zone, found.period
    seen = await figures.compare(ctx, run, period, NAMES)
    options = figures.options_of(ctx.community)
    older = figures.cohort(period, options)
    cohort = await metrics.compute_all(ctx.store, OF_COHORT, seen.scope, older, ctx.now(), options)
    risk = await _watched(ctx, run, period)
    name = ctx.say(Texts.NAME, name=ctx.community.name or ctx.say(editions.Texts.NAMELESS))
    title = editions.called(name, period, zone, ctx.language)
    days = editions.dates(period, zone, ctx.language)
    span = span_of(period, zone)
    body = Body.of(ctx.say(Texts.TITLE, title=title, days=days), headline(ctx, seen, risk))
    for heading, lines in (
        (Texts.DECIDE, await _decisions(ctx, run)),
        (Texts.NUMBERS, [*numbers(ctx, seen, cohort, span), *await meetings.held(ctx, seen)]),
        (
            Texts.WATCH,
            [
                *await meetings.slow(ctx),
                *await load.lines(ctx, period.since),
                *await climbed(ctx, run, period),
                *watched(ctx, seen, risk),
            ],
        ),
    ):
        head: tuple[Block, ...] = (Heading(ctx.say(heading)),) if lines else ()
        body = body.plus(Body(head)).plus(Body.of(*lines))
    return body


async def _decisions(ctx: Context[Any], run: Sequence[int]) -> list[str]:
    """Return what waits for a person, each with the words that decide it."""
    names = {group.id: group.name or group.key for group in await groups.every(ctx.store)}
    waits = await deliveries.waiting(ctx.store, run)
    lines = [
        ctx.say(Texts.UNKNOWN if one.tried else Texts.FIRST, group=names[one.group_id], post=one.post)
        for one in waits[:LISTED]
    ]
    more = [ctx.say(Texts.MORE, count=len(waits) - LISTED)] if len(waits) > LISTED else []
    unread = (await undecided(ctx, run))[:LISTED_ARTICLES]
    articles = [ctx.say(Texts.ARTICLE, article=await head(ctx, one), number=one.id) for one in unread]
    alike = await pairs.offers(ctx, run, LISTED_PAIRS)
    same = [ctx.say(Texts.PAIR, one=pair.earlier, other=pair.thread) for pair in alike]
    return [*lines, *more, *same, *articles]


async def _watched(ctx: Context[Any], run: Sequence[int], period: Period) -> Watched:
    """Return what stands behind the lines of 要留意."""
    now = ctx.now()
    names = {group.id: group.name or group.key for group in await groups.every(ctx.store)}
    waiting = await threads.unresolved(ctx.store, run, now - LOOK_BACK, now - WAITED)
    issued = await deliveries.made(ctx.store, run, Purpose.DIGEST, period.since, now)
    return Watched(
        largest=await _largest(ctx, run, period),
        waiting=[thread.id for thread in waiting if thread.facts.first_response_at is None],
        silent=[names[group] for group in await _silent(ctx, run)],
        issued=issued,
        reached=await couriers.reached(ctx.store, period.since, now),
        names=names,
        corrected=[pin.kind for pin in await pins.made(ctx.store, run, period.since, now)],
    )


async def _largest(ctx: Context[Any], run: Sequence[int], period: Period) -> str:
    """Return the call name of who answered most; in private, and for their own sake, whoever it is."""
    scope, options = await figures.scope_of(ctx, run), figures.options_of(ctx.community)
    rows = await metrics.why(ctx.store, "answer_concentration", scope, period, ctx.now(), options)
    most = max(rows, key=lambda row: row.value or 0, default=None)
    if most is None or most.member is None:
        return ""
    for group in run:
        if name := (await called(ctx.store, group, [most.member])).get(most.member):
            return name
    return ""


async def _silent(ctx: Context[Any], run: Sequence[int]) -> list[int]:
    """Return the groups whose record ended a week ago or longer: an import is due, or the bot is out."""
    now = ctx.now()
    last: dict[int, datetime] = {}
    for span in await groups.spans(ctx.store, run, EVER, now):
        if span.coverage is not Coverage.NONE:
            last[span.group_id] = max(last.get(span.group_id, EVER), span.until or now)
    return [group for group, until in last.items() if until < now - SILENT]
