"""Seats that became free go to those who wait, and each is told once; also where two accounts are found to be one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Context, Errand, Reply, Text
from handlers._events import told
from handlers._events.reaching import reach
from handlers._wording import durations
from storage import events, seats
from storage.events import Event
from storage.registrations import Registration


class Texts:
    """What is said to who gets a seat."""

    PROMOTED = Text(
        zh="有位子了，给你留上了：{event} {title}，{when}", en="There is a seat for you: {event} {title}, {when}"
    )
    PROMOTED_OUT = Text(zh="去不了回「取消 {event}」，让给下一位。", en="If you cannot come: /cancel {event}.")


async def filled(ctx: Context[Any], event: Event, *, but: int | None = None) -> list[Reply | Errand]:
    """Give the free seats of an event, which is locked, to those who wait, and return what tells them.

    Call it after seats were added, or given back. Once the event began, nobody is called any more. `but` is a member
    who is told otherwise.
    """
    if not _is_ahead(ctx, event):
        return []
    lucky = await seats.fill(ctx.store, event, ctx.now())
    return await _tell(ctx, event, [one for one in lucky if one.member != but])


async def settled(ctx: Context[Any], event: Event) -> list[Reply | Errand]:
    """Let each person keep one place at an event, which is locked, and return what tells those who get a seat by it."""
    if not _is_ahead(ctx, event):
        return []
    return await _tell(ctx, event, await seats.settle(ctx.store, event, ctx.now()))


async def bound(ctx: Context[Any], member: int) -> list[Reply | Errand]:
    """Let a person that was just found to be one keep one place at each event; the later ones yield."""
    replies: list[Reply | Errand] = []
    for number in await seats.doubled(ctx.store, member, ctx.now()):
        replies += await settled(ctx, await events.locked(ctx.store, number))
    return replies


def _is_ahead(ctx: Context[Any], event: Event) -> bool:
    return event.is_published and ctx.now() < event.starts_at


async def _tell(ctx: Context[Any], event: Event, lucky: Sequence[Registration]) -> list[Reply | Errand]:
    if not lucky:
        return []
    named = {"event": event.number, "title": event.title, "when": dated(ctx, event)}
    body = Body.of(ctx.say(Texts.PROMOTED, **named), ctx.say(Texts.PROMOTED_OUT, event=event.number))
    key = f"promoted:{event.id}:{ctx.now().isoformat()}"  # who leaves and comes back may be told again
    found = [one.member for one in lucky]
    return await reach(ctx, event, body, key=key, members=found, expires_at=event.ends_at, promised=True)


def dated(ctx: Context[Any], event: Event) -> str:
    """Return when an event begins, for whoever reads it later: 12 月 5 日周六 14:00, in the zone of its place."""
    zone = told.zone_of(ctx)
    there = ZoneInfo(event.zone)
    elsewhere = event.venue and _offset(event.starts_at, there) != _offset(event.starts_at, zone)
    local = event.starts_at.astimezone(there if elsewhere else zone)
    day = durations.day(event.starts_at, ctx.now(), there if elsewhere else zone, ctx.language)
    weekday = durations.weekday(local.date(), ctx.language)
    when = f"{weekday} {day} {local:%H:%M}" if ctx.language == "en" else f"{day}{weekday} {local:%H:%M}"
    if not elsewhere:
        return when
    return ctx.say(told.Texts.THERE, when=when, city=event.city or event.zone.rpartition("/")[2])


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
