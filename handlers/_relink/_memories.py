"""What a linker remembers of groups: a cache, bounded, and true for one version of each group only."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from classifiers import MEMORY_SAID, Memory
from handlers._taught import Taught
from handlers._threads.known import Known
from storage.messages import Stored

C = TypeVar("C")
CACHED_GROUPS = 500


@dataclass(slots=True)
class Remembered:
    """A group's memory, the version of the group it is true for, and the keys by which replies find messages."""

    memory: Memory
    version: int
    last: tuple[datetime, int, str] | None = None
    until: tuple[datetime, int, str] | None = None
    keys: dict[str, int] = field(default_factory=dict)

    def note(self, message: Stored) -> None:
        """Remember by which keys replies find a message, the latest ones only."""
        self.last = message.order
        self.keys[message.key] = message.id
        if message.alias:
            self.keys[message.alias] = message.id
        if len(self.keys) > 4 * MEMORY_SAID:
            for key in list(self.keys)[: 2 * MEMORY_SAID]:
                del self.keys[key]


class Memories:
    """The memories of the groups that spoke last; a cache: what is not here, or outdated, is rebuilt from storage."""

    def __init__(self) -> None:
        self.taught = Taught()
        self.known = Known()
        self._groups: OrderedDict[int, Remembered] = OrderedDict()
        self._caches: dict[type, Any] = {}

    def cache(self, kind: type[C]) -> C:
        """Return the cache of a kind, made when it is first asked for: its own file knows what is in it."""
        if kind not in self._caches:
            self._caches[kind] = kind()
        found: C = self._caches[kind]
        return found

    def get(self, group: int, version: int) -> Remembered | None:
        """Return a group's memory if it is true for this version of the group."""
        found = self._groups.get(group)
        if found is None or found.version != version:
            return None
        self._groups.move_to_end(group)
        return found

    def keep(self, group: int, remembered: Remembered) -> None:
        """Keep a memory; the group that was silent longest is forgotten."""
        self._groups[group] = remembered
        self._groups.move_to_end(group)
        while len(self._groups) > CACHED_GROUPS:
            self._groups.popitem(last=False)
