"""Which event is meant: the number that is given (E57), or the one that the post is about that was replied to."""

from __future__ import annotations

import re
from typing import Any

from handlers import Command, Context, Right, Text, UserError
from handlers._events import hosting
from storage import events
from storage.events import Event, State

NUMBER = r"[eE]\d{1,9}"  # of a command's arguments: an event's number
ABOUT = "event:"  # begins what a post is about that is about an event


class Texts:
    """What is said where no event is meant."""

    WHICH = Text(
        zh="说的是哪个活动？带上编号，如 E57。看有哪些：发「活动」。",
        en="Which event? Add its number, such as E57. See /events.",
    )
    NONE = Text(zh="没有 {number} 这个活动。看有哪些：发「活动」。", en="There is no event {number}. See /events.")


async def event_meant(ctx: Context[Any], command: Command) -> tuple[Event, str]:
    """Return the event that a command means, and the words after its number; members know of no drafts.

    Raises:
        UserError: None is meant, or there is no such event.
    """
    first, _, rest = command.args.partition(" ")
    if re.fullmatch(NUMBER, first):
        number, words = int(first[1:]), rest.strip()
    elif command.about is not None and command.about.startswith(ABOUT):
        number, words = int(command.about.removeprefix(ABOUT)), command.args.strip()
    else:
        raise UserError(ctx.say(Texts.WHICH))
    found = await events.find(ctx.store, number)
    if found is None or (found.state is State.DRAFT and not await _may_see_drafts(ctx, found)):
        raise UserError(ctx.say(Texts.NONE, number=f"E{number}"))
    return found, words


async def _may_see_drafts(ctx: Context[Any], event: Event) -> bool:
    return Right.GROUP in ctx.rights or (ctx.member is not None and await hosting.hosts(ctx, event))


def about(event: Event) -> str:
    """Return what a post about an event is about; replying to it means the event."""
    return f"{ABOUT}{event.id}"
