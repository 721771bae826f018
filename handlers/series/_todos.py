"""To-dos by command: what has to be done, whose it is, that it is done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Command, Context, Purpose, Reply, Text, UserError, answer
from handlers._events.deciding import admins_only
from handlers._events.kept import kept
from handlers._wording.masking import cut
from handlers._wording.names import call_name, called, spaced
from handlers.series._following import follow
from handlers.series._meant import series_meant
from handlers.series._months import due_on
from handlers.series._template import DAYS
from storage import events, members, series, todos
from storage.events import State
from storage.todos import Todo

LISTED, WHAT = 5, 100
NUMBER = r"[tT]\d{1,9}"
_ADD = re.compile(rf"(?P<event>[eE]\d{{1,9}}) T-?(?P<days>\d{{1,3}}) (?P<what>\S.{{0,{WHAT}}})", re.IGNORECASE)


class Texts:
    """What is said of to-dos."""

    HEAD = Text(zh="还没办的 {count} 条，先到的在前：", en="{count} to be done, the next one first:")
    LINE = Text(zh="{number} {what} · {event} {day}{owner}", en="{number} {what} · {event} {day}{owner}")
    OWNED = Text(zh="，{name}", en=", {name}")
    FREE = Text(zh="，没人认领", en=", nobody's")
    TODAY = Text(zh="今天", en="today")
    LATE = Text(zh="过了 {span} 天", en="{span} days late")
    BY = Text(zh="{day}前", en="by {day}")
    HOW = Text(zh="认领「我来 {number}」，办好「办好 {number}」。", en="/take {number}, /finish {number}")
    NONE = Text(
        zh="没有要办的。加一条：「待办 E57 T-14 订横幅」。", en="Nothing to be done. Add: /todo E57 T-14 banner"
    )
    NO_EVENT = Text(zh="没有 {number} 这个活动。", en="There is no event {number}.")
    NO_TODO = Text(zh="没有 {number} 这条待办。看有哪些：「待办」。", en="There is no {number}. See /todo.")
    ADDED = Text(
        zh="记下了 {number}：{what}，{day}。给谁办：「负责 {number} @名字」。",
        en="{number}: {what}, {day}. Whose is it: /assign {number} @name",
    )
    DAYS = Text(zh="最多提前 {most} 天。", en="{most} days ahead at most.")
    DROPPED = Text(zh="{number} 不用办了。", en="{number} is off the list.")
    WHO = Text(
        zh="给谁办，在群里 @ 着说：「负责 {number} @名字」；自己来：「我来 {number}」。",
        en="Whose is it? In a group, with a mention: /assign {number} @name; yours: /take {number}",
    )
    GIVEN = Text(zh="{number} 归{name}：{what}，{day}。", en="{number} is {name}'s: {what}, {day}.")
    MINE = Text(
        zh="{number} 归你：{what}，{day}。办好了回「办好 {number}」。",
        en="{number} is yours: {what}, {day}. When it is done: /finish {number}",
    )
    SOMEBODY = Text(zh="这位朋友", en="somebody")
    TOLD = Text(
        zh="{number} 请你来办：{what}，{event} 的，{day}。办好了回「办好 {number}」；办不了跟请你的人说一声。",
        en="{number} is yours: {what} for {event}, {day}. When it is done: /finish {number}; tell them if you cannot.",
    )
    DONE = Text(zh="{number} 办好了，谢谢。还剩 {count} 条。", en="{number} is done, thank you. {count} left.")
    WAS_DONE = Text(zh="{number} 之前就办好了。", en="{number} was done before.")
    NOT_YOURS = Text(
        zh="{number} 归别人办，或者要管理员来说。", en="{number} is somebody else's, or an admin's to say."
    )


def when(ctx: Context[Any], due: date, today: date) -> str:
    """Return by when something is due, as people say it."""
    if due < today:
        return ctx.say(Texts.LATE, span=(today - due).days)
    if due == today:
        return ctx.say(Texts.TODAY)
    if ctx.language == "en":
        return ctx.say(Texts.BY, day=f"{due:%d %b}".lstrip("0"))
    year = "" if due.year == today.year else f"{due.year} 年 "
    return ctx.say(Texts.BY, day=f"{year}{due.month} 月 {due.day} 日")


def today_of(ctx: Context[Any]) -> date:
    """Return the community's local day."""
    return ctx.now().astimezone(ctx.community.zone).date()


async def lines(ctx: Context[Any], found: Sequence[Todo]) -> list[str]:
    """Return to-dos, one on a line, with whose they are."""
    names = await called(ctx.store, ctx.group.id, [todo.owner for todo in found if todo.owner is not None])
    said = []
    for todo in found:
        name = names.get(todo.owner or 0, "")
        owner = ctx.say(Texts.OWNED, name=name) if name else ctx.say(Texts.FREE) if todo.owner is None else ""
        day = when(ctx, todo.due_on, today_of(ctx))
        line = ctx.say(
            Texts.LINE, number=todo.number, what=cut(todo.what, 40), event=f"E{todo.event}", day=day, owner=owner
        )
        said.append(line if ctx.language == "en" else spaced(line))
    return said


