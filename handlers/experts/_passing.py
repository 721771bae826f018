"""Passing on: an expert hands a question to the next one, at once and by the same rules."""

from __future__ import annotations

from typing import Any

from handlers import Context, Reply, UserError, answer
from handlers._experts.routing import FOLLOWED, ask
from handlers.experts._texts import Answering as Texts
from storage import experts, members, threads
from storage.experts import Answered, Ask


async def passed(ctx: Context[Any], number: int | None) -> list[Reply]:
    """Hand on the thread of a number, or the one that was asked last.

    Raises:
        UserError: Nothing waits for the speaker.
    """
    meant = next((one for one in await _waiting(ctx) if number in {None, one.thread}), None)
    if meant is None:
        raise UserError(ctx.say(Texts.NONE_OPEN))
    replies = await _next(ctx, meant)
    text = Texts.PASSED if replies else Texts.PASSED_NOBODY
    return [answer(ctx.say(text, thread=meant.thread), about=f"thread:{meant.thread}"), *replies]


async def hand_on(ctx: Context[Any]) -> list[Reply]:
    """Hand on all that waits for the speaker."""
    return [reply for one in await _waiting(ctx) for reply in await _next(ctx, one)]


async def _waiting(ctx: Context[Any]) -> list[Ask]:
    own = await members.siblings(ctx.store, ctx.speaker.id)
    mine = await experts.asked_of(ctx.store, own, ctx.now() - FOLLOWED)
    return [one for one in mine if one.state is Answered.WAITING]


async def _next(ctx: Context[Any], declined: Ask) -> list[Reply]:
    await experts.settle(ctx.store, declined.id, Answered.DECLINED, ctx.now())
    thread = await threads.find(ctx.store, declined.thread)
    reply = None if thread is None else await ask(ctx, thread)
    return [] if reply is None else [reply]
