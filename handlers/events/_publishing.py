"""What members get to know: publishing, another time, calling off; each is shown first, and done at one word."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from handlers import Context, Errand, Reply, Text, UserError, answer
from handlers._events import announcing, planned, told
from handlers._events.meant import about
from handlers._events.refusing import UnreadableError
from handlers._events.words import Field
from handlers.events import _sure as sure
from handlers.events._listing import overview
from storage import events, registrations, reminders
from storage.events import Event, Plan, State

YES = re.compile(r"(?:^|\s)(?:发|发吧|确定|yes|ok)\s*$", re.IGNORECASE)
SHOWN = 7  # lines


class Texts:
    """What is asked before anything is posted, and said when it was."""

    PUBLISH = Text(
        zh="公布就回「公布 {number} 发」。先改：「改活动 {number} 席位 50」。",
        en="To publish: /event publish {number} yes. To change: /event edit {number} seats 50.",
    )
    PUBLISHED = Text(zh="{number} 公布了，群里的通知排上了。", en="{number} is published; its groups will hear of it.")
    SILENT = Text(
        zh="{number} 公布了。现在没有能通知的群，「活动」里看得到。",
        en="{number} is published. No group can be told now; it is on the list, /events.",
    )
    AGAIN = Text(
        zh="{number} 早就公布了，还没收到的 {count} 个群补上。",
        en="{number} was published before; {count} groups that had not heard of it will.",
    )
    IS = Text(zh="{number} 早就公布了，该通知的群都通知过。", en="{number} was published before, and all were told.")
    OFF = Text(zh="{number} 取消了，不能再公布。", en="{number} was cancelled and cannot be published.")
    OVER = Text(
        zh="{number} 的时间已经过了。先改期：「改期 {number} 12 月 5 日 14:00」", en="{number} is over. /event postpone"
    )
    WHEN = Text(
        zh="改到什么时候？这样写：「改期 {number} 12 月 5 日 14:00」",
        en="To when? /event postpone {number} 2026-12-05 14:00",
    )
    MOVE = Text(zh="{title}从 {before} 改到 {after}？", en="Move {title} from {before} to {after}?")
    TELLS = Text(
        zh="会告诉知道它的 {groups} 个群和报了名的 {persons} 位，各一次。",
        en="The {groups} groups that know of it, and the {persons} who registered, are told once.",
    )
    MOVE_YES = Text(
        zh="改就回「改期 {number} {words} 发」，不改不用回。", en="To do so: /event postpone {number} {words} yes"
    )
    MOVE_AT_ONCE = Text(zh="改就回「发」，不改不用回。", en="To do so say yes; else you need not answer.")
    MOVED = Text(zh="{number} 改到 {after} 了。", en="{number} is {after} now.")
    WAS = Text(zh="{number} 已经办完了。再办一场：「发活动」。", en="{number} is over. To hold another: /event add.")
    SAME = Text(zh="{number} 本来就是 {after}。", en="{number} is {after} already.")
    CANCEL = Text(zh="取消{title}（{when}）？", en="Cancel {title} ({when})?")
    CANCEL_YES = Text(zh="取消就回「取消活动 {number} 发」，不取消不用回。", en="To do so: /event cancel {number} yes")
    CANCEL_AT_ONCE = Text(zh="取消就回「发」，不取消不用回。", en="To do so say yes; else you need not answer.")
    CANCELLED = Text(zh="{number} 取消了。", en="{number} is cancelled.")
    WAS_CANCELLED = Text(zh="{number} 早就取消了。", en="{number} was cancelled before.")
    WAS_HELD = Text(zh="{number} 已经办完了，不用取消。", en="{number} is over; there is nothing to cancel.")
    DO_PUBLISH = Text(zh="公布", en="Publish")
    DO_MOVE = Text(zh="改期", en="Move it")
    DO_CANCEL = Text(zh="取消它", en="Cancel it")


def agreed(words: str) -> tuple[str, bool]:
    """Return words without the yes at their end, and whether there was one."""
    found = YES.search(words)
    return (words, False) if found is None else (words[: found.start()].strip(), True)


# -- publishing -------------------------------------------------------------------------------------------------------


async def publish(ctx: Context[Any], event: Event, words: str) -> list[Reply | Errand]:
    """Show what publishing would say, and where; with a yes at its end, do it.

    Raises:
        UserError: It was cancelled, or is over.
    """
    if event.state is State.CANCELLED:
        raise UserError(ctx.say(Texts.OFF, number=event.number))
    if event.starts_at <= ctx.now():
        raise UserError(ctx.say(Texts.OVER, number=event.number))
    if event.is_published:
        return await _tell_the_rest(ctx, event)
    if not agreed(words)[1]:
        return [await preview(ctx, event)]
    return await published(ctx, event.id)


async def preview(ctx: Context[Any], event: Event, how: str = "") -> Reply:
    """Return the event as it would be told, into which groups it goes, and how to say yes (or `how` it is done)."""
    where = await announcing.preview(ctx, event)
    last = how or ctx.say(Texts.PUBLISH, number=event.number)
    lines = [*overview(ctx, event)[: max(2, SHOWN - 1 - len(where))], *where][: SHOWN - 1]
    buttons = [(ctx.say(Texts.DO_PUBLISH), f"/event_publish {event.number} yes")]
    return answer(*lines, last, about=about(event), buttons=buttons)


async def published(ctx: Context[Any], number: int) -> list[Reply | Errand]:
    """Publish a draft, and return what its groups are told."""
    event = await events.locked(ctx.store, number)
    if not await events.publish(ctx.store, number, ctx.now()):
        return await _tell_the_rest(ctx, event)
    event = await events.get(ctx.store, number)
    said = await announcing.announced(ctx, event)
    return [answer(ctx.say(Texts.PUBLISHED if said else Texts.SILENT, number=event.number), about=about(event)), *said]


async def _tell_the_rest(ctx: Context[Any], event: Event) -> list[Reply | Errand]:
    before = await reminders.reached(ctx.store, event.id)
    said = await announcing.announced(ctx, event)
    count = len(await reminders.reached(ctx.store, event.id) - before)
    text = Texts.AGAIN if count else Texts.IS
    return [answer(ctx.say(text, number=event.number, count=count), about=about(event)), *said]


# -- another time -----------------------------------------------------------------------------------------------------


async def postpone(ctx: Context[Any], event: Event, words: str) -> list[Reply | Errand]:
    """Show what another time would mean, and to whom it would be told; with a yes at its end, or of a draft, do it.

    Raises:
        UserError: No such time, or the event is no more.
    """
    words, yes = agreed(words)
    if event.state is State.CANCELLED:
        raise UserError(ctx.say(Texts.WAS_CANCELLED, number=event.number))
    if event.is_published and event.ends_at <= ctx.now():
        raise UserError(ctx.say(Texts.WAS, number=event.number))
    if not words:
        raise UserError(ctx.say(Texts.WHEN, number=event.number))
    try:
        plan = planned.with_field(event, Field.WHEN, words, ctx.now())
    except UnreadableError as error:
        raise UserError(error.said(ctx.language)) from error
    if (plan.starts_at, plan.ends_at, plan.zone) == (event.starts_at, event.ends_at, event.zone):
        return [answer(ctx.say(Texts.SAME, number=event.number, after=_when(ctx, event)), about=about(event))]
    if event.is_published and not yes:
        return [await _move_shown(ctx, event, plan, words)]
    return await moved(ctx, event, plan)


async def _move_shown(ctx: Context[Any], event: Event, plan: Plan, words: str) -> Reply:
    await sure.asked(ctx, event.id, "postpone", words)
    after = _when(ctx, replace(event, starts_at=plan.starts_at, ends_at=plan.ends_at, zone=plan.zone))
    first = ctx.say(Texts.MOVE, title=told.title(event, ctx.language), before=_when(ctx, event), after=after)
    last = ctx.say(Texts.MOVE_AT_ONCE if ctx.group.is_direct else Texts.MOVE_YES, number=event.number, words=words)
    buttons = [(ctx.say(Texts.DO_MOVE), f"/event_postpone {event.number} {words} yes")]
    return answer(first, await _tells(ctx, event), last, about=about(event), buttons=buttons)


async def moved(ctx: Context[Any], event: Event, plan: Plan) -> list[Reply | Errand]:
    """Let an event be at another time, and return what those are told who knew of it."""
    before = await events.locked(ctx.store, event.id)
    await events.change(ctx.store, event.id, plan, ctx.now())
    after = await events.get(ctx.store, event.id)
    said = answer(ctx.say(Texts.MOVED, number=event.number, after=_when(ctx, after)), about=about(event))
    if not after.is_published:
        return [said]
    return [said, *await announcing.told_of_change(ctx, after, before=before)]


def _when(ctx: Context[Any], event: Event) -> str:
    return told.when(event, ctx.now(), told.zone_of(ctx), ctx.language)


async def _tells(ctx: Context[Any], event: Event) -> str:
    stand = await registrations.counts(ctx.store, event.id)
    groups = len(await reminders.reached(ctx.store, event.id))
    return ctx.say(Texts.TELLS, groups=groups, persons=stand.taken + stand.waiting)


# -- calling off ------------------------------------------------------------------------------------------------------


async def cancel(ctx: Context[Any], event: Event, words: str) -> list[Reply | Errand]:
    """Show to whom it would be told that an event is called off; with a yes at its end, or of a draft, do it.

    Raises:
        UserError: It was called off before, or is over.
    """
    if event.state is State.CANCELLED:
        raise UserError(ctx.say(Texts.WAS_CANCELLED, number=event.number))
    if event.is_published and event.ends_at <= ctx.now():
        raise UserError(ctx.say(Texts.WAS_HELD, number=event.number))
    if event.is_published and not agreed(words)[1]:
        await sure.asked(ctx, event.id, "cancel")
        first = ctx.say(Texts.CANCEL, title=told.title(event, ctx.language), when=_when(ctx, event))
        last = ctx.say(Texts.CANCEL_AT_ONCE if ctx.group.is_direct else Texts.CANCEL_YES, number=event.number)
        buttons = [(ctx.say(Texts.DO_CANCEL), f"/event_cancel {event.number} yes")]
        return [answer(first, await _tells(ctx, event), last, about=about(event), buttons=buttons)]
    return await cancelled(ctx, event)


async def cancelled(ctx: Context[Any], event: Event) -> list[Reply | Errand]:
    """Call an event off, and return what those are told who knew of it."""
    before = await events.locked(ctx.store, event.id)
    await events.cancel(ctx.store, event.id, ctx.now())
    after = await events.get(ctx.store, event.id)
    said = answer(ctx.say(Texts.CANCELLED, number=event.number), about=about(event))
    if not before.is_published:
        return [said]
    return [said, *await announcing.told_of_change(ctx, after, before=before)]
