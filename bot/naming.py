"""Finds out who, and which group, is meant where a file has names alone.

The rule: a name stands for the one member whom it is the card of in that group, as far as the database knows. Where
several carry it, or nobody, whoever is called so there gets an identity of their own, by that name; the report tells
of those that several carry. A group's name stands for the one group of the platform that is called so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.importers import BY_NAME, FormatError
from storage import groups, history
from storage.database import Store
from storage.frames import Message, Place


async def group_meant(store: Store, place: Place) -> Place:
    """Return a place with the key of its group: one that has only a name is the group of the platform called so.

    Raises:
        FormatError: Several groups are called so.
    """
    if place.key:
        return place
    found = await history.groups_called(store, place.platform, place.name)
    if len(found) > 1:
        keys = ", ".join(key for key in found)
        raise FormatError(f"Several groups are called {place.name}; say which is meant, with --group KEY: {keys}")
    return replace(place, key=found[0] if found else BY_NAME + place.name)


@dataclass(slots=True)
class Names:
    """The names of one group, and whom they were found to stand for while a file is imported.

    Attributes:
        known: Member ids by name; None for names that stand for themselves.
        ambiguous: Names that several members carry.
    """

    place: Place
    known: dict[str, str | None] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    async def meant(self, store: Store, batch: Sequence[Message]) -> list[Message]:
        """Return messages with the ids of the members whom names stand for."""
        asked = {one for message in batch for one in (message.member, *message.mentions) if one.startswith(BY_NAME)}
        if not asked:
            return list(batch)
        await self._ask(store, {one.removeprefix(BY_NAME) for one in asked} - self.known.keys())
        return [self._replaced(message) for message in batch]

    async def _ask(self, store: Store, names: set[str]) -> None:
        if not names:
            return
        group = await groups.at(store, self.place)
        found = {} if group is None else await history.carriers(store, group.id, names)
        for name in names:
            keys = sorted(key for key in found.get(name, ()) if not key.startswith(BY_NAME))
            self.known[name] = keys[0] if len(keys) == 1 else None
            if len(keys) > 1:
                self.ambiguous.add(name)

    def _replaced(self, message: Message) -> Message:
        member = self._id(message.member)
        mentions = tuple(dict.fromkeys(map(self._id, message.mentions)))
        if member == message.member and mentions == message.mentions:
            return message
        return replace(message, member=member, mentions=mentions)

    def _id(self, member: str) -> str:
        if not member.startswith(BY_NAME):
            return member
        return self.known.get(member.removeprefix(BY_NAME)) or member
