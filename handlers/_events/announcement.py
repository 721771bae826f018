"""What a group reads of an event that is new, moved or called off; also where somebody pastes it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Context, Text
from handlers._events import told
from handlers._wording import durations
from handlers._wording.masking import cut
from storage.events import Event, Kind, Speaker
from storage.replies import Link, Paragraph, Plain
from storage.segments import Kind as SegmentKind

SUMMARY = 80  # characters of the line on what it is about
NAMED = 4  # speakers by name
_ASKED = frozenset({Kind.TALK, Kind.QA, Kind.SUMMIT, Kind.UNIVERSITY, Kind.TRAINING})  # kinds at which one may ask


class Texts:
    """The lines."""

    FIRST = Text(zh="{when} · {kind}（{aside}）", en="{when} · {kind} ({aside})")
    AND = Text(zh="，", en=", ")
    LIST = Text(zh="、", en=", ")
    OTHERS = Text(zh="等", en=" and others")
    OF = Text(zh="{name}（{company}）", en="{name} ({company})")
    HOSTS = Text(zh="主办：{names}", en="Hosted by {names}")
    SPONSORS = Text(zh="{names}冠名", en="Presented by {names}")
    PLACE = Text(zh="地点：{place}", en="Where: {place}")
    SEATS = Text(zh="，共 {count} 席", en=", {count} seats")
    FOR = Text(zh="适合：{names}的朋友", en="For: {names}")
    JOIN = Text(zh="报名：回「报名 {number}」", en="Join: /join {number}")
    OR = Text(zh="，或 ", en=", or ")
    JOIN_AT = Text(zh="报名：", en="Join: ")
    JOIN_BOT = Text(zh="报名：私聊{bot}，说「报名 {number}」", en="Join: write to {bot} in private, /join {number}")
    MORE_AT = Text(zh="详情：", en="More: ")
    ASK = Text(
        zh="想先问：回「问 {number} 你的问题」，票多的先答。",
        en="Ask beforehand: /q {number} and your question; most votes are answered first.",
    )
    MOVED = Text(
        zh="改期：{title}改到 {when}（{date}），原定 {before}", en="Moved: {title} is {when} now ({date}), not {before}"
    )
    STANDS = Text(
        zh="报过名的不用再报，去不了回「取消 {number}」。",
        en="Who joined need not again; /cancel {number} if you cannot.",
    )
    CANCELLED = Text(zh="取消：{when} 的{title}不办了。", en="Cancelled: {title}, {when}, does not take place.")
    NOTHING = Text(
        zh="报过名的不用做什么。还有哪些活动：发「活动」。", en="Who joined need do nothing. Others: /events"
    )


def announcement(
    ctx: Context[Any], event: Event, now: datetime, *, posted: bool = True, sponsors: Sequence[str] = ()
) -> Body:
    """Return the announcement in the words of a group, read at a time: five to seven lines, when comes first.

    Args:
        ctx: The group's context.
        event: What is announced.
        now: When it is read.
        posted: Whether the bot posts it; else a person does, where nobody hears what members answer.
        sponsors: The companies whose name it bears.
    """
    lines = [first_line(ctx, event, now), told.title(event, ctx.language), who(ctx, event), _place(ctx, event)]
    lines.append(ctx.say(Texts.SPONSORS, names=ctx.say(Texts.LIST).join(sponsors[:NAMED])) if sponsors else "")
    lines.append(cut(event.summary, SUMMARY) or _for_whom(ctx, event))
    blocks = [Paragraph((Plain(line),)) for line in lines if line]
    join = how_to_join(ctx, event, posted=posted)
    if join is not None:
        blocks.append(join)
    if posted and event.speakers and event.kind in _ASKED and _is_on(ctx, "speakers"):
        blocks.append(Paragraph((Plain(ctx.say(Texts.ASK, number=event.number)),)))
    return Body(tuple(blocks))


def first_line(ctx: Context[Any], event: Event, now: datetime) -> str:
    """Return when it is, what it is, and how long it takes; with the date, where `when` tells a weekday alone."""
    said, zone = told.when(event, now, told.zone_of(ctx), ctx.language), _zone(ctx, event)
    date = durations.day(event.starts_at, now, zone, ctx.language)
    asides = ([] if date in said else [date]) + [told.length(event, ctx.language)]
    kind = ctx.say(told.KINDS[event.kind])
    return ctx.say(Texts.FIRST, when=said, kind=kind, aside=ctx.say(Texts.AND).join(asides))


def who(ctx: Context[Any], event: Event) -> str:
    """Return who speaks and why this person; of several their names alone; where nobody does, who hosts."""
    if len(event.speakers) == 1:
        one = event.speakers[0]
        return ctx.say(Texts.AND).join(part for part in (one.name, one.company, cut(one.about, SUMMARY)) if part)
    if event.speakers:
        return named(ctx, event.speakers)
    names = ctx.say(Texts.LIST).join(event.hosts[:NAMED])
    return ctx.say(Texts.HOSTS, names=names) if names else ""


def named(ctx: Context[Any], speakers: Sequence[Speaker]) -> str:
    """Return the names of speakers, with their companies: 柏舟（苇间数据）、老樊."""
    every = [
        ctx.say(Texts.OF, name=one.name, company=one.company) if one.company else one.name for one in speakers[:NAMED]
    ]
    more = ctx.say(Texts.OTHERS) if len(speakers) > NAMED else ""
    return ctx.say(Texts.LIST).join(every) + more


def how_to_join(ctx: Context[Any], event: Event, *, posted: bool) -> Paragraph | None:
    """Return the line on how to register: by a word where the bot hears, by a link where there are pages."""
    url = told.page(ctx, event)
    if not _is_on(ctx, "joining"):
        return Paragraph((Plain(ctx.say(Texts.MORE_AT)), Link(url))) if url else None
    if posted:
        word = ctx.say(Texts.JOIN, number=event.number)
        return Paragraph((Plain(word + ctx.say(Texts.OR)), Link(url)) if url else (Plain(word),))
    if url:
        return Paragraph((Plain(ctx.say(Texts.JOIN_AT)), Link(url)))
    return Paragraph((Plain(ctx.say(Texts.JOIN_BOT, number=event.number, bot=ctx.community.bot_name)),))


def moved(ctx: Context[Any], event: Event, before: Event, now: datetime, *, posted: bool = True) -> Body:
    """Return what is said of an event that takes place at another time."""
    zone = told.zone_of(ctx)
    values = {"when": told.when(event, now, zone, ctx.language), "before": told.when(before, now, zone, ctx.language)}
    values["date"] = durations.day(event.starts_at, now, _zone(ctx, event), ctx.language)
    line = ctx.say(Texts.MOVED, title=told.title(event, ctx.language), **values)
    stands = [ctx.say(Texts.STANDS, number=event.number)] if _is_on(ctx, "joining") else []
    join = how_to_join(ctx, event, posted=posted)
    return Body.of(line, *stands).plus(Body((join,) if join is not None else ()))


def cancelled(ctx: Context[Any], event: Event, now: datetime) -> Body:
    """Return what is said of an event that does not take place."""
    said = told.when(event, now, told.zone_of(ctx), ctx.language)
    return Body.of(ctx.say(Texts.CANCELLED, when=said, title=told.title(event, ctx.language)), ctx.say(Texts.NOTHING))


def _place(ctx: Context[Any], event: Event) -> str:
    if not event.venue:
        return ""
    place = event.venue if event.city in event.venue else f"{event.city} {event.venue}"
    seats = "" if event.capacity is None else ctx.say(Texts.SEATS, count=event.capacity)
    return ctx.say(Texts.PLACE, place=place) + seats


def _for_whom(ctx: Context[Any], event: Event) -> str:
    values = [target.value for target in event.targets if target.kind is not SegmentKind.GENERAL]
    return ctx.say(Texts.FOR, names=ctx.say(Texts.LIST).join(values)) if values else ""


def _zone(ctx: Context[Any], event: Event) -> ZoneInfo:
    return ZoneInfo(event.zone) if event.venue else told.zone_of(ctx)


def _is_on(ctx: Context[Any], feature: str) -> bool:
    return any(one.name == feature for one in ctx.features)