async def listed(ctx: Context[Any], words: str) -> Reply:
    """List what is to be done: of an event, of a series, or at all."""
    await admins_only(ctx)
    await follow(ctx)
    found = [todo for todo in await _of(ctx, words) if not todo.is_done]
    if not found:
        return answer(ctx.say(Texts.NONE))
    head = ctx.say(Texts.HEAD, count=len(found))
    return answer(head, *await lines(ctx, found[:LISTED]), ctx.say(Texts.HOW, number=found[0].number))


async def _of(ctx: Context[Any], words: str) -> list[Todo]:
    if re.fullmatch(r"[eE]\d{1,9}", words):
        return await todos.of_events(ctx.store, [(await _event(ctx, words)).id])
    if words:
        meant = await series_meant(ctx, words)
        return await todos.of_events(ctx.store, [event.id for event in await events.of_series(ctx.store, meant.id)])
    return await standing(ctx)


async def standing(ctx: Context[Any]) -> list[Todo]:
    """Return what is not done, of events that stand and of series that go on."""
    found = await todos.undone(ctx.store)
    known = await events.several(ctx.store, {todo.event for todo in found})
    over = {one.id for one in await series.every(ctx.store) if one.is_over}
    off = {number for number, event in known.items() if event.state is State.CANCELLED or event.series in over}
    return [todo for todo in found if todo.event not in off]


async def _event(ctx: Context[Any], words: str) -> events.Event:
    found = await events.find(ctx.store, int(words[1:]))
    if found is None:
        raise UserError(ctx.say(Texts.NO_EVENT, number=words.upper()))
    return found


async def add(ctx: Context[Any], words: str) -> Reply | None:
    """Add what words want done before an event; None where they want nothing of the kind.

    Raises:
        UserError: There is no such event, or it is too far ahead.
    """
    found = _ADD.fullmatch(words)
    if found is None:
        return None
    await admins_only(ctx)
    event, days = await _event(ctx, found["event"]), int(found["days"])
    if days > DAYS:
        raise UserError(ctx.say(Texts.DAYS, most=DAYS))
    what = kept(ctx, found["what"], WHAT, "待办")
    if not what:
        return None
    day = due_on(event.starts_at, ZoneInfo(event.zone), days, ctx.now())
    number = await todos.add(ctx.store, event.id, days, day, what, at=ctx.now(), series=event.series, position=99)
    return answer(ctx.say(Texts.ADDED, number=f"T{number}", what=what, day=when(ctx, day, today_of(ctx))))


async def meant(ctx: Context[Any], words: str) -> Todo:
    """Return the to-do of a number.

    Raises:
        UserError: There is none.
    """
    number = words.partition(" ")[0]
    found = await todos.find(ctx.store, int(number[1:]))
    if found is None:
        raise UserError(ctx.say(Texts.NO_TODO, number=number.upper()))
    return found


async def drop(ctx: Context[Any], words: str) -> Reply:
    """Take a to-do off the list."""
    await admins_only(ctx)
    todo = await meant(ctx, words)
    await todos.drop(ctx.store, todo.id)
    return answer(ctx.say(Texts.DROPPED, number=todo.number))


async def assign(ctx: Context[Any], command: Command) -> list[Reply]:
    """Let a to-do be whose who was mentioned; they are told in private.

    Raises:
        UserError: Nobody was mentioned.
    """
    await admins_only(ctx)
    todo = await meant(ctx, command.args)
    named = () if command.message is None else command.message.mentions
    if len(named) != 1:
        raise UserError(ctx.say(Texts.WHO, number=todo.number))
    await todos.assign(ctx.store, todo.id, named[0])
    owner = await members.get(ctx.store, named[0])
    name = call_name(owner.name) or ctx.say(Texts.SOMEBODY)
    day = when(ctx, todo.due_on, today_of(ctx))
    said = {"number": todo.number, "what": cut(todo.what, 40), "day": day}
    told = ctx.say(Texts.TOLD, **said, event=f"E{todo.event}")
    key = f"todo:{todo.id}:{owner.id}:{ctx.now():%Y-%m-%dT%H:%M}"
    reply = answer(spaced(ctx.say(Texts.GIVEN, name=name, **said)))
    if owner.id == ctx.speaker.id:
        return [reply]
    return [reply, Reply(Body.of(told), member=owner.id, purpose=Purpose.NOTICE, key=key)]


async def take(ctx: Context[Any], words: str) -> Reply:
    """Let a to-do be the speaker's."""
    await admins_only(ctx)
    todo = await meant(ctx, words)
    await todos.assign(ctx.store, todo.id, ctx.speaker.id)
    day = when(ctx, todo.due_on, today_of(ctx))
    return answer(ctx.say(Texts.MINE, number=todo.number, what=cut(todo.what, 40), day=day))


async def finish(ctx: Context[Any], words: str) -> Reply:
    """Keep that a to-do is done, by word of its owner, from whichever account, or of an admin."""
    todo = await meant(ctx, words)
    if todo.owner not in await members.siblings(ctx.store, ctx.speaker.id):
        try:
            await admins_only(ctx)
        except UserError as error:
            raise UserError(ctx.say(Texts.NOT_YOURS, number=todo.number)) from error
    if not await todos.finish(ctx.store, todo.id, ctx.now()):
        return answer(ctx.say(Texts.WAS_DONE, number=todo.number))
    left = [other for other in await todos.of_events(ctx.store, [todo.event]) if not other.is_done]
    return answer(ctx.say(Texts.DONE, number=todo.number, count=len(left)))
