"""Goals of each round: set, recorded by figures or by hand, and what of them is handed on to the next as its flag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from handlers import Context, Reply, Text, UserError, answer
from handlers._events.deciding import admins_only
from handlers._events.kept import kept
from handlers.series._meant import series_meant
from handlers.series._template import decoded
from storage import carry_over, checkins, events, goals
from storage.events import Event
from storage.goals import Goal
from storage.series import Series

GOAL, SHOWN = 60, 5
_MEASURED = {"报名": "registered", "registered": "registered", "签到": "came", "到场": "came", "checked in": "came"}
_MEASURED |= {"新人": "first", "第一次来": "first", "first-timers": "first"}
_SET = re.compile(
    rf"(?P<city>\S.{{0,29}}?) (?P<round>[1-9]\d?) (?P<goal>\S.{{0,{GOAL}}}?)(?: (?P<wanted>\d{{1,9}}))?"
    r"(?: (?P<said>没达到|未达到|missed|(?:达到|reached)(?: (?P<reached>\d{1,9}))?|-))?",
    re.IGNORECASE,
)


class Texts:
    """What is said of goals."""

    USAGE = Text(
        zh="定：「目标 成都 2 签到 40」；记：「目标 成都 2 签到 达到 43」，「… 没达到」；看：「目标 成都」。",
        en="/goal Chengdu 2 checked in 40; result: /goal Chengdu 2 local lead reached; to see: /goal Chengdu",
    )
    HEAD = Text(
        zh="《{title}》每一轮的目标，插上的旗才交给下一轮：",
        en="Goals of “{title}”; what is reached is the next's flag:",
    )
    ROUND = Text(zh="第 {round} 轮 {goals}", en="Round {round}: {goals}")
    REACHED = Text(zh="{goal} {value}达到", en="{goal} {value}reached")
    MISSED = Text(zh="{goal} {value}没达到", en="{goal} {value}missed")
    OPEN = Text(zh="{goal} {value}还没到", en="{goal} {value}to come")
    FLAG = Text(
        zh="；旗 {got}/{all}，没达到的带到第 {next} 轮", en="; flags {got}/{all}, the rest goes to round {next}"
    )
    FLAG_ALL = Text(zh="；旗 {got}/{all}，都交给第 {next} 轮", en="; flags {got}/{all}, all handed to round {next}")
    NONE = Text(
        zh="《{title}》还没有目标。定一个：「目标 {city} 1 签到 40」。", en="No goals yet: /goal {city} 1 checked in 40"
    )
    NO_ROUND = Text(zh="这个系列只有 {count} 轮。", en="This series has {count} rounds.")
    NO_GOAL = Text(
        zh="第 {round} 轮没有「{goal}」这个目标。先定：「目标 {city} {round} {goal} 40」。",
        en="Round {round} has no goal “{goal}”. Set it: /goal {city} {round} {goal} 40",
    )
    SET = Text(zh="第 {round} 轮的目标：{goal}{wanted}。", en="Goal of round {round}: {goal}{wanted}.")
    KEPT = Text(zh="记下了，第 {round} 轮 {line}。", en="Kept: round {round}, {line}.")
    DROPPED = Text(zh="第 {round} 轮不再有「{goal}」这个目标。", en="Round {round} has no goal “{goal}” any more.")


async def goal(ctx: Context[Any], words: str) -> Reply:
    """Show the goals of a series, set one, record what was reached, or take one away.

    Raises:
        UserError: No series, round or goal is meant.
    """
    await admins_only(ctx)
    found = _SET.fullmatch(words)
    if found is None or not words:
        if not words or re.search(r"\s\d", words):
            raise UserError(ctx.say(Texts.USAGE))
        return answer(*await _shown(ctx, await series_meant(ctx, words)))
    one = await series_meant(ctx, found["city"])
    round_, rounds = int(found["round"]), len(decoded(one.template).rounds)
    if round_ > rounds:
        raise UserError(ctx.say(Texts.NO_ROUND, count=rounds))
    name = kept(ctx, found["goal"], GOAL, "目标")
    if not name:
        raise UserError(ctx.say(Texts.USAGE))
    if found["said"] is None:
        wanted = int(found["wanted"]) if found["wanted"] else None
        await goals.put(ctx.store, one.id, round_, name, wanted, ctx.now())
        return answer(ctx.say(Texts.SET, round=round_, goal=name, wanted="" if wanted is None else f" {wanted}"))
    return await _recorded(ctx, one, round_, name, found)


async def _recorded(ctx: Context[Any], one: Series, round_: int, name: str, found: re.Match[str]) -> Reply:
    known = next((g for g in await goals.of_series(ctx.store, one.id) if (g.round, g.goal) == (round_, name)), None)
    if known is None:
        raise UserError(ctx.say(Texts.NO_GOAL, city=one.city, round=round_, goal=name))
    if found["said"] == "-":
        await goals.drop(ctx.store, known.id)
        return answer(ctx.say(Texts.DROPPED, round=round_, goal=name))
    yes = found["said"].lower().startswith(("达到", "reached"))
    reached = int(found["reached"]) if found["reached"] else (known.wanted or 1) if yes else 0
    await goals.reach(ctx.store, known.id, reached, ctx.now())
    kept = next(g for g in await goals.of_series(ctx.store, one.id) if g.id == known.id)
    return answer(ctx.say(Texts.KEPT, round=round_, line=_line(ctx, kept, reached)))


async def _shown(ctx: Context[Any], one: Series) -> list[str]:
    found = await goals.of_series(ctx.store, one.id)
    if not found:
        return [ctx.say(Texts.NONE, title=one.title, city=one.city)]
    every = {event.round: event for event in await events.of_series(ctx.store, one.id) if event.round}
    last = max(len(decoded(one.template).rounds), max(goal.round for goal in found))
    lines = [ctx.say(Texts.HEAD, title=one.title)]
    for round_ in sorted({goal.round for goal in found})[:SHOWN]:
        mine = [goal for goal in found if goal.round == round_]
        values = await reached(ctx, mine, every.get(round_))
        lines.append(_round(ctx, round_, mine, values, last))
    return lines


def _round(ctx: Context[Any], round_: int, mine: Sequence[Goal], values: Sequence[int | None], last: int) -> str:
    between = ", " if ctx.language == "en" else "，"
    pairs = list(zip(mine, values, strict=True))
    told = between.join(_line(ctx, goal, value) for goal, value in pairs)
    line = ctx.say(Texts.ROUND, round=round_, goals=told)
    if round_ >= last or any(value is None for value in values):
        return line
    got = sum(1 for goal, value in pairs if is_reached(goal, value))
    text = Texts.FLAG_ALL if got == len(mine) else Texts.FLAG
    return line + ctx.say(text, got=got, all=len(mine), next=round_ + 1)


def _line(ctx: Context[Any], goal: Goal, value: int | None) -> str:
    shown = "" if goal.wanted is None else f"{'' if value is None else f'{value}/'}{goal.wanted} "
    text = Texts.OPEN if value is None else Texts.REACHED if is_reached(goal, value) else Texts.MISSED
    return ctx.say(text, goal=goal.goal, value=shown)


def is_reached(goal: Goal, value: int | None) -> bool:
    """Say whether a value is what a goal wanted; pure."""
    return value is not None and value >= (goal.wanted if goal.wanted is not None else 1)


async def reached(ctx: Context[Any], mine: Sequence[Goal], event: Event | None) -> list[int | None]:
    """Return what was reached of a round's goals: by hand where somebody told, else by figures once it is held."""
    held = event is not None and event.is_published and event.ends_at <= ctx.now()
    figures = await _figures(ctx, event.id) if event is not None and held else {}
    return [
        goal.reached if goal.reached is not None else figures.get(_MEASURED.get(goal.goal.casefold(), ""))
        for goal in mine
    ]


async def _figures(ctx: Context[Any], event: int) -> dict[str, int]:
    came = await checkins.persons(ctx.store, event)
    return {
        "registered": len(await carry_over.registered_for(ctx.store, event)),
        "came": len(came),
        "first": len(await checkins.first_timers(ctx.store, event)),
    }
