"""How a linker sees a group: a message by itself, and the memory just before it, rebuilt from storage."""

from __future__ import annotations

from classifiers import MEMORY_SAID, MEMORY_SPAN, Memory, Role, Said
from handlers._relink._memories import Remembered
from handlers._threads.asking import objection
from storage import messages, outbox, threads
from storage.database import Store
from storage.frames import Kind
from storage.messages import UNSIGNED, Stored
from storage.threads import Placed


async def rebuilt(store: Store, first: Stored, version: int) -> Remembered:
    """Return the memory as it was just before a message: the threads of the last days and the last messages."""
    # Twice as many, for commands and system lines among them are not remembered.
    latest = await messages.latest_before(store, first.group_id, first, 2 * MEMORY_SAID)
    active = await threads.active_between(store, first.group_id, first.at - MEMORY_SPAN, first.at)
    held = await threads.placed_in(store, active)
    places = {placed.message.id: (placed.thread, Role(placed.role)) for placed in held}
    askers = await threads.askers(store, active)
    askers |= {placed.thread: as_seen(placed.message) or 0 for placed in held if _is_unsigned(placed)}
    known = Remembered(Memory(), version)
    for message in _merged([placed.message for placed in held], latest, before=first):
        thread, role = places.get(message.id, (None, Role.ASIDE))
        known.memory.settle(
            await seen(store, message, known), thread, role, asker=askers.get(thread) if thread else None
        )
        known.note(message)
    return known


async def seen(store: Store, message: Stored, known: Remembered) -> Said:
    """Return a message as a linker sees it."""
    return Said(
        id=message.id,
        key=message.key,
        member=as_seen(message),
        at=message.at,
        text=message.text,
        name=message.name,
        kind=message.kind,
        reply_to=await _replied(store, message, known),
        quote=message.quote,
        mentions=message.mentions,
        to_bot=message.to_bot,
    )


async def _replied(store: Store, message: Stored, known: Remembered) -> int | None:
    if message.reply_to is None:
        return None
    if message.reply_to in known.keys:
        return known.keys[message.reply_to]
    found = await messages.find(store, message.group_id, message.reply_to)
    return await _opener_of_post(store, message) if found is None else found.id


async def _opener_of_post(store: Store, message: Stored) -> int | None:
    """Return the question that the bot's post is about which a message replies to: it is said to that."""
    post = await outbox.posted_as(store, message.group_id, message.reply_to or "")
    if post is None or post.about is None or not post.about.startswith("thread:"):
        return None
    thread = await threads.find(store, int(post.about.removeprefix("thread:")))
    return thread.first_message if thread is not None and thread.group_id == message.group_id else None


def as_seen(message: Stored) -> int | None:
    """Return whom a linker takes for a message's author: of one without a name a stranger, and another each time.

    Else it would put what its author says in the group besides into that thread, and so tell who asked.
    """
    return -message.id if UNSIGNED in message.flags else message.member_id


def _is_unsigned(placed: Placed) -> bool:
    return placed.role == Role.QUESTION and UNSIGNED in placed.message.flags


def speaks(message: Stored) -> bool:
    """Say whether a message may belong to a thread: no system line, and nothing that only tells the bot what to do."""
    if message.member_id is None or message.kind is Kind.SYSTEM or "command" in message.flags:
        return False
    return not (message.to_bot and objection(message.text) is not None)


def _merged(held: list[Stored], latest: list[Stored], *, before: Stored) -> list[Stored]:
    """Return both lists as one, in order, each message once, and nothing from `before` on."""
    every = {message.id: message for message in [*held, *latest] if message.order < before.order and speaks(message)}
    return sorted(every.values(), key=lambda message: message.order)
