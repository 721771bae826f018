"""What members ask about their own registrations: which they are, how they are reminded, and how to bring others."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Reply, UserError, answer
from handlers._events import told
from handlers._events.meant import about, event_meant
from handlers._events.promoting import dated
from handlers.joining._joining import check_open
from handlers.joining._texts import Texts
from handlers.joining._told import OFF, SPANS
from storage import events, referrals, registrations
from storage.registrations import ACTIVE, Registration, State

MOST = 5
WISHES = {
    **dict.fromkeys(("不要", "不用", "关", "off", "no"), OFF),
    **dict.fromkeys(("一小时", "1 小时", "1小时", "1h"), "1h"),
    **dict.fromkeys(("一天", "1 天", "1天", "1d"), "1d"),
    **dict.fromkeys(("都要", "照常", "开", "on", "all"), ""),
}


async def mine(ctx: Context[Any]) -> Reply:
    """Return what the speaker registered for and is not over, the next first."""
    found = await registrations.of_member(ctx.store, ctx.speaker.id, ctx.now())
    if not found:
        return answer(ctx.say(Texts.MINE_NONE))
    known = await events.several(ctx.store, [event for event, _ in found])
    lines = [ctx.say(Texts.MINE, count=len(found))]
    lines += [await _line(ctx, known[event], one) for event, one in found[:MOST]]
    last = known[found[0][0]]
    more = ctx.say(Texts.MINE_MORE, count=len(found) - MOST) if len(found) > MOST else ""
    return answer(*lines, more + ctx.say(Texts.MINE_OUT, event=last.number))


async def _line(ctx: Context[Any], event: events.Event, one: Registration) -> str:
    said = {"event": event.number, "title": told.title(event, ctx.language)}
    said["when"] = told.when(event, ctx.now(), told.zone_of(ctx), ctx.language)
    if one.state is State.IN:
        return ctx.say(Texts.MINE_IN, **said)
    return ctx.say(Texts.MINE_WAITING, **said, place=await registrations.place(ctx.store, one))


async def remind(command: Command, ctx: Context[Any]) -> Reply:
    """Keep how the speaker wants to be reminded of an event.

    Raises:
        UserError: They did not register for it.
    """
    event, words = await event_meant(ctx, command)
    one = await registrations.of_person(ctx.store, event.id, ctx.speaker.id)
    if one is None or one.state not in ACTIVE:
        raise UserError(ctx.say(Texts.NOT_IN, event=event.number))
    wish = WISHES.get(words.lower())
    if wish is None:
        raise UserError(ctx.say(Texts.USAGE_REMIND))
    await registrations.mark(ctx.store, one.id, remind=wish)
    spans = ctx.say({OFF: Texts.REMIND_OFF, "": Texts.REMIND_ALL}.get(wish, Texts.REMIND_AT))
    if wish in SPANS:
        spans = ctx.say(Texts.REMIND_AT, span=ctx.say(SPANS[wish][1]))
    return answer(ctx.say(Texts.REMIND, event=event.number, spans=spans), about=about(event))


async def share(command: Command, ctx: Context[Any]) -> Reply:
    """Return the words by which the speaker brings others to an event: their own word is in them."""
    event, _ = await event_meant(ctx, command)
    check_open(ctx, event)
    if not ctx.trusted:
        raise UserError(ctx.say(Texts.UNSTABLE))
    code = await referrals.code_of(ctx.store, ctx.speaker.id)
    said = {"event": event.number, "code": code, "title": told.title(event, ctx.language), "when": dated(ctx, event)}
    lines = [ctx.say(Texts.SHARE, **said, bot=ctx.community.bot_name)]
    page = told.page(ctx, event)
    return answer(*lines, *([ctx.say(Texts.SHARE_LINK, url=f"{page}?from={code}")] if page else []), about=about(event))
