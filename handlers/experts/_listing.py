"""The list for admins: who agreed on which topic, how often they were asked in four weeks, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import Context, Text, UserError
from handlers._experts.knowing import Known, known
from handlers._experts.load import counted
from handlers._experts.routing import WINDOW
from handlers._meant import Texts as Meant
from handlers._rights import run_by_speaker
from handlers._wording.names import call_name, spaced
from storage import experts, members, topics
from storage.experts import Ask
from storage.topics import Topic

LINES, NAMED = 5, 6


class Texts:
    """What the list says."""

    NOBODY = Text(
        zh="还没有人说「可以找我」。谁愿意，私聊我发这句就行。",
        en="Nobody agreed to be asked yet. Whoever wants to tells me /expert on in private.",
    )
    HEAD = Text(
        zh="愿意被请的 {count} 位，近 28 天请了 {asked} 次，答 {given}，换人 {declined}。括号里是请/答：",
        en="{count} agreed to be asked; {asked} asks in 28 days, {given} answered, {declined} passed on. In brackets: "
        "asked/answered.",
    )
    LINE = Text(zh="{topic}：{people}", en="{topic}: {people}")
    ONE = Text(zh="{name}（{asked}/{given}）", en="{name} ({asked}/{given})")
    MORE_PEOPLE = Text(zh="{people} 等 {count} 位", en="{people} and others, {count} in all")
    MORE = Text(zh="还有 {count} 个主题没列。", en="{count} more topics are not shown.")
    NO_TOPIC = Text(zh="没有主题", en="no topic")


async def listed(ctx: Context[Any]) -> list[str]:
    """Return who agreed, by topic, in the order in which they did; topics that most was asked about first.

    Raises:
        UserError: The speaker runs no group.
    """
    if not await run_by_speaker(ctx):
        raise UserError(ctx.say(Meant.ADMINS))
    every = await experts.every(ctx.store)
    if not every:
        return [ctx.say(Texts.NOBODY)]
    tree = await topics.every(ctx.store)
    found = await known(ctx, tree, every)
    asked = await experts.asked_since(ctx.store, ctx.now() - WINDOW)
    told = counted(asked)
    head = ctx.say(Texts.HEAD, count=len(every), asked=told.asked, given=told.given, declined=told.declined)
    return [head, *await _topics(ctx, found, tree, asked)]


async def _topics(ctx: Context[Any], found: Known, tree: Mapping[str, Topic], asked: Sequence[Ask]) -> list[str]:
    by = {key: [one for one in asked if one.topic == key] for key in tree}
    able = {key: people for key in tree if (people := found.able(key))}
    order = sorted(able, key=lambda key: (-len(by[key]), -len(able[key])))
    lines = [await _line(ctx, found, tree[key], able[key], by[key]) for key in order[:LINES]]
    left = len(order) - LINES
    return [*lines, *([ctx.say(Texts.MORE, count=left)] if left > 0 else [])]


async def _line(ctx: Context[Any], found: Known, topic: Topic, able: Mapping[int, float], asked: Sequence[Ask]) -> str:
    order = sorted(able, key=lambda person: (found.experts[person].agreed_at, person))  # no ranking
    known_as = await members.several(ctx.store, [found.experts[person].member for person in order])
    people = []
    for person in order[:NAMED]:
        member = known_as[found.experts[person].member]
        told = counted([one for one in asked if one.person == person])
        name = call_name(member.name) or member.key
        people.append(ctx.say(Texts.ONE, name=name, asked=told.asked, given=told.given))
    shown = (", " if ctx.language == "en" else "、").join(people)
    if len(order) > NAMED:
        shown = ctx.say(Texts.MORE_PEOPLE, people=shown, count=len(order))
    return spaced(ctx.say(Texts.LINE, topic=topic.name(ctx.language), people=shown))
