"""Who hosts an event: its admins and whoever made it; who speaks at it; and what a member is called there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers import Context, Right, Text, UserError
from handlers._rights import run_by_speaker
from handlers._wording.names import call_name
from storage import events, members, memberships, speaker_questions
from storage.database import Store
from storage.events import Event


class Texts:
    """What is said to whoever does not host."""

    ADMINS = Text(zh="这个要群管理员来发。", en="This one is for admins.")


async def hosts(ctx: Context[Any], event: Event) -> bool:
    """Say whether the speaker runs the group spoken in, or in private any group, or made the event."""
    if not ctx.trusted:
        return False
    if event.by_member is not None and event.by_member in await members.siblings(ctx.store, ctx.speaker.id):
        return True
    return Right.GROUP in ctx.rights or (ctx.group.is_direct and bool(await run_by_speaker(ctx)))


async def speaks(ctx: Context[Any], event: Event) -> bool:
    """Say whether the speaker of the words is one of the event's speakers, with whichever account."""
    known = {speaker.member for speaker in event.speakers} - {None}
    return bool(ctx.trusted and known.intersection(await members.siblings(ctx.store, ctx.speaker.id)))


async def spoke_where_asked(ctx: Context[Any], thread: int) -> bool:
    """Say whether the speaker of the words is a speaker of the event at which a thread's question was asked."""
    question = await speaker_questions.of_thread(ctx.store, thread)
    event = None if question is None else await events.find(ctx.store, question.event)
    return event is not None and await speaks(ctx, event)


async def refuse_guests(ctx: Context[Any], event: Event) -> None:
    """Refuse whoever does not host an event.

    Raises:
        UserError: The speaker does not.
    """
    if not await hosts(ctx, event):
        raise UserError(ctx.say(Texts.ADMINS))


async def names_of(store: Store, wanted: Iterable[int], group: int | None = None) -> dict[int, str]:
    """Return what members are called, by the card of a group where one is given; who has no name is left out.

    It is for hosts alone: also who does not want to be named in public stands on their list.
    """
    ids = set(wanted)
    cards = {} if group is None else await memberships.names_in(store, group, ids)
    found = await members.several(store, ids)
    named = {one.id: call_name(cards.get(one.id, "") or one.name) for one in found.values()}
    return {member: name for member, name in named.items() if name}
