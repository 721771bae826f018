"""Guesses: wrong codes are counted, for each person and in all; too many and strangers must ask a host."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import Context, Purpose, Reply, answer
from handlers._events.audience import groups_for
from handlers._events.meant import about
from handlers.checkin._texts import Texts
from storage import checkins, events, grants, members
from storage.events import Event
from storage.grants import EVERYWHERE, Right
from storage.replies import Body

HOUR = timedelta(hours=1)


async def is_spent(ctx: Context[Any]) -> bool:
    """Say whether the speaker's person said too many wrong codes within the hour."""
    mine = await members.siblings(ctx.store, ctx.speaker.id)
    return await checkins.guesses(ctx.store, ctx.now() - HOUR, mine) >= int(ctx.settings.tries)


async def is_closed(ctx: Context[Any]) -> bool:
    """Say whether so many wrong codes were said by all within the hour that only who registered may check in."""
    return await checkins.guesses(ctx.store, ctx.now() - HOUR) >= int(ctx.settings.tries_of_all)


async def wrong(ctx: Context[Any], said: str | None) -> list[Reply]:
    """Count a wrong code and return what is answered: `said`, or that there is none and how many tries are left.

    It is answered and not refused: a refusal would undo the count.
    """
    await checkins.guessed(ctx.store, ctx.speaker.id, ctx.now())
    mine = await members.siblings(ctx.store, ctx.speaker.id)
    left = int(ctx.settings.tries) - await checkins.guesses(ctx.store, ctx.now() - HOUR, mine)
    if said is None and left > 0:
        said = ctx.say(Texts.NO_SUCH, left=left)
    told = answer(said or ctx.say(Texts.NO_SUCH_LAST, most=ctx.settings.tries))
    return [told, *(await _warn(ctx) if await is_closed(ctx) else [])]


async def _warn(ctx: Context[Any]) -> list[Reply]:
    """Tell the hosts of each event that is on, once, that its code is being guessed."""
    count = await checkins.guesses(ctx.store, ctx.now() - HOUR)
    replies: list[Reply] = []
    for code in await checkins.drawn_near(ctx.store, ctx.now().date()):
        event = await events.get(ctx.store, code.event)
        if event.is_published and checkins.day_at(event, ctx.now()) == code.day:
            body = Body.of(ctx.say(Texts.GUESSED, event=event.number, count=count))
            for host in await _hosts(ctx, event):
                key = f"checkin:guessed:{event.id}:{code.day}:{host}"
                replies.append(Reply(body, member=host, purpose=Purpose.NOTICE, about=about(event), key=key))
    return replies


async def _hosts(ctx: Context[Any], event: Event) -> list[int]:
    """Return who made an event and the owners; where there is neither, the admins of the first group that has some."""
    owners = await grants.holders(ctx.store, Right.GLOBAL, EVERYWHERE)
    found = {*owners, *([event.by_member] if event.by_member is not None else [])}
    for group in [] if found else await groups_for(ctx, event):
        found = set(await grants.holders(ctx.store, Right.GROUP, group.id))
        if found:
            break
    return sorted(found)
