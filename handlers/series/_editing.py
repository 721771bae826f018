"""Editing the template by command, line by line, for the whole community: what an owner may."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from handlers import Context, Reply, Right, Text, UserError, answer
from handlers._events.kept import kept
from handlers._settings import changed_to
from handlers.series._template import Settings, kind_of, lines_of
from storage import settings

FEATURE, LINE, LINES = "series", 120, 5
ADD, DROP, RESET, ALL = {"add", "加"}, {"drop", "去掉"}, {"reset", "还原"}, {"todos", "待办"}


class Texts:
    """What is said of the template."""

    OWNERS = Text(zh="模板是大家的，要所有者来改。", en="The template is everybody's: owners change it.")
    USAGE = Text(
        zh="一行这样写：「tour +0 第一轮」是一场，「T-60 场地」「summit T-60 日程」是待办，「1 签到 40」是目标。"
        "第一场 +0，后面的不早于前面的。",
        en="A line is a round (tour +0 Round 1), a to-do (T-60 venue, summit T-60 agenda) or a goal (1 checked in 40)."
        " The first round is +0, and none comes before the one above it.",
    )
    ADDED = Text(
        zh="模板加了一行：{line}。下一个系列起算；还原：「系列 模板 还原」。",
        en="Added: {line}. It holds from the next series on. Undo all: /series template reset",
    )
    DROPPED = Text(zh="模板去掉了：{line}。", en="Dropped: {line}.")
    NO_LINE = Text(
        zh="模板里没有「{line}」这一行。看：「系列 模板」「系列 模板 待办」。",
        en="There is no line “{line}”. See /series template, /series template todos",
    )
    WAS_RESET = Text(zh="模板还原了，照配置和自带的来。", en="The template is the configured or shipped one again.")


async def edit(ctx: Context[Settings], words: str) -> Reply | None:
    """Add a line to the template, drop one, put it back as it was, or show all to-dos; None where none is wanted.

    Raises:
        UserError: The speaker owns nothing, or the line is none.
    """
    word, _, line = words.partition(" ")
    if word in ALL and not line:
        return answer(*_several(lines_of(ctx.settings, ctx.language)["todos"], ctx.language))
    if word not in ADD | DROP | RESET or (word in RESET) == bool(line):
        return None
    if Right.GLOBAL not in ctx.rights:
        raise UserError(ctx.say(Texts.OWNERS))
    if word in RESET:
        for name in ("rounds", "todos", "goals"):
            await settings.drop(ctx.store, settings.COMMUNITY, f"{FEATURE}.{name}")
        return answer(ctx.say(Texts.WAS_RESET))
    return await (_add if word in ADD else _drop)(ctx, kept(ctx, line, LINE, "一行"))


async def _add(ctx: Context[Settings], line: str) -> Reply:
    name = kind_of(line)
    if name is None:
        raise UserError(ctx.say(Texts.USAGE))
    lines = lines_of(ctx.settings, ctx.language)[name]
    await _put(ctx, name, [*lines, line])
    return answer(ctx.say(Texts.ADDED, line=line))


async def _drop(ctx: Context[Settings], line: str) -> Reply:
    for name, lines in lines_of(ctx.settings, ctx.language).items():
        if line in lines and len(lines) > 1:
            await _put(ctx, name, [one for one in lines if one != line])
            return answer(ctx.say(Texts.DROPPED, line=line))
    raise UserError(ctx.say(Texts.NO_LINE, line=line))


async def _put(ctx: Context[Settings], name: str, lines: Sequence[str]) -> None:
    try:
        changed_to(ctx.settings, {name: list(lines)})
    except ValidationError as error:
        raise UserError(ctx.say(Texts.USAGE)) from error
    await settings.put(ctx.store, settings.COMMUNITY, f"{FEATURE}.{name}", list(lines), ctx.now(), ctx.speaker.id)


def _several(lines: Sequence[str], language: str) -> list[str]:
    """Return lines in at most as many as a reply has."""
    each = -(-len(lines) // LINES)
    between = "; " if language == "en" else "；"
    return [between.join(lines[start : start + each]) for start in range(0, len(lines), each)]
