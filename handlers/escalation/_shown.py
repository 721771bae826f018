"""What stands on a group's ladder, and what would be said of it when: for admins, and nothing comes of looking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Text, UserError
from handlers._experts import routing
from handlers._hours import options as hours
from handlers._ladder import Obstacle, standing
from handlers._rules import next_due, parse
from handlers._threads.described import head
from handlers._wording import durations
from handlers._wording.names import spaced
from handlers.escalation import _admins as admins
from handlers.escalation import _asking as asking
from handlers.escalation import _nudging as nudging
from handlers.escalation._here import Here, here, reached
from handlers.escalation._settings import Settings
from handlers.escalation._waiting import Waiting, waiting
from storage import rungs, threads
from storage.rungs import Rung
from storage.threads import Thread

LISTED = 5
_LATER = timedelta(minutes=10)
_FAR = timedelta(days=14)


class Texts:
    """What stands where, and what comes next."""

    HELP = Text(zh="没人答的题走到哪一步，下一步几点", en="Where questions that wait stand, and what comes when")
    HEAD = Text(
        zh="本群的求助阶梯（只是看看，现在什么都不发）：", en="The ladder here (a look; nothing is posted now):"
    )
    NONE = Text(zh="本群没有在等的题，也没有要问后来怎样的。", en="Nothing waits here, and nobody is to be nudged.")
    LINE = Text(zh="{head} · {waited}：{steps}", en="{head} · {waited}: {steps}")
    WAITED = Text(zh="等了{span}", en="waiting for {span}")
    ANSWERED = Text(zh="{head} · 有人答了：{steps}", en="{head} · answered: {steps}")
    MORE = Text(zh="另有 {count} 题。", en="{count} more.")
    HERE_ONLY = Text(zh="这个在群里发，看的是那个群。", en="Send this in the group that it is about.")
    BOARDED = Text(zh="上过求助榜", en="was on the board")
    EXPERTS = Text(zh="请过 {count} 位专家", en="experts asked: {count}")
    TOLD = Text(zh="告诉过管理员", en="admins told")
    TO_BOARD = Text(zh="{when} 上求助榜", en="board {when}")
    TO_EXPERT = Text(zh="{when} 请专家", en="an expert {when}")
    TO_ADMINS = Text(zh="{when} 告诉管理员", en="admins {when}")
    TO_NUDGE = Text(zh="{when} 问一次好了没有", en="its asker is asked once, {when}")
    SOON = Text(zh="十分钟内", en="within ten minutes")
    NO_MORE = Text(zh="没有下一步了", en="nothing more comes")
    BLIND = Text(zh="有一阵没听到群里的话，只告诉管理员", en="not all was heard; only admins are told")


OBSTACLES = {
    Obstacle.OFF: Text(
        zh="本群的求助阶梯关着；「设置 escalation.enabled on」打开。",
        en="The ladder is off here; /settings escalation.enabled on.",
    ),
    Obstacle.UNAPPROVED: Text(
        zh="本群还没人点头让我主动发，求助阶梯等着；第一份周报点了头就算。",
        en="No admin has agreed to unasked posts here yet; the ladder waits for the first digest's yes.",
    ),
    Obstacle.QUIET: Text(
        zh="本群现在安静，求助阶梯停着；发「出声」恢复。", en="It is quiet here, and so is the ladder; /quiet off."
    ),
    Obstacle.UNSEEN: Text(
        zh="这个群我只看得到 @ 我的话，别人答没答看不到，所以不催。",
        en="I do not see all of this group, so I cannot tell who was answered, and leave it alone.",
    ),
}


async def shown(ctx: Context[Settings]) -> list[str]:
    """Return the lines of `/ladder`, at most seven.

    Raises:
        UserError: It is said in a direct, or the ladder does not stand here.
    """
    if ctx.group.is_direct:
        raise UserError(ctx.say(Texts.HERE_ONLY))
    found = await standing(ctx)
    if isinstance(found, Obstacle):
        raise UserError(ctx.say(OBSTACLES[found]))
    options = await hours(ctx.store, ctx.community)
    place = await here(ctx, ctx.group, options)
    if place is None:
        return [ctx.say(Texts.NONE)]
    waits = (await waiting(ctx, [ctx.group.id], options)).get(ctx.group.id, [])
    lines = [await _line(place, one) for one in waits]
    lines += [line for thread in await _answered(ctx) if (line := await _nudged(place, thread))]
    if not lines:
        return [ctx.say(Texts.NONE)]
    more = [ctx.say(Texts.MORE, count=len(lines) - LISTED)] if len(lines) > LISTED else []
    return [ctx.say(Texts.HEAD), *lines[:LISTED], *more]


async def _answered(ctx: Context[Any]) -> list[Thread]:
    since = ctx.now() - nudging.LOOKED_BACK
    return await rungs.unconfirmed(ctx.store, [ctx.group.id], since, ctx.now())


async def _line(place: Here, one: Waiting) -> str:
    ctx = place.ctx
    span = durations.rough(ctx.now() - one.thread.facts.asked_at, ctx.language)
    steps = (", " if ctx.language == "en" else "，").join([*await _done(ctx, one), await _next(place, one)])
    waited = spaced(ctx.say(Texts.WAITED, span=span))
    return ctx.say(Texts.LINE, head=head(one.thread, ctx.language), waited=waited, steps=steps)


async def _done(ctx: Context[Any], one: Waiting) -> list[str]:
    experts = len(await asking.asked(ctx.store, one.thread.id))
    told = [ctx.say(Texts.BOARDED)] if one.has(Rung.BOARD) else []
    told += [ctx.say(Texts.EXPERTS, count=experts)] if experts else []
    return [*told, *([ctx.say(Texts.TOLD)] if one.has(Rung.ADMINS) else [])]


async def _next(place: Here, one: Waiting) -> str:
    """Return what comes next for a question that waits, if nobody says anything."""
    ctx = place.ctx
    coming = [(when, text) for when, text in await _coming(place, one) if when is not None]
    if not coming:
        return ctx.say(Texts.BLIND if one.blind else Texts.NO_MORE)
    when, text = min(coming, key=lambda pair: pair[0])
    return ctx.say(text, when=_when(place, when))


async def _coming(place: Here, one: Waiting) -> list[tuple[datetime | None, Text]]:
    ctx, found = place.ctx, place.rungs
    coming: list[tuple[datetime | None, Text]] = []
    if found.board_after and not one.has(Rung.BOARD) and not one.blind:
        at = _from(place, one, found.board_after)
        coming.append((_due(ctx.settings.board_when, place.zone, at), Texts.TO_BOARD))
    if found.experts_after and not one.blind and await routing.available(ctx, one.thread.topic):
        at, before = _from(place, one, found.experts_after), await asking.asked(ctx.store, one.thread.id)
        coming.append((_open(place, asking.not_before(before, ctx.settings.expert_again, at)), Texts.TO_EXPERT))
    if found.admins_after and not one.has(Rung.ADMINS):
        at = _from(place, one, found.admins_after)
        coming.append((_due(admins.WHEN, ctx.community.zone, at), Texts.TO_ADMINS))
    return coming


def _from(place: Here, one: Waiting, after: timedelta) -> datetime | None:
    return reached(place.hours, one.since, after)


def _due(rule: str, zone: ZoneInfo, at: datetime | None) -> datetime | None:
    """Return the first instant of a rule from a moment on."""
    return None if at is None else next_due(parse(rule), zone, at - _FAR, at - timedelta(seconds=1))


def _open(place: Here, at: datetime | None) -> datetime | None:
    """Return the first moment from a time on at which somebody may be spoken to."""
    if at is None:
        return None
    moments = (at + step * _LATER for step in range(int(_FAR / _LATER)))
    return next((moment for moment in moments if place.may_disturb(moment)), None)


async def _nudged(place: Here, thread: Thread) -> str:
    """Return when the asker of an answered thread is nudged; nothing where that is not going to happen."""
    ctx, after = place.ctx, place.rungs.nudge_after
    answer = nudging.last_answer(await threads.content(ctx.store, thread.id), thread.asker)
    if answer is None or not after or ctx.now() > answer.at + after + nudging.NO_LONGER:
        return ""
    if not await nudging.is_certain(ctx.store, thread, answer):
        return ""
    when = _open(place, max(answer.at + after, ctx.now()))
    if when is None:
        return ""
    step = ctx.say(Texts.TO_NUDGE, when=_when(place, when))
    return ctx.say(Texts.ANSWERED, head=head(thread, ctx.language), steps=step)


def _when(place: Here, moment: datetime) -> str:
    ctx = place.ctx
    if moment <= ctx.now() + _LATER:
        return ctx.say(Texts.SOON)
    return durations.when(moment, ctx.now(), place.zone, ctx.language)
