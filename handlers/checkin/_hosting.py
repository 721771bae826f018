"""Hosting: today's code, who is there and who is new, and checking in people who have no phone with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Command, Context, Reply, UserError, answer
from handlers._events.hosting import names_of, refuse_guests
from handlers._events.meant import about, event_meant
from handlers._events.told import page, title
from handlers._wording import durations
from handlers._wording.masking import quoted
from handlers._wording.names import spaced
from handlers.checkin._guests import Guest, guests, listed, meant
from handlers.checkin._texts import Texts
from storage import checkins, events, registrations
from storage.checkins import HOST, CheckIn
from storage.events import Event

SHOWN = 6  # names in a line
NAME = 12  # characters of a name that nobody has
MOST = 30  # names in one command
_BETWEEN = re.compile(r"[,，、;；\n]+")


# -- the code ---------------------------------------------------------------------------------------------------------


async def code(command: Command, ctx: Context[Any]) -> Reply:
    """Return the code of today, or of the next day of the event, and the page that shows it; to hosts in private."""
    event, _ = await event_meant(ctx, command)
    await refuse_guests(ctx, event)
    if not ctx.group.is_direct:
        raise UserError(ctx.say(Texts.PRIVATE, event=event.number))
    if not event.is_published:
        raise UserError(ctx.say(Texts.CODE_OFF, event=event.number))
    day = next((day for day in checkins.days(event) if ctx.now() < checkins.window(event, day)[1]), None)
    if day is None:
        raise UserError(ctx.say(Texts.CODE_NEVER, event=event.number))
    drawn = await checkins.code_of(ctx.store, event.id, day)
    since, until = (f"{moment.astimezone(ZoneInfo(event.zone)):%H:%M}" for moment in checkins.window(event, day))
    named = {"event": event.number, "title": title(event, ctx.language), "day": _day(ctx, event, day)}
    lines = [
        ctx.say(Texts.CODE, code=drawn.code, **named),
        ctx.say(Texts.CODE_HOLDS, since=since, until=until, code=drawn.code),
    ]
    url = page(ctx, event)
    shown = [ctx.say(Texts.CODE_PAGE, url=f"{url}/checkin?k={drawn.token}")] if url else []
    return answer(*lines, *shown, about=about(event))


def _day(ctx: Context[Any], event: Event, day: date) -> str:
    since, until = checkins.window(event, day)
    return durations.day(since + (until - since) / 2, ctx.now(), ZoneInfo(event.zone), ctx.language)


# -- who is there -----------------------------------------------------------------------------------------------------


async def count(command: Command, ctx: Context[Any]) -> Reply:
    """Return how many are there, to hosts; in private also who came for the first time, and who is missing."""
    event, _ = await event_meant(ctx, command)
    await refuse_guests(ctx, event)
    came, every = await checkins.of_event(ctx.store, event.id), await guests(ctx.store, event.id)
    persons = {one.person for one in came}
    lines = [_head(ctx, event, came, every, persons)]
    lines.append(await _first(ctx, event, came))
    left = [guest.name or guest.card for guest in every if guest.person not in persons and not guest.waiting]
    if left and ctx.group.is_direct and ctx.now() < event.ends_at and came:
        lines.append(ctx.say(Texts.COUNT_LEFT, count=len(left), names=_some(ctx, left)))
    return answer(*(spaced(line) for line in lines), ctx.say(Texts.HOW, event=event.number), about=about(event))


def _head(
    ctx: Context[Any], event: Event, came: Sequence[CheckIn], every: Sequence[Guest], persons: Collection[int]
) -> str:
    named = {"event": event.number, "title": title(event, ctx.language)}
    day = checkins.day_at(event, ctx.now())
    today = {one.person for one in came if one.day == day}
    if day is None:
        head = ctx.say(Texts.COUNT_OVER, all=len(persons), **named)
    else:
        more = ctx.say(Texts.COUNT_ALL, all=len(persons)) if len(persons) > len(today) else ""
        head = ctx.say(Texts.COUNT, today=len(today), **named) + more
    seated = {guest.person for guest in every if not guest.waiting}
    return head + ctx.say(Texts.COUNT_OF, registered=len(seated), came=len(seated & set(persons)))


async def _first(ctx: Context[Any], event: Event, came: Iterable[CheckIn]) -> str:
    new = await checkins.first_timers(ctx.store, event.id)
    members = list({one.person: one.member for one in came if one.person in new}.values())
    if not members or not ctx.group.is_direct:
        return ctx.say(Texts.COUNT_FIRST_ONLY if members else Texts.COUNT_NO_FIRST, count=len(members))
    names = await names_of(ctx.store, members)
    return ctx.say(Texts.COUNT_FIRST, count=len(members), names=_some(ctx, [names[m] for m in members if m in names]))


def _some(ctx: Context[Any], names: Sequence[str]) -> str:
    more = ctx.say(Texts.AND_MORE) if len(names) > SHOWN else ""
    return listed(names[:SHOWN], ctx.language) + more


# -- for others -------------------------------------------------------------------------------------------------------


async def check_in(command: Command, ctx: Context[Any]) -> Reply:
    """Check in people who registered, by name or by their number on the list; for hosts, while the code holds."""
    event, words = await event_meant(ctx, command)
    await refuse_guests(ctx, event)
    day = checkins.day_at(event, ctx.now())
    if day is None or not event.is_published:
        raise UserError(ctx.say(Texts.FOR_CLOSED, event=event.number))
    said = (word.strip().lstrip("@").strip() for word in _BETWEEN.split(words))
    wanted = [word for word in said if word][:MOST]
    if not wanted:
        raise UserError(ctx.say(Texts.USAGE_FOR))
    await events.locked(ctx.store, event.id)
    every = await guests(ctx.store, event.id)
    found = {name: meant(name, every) for name in wanted}
    lines = await _checked_in(ctx, event, day, [some[0] for some in found.values() if len(some) == 1])
    none = [quoted(name, NAME) for name, some in found.items() if not some]
    lines += [ctx.say(Texts.FOR_NONE, names=_some(ctx, none))] if none else []
    several = [(name, some) for name, some in found.items() if len(some) > 1]
    lines += [_which(ctx, event, name, some) for name, some in several[:3]]
    return answer(*(spaced(line) for line in lines), about=about(event))


async def _checked_in(ctx: Context[Any], event: Event, day: date, some: Sequence[Guest]) -> list[str]:
    new: list[str] = []
    old: list[str] = []
    for guest in some:
        if guest.waiting:
            await registrations.at_door(ctx.store, event.id, guest.member, ctx.now())
        done = await checkins.add(ctx.store, event.id, guest.member, day, ctx.now(), HOST)
        (new if done else old).append(guest.name or guest.card)
    there = await checkins.count(ctx.store, event.id, day)
    told = [ctx.say(Texts.FOR_DONE, names=listed(new, ctx.language), event=event.number, count=there)] if new else []
    return [*told, *([ctx.say(Texts.FOR_AGAIN, names=listed(old, ctx.language))] if old else [])]


def _which(ctx: Context[Any], event: Event, name: str, some: Sequence[Guest]) -> str:
    told = [_one(ctx, guest) for guest in some[:SHOWN]]
    names = listed(told, ctx.language)
    named = {"name": quoted(name, NAME), "count": len(some), "names": names, "number": some[0].number}
    return ctx.say(Texts.FOR_SEVERAL, event=event.number, **named)


def _one(ctx: Context[Any], guest: Guest) -> str:
    """Return a guest by number and card; the company only in private, as it was told there."""
    text = Texts.ONE_OF if guest.company and ctx.group.is_direct else Texts.ONE
    return ctx.say(text, number=guest.number, name=guest.card, company=guest.company)
