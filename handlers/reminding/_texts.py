"""The words of reminders: two lines in a group, two in private, with the distance as it really is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Context, Text
from handlers._events import told
from handlers._wording import durations
from storage.events import Event
from storage.replies import Link, Paragraph, Plain, Span

LISTED = 5  # events of one post
NAMED = 3
_MINUTE = timedelta(minutes=1)


class Texts:
    """What is said before an event."""

    HOUR = Text(zh="一小时后，{when}", en="In an hour, {when}")
    HALF = Text(zh="半小时后，{when}", en="In half an hour, {when}")
    WEEK = Text(zh="一周后，{when}", en="In a week, {when}")
    SOON = Text(zh="{span}后，{when}", en="In {span}, {when}")
    LINE = Text(zh="{lead}：{title}", en="{lead}: {title}")
    SEVERAL = Text(zh="接下来有 {count} 场：", en="{count} events are coming:")
    MORE = Text(zh="还有 {count} 场，发「活动」看。", en="{count} more: /events")
    LIST = Text(zh="、", en=", ")
    ASKED = Text(zh="已收到 {count} 个提问", en="questions so far: {count}")
    JOIN = Text(zh="报名：回「报名 {number}」", en="/join {number}")
    MEET_HOUR = Text(zh="一小时后见，{when}", en="See you in an hour, {when}")
    MEET_HALF = Text(zh="半小时后见，{when}", en="See you in half an hour, {when}")
    MEET_SOON = Text(zh="{span}后见，{when}", en="See you in {span}, {when}")
    MEET = Text(zh="{when} 见", en="See you {when}")
    AT = Text(zh="，在 {place}", en=", at {place}")
    ENTRY = Text(zh="，入口 ", en=", enter at ")
    REPLAY = Text(zh="来不了也没事，回放出来我发你。", en="No matter if you cannot: I send you the recording.")
    SEAT = Text(
        zh="去不了回「取消 {number}」，位子让给候补的人。",
        en="If you cannot, /cancel {number}; somebody else gets the seat.",
    )
    LEAVE = Text(zh="去不了回「取消 {number}」就行。", en="If you cannot: /cancel {number}")


def in_group(
    ctx: Context[Any], events: Sequence[Event], now: datetime, asked: Mapping[int, int], *, posted: bool = True
) -> Body:
    """Return what a group reads of the events that are due there: of one in two lines, of several a line each.

    Args:
        ctx: The group's context.
        events: The next one first.
        now: When it is read.
        asked: How many questions their speakers have, by event.
        posted: Whether the bot posts it; else a person does, where nobody hears what members answer.
    """
    if len(events) == 1:
        (event,) = events
        lead = _lead(ctx, event, now)
        line = ctx.say(Texts.LINE, lead=lead[:1].upper() + lead[1:], title=told.title(event, ctx.language))
        return Body((_paragraph(Plain(line)), *_second(ctx, event, asked.get(event.id, 0), posted=posted)))
    lines = [_line(ctx, event, now, posted=posted) for event in events[:LISTED]]
    more = len(events) - LISTED
    end = [_paragraph(Plain(ctx.say(Texts.MORE, count=more)))] if more > 0 else []
    return Body((_paragraph(Plain(ctx.say(Texts.SEVERAL, count=len(events)))), *lines, *end))


def to_registered(ctx: Context[Any], event: Event, now: datetime) -> Body:
    """Return what somebody who registered reads in private: when, where it is entered, and the way out."""
    first = ctx.say(Texts.LINE, lead=_meet(ctx, event, now), title=told.title(event, ctx.language))
    entry = event.link or ("" if event.venue else told.page(ctx, event))
    spans: list[Span] = [Plain(first)]
    if event.venue:
        spans.append(Plain(ctx.say(Texts.AT, place=" ".join(part for part in (event.city, event.venue) if part))))
    if entry:
        spans += [Plain(ctx.say(Texts.ENTRY)), Link(entry)]
    if event.capacity is not None:
        out = ctx.say(Texts.SEAT, number=event.number)
    elif not event.venue and any(feature.name == "afterwards" for feature in ctx.features):
        out = ctx.say(Texts.REPLAY)
    else:
        out = ctx.say(Texts.LEAVE, number=event.number)
    return Body((Paragraph(tuple(spans)), _paragraph(Plain(out))))


def _second(ctx: Context[Any], event: Event, asked: int, *, posted: bool) -> list[Paragraph]:
    """Return the line below: who speaks, what was asked, how to come; nothing where there is nothing."""
    parts: list[Span] = [Plain(part) for part in (_names(ctx, event),) if part]
    if asked:
        parts.append(Plain(ctx.say(Texts.ASKED, count=asked)))
    url = told.page(ctx, event)
    if url:
        parts.append(Link(url))
    elif posted and any(feature.name == "joining" for feature in ctx.features):
        parts.append(Plain(ctx.say(Texts.JOIN, number=event.number)))
    return [Paragraph(tuple(_dotted(parts)))] if parts else []


def _line(ctx: Context[Any], event: Event, now: datetime, *, posted: bool) -> Paragraph:
    said = told.when(event, now, told.zone_of(ctx), ctx.language)
    (second,) = _second(ctx, event, 0, posted=posted) or (Paragraph(()),)
    between = (Plain(" "),) if second.spans else ()
    return Paragraph(
        (Plain(f"{said[:1].upper()}{said[1:]} {told.title(event, ctx.language)}"), *between, *second.spans)
    )


def _names(ctx: Context[Any], event: Event) -> str:
    return ctx.say(Texts.LIST).join(one.name for one in event.speakers[:NAMED])


def _dotted(parts: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for part in parts:
        found += [Plain(" · "), part] if found else [part]
    return found


def _paragraph(*spans: Span) -> Paragraph:
    return Paragraph(spans)


# -- how far it is ----------------------------------------------------------------------------------------------------


def _lead(ctx: Context[Any], event: Event, now: datetime) -> str:
    """Return how far it is and when: 一小时后，今天 20:00; 明天 20:00; 一周后，12 月 3 日 20:00."""
    said, days = told.when(event, now, told.zone_of(ctx), ctx.language), _days(ctx, event, now)
    if days == 0:
        return _soon(ctx, event, now, (Texts.HOUR, Texts.HALF, Texts.SOON))
    if days == 1:
        return said
    span = durations.rough(timedelta(days=days), ctx.language)
    return ctx.say(Texts.WEEK, when=said) if days == 7 else ctx.say(Texts.SOON, span=span, when=said)


def _meet(ctx: Context[Any], event: Event, now: datetime) -> str:
    if _days(ctx, event, now) == 0:
        return _soon(ctx, event, now, (Texts.MEET_HOUR, Texts.MEET_HALF, Texts.MEET_SOON))
    return ctx.say(Texts.MEET, when=told.when(event, now, told.zone_of(ctx), ctx.language))


def _soon(ctx: Context[Any], event: Event, now: datetime, texts: tuple[Text, Text, Text]) -> str:
    hour, half, soon = texts
    said, minutes = told.when(event, now, told.zone_of(ctx), ctx.language), round((event.starts_at - now) / _MINUTE)
    if 55 <= minutes <= 65:
        return ctx.say(hour, when=said)
    if 28 <= minutes <= 32:
        return ctx.say(half, when=said)
    whole = minutes if minutes < 90 else round(minutes / 60) * 60
    return ctx.say(soon, span=durations.rough(max(whole, 1) * _MINUTE, ctx.language), when=said)


def _days(ctx: Context[Any], event: Event, now: datetime) -> int:
    zone = ZoneInfo(event.zone) if event.venue else told.zone_of(ctx)
    return (event.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
