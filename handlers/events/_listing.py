"""Shows events: what is coming, one as a whole, and to admins the drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Body, Context, Reply, Text, answer
from handlers._events import told
from handlers._events.meant import about
from handlers._wording.segments import all_called
from storage import events, registrations, segments
from storage.events import Event
from storage.replies import Button

LINES = 5  # of a list
HORIZON = 200  # events that are looked at


class Texts:
    """Lists and one event."""

    COMING = Text(zh="接下来的活动：", en="Coming up:")
    LINE = Text(zh="{when} {what} · {number}", en="{when} {what} · {number}")
    NONE = Text(zh="还没有定下来的活动。", en="No event is planned yet.")
    HOW = Text(
        zh="看哪个发「活动 {number}」，报名发「报名 {number}」。", en="See one: /events {number}. Join: /join {number}."
    )
    MORE = Text(zh="还有 {count} 个：发「活动 {page}」。", en="{count} more: /events {page}.")
    CALENDAR = Text(zh="日历：{url}/calendar.ics", en=" Calendar: {url}/calendar.ics")
    HEAD = Text(zh="{title} · {kind} · {number}", en="{title} · {kind} · {number}")
    FOR = Text(zh="适合：{summary}", en="For: {summary}")
    CAPACITY = Text(zh="{seats} 席", en="{seats} seats")
    SEATS = Text(zh="已报 {taken}/{capacity}", en="{taken}/{capacity} registered")
    TAKEN = Text(zh="已报 {taken} 位", en="{taken} registered")
    WAITING = Text(zh="，候补 {waiting} 位", en=", {waiting} waiting")
    JOIN = Text(zh="报名：回「报名 {number}」", en="Join: /join {number}")
    OR = Text(zh="，或 {url}", en=", or {url}")
    REPLAY = Text(zh="回放：{url}", en="Watch again: {url}")
    SLIDES = Text(zh="资料：{url}", en="Slides: {url}")
    DRAFTS = Text(zh="还没公布的：", en="Not published yet:")
    NO_DRAFTS = Text(zh="没有草稿。要发一个：「发活动」。", en="There are no drafts. To begin one: /event add.")
    DRAFTS_HOW = Text(
        zh="看：「活动 {number}」，公布：「公布 {number}」。", en="/events {number}, /event publish {number}."
    )
    JOIN_BUTTON = Text(zh="报名", en="Join")


async def coming(ctx: Context[Any], page: int = 1) -> Reply:
    """Return what is coming: in a group what is for its members, in private all."""
    found = await events.coming(ctx.store, ctx.now(), limit=HORIZON)
    if not ctx.group.is_direct:
        theirs = set(await segments.of_group(ctx.store, ctx.group.id))
        found = [event for event in found if not event.targets or theirs.intersection(event.targets)]
    shown = found[(page - 1) * LINES :][:LINES]
    if not shown:
        return answer(ctx.say(Texts.NONE))
    lines = [ctx.say(Texts.COMING), *(line(ctx, event) for event in shown)]
    left = len(found) - page * LINES
    last = ctx.say(Texts.HOW, number=shown[0].number)
    last += ctx.say(Texts.MORE, count=left, page=page + 1) if left > 0 else ""
    return answer(*lines, last + (ctx.say(Texts.CALENDAR, url=ctx.community.url) if ctx.community.url else ""))


def line(ctx: Context[Any], event: Event) -> str:
    """Return an event on one line: 本周四 20:00 线上《慢 SQL 三板斧》柏舟 · E57."""
    when = told.when(event, ctx.now(), told.zone_of(ctx), ctx.language)
    names = ("、" if ctx.language != "en" else ", ").join(speaker.name for speaker in event.speakers[:2])
    place = event.city or (told.Texts.ONLINE.in_language(ctx.language) if told.is_online(event) else "")
    between = " " if ctx.language == "en" else ""
    what = between.join(part for part in (place, told.title(event, ctx.language), names) if part)
    return ctx.say(Texts.LINE, when=when, what=what, number=event.number)


async def one(ctx: Context[Any], event: Event) -> Reply:
    """Return one event as a whole, in at most seven lines."""
    lines = overview(ctx, event)
    if not event.is_published:
        return Reply(Body.of(*lines), about=about(event))
    if ctx.now() >= event.ends_at:
        lines += [ctx.say(Texts.REPLAY, url=event.replay)] if event.replay else []
        lines += [ctx.say(Texts.SLIDES, url=event.slides)] if event.slides else []
        return Reply(Body.of(*lines), about=about(event))
    lines += [f"{await _seats(ctx, event)}{how_to_join(ctx, event)}"]
    button = Button(ctx.say(Texts.JOIN_BUTTON), f"/join {event.number}")
    return Reply(Body(Body.of(*lines).blocks, (button,)), about=about(event))


def how_to_join(ctx: Context[Any], event: Event) -> str:
    """Return how one registers: by words, or on its page where there are pages."""
    page = told.page(ctx, event)
    return ctx.say(Texts.JOIN, number=event.number) + (ctx.say(Texts.OR, url=page) if page else "")


async def _seats(ctx: Context[Any], event: Event) -> str:
    stand = await registrations.counts(ctx.store, event.id)
    if not stand.taken and event.capacity is None:
        return ""
    text = Texts.TAKEN if event.capacity is None else Texts.SEATS
    waiting = ctx.say(Texts.WAITING, waiting=stand.waiting) if stand.waiting else ""
    between = ". " if ctx.language == "en" else "。"
    return ctx.say(text, taken=stand.taken, capacity=event.capacity) + waiting + between


def overview(ctx: Context[Any], event: Event) -> list[str]:
    """Return what an event is, in at most five lines: name, when, who, where, for whom."""
    head = ctx.say(
        Texts.HEAD,
        title=told.title(event, ctx.language),
        kind=told.KINDS[event.kind].in_language(ctx.language),
        number=event.number,
    )
    state = told.standing(event, ctx.language)
    place = [told.where(event, ctx.language), told.hosts(event, ctx.language)]
    if event.link and not told.page(ctx, event):
        place.append(event.link)
    if not event.is_published:
        place += _meant_for(ctx, event)
    return [
        text
        for text in (
            f"{head} · {state}" if state else head,
            told.timed(event, ctx.now(), told.zone_of(ctx), ctx.language),
            told.speakers(event, ctx.language),
            " · ".join(part for part in place if part),
            ctx.say(Texts.FOR, summary=event.summary) if event.summary else "",
        )
        if text
    ]


def _meant_for(ctx: Context[Any], event: Event) -> list[str]:
    """Return what admins want to see of a draft: how many seats, for whose groups."""
    seats = [ctx.say(Texts.CAPACITY, seats=event.capacity)] if event.capacity is not None else []
    return [*seats, *([all_called(event.targets, ctx.language)] if event.targets else [])]


async def drafts(ctx: Context[Any]) -> Reply:
    """Return what nobody published yet, to admins."""
    found: Sequence[Event] = [event for event in await events.drafts(ctx.store) if event.ends_at > ctx.now()]
    if not found:
        return answer(ctx.say(Texts.NO_DRAFTS))
    lines = [ctx.say(Texts.DRAFTS), *(line(ctx, event) for event in found[:LINES])]
    return answer(*lines, ctx.say(Texts.DRAFTS_HOW, number=found[0].number))
