"""The blocklist: words and members that a group's admins keep out of whatever is posted unasked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from handlers import Context
from storage import settings
from storage.settings import COMMUNITY
from storage.threads import Thread

WORDS, MEMBERS = "blocklist.words", "blocklist.members"


@dataclass(frozen=True, slots=True)
class Blocked:
    """What is kept out: by group, with what holds for all under `COMMUNITY`.

    A group's list holds for what is posted there, and for its own words wherever they are quoted.
    """

    here: int
    words: Mapping[int, tuple[str, ...]]
    members: Mapping[int, frozenset[int]]

    def has_word(self, text: str, group: int = COMMUNITY) -> bool:
        """Say whether a text, from a group, holds a blocked word; case and width do not matter."""
        read = folded(text)
        return any(word in read for where in self._lists(group) for word in self.words.get(where, ()))

    def has_member(self, member: int | None, group: int = COMMUNITY) -> bool:
        """Say whether a member is blocked here, or in the group that the words are from."""
        return any(member in self.members.get(where, ()) for where in self._lists(group))

    def keeps_out(self, thread: Thread) -> bool:
        """Say whether a thread is not to be shown: for its title or its asker."""
        return self.has_member(thread.asker, thread.group_id) or self.has_word(thread.title, thread.group_id)

    def _lists(self, group: int) -> set[int]:
        return {COMMUNITY, self.here, group}


def folded(text: str) -> str:
    """Return a text as it is compared: half-width, lower case, no space."""
    return "".join(normalize("NFKC", text).casefold().split())


async def blocked(ctx: Context[Any]) -> Blocked:
    """Return what is blocked where something is being posted."""
    words, members = await settings.by_group(ctx.store, WORDS), await settings.by_group(ctx.store, MEMBERS)
    return Blocked(
        ctx.group.id,
        {group: tuple(map(folded, kept)) for group, kept in words.items()},
        {group: frozenset(kept) for group, kept in members.items()},
    )
