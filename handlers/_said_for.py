"""Said for a member: words that the bot carries into a group on somebody's behalf are that member's message there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers import Context, Text, UserError
from handlers._relink import Relinker
from storage import activity, members, messages, pins, privacy, threads
from storage.database import Store
from storage.frames import Message
from storage.groups import Group
from storage.members import Member
from storage.messages import CARRIED, UNSIGNED, Stored
from storage.pins import Pinned

KEY = "for:"  # begins its key; no platform's does


class Texts:
    """What is said to whoever may not be written down."""

    SILENT = Text(
        zh="你现在设了「别记我」，带话得记下原话，我带不了。先发「记我」，带完再发「别记我」也行。",
        en="You asked not to be recorded, and carrying your words means keeping them. Send /optin first; "
        "/optout works again afterwards.",
    )


async def said_for(
    ctx: Context[Any],
    *,
    group: Group,
    member: int,
    text: str,
    key: str,
    thread: int | None = None,
    role: str | None = None,
    unsigned: bool = False,
) -> Stored:
    """Store words that are carried into a group as their author's message there, and place it in its thread.

    It is a human's like any other: responses, answers and activity count it. Its author need not be in the group, nor
    on its platform, and does not become a member of it. With a thread it belongs there; a question without one opens
    its own; else the linker decides. Pins hold that, as nobody's correction. The same key twice gives what is stored.

    Args:
        ctx: The open transaction, of whichever group or direct.
        group: Where it is said.
        member: Who says it.
        text: The words, unmasked, as messages are kept; mask what is posted of them.
        key: Identity of the words within the group.
        thread: The thread that it belongs to.
        role: What it does there.
        unsigned: Whether its author's name is to appear nowhere (`unsigned_among`).

    Raises:
        UserError: Its author asked not to be recorded.
    """
    if await privacy.is_silent(ctx.store, member):
        raise UserError(ctx.say(Texts.SILENT))
    author = await members.get(ctx.store, member)
    message = _message(ctx, author, text, key, unsigned=unsigned)
    stored = await messages.add(ctx.store, group.id, message, member=member, mentions=(), received_at=ctx.now())
    if stored is None:
        return await _known(ctx.store, group, message.key)
    await _place(ctx, stored, thread, role)
    return stored


async def _place(ctx: Context[Any], stored: Stored, thread: int | None, role: str | None) -> None:
    """Let a message count as one of its author's that day, and come into its thread."""
    day = ctx.now().astimezone(ctx.community.zone).date()
    await activity.note(ctx.store, {(stored.group_id, day, stored.member_id or 0): 1})
    relinker = Relinker(ctx.store, ctx.linker, ctx.topics, ctx.memories)
    pinned = await _pin(ctx, stored, thread, role)
    await (relinker.again(stored) if pinned else relinker.heard(stored))


def _message(ctx: Context[Any], author: Member, text: str, key: str, *, unsigned: bool) -> Message:
    name, flags = ("", (CARRIED, UNSIGNED)) if unsigned else (author.name, (CARRIED,))
    return Message(KEY + key, ctx.now(), author.key, name, text, flags=flags)


async def _known(store: Store, group: Group, key: str) -> Stored:
    found = await messages.find(store, group.id, key)
    if found is None:
        raise LookupError(f"no message {key} in group {group.id}")
    return found


async def _pin(ctx: Context[Any], message: Stored, thread: int | None, role: str | None) -> bool:
    """Hold a message where its author put it; nobody's pin, since it corrects nothing and no /undo is to take it."""
    held: dict[str, Any] = {"group": message.group_id, "at": ctx.now(), "by": None, "message": message.id}
    if thread is not None:
        await pins.add(ctx.store, Pinned.THREAD, thread=thread, **held)
    elif role == "question":
        await pins.add(ctx.store, Pinned.OPENS, **held)
    if role is not None:
        await pins.add(ctx.store, Pinned.ROLE, value=role, **held)
    return thread is not None or role is not None


async def unsigned_among(store: Store, wanted: Iterable[int]) -> set[int]:
    """Return those threads whose question was carried without a name: their asker is never named, nor mentioned."""
    openers = await threads.openers(store, wanted)
    said = {message.id for message in await messages.several(store, openers.values()) if UNSIGNED in message.flags}
    return {thread for thread, opener in openers.items() if opener in said}


async def carried_among(store: Store, wanted: Iterable[int]) -> set[int]:
    """Return those threads whose question was carried: their asker is told in private and may not be in the group."""
    openers = await threads.openers(store, wanted)
    said = {message.id for message in await messages.several(store, openers.values()) if CARRIED in message.flags}
    return {thread for thread, opener in openers.items() if opener in said}
