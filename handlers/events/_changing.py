"""Changes one thing of an event: 改活动 E12 席位 50."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Errand, Reply, Text, UserError, answer
from handlers._events import planned, reading
from handlers._events.meant import about
from handlers._events.promoting import filled
from handlers._events.refusing import UnreadableError
from handlers._events.words import FIELD_NAMES, Field
from handlers.events._listing import overview
from handlers.events._written import with_members
from storage import events
from storage.events import Event, State

TIMES = frozenset({Field.WHEN, Field.LENGTH, Field.ZONE})


class Texts:
    """What is said of changes."""

    HOW = Text(
        zh="改哪一项？如「改活动 {number} 席位 50」，去掉就写 -。能改的：{fields}",
        en="What shall change? Such as /event edit {number} seats 50; - takes it away. There are: {fields}",
    )
    CHANGED = Text(zh="改好了：", en="Changed:")
    MOVE = Text(
        zh="{number} 已经公布，改时间用「改期 {number} 12 月 5 日 14:00」，好告诉报了名的人。",
        en="{number} is published; move it with /event postpone {number} 2026-12-05 14:00, so that all are told.",
    )
    KNOWN = Text(zh="群里发过的不会变，也没另外通知。", en="What was posted stays as it is, and nobody was told.")
    GONE = Text(zh="{number} 取消了，不能再改。", en="{number} was cancelled and cannot change.")


async def change(ctx: Context[Any], event: Event, words: str, command: Command) -> list[Reply | Errand]:
    """Let one field of an event be as told, and show what it is now; seats that were added go to those who wait.

    Raises:
        UserError: It cannot be meant.
    """
    name, value = [*words.split(maxsplit=1), "", ""][:2]
    if not value:
        listed = FIELD_NAMES.in_language(ctx.language)
        raise UserError(ctx.say(Texts.HOW, number=event.number, fields=listed))
    if event.state is State.CANCELLED:
        raise UserError(ctx.say(Texts.GONE, number=event.number))
    try:
        field = reading.field(name.rstrip(":："))
        if event.is_published and field in TIMES:
            raise UserError(ctx.say(Texts.MOVE, number=event.number))
        before = await events.locked(ctx.store, event.id)
        plan = planned.with_field(before, field, value, ctx.now())
    except UnreadableError as error:
        raise UserError(error.said(ctx.language)) from error
    if field is Field.SPEAKERS:
        plan = with_members(plan, command, before.speakers)
    await events.change(ctx.store, event.id, plan, ctx.now())
    after = await events.get(ctx.store, event.id)
    known = [ctx.say(Texts.KNOWN)] if after.is_published else []
    shown = answer(ctx.say(Texts.CHANGED), *overview(ctx, after), *known, about=about(after))
    return [shown, *await filled(ctx, after)]
