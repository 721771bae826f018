"""Credit: finds the member, and the message, that 「谢 @名字」 speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers import Command, Context, Text, UserError
from handlers._wording.names import call_name
from storage import members, memberships, messages, threads
from storage.messages import UNSIGNED, Stored
from storage.threads import Thread

SEARCHED = 1000  # messages after the question in which an answer is looked for that is not in the thread


class Texts:
    """What is said where nobody fits."""

    NOBODY = Text(
        zh="没认出要谢谁。回复那条管用的消息，说「谢 @名字」就行。",
        en="I cannot tell whom to thank. Reply to the message that helped with “/thank @name”.",
    )
    SILENT = Text(
        zh="#{thread} 问了以后没见{name}在群里说过话，功劳记不上。回复那条管用的消息，说「谢 @名字」就行。",
        en="{name} said nothing here since #{thread} was asked. Reply to the message that helped with “/thank @name”.",
    )


async def whom(command: Command, ctx: Context[Any], thread: Thread) -> tuple[int, int]:
    """Return member and message: of the message replied to, of the member mentioned, or of the name that was typed.

    Raises:
        UserError: Nobody was named, or the one who was said nothing since the question.
    """
    if command.replied is not None and command.replied.member_id is not None:
        return command.replied.member_id, command.replied.id
    said = await _said_since(ctx, thread)
    typed = command.args.rpartition("@")[2].strip() if "@" in command.args else ""
    mentioned = command.message.mentions[:1] if command.message is not None else ()
    cards = await _cards(ctx, thread, {m.member_id for m in said if m.member_id})
    wanted = mentioned or bearers(typed, cards) or bearers(typed.partition(" ")[0], cards)
    if not wanted:
        raise UserError(ctx.say(Texts.NOBODY))
    own = [message for message in said if message.member_id == wanted[0]]
    if not own:
        name = typed or (await members.get(ctx.store, wanted[0])).name
        raise UserError(ctx.say(Texts.SILENT, thread=thread.id, name=call_name(name)))
    places = await threads.places(ctx.store, [message.id for message in own])
    return wanted[0], _likeliest(own, places, thread.id).id


def bearers(typed: str, cards: dict[int, str]) -> tuple[int, ...]:
    """Return the members that a typed name means: by card or call name, else by a part that only one card has."""
    word = typed.strip().casefold()
    if not word:
        return ()
    exact = [member for member, card in cards.items() if word in {card.casefold(), call_name(card).casefold()}]
    partly = [member for member, card in cards.items() if word in card.casefold()]
    return tuple(exact or (partly if len(partly) == 1 else ()))[:1]


async def _said_since(ctx: Context[Any], thread: Thread) -> list[Stored]:
    opener = await messages.get(ctx.store, thread.first_message)
    later = await messages.after(ctx.store, thread.group_id, opener, SEARCHED)
    hidden = {"command", UNSIGNED}  # nobody's name is to be guessed
    return [message for message in later if message.member_id is not None and not hidden & message.flags]


async def _cards(ctx: Context[Any], thread: Thread, ids: set[int]) -> dict[int, str]:
    cards = await memberships.names_in(ctx.store, thread.group_id, ids)
    found = await members.several(ctx.store, ids)
    return {member.id: cards.get(member.id) or member.name for member in found.values() if member.id != thread.asker}


def _likeliest(own: Iterable[Stored], places: dict[int, tuple[int, str]], thread: int) -> Stored:
    """Return the message that most likely helped: the last answer in the thread, else the last one in it, else any."""

    def rank(message: Stored) -> tuple[bool, bool, object]:
        place, role = places.get(message.id, (0, ""))
        return place == thread and role == "answer", place == thread, message.order

    return max(own, key=rank)
