"""The record of an event in ten lines: when, where, who, how many, how it was liked, what was asked, what stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Command, Context, Reply, Text, answer
from handlers._events.meant import about, event_meant
from handlers._events.told import KINDS, title, zone_of
from handlers._events.told import speakers as speakers_of
from handlers._events.told import where as told_where
from handlers._wording import durations
from handlers._wording.names import spaced
from handlers.afterwards._feedback import AVERAGE, scores
from handlers.afterwards._who import only_begun
from storage import carry_over, checkins, feedback, speaker_questions
from storage.events import Event

FEW = 20  # registered below which there is no per cent


class Texts:
    """The lines; what there is nothing of has none."""

    RECORD = Text(zh="记录", en="record")
    HEAD = Text(zh="{number} {title} · {kind}", en="{number} {title} · {kind}")
    SPEAKERS = Text(zh="讲者：{names}", en="Speakers: {names}")
    HOSTS = Text(zh="主办：{names}", en="Hosts: {names}")
    CAME = Text(
        zh="报名 {registered}，签到 {came}{rate}，第一次来 {first}",
        en="{registered} registered, {came} came{rate}, {first} for the first time",
    )
    REGISTERED = Text(zh="报名 {registered}，没有签到记录", en="{registered} registered; nobody checked in")
    RATE = Text(zh="（{percent}%，{came}/{registered}）", en=" ({percent}%, {came}/{registered})")
    SCORE = Text(zh="评分：{scores}", en="Scores: {scores}")
    FEW_SCORES = Text(
        zh="评分 {count} 人，不到 {least} 人不算平均", en="{count} scores; no average of fewer than {least}"
    )
    QUESTIONS = Text(zh="提问 {count}，答了 {answered}", en="{count} questions, {answered} answered")
    REPLAY = Text(zh="回放 {link}", en="Replay {link}")
    SLIDES = Text(zh="资料 {link}", en="Slides {link}")
    PAGE = Text(zh="整页 {link}", en="All of it {link}")


async def record(command: Command, ctx: Context[Any]) -> Reply:
    """Show what stays of an event.

    Raises:
        UserError: It is none, or did not begin.
    """
    event, _ = await event_meant(ctx, command)
    only_begun(ctx, event, ctx.say(Texts.RECORD))
    lines = [*_what(ctx, event), *await _counted(ctx, event), *_stays(ctx, event)]
    return answer(*(line for line in lines if line), about=about(event))


def _what(ctx: Context[Any], event: Event) -> list[str]:
    named = {"number": event.number, "title": title(event, ctx.language), "kind": ctx.say(KINDS[event.kind])}
    between = ", " if ctx.language == "en" else "、"
    speakers = speakers_of(event, ctx.language)
    where = " ".join(part for part in (event.city, event.venue) if part) or told_where(event, ctx.language)
    return [
        ctx.say(Texts.HEAD, **named),
        f"{_when(event, ctx.now(), ZoneInfo(event.zone) if event.venue else zone_of(ctx), ctx.language)} · {where}",
        spaced(ctx.say(Texts.SPEAKERS, names=speakers)) if speakers else "",
        ctx.say(Texts.HOSTS, names=between.join(event.hosts)) if event.hosts else "",
    ]


def _when(event: Event, now: datetime, zone: ZoneInfo, language: str) -> str:
    return f"{durations.day(event.starts_at, now, zone, language)} {event.starts_at.astimezone(zone):%H:%M}"


async def _counted(ctx: Context[Any], event: Event) -> list[str]:
    seats = await carry_over.registered_for(ctx.store, event.id)
    came = await checkins.persons(ctx.store, event.id)
    said = [one for one in await feedback.of_event(ctx.store, event.id) if one.score is not None]
    asked = [one for one in await speaker_questions.listed(ctx.store, event.id) if one.hidden_at is None]
    lines = [await _attendance(ctx, event, len(seats), came, len(came & seats))]
    if len(said) >= AVERAGE:
        lines.append(ctx.say(Texts.SCORE, scores=scores(ctx, said)[0]))
    elif said:
        lines.append(ctx.say(Texts.FEW_SCORES, count=len(said), least=AVERAGE))
    if asked:
        answered = sum(one.answered_at is not None for one in asked)
        lines.append(ctx.say(Texts.QUESTIONS, count=len(asked), answered=answered))
    return lines


async def _attendance(ctx: Context[Any], event: Event, seats: int, came: set[int], seated: int) -> str:
    if not came:
        return ctx.say(Texts.REGISTERED, registered=seats)
    rate = ""
    if seats >= FEW:
        rate = ctx.say(Texts.RATE, percent=round(100 * seated / seats), came=seated, registered=seats)
    first = len(await checkins.first_timers(ctx.store, event.id))
    return ctx.say(Texts.CAME, registered=seats, came=len(came), rate=rate, first=first)


def _stays(ctx: Context[Any], event: Event) -> list[str]:
    page = f"{ctx.community.url}/e/{event.id}" if ctx.community.url else ""
    found = ((Texts.REPLAY, event.replay), (Texts.SLIDES, event.slides), (Texts.PAGE, page))
    return [ctx.say(text, link=link) for text, link in found if link]
