"""What outlives a connection: topics, groups, new ids, who just came or went; and in a file when the last one was."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from storage.frames import Frame, GroupKind, Joined, Left, Place

REMEMBERED = 5_000
TOGETHER = timedelta(seconds=3)
NOTED_EVERY = timedelta(minutes=1)

Value = TypeVar("Value")


@dataclass(slots=True)
class Past:
    """Carried from one connection to the next by the adapter."""

    topics: OrderedDict[str, int] = field(default_factory=OrderedDict)  # by group and message key
    groups: OrderedDict[str, Place] = field(default_factory=OrderedDict)  # heard of, by key
    moved: OrderedDict[str, str] = field(default_factory=OrderedDict)  # the new id of a group, by its old one
    moves: OrderedDict[str, Frame] = field(default_factory=OrderedDict)  # the latest, by group and member
    odd: OrderedDict[str, None] = field(default_factory=OrderedDict)  # of what kinds there was a line in the log

    def note(self, frame: Frame) -> None:
        """Remember where something happened."""
        if frame.place.kind is GroupKind.GROUP:
            keep(self.groups, frame.place.key, frame.place)

    def follow(self, old: Place, new: Place) -> None:
        """Remember that a group has another id."""
        keep(self.moved, old.key, new.key)
        self.groups.pop(old.key, None)
        keep(self.groups, new.key, new)

    def once(self, frame: Frame) -> Frame:
        """Give a coming or going that is told a second time, its time perhaps a little off, the key of the first.

        Groups tell of it in a line of their own, and admins hear of it as a change of membership too.
        """
        if not isinstance(frame.content, Joined | Left):
            return frame
        who = f"{frame.place.key} {frame.content.member}"
        before = self.moves.get(who)
        same = before is not None and before.content.what == frame.content.what
        if before is not None and same and abs(before.at - frame.at) <= TOGETHER:
            return replace(frame, key=before.key)
        keep(self.moves, who, frame)
        return frame


def keep(mapping: OrderedDict[str, Value], key: str, value: Value) -> None:
    """Put something into a mapping that forgets its oldest entries."""
    mapping[key] = value
    if len(mapping) > REMEMBERED:
        mapping.popitem(last=False)


class Contact:
    """When Telegram last answered, kept in a file: what it tells is kept there for a day, and no longer."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._noted: datetime | None = None

    async def latest(self) -> datetime | None:
        """Return the time of the last contact, of this process or one before it; None where it is not known."""
        return self._noted or await asyncio.to_thread(self._read)

    async def note(self, now: datetime) -> None:
        """Note that there is contact, now and then."""
        if self._noted is None or now - self._noted >= NOTED_EVERY:
            self._noted = now
            await asyncio.to_thread(self._write, now)

    def _read(self) -> datetime | None:
        try:
            found = datetime.fromisoformat(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if found.tzinfo else None

    def _write(self, now: datetime) -> None:
        with suppress(OSError):  # a full disk stops what matters more; here it costs the knowledge of a gap
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(now.isoformat(), "utf-8")
