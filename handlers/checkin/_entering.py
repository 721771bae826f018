"""Checking in: by the code of the day or the token of its link, registered or not, in a group or in private."""

from __future__ import annotations

import re
from typing import Any

from handlers import Command, Context, Reply, UserError, answer
from handlers._events.meant import ABOUT, about
from handlers._said_for import Texts as Carried
from handlers._wording.names import called, spaced
from handlers.checkin import _guessing as guessing
from handlers.checkin._guests import listed
from handlers.checkin._texts import Texts
from storage import checkins, events, members, outbox, privacy, registrations
from storage.checkins import CODE, LINK, Code
from storage.events import Event
from storage.replies import Body

SAID = r"(?:[eE]\d{1,9} )?(?:\d{4}|[A-Za-z0-9_-]{22})"
NAMED = 3  # who came for the first time, named in a group
_SAID = re.compile(r"(?:[eE](?P<event>\d{1,9}) )?(?P<code>\d{4}|[A-Za-z0-9_-]{22})")


async def enter(command: Command, ctx: Context[Any]) -> list[Reply]:
    """Check the speaker in at the event whose code of today it is."""
    found = _SAID.fullmatch(command.args)
    if found is None:
        raise UserError(ctx.say(Texts.USAGE))
    if await privacy.is_silent(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Carried.SILENT))
    if await guessing.is_spent(ctx):
        raise UserError(ctx.say(Texts.TOO_MANY, most=ctx.settings.tries))
    closed = await guessing.is_closed(ctx)
    if closed and not ctx.group.is_direct:
        raise UserError(ctx.say(Texts.CLOSED))
    wanted = _wanted(found["event"], command.about)
    codes = await checkins.codes_like(ctx.store, found["code"], ctx.now().date())
    known = await events.several(ctx.store, {code.event for code in codes})
    holding = [code for code in codes if _holds(ctx, code, known[code.event])]
    code = next((one for one in holding if wanted in {None, one.event}), None)
    if closed and (code is None or not await _registered(ctx, code.event)):
        return [*(await guessing.wrong(ctx, ctx.say(Texts.CLOSED)))]
    if code is None:
        return await guessing.wrong(ctx, _why(ctx, wanted, codes, holding))
    how = CODE if found["code"] == code.code else LINK
    return [await _in(ctx, await events.locked(ctx.store, code.event), code, how)]


def _wanted(number: str | None, replied: str | None) -> int | None:
    """Return the event that is named, or whose post was replied to; a code tells by itself."""
    if number is not None:
        return int(number)
    return int(replied.removeprefix(ABOUT)) if replied is not None and replied.startswith(ABOUT) else None


def _holds(ctx: Context[Any], code: Code, event: Event) -> bool:
    return event.is_published and checkins.day_at(event, ctx.now()) == code.day


def _why(ctx: Context[Any], wanted: int | None, codes: list[Code], holding: list[Code]) -> str | None:
    """Return why a code does not hold, as far as that may be told; None where there is no such code."""
    if holding and wanted is not None:
        return ctx.say(Texts.OTHER_EVENT, event=f"E{wanted}")
    return ctx.say(Texts.OTHER_DAY) if codes else None


async def _registered(ctx: Context[Any], event: int) -> bool:
    found = await registrations.of_person(ctx.store, event, ctx.speaker.id)
    return found is not None and found.state in registrations.ACTIVE


async def _in(ctx: Context[Any], event: Event, code: Code, how: str) -> Reply:
    """Keep that the speaker is there; who did not register is registered at the door."""
    mine = await members.siblings(ctx.store, ctx.speaker.id)
    here, elsewhere = await checkins.known(ctx.store, event.id, mine)
    if code.day in here:
        raise UserError(ctx.say(Texts.AGAIN, event=event.number))
    await registrations.at_door(ctx.store, event.id, ctx.speaker.id, ctx.now())
    await checkins.add(ctx.store, event.id, ctx.speaker.id, code.day, ctx.now(), how)
    if not ctx.group.is_direct:
        return await _gathered(ctx, event, code)
    place = await checkins.count(ctx.store, event.id, code.day)
    first = [] if here or elsewhere else [ctx.say(Texts.FIRST)]
    done = ctx.say(Texts.DONE, event=event.number, place=place)
    return answer(done, *first, ctx.say(Texts.ASK, event=event.number), about=about(event))


async def _gathered(ctx: Context[Any], event: Event, code: Code) -> Reply:
    """Return one confirmation in a group for all who checked in since the one that still waits began."""
    word = f"checkin:{event.id}"
    waiting = await outbox.gathering(ctx.store, ctx.group.id, word)
    since = ctx.now() if waiting is None else waiting.created_at
    new = await checkins.first_timers_since(ctx.store, event.id, since)
    lines = [ctx.say(Texts.HERE, event=event.number, count=await checkins.count(ctx.store, event.id, code.day))]
    found = await called(ctx.store, ctx.group.id, new)
    names = [found[member] for member in new if member in found]
    if names:
        text = Texts.HERE_FIRST if len(new) <= NAMED else Texts.HERE_FIRST_MANY
        lines.append(spaced(ctx.say(text, names=listed(names[:NAMED], ctx.language), count=len(new))))
    return Reply(Body.of(*lines), about=about(event), gather=word, anew=True)
