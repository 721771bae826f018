"""Stores many messages of a group's history at once: the rows of hearing them one by one, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.turn import House, Turn
from storage import history, members, outbox
from storage.frames import Frame, Message
from storage.groups import Group
from storage.members import Member


def fits(house: House, frames: Sequence[Frame]) -> bool:
    """Whether frames can be stored at once: plain messages of a group, and no feature keeps records of its own."""
    told = any(feature.router.messages for feature in house.features)
    return not told and all(isinstance(frame.content, Message) and frame.replayed for frame in frames)


async def fill(turn: Turn, frames: Sequence[Frame]) -> None:
    """Store the messages of one group that `fits` allows, in their order."""
    group = await turn.group(frames[0].place)
    said = [frame.content for frame in frames if isinstance(frame.content, Message)]
    known = await members.ensure_all(turn.store, group.platform, _names(said), turn.clock_now)
    posts = await _posts(turn, group, said)
    entries: list[history.Entry] = []
    for message in said:
        member = known[message.member].id if message.member else None
        entries.append((_heard(turn, message, posts), member, _ids(message, known)))
    await history.add(turn.store, group.id, entries, turn.clock_now)
    for message, *_ in entries:
        if message.member:
            turn.note_active(group, known[message.member], message)


def _names(said: Sequence[Message]) -> dict[str, str]:
    """Return whom messages speak of, in the order of their first mention, under the name they carry in the end."""
    names: dict[str, str] = {}
    for key, name in _spoken_of(said):
        if name or key not in names:
            names[key] = name
    return names


def _spoken_of(said: Sequence[Message]) -> Iterator[tuple[str, str]]:
    for message in said:
        if message.member:
            yield message.member, message.name
            yield from ((key, "") for key in message.mentions)


async def _posts(turn: Turn, group: Group, said: Sequence[Message]) -> set[str]:
    replied = {message.reply_to for message in said if message.reply_to}
    return await outbox.posted_among(turn.store, group.id, replied) if replied else set()


def _heard(turn: Turn, message: Message, posts: set[str]) -> Message:
    """Return a message with what hearing finds out of it: whether it is said to the bot, or a command."""
    if not message.member:
        return message
    spoken_to = message.to_bot or message.reply_to in posts
    if (
        "forwarded" not in message.flags
        and (spoken_to or message.text[:1] in "/／")
        and turn.parse(message.text, spoken_to)
    ):
        message = replace(message, flags=(*message.flags, "command"))
    return message if message.to_bot == spoken_to else replace(message, to_bot=spoken_to)


def _ids(message: Message, known: dict[str, Member]) -> tuple[int, ...]:
    return tuple(known[key].id for key in message.mentions) if message.member else ()
