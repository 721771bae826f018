"""What a series looks like: all of them, or one with its rounds, who came back, its to-dos and its template."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Text
from handlers._wording import durations
from handlers._wording.masking import cut
from handlers.series._goals import is_reached, reached
from handlers.series._meant import Texts as Meant
from handlers.series._template import Settings, lines_of
from handlers.series._todos import today_of
from storage import carry_over, checkins, events, goals, series, todos
from storage.events import Event, State
from storage.series import Series

LISTED, ROUNDS, TITLE, TODOS = 6, 5, 22, 3


class Texts:
    """What is said of series."""

    LINE = Text(
        zh="{city} 《{title}》，{held}/{count} 场办过，{next}", en="{city} “{title}”, {held} of {count} held, {next}"
    )
    NEXT = Text(zh="下一场 {number} {when}", en="next: {number} {when}")
    NO_NEXT = Text(zh="没有下一场了", en="nothing to come")
    OVER = Text(zh="已收尾", en="ended")
    MORE = Text(zh="看一个：「系列 {city}」。", en="One of them: /series {city}")
    HEAD = Text(zh="系列 {number}《{title}》，{city}，{state}", en="Series {number} “{title}”, {city}, {state}")
    GOING = Text(zh="进行中", en="going on")
    ROUND = Text(
        zh="{number} {title}，{day}，{state}{carried}{flags}", en="{number} {title}, {day}, {state}{carried}{flags}"
    )
    DRAFT = Text(zh="草稿", en="draft")
    CANCELLED = Text(zh="取消了", en="cancelled")
    REGISTERED = Text(zh="报名 {count}", en="{count} registered")
    HELD = Text(zh="报名 {count} 签到 {came}", en="{count} registered, {came} came")
    CARRIED = Text(
        zh="，下一轮又报名 {registered}/{came}、又来 {again}/{came}",
        en="; registered for the next {registered}/{came}, came again {again}/{came}",
    )
    FLAGS = Text(zh="，旗 {got}/{all}", en=", flags {got}/{all}")
    TODOS = Text(
        zh="待办还有 {count} 条，{late} 条过期：「待办 {city}」。目标：「目标 {city}」。",
        en="{count} to-dos, {late} late: /todo {city}. Goals: /goal {city}",
    )
    TEMPLATE = Text(
        zh="模板，改一行：「系列 模板 加 T-14 订横幅」「系列 模板 去掉 …」，开好的系列不变：",
        en="The template (/series template add T-14 banner, /series template drop …; what was started stays):",
    )
    TEMPLATE_TODOS = Text(zh="{line}；共 {count} 条", en="{line}; {count} in all")
    ENDED = Text(
        zh="《{title}》收尾了，不再提醒它的 {count} 条待办。没办的场次没有动，要取消一场一场来。",
        en="“{title}” has ended; nobody is reminded of its {count} to-dos. Events to come stay as they are.",
    )


async def listed(ctx: Context[Any]) -> list[str]:
    """Return all series, those that go on first, the latest first."""
    every = sorted(await series.every(ctx.store), key=lambda one: (one.is_over, -one.id))
    if not every:
        return [ctx.say(Meant.NOTHING)]
    lines = [await _line(ctx, one) for one in every[:LISTED]]
    return [*lines, ctx.say(Texts.MORE, city=every[0].city)]


async def _line(ctx: Context[Any], one: Series) -> str:
    found = [event for event in await events.of_series(ctx.store, one.id) if event.state is not State.CANCELLED]
    held = sum(1 for event in found if event.is_published and event.ends_at <= ctx.now())
    coming = next((event for event in found if event.ends_at > ctx.now()), None)
    after = ctx.say(Texts.NO_NEXT) if coming is None else _next(ctx, coming)
    told = ctx.say(Texts.OVER) if one.is_over else after
    return ctx.say(Texts.LINE, city=one.city, title=cut(one.title, TITLE), held=held, count=len(found), next=told)


def _next(ctx: Context[Any], event: Event) -> str:
    said = durations.when(event.starts_at, ctx.now(), ZoneInfo(event.zone), ctx.language)
    return ctx.say(Texts.NEXT, number=event.number, when=said)


async def shown(ctx: Context[Any], one: Series) -> list[str]:
    """Return a series: its rounds with who came and came back, its flags and what is to be done."""
    found = await events.of_series(ctx.store, one.id)
    state = ctx.say(Texts.OVER if one.is_over else Texts.GOING)
    lines = [ctx.say(Texts.HEAD, number=one.id, title=one.title, city=one.city, state=state)]
    standing = [event for event in found if event.state is not State.CANCELLED]
    for event in found[:ROUNDS]:
        later = next((other for other in standing if (other.round or 0) > (event.round or 0)), None)
        lines.append(await _round(ctx, one, event, later))
    every = [todo for todo in await todos.of_events(ctx.store, [event.id for event in standing]) if not todo.is_done]
    late = sum(1 for todo in every if todo.due_on < today_of(ctx))
    return [*lines, ctx.say(Texts.TODOS, count=len(every), late=late, city=one.city)]


async def _round(ctx: Context[Any], one: Series, event: Event, later: Event | None) -> str:
    title = cut(event.title.removeprefix(f"{one.title} · "), TITLE)
    day = durations.day(event.starts_at, ctx.now(), ZoneInfo(event.zone), ctx.language)
    carried = await _carried(ctx, event, later) if later is not None and later.is_published else ""
    flags = await _flags(ctx, one, event)
    state = await _state(ctx, event)
    said = {"day": day, "state": state, "carried": carried, "flags": flags}
    return ctx.say(Texts.ROUND, number=event.number, title=title, **said)


async def _state(ctx: Context[Any], event: Event) -> str:
    if not event.is_published:
        return ctx.say(Texts.DRAFT if event.state is State.DRAFT else Texts.CANCELLED)
    came = await checkins.persons(ctx.store, event.id)
    count = len(await carry_over.registered_for(ctx.store, event.id))
    if event.starts_at > ctx.now():
        return ctx.say(Texts.REGISTERED, count=count)
    return ctx.say(Texts.HELD, count=count, came=len(came))


async def _carried(ctx: Context[Any], event: Event, later: Event) -> str:
    found = await carry_over.between(ctx.store, event.id, later.id)
    if not found.came:
        return ""
    return ctx.say(Texts.CARRIED, registered=found.registered, came=found.came, again=found.checked_in)


async def _flags(ctx: Context[Any], one: Series, event: Event) -> str:
    mine = [goal for goal in await goals.of_series(ctx.store, one.id) if goal.round == event.round]
    values = await reached(ctx, mine, event)
    if not mine or any(value is None for value in values):
        return ""
    got = sum(1 for goal, value in zip(mine, values, strict=True) if is_reached(goal, value))
    return ctx.say(Texts.FLAGS, got=got, all=len(mine))


def template(ctx: Context[Settings]) -> list[str]:
    """Return the template that holds here, as its lines are written."""
    lines = lines_of(ctx.settings, ctx.language)
    between = "; " if ctx.language == "en" else "；"
    ahead = between.join(lines["todos"][:TODOS])
    told = ctx.say(Texts.TEMPLATE_TODOS, line=ahead, count=len(lines["todos"]))
    return [
        ctx.say(Texts.TEMPLATE),
        *lines["rounds"][:3],
        between.join(lines["rounds"][3:]),
        told,
        between.join(lines["goals"]),
    ]


async def end(ctx: Context[Any], one: Series) -> str:
    """End a series."""
    await series.end(ctx.store, one.id, ctx.now())
    found = await events.of_series(ctx.store, one.id)
    left = [todo for todo in await todos.of_events(ctx.store, [event.id for event in found]) if not todo.is_done]
    return ctx.say(Texts.ENDED, title=one.title, count=len(left))
