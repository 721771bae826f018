"""Pairing: two threads are one question, or they are not; and what follows from that in the course of time."""

from __future__ import annotations

import re
from typing import Any

from handlers import Command, Context, Reply, Text, UserError, answer
from handlers._threads import pairs as candidates
from handlers._threads.described import may_work, named
from handlers.corrections import _mending as mending
from handlers.corrections import _objecting as objecting
from storage import pairs, pins
from storage.outcome import Mark
from storage.pairs import Decision
from storage.pins import Pinned
from storage.schedules import Schedule
from storage.threads import Thread

TWO = r"#?\d{1,18}[ ,，和]+#?\d{1,18}"


class Texts:
    """What is said of two threads."""

    ELSEWHERE = Text(
        zh="#{thread} 是别的群的题，要那个群的管理员来改。",
        en="#{thread} is of another group; only an admin of that group can correct it.",
    )
    DIFFERENT = Text(
        zh="记下了：#{one} 和 #{other} 不是一题，不再问。改主意了发「合并 {one} {other}」。",
        en="Noted: #{one} and #{other} are two questions; nobody is asked again. Back: /merge {one} {other}",
    )
    PARTED = Text(
        zh="分开了：#{one} 和 #{other} 各算各的。改主意了发「合并 {one} {other}」。",
        en="Done: #{one} and #{other} are two questions again. Back: /merge {one} {other}",
    )
    ITSELF = Text(zh="两个编号是同一题。", en="Both numbers are the same question.")
    USAGE = Text(zh="这样写：「不是一题 2919 2926」。", en="Like this: /different 2919 2926.")
    HELP = Text(zh="两题像，其实不是一题", en="two questions look alike and are not")


async def merge(command: Command, ctx: Context[Any]) -> Reply:
    """Merge two questions: of one asker, the later joins the earlier; else the second repeats the first.

    What repeats another group's question is for an admin of its own group to say; the other one stays as it is.
    """
    one, other = await _both(command, ctx)
    if not await may_work(ctx, other):
        raise UserError(ctx.say(Texts.ELSEWHERE, thread=other.id))
    if one.group_id == other.group_id and not await may_work(ctx, one):
        raise UserError(ctx.say(Texts.ELSEWHERE, thread=one.id))
    return await objecting.merge(ctx, one, other)


async def different(command: Command, ctx: Context[Any]) -> Reply:
    """Say that two questions are not one: they are not offered again, and a link between them goes."""
    one, other = await _both(command, ctx)
    if not (await may_work(ctx, one) or await may_work(ctx, other)):
        raise UserError(ctx.say(Texts.ELSEWHERE, thread=one.id))
    if one.id == other.id:
        raise UserError(ctx.say(Texts.ITSELF))
    parted = await _part(ctx, one, other) or await _part(ctx, other, one)
    await pairs.settle(ctx.store, one.id, other.id, Decision.DIFFERENT, ctx.now(), ctx.speaker.id)
    text = Texts.PARTED if parted else Texts.DIFFERENT
    return answer(ctx.say(text, one=one.id, other=other.id), about=f"thread:{other.id}")


async def _both(command: Command, ctx: Context[Any]) -> tuple[Thread, Thread]:
    first, second = (int(number) for number in re.findall(r"\d{1,18}", command.args))
    return await named(ctx, first), await named(ctx, second)


async def _part(ctx: Context[Any], origin: Thread, copy: Thread) -> bool:
    """Take back that a thread repeats another one; False where it does not."""
    if copy.duplicate_of != origin.id:
        return False
    held = await pins.on(ctx.store, threads=[copy.id])
    said = [pin for pin in held if pin.kind is Pinned.DUPLICATE and pin.value == str(origin.id)]
    marks = [pin for pin in held if pin.kind is Pinned.MARK and pin.value == Mark.LINKED]
    await mending.take_back(ctx, [*said, *marks])
    return True


# -- in the course of time ------------------------------------------------------------------------------------------


def hourly(ctx: Context[Any]) -> Schedule:
    """Return the schedule of the look at what was asked lately, and at links."""
    return Schedule("corrections", "pairs", 0, "every 1h", ctx.community.zone.key, ctx.now())


async def look(ctx: Context[Any]) -> None:
    """Note what looks like one question, and let links to threads that are solved since, or no more, take effect."""
    await candidates.note_new(ctx)
    found = await candidates.links(ctx)
    for copy in found.new:
        await pins.mark(ctx.store, Mark.LINKED, group=copy.group_id, thread=copy.id, at=ctx.now(), by=None)
    for copy in found.gone:
        for pin in await pins.on(ctx.store, threads=[copy.id]):
            if pin.kind is Pinned.MARK and pin.value == Mark.LINKED:
                await pins.undo(ctx.store, pin.id, ctx.now())
    touched = [copy.id for copy in (*found.new, *found.gone)]
    if touched:
        await mending.relinker(ctx).refresh(touched)
