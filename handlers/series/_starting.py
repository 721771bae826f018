"""Starting a series: its first round on a day, the later ones by the template, all as drafts with their to-dos."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Reply, Text, UserError, answer
from handlers._events import reading, timing
from handlers._events.refusing import Texts as Refused
from handlers._events.refusing import UnreadableError
from handlers._events.timing import Times
from handlers._wording import durations
from handlers._wording.masking import flat
from handlers.series._meant import NAME
from handlers.series._months import due_on, moment_later
from handlers.series._template import Settings, Template, encoded, lines_of, template_of
from storage import events, goals, segments, series, todos
from storage.events import Plan
from storage.segments import Kind as SegmentKind
from storage.segments import Segment
from storage.todos import Todo

USUAL, CLOCK = timedelta(hours=3), "14:00"
SHOWN, WORDS = 4, 6
_BEGINS = re.compile(r"(?P<city>[^\d\n]{1,60}?) ?(?P<rest>\d.*)", re.DOTALL)


class Texts:
    """What is said about a new series."""

    USAGE = Text(
        zh="这样开：「开系列 成都 2027-03-06」，后面可以写几点和名字：「开系列 成都 2027-03-06 13:30 象行成都」。",
        en="Write: /series start Chengdu 2027-03-06, and after it a time and a title, if you like.",
    )
    TITLE = Text(zh="象行{city}", en="{city} series")
    RUNNING = Text(
        zh="{city}的系列《{title}》还没收尾。看：「系列 {city}」；收尾：「系列 收尾 {city}」。",
        en="The series “{title}” in {city} goes on. See /series {city}; to end it: /series end {city}",
    )
    STARTED = Text(
        zh="《{title}》排了 {count} 场，都还是草稿，定好一场发一场「公布 {first}」：",
        en="“{title}” has {count} events, all of them drafts; one by one: /event publish {first}",
    )
    ROUND = Text(zh="{number} {name}，{when}", en="{number} {name}, {when}")
    MORE = Text(zh="另有 {count} 场", en="{count} more")
    TODOS = Text(
        zh="待办 {count} 条，{due} 条现在就该办：「待办 {city}」。细节：「系列 {city}」。",
        en="{count} to-dos, {due} of them due now: /todo {city}. More: /series {city}",
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to start."""

    city: str
    title: str
    times: Times


def read(words: str, now: datetime, zone: ZoneInfo) -> Wish | None:
    """Return what words want started: city, day, perhaps a time and a title; None where they tell no day.

    Raises:
        UnreadableError: The day is none, or past; or the title calls everyone.
    """
    found = _BEGINS.fullmatch(flat(words))
    if found is None or not found["city"].strip():
        return None
    city = reading.plain(found["city"].strip("「」 "), NAME, "城市")
    if not city:
        return None
    rest = found["rest"].split(" ")
    for count in range(min(len(rest), WORDS), 0, -1):
        times = _times(" ".join(rest[:count]), now, zone)
        if times is not None:
            title = " ".join(rest[count:])
            return Wish(city, reading.title(title) if title else "", times)
    return None


def _times(words: str, now: datetime, zone: ZoneInfo) -> Times | None:
    try:
        return timing.when(words, now, zone)
    except UnreadableError as error:
        if error.text is Refused.WHAT_CLOCK:
            return timing.when(f"{words} {CLOCK}", now, zone)
        if error.text is Refused.UNREAD:
            return None
        raise


async def start(ctx: Context[Settings], words: str) -> Reply:
    """Start a series: rounds as drafts, to-dos and goals by the template that holds here.

    Raises:
        UserError: It cannot be meant, or the city's last series goes on.
    """
    try:
        wish = read(words, ctx.now(), ctx.community.zone)
    except UnreadableError as error:
        raise UserError(error.said(ctx.language)) from error
    if wish is None:
        raise UserError(ctx.say(Texts.USAGE))
    for one in await series.in_city(ctx.store, wish.city):
        if not one.is_over:
            raise UserError(ctx.say(Texts.RUNNING, city=one.city, title=one.title))
    title = wish.title or ctx.say(Texts.TITLE, city=wish.city)
    lines = lines_of(ctx.settings, ctx.language)
    by = ctx.speaker.id
    number = await series.add(ctx.store, wish.city, title, encoded(lines), at=ctx.now(), by=by)
    if number is None:  # another admin was quicker
        raise UserError(ctx.say(Texts.RUNNING, city=wish.city, title=title))
    template = template_of(lines)
    made = await _make(ctx, number, Wish(wish.city, title, wish.times), template)
    for goal in template.goals:
        await goals.put(ctx.store, number, goal.round, goal.goal, goal.wanted, ctx.now())
    return await _told(ctx, wish.city, title, made)


async def _make(ctx: Context[Any], number: int, wish: Wish, template: Template) -> list[int]:
    made = []
    targets = await _targets(ctx, wish.city)
    for position, one in enumerate(template.rounds, 1):
        plan = _plan(wish, template, position - 1, targets)
        event = await events.add(
            ctx.store, plan, at=ctx.now(), by=ctx.speaker.id, series=number, round=position
        )  # fmt: skip
        if event is None:
            raise LookupError("a uid was drawn twice")
        await series.see(ctx.store, number, event, plan.starts_at)
        for place, ahead in enumerate(line for line in template.todos if line.concerns(position, one.kind)):
            day = due_on(plan.starts_at, wish.times.zone, ahead.days, ctx.now())
            await todos.add(
                ctx.store, event, ahead.days, day, ahead.what, at=ctx.now(), series=number, position=place
            )  # fmt: skip
        made.append(event)
    return made


def _plan(wish: Wish, template: Template, index: int, targets: tuple[Segment, ...]) -> Plan:
    one, times = template.rounds[index], wish.times
    starts_at = moment_later(times.starts_at, one.months, times.zone)
    return Plan(
        kind=one.kind,
        title=f"{wish.title} · {one.name}",
        starts_at=starts_at,
        ends_at=starts_at + (times.until(USUAL) - times.starts_at),
        zone=times.zone.key,
        city=wish.city,
        targets=targets,
    )


async def _targets(ctx: Context[Any], city: str) -> tuple[Segment, ...]:
    """Return for whom a city's events are: its region, where groups carry it; else all."""
    region = Segment(SegmentKind.REGION, city)
    return (region,) if await segments.inside(ctx.store, region) else ()


async def _told(ctx: Context[Any], city: str, title: str, made: list[int]) -> Reply:
    found = await events.several(ctx.store, made)
    lines = [
        ctx.say(
            Texts.ROUND,
            number=found[one].number,
            name=found[one].title.removeprefix(f"{title} · "),
            when=durations.when(found[one].starts_at, ctx.now(), ZoneInfo(found[one].zone), ctx.language),
        )
        for one in made[:SHOWN]
    ]
    more = [ctx.say(Texts.MORE, count=len(made) - SHOWN)] if len(made) > SHOWN else []
    every: list[Todo] = await todos.of_events(ctx.store, made)
    today = ctx.now().astimezone(ctx.community.zone).date()
    due = sum(1 for todo in every if todo.due_on <= today)
    last = ctx.say(Texts.TODOS, count=len(every), due=due, city=city)
    return answer(
        ctx.say(Texts.STARTED, title=title, count=len(made), first=found[made[0]].number), *lines, *more, last
    )
