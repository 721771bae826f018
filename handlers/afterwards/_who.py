"""Who was at an event, who was not, and who may be told so."""

from __future__ import annotations

from typing import Any

from handlers import Context, Text, UserError
from handlers._rights import run_by_speaker
from storage import checkins, registrations
from storage.database import Store
from storage.events import Event, State


class Texts:
    """Who may not, and of what nothing can be said."""

    ADMINS = Text(zh="这个要群管理员来发。", en="This one is for the group's admins.")
    NOT_YET = Text(zh="{number} 还没开始，{what}等它结束再说。", en="{number} has not begun; {what} comes after it.")
    CANCELLED = Text(zh="{number} 取消了，没有{what}。", en="{number} was called off; there is no {what}.")


async def only_admins(ctx: Context[Any]) -> None:
    """Refuse who runs no group; in a group the right was asked for before.

    Raises:
        UserError: It is said in private by somebody who runs none.
    """
    if ctx.group.is_direct and not await run_by_speaker(ctx):
        raise UserError(ctx.say(Texts.ADMINS))


def only_begun(ctx: Context[Any], event: Event, what: str) -> None:
    """Refuse what cannot be before an event began, or where it never was.

    Raises:
        UserError: It did not begin, or was called off.
    """
    if event.state is State.CANCELLED:
        raise UserError(ctx.say(Texts.CANCELLED, number=event.number, what=what))
    if event.starts_at > ctx.now() or not event.is_published:
        raise UserError(ctx.say(Texts.NOT_YET, number=event.number, what=what))


async def attended(store: Store, event: Event) -> set[int]:
    """Return the persons who were there: checked in, or, where there is no place to check in at, registered."""
    came = await checkins.persons(store, event.id)
    return came if event.venue else came | await registered(store, event)


async def missed(store: Store, event: Event) -> set[int]:
    """Return the persons who registered and did not check in."""
    return await registered(store, event) - await checkins.persons(store, event.id)


async def registered(store: Store, event: Event) -> set[int]:
    """Return the persons who registered and have a seat."""
    return {one.person for one in await registrations.of_event(store, event.id)}


async def was_there(store: Store, event: Event, person: int) -> bool:
    """Say whether somebody may speak of an event: they were there, or registered."""
    return person in await checkins.persons(store, event.id) | await registered(store, event)
