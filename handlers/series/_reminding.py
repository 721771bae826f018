"""Reminds of what is due: on its day and once when that is past, in private, whoever has it or began the series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from handlers import Body, Context, Purpose, Reply, Text
from handlers._hours import options
from handlers._settings import language
from handlers.series._following import follow
from handlers.series._meant import answerable
from handlers.series._todos import lines, standing, today_of
from storage import events as nouns
from storage import groups, series, settings, todos
from storage.todos import Todo

SHOWN = 5
WORTH = timedelta(hours=12)
_MOMENT = timedelta(seconds=1)


class Texts:
    """What is said of to-dos that are due."""

    HEAD = Text(zh="今天要看一眼的待办：", en="To-dos that are due:")
    HOW = Text(
        zh="办好了回「办好 {number}」，没人认领的回「我来 {number}」。每条到日子和过期各说一次。",
        en="/finish {number} when done, /take {number} to have it. Each is told of on its day and once when late.",
    )
    HOW_MORE = Text(
        zh="另有 {count} 条：「待办」。办好了回「办好 {number}」，认领回「我来 {number}」。",
        en="{count} more: /todo. /finish {number} when it is done, /take {number} to have it.",
    )


def due(found: Iterable[Todo], today: date) -> tuple[list[Todo], list[Todo]]:
    """Return what is due today and not told of, and what is past and not told of as such; pure."""
    every = [todo for todo in found if not todo.is_done]
    now = [todo for todo in every if todo.due_on == today and todo.reminded_at is None]
    late = [todo for todo in every if todo.due_on < today and todo.overdue_at is None]
    return now, late


async def remind(ctx: Context[Any]) -> list[Reply]:
    """Return one notice for each who is to be reminded, and keep what was told of; nothing out of service time.

    What falls on a day on which nobody works is told of on the next one.
    """
    await follow(ctx)
    clock = (await options(ctx.store, ctx.community)).clock
    if not clock.between(ctx.now() - _MOMENT, ctx.now()):
        return []
    now, late = due(await standing(ctx), today_of(ctx))
    told: dict[int, list[Todo]] = defaultdict(list)
    starters = await _starters(ctx, [*now, *late])
    for todo in [*late, *now]:
        owner = {todo.owner} if todo.owner is not None else set()
        for member in sorted(owner | (starters[todo.id] if todo in late or not owner else set())):
            told[member].append(todo)
    await todos.reminded(ctx.store, [todo.id for todo in now], ctx.now(), overdue=False)
    await todos.reminded(ctx.store, [todo.id for todo in late], ctx.now(), overdue=True)
    return [await _notice(ctx, member, found) for member, found in sorted(told.items())]


async def _starters(ctx: Context[Any], found: list[Todo]) -> dict[int, set[int]]:
    """Return by to-do the admin who answers for it: who began its series or made its event, else the owners."""
    every = {one.id: one for one in await series.every(ctx.store)}
    made = await nouns.several(ctx.store, {todo.event for todo in found})
    starters: dict[int, set[int]] = {}
    for todo in found:
        begun = every[todo.series].by_member if todo.series in every else made[todo.event].by_member
        starters[todo.id] = await answerable(ctx, begun)
    return starters


async def _notice(ctx: Context[Any], member: int, found: list[Todo]) -> Reply:
    direct = await groups.direct_of(ctx.store, member)
    overrides = {} if direct is None else await settings.overrides(ctx.store, direct.id)
    spoken = ctx.of(next(feature for feature in ctx.features if feature.name == "series"))
    spoken.language = language(overrides, ctx.community)
    how = Texts.HOW if len(found) <= SHOWN else Texts.HOW_MORE
    last = spoken.say(how, number=found[0].number, count=len(found) - SHOWN)
    body = Body.of(spoken.say(Texts.HEAD), *await lines(spoken, found[:SHOWN]), last)
    key = f"todos:{member}:{today_of(ctx)}"
    return Reply(body, member=member, purpose=Purpose.NOTICE, key=key, expires_at=ctx.now() + WORTH)
