"""What became of a file that was imported: how much was read, was new, was left out and why, and what it led to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.importers import Noted, Skipped
from storage.frames import Message, Place

NAMED_ROWS = 5  # of each reason; the others are counted
NAMED_NAMES = 20
BACK = timedelta(minutes=1)  # messages that cross each other on their way are this much out of order at most
BEFORE = "is from before the day that was asked for"


@dataclass(slots=True)
class Report:
    """What became of one file, or of files that belong together.

    Attributes:
        name: What it is called.
        format: The importer that read it.
        places: The groups it is of.
        read: Rows that hold a message.
        new: Messages that were not known.
        skipped: Rows that were left out, counted by reason.
        rows: The first of those, by reason: line numbers, with the file in front where there are several.
        notes: What whoever imports must know of it.
        ambiguous: Names that several members of the group carry, so that nobody could tell whose the messages are.
        matched: How many members were found by their names.
        first_at, last_at: The span of its messages.
    back: How often a message is of an earlier time than the one before it.
    first_back: Where that is so first: which message it is, the time before it, and its own.
        members: Who speaks in it.
        threads: Threads asked within its span, after the import.
        quarantined: Messages that could not be worked off; they wait in the inbox for the operator.
        placing: Whether all is read, and is being put into threads.
        placed, to_place: How many messages of those were, and will be.
        broken: Why the file could not be read to its end; empty where it could.
    """

    name: str
    format: str
    places: list[Place] = field(default_factory=list)
    read: int = 0
    new: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ambiguous: set[str] = field(default_factory=set)
    matched: set[str] = field(default_factory=set)
    first_at: datetime | None = None
    last_at: datetime | None = None
    back: int = 0
    first_back: tuple[int, datetime, datetime] | None = None
    members: set[str] = field(default_factory=set)
    threads: int = 0
    quarantined: int = 0
    placing: bool = False
    placed: int = 0
    to_place: int = 0
    broken: str = ""
    _before: datetime | None = None

    @property
    def duplicate(self) -> int:
        """Messages that were known already."""
        return self.read - self.new

    def skip(self, skipped: Skipped) -> None:
        """Count a row that was left out."""
        self.skipped[skipped.why] += 1
        named = self.rows.setdefault(skipped.why, [])
        if len(named) < NAMED_ROWS:
            named.append(f"{skipped.file}:{skipped.line}" if skipped.file else str(skipped.line))

    def note(self, noted: Noted) -> None:
        """Keep what must be known."""
        if noted.text not in self.notes:
            self.notes.append(noted.text)

    def turn(self) -> None:
        """Note that the messages of another group follow."""
        self._before = None

    def take(self, message: Message) -> None:
        """Count a message."""
        self.read += 1
        if self._before is not None and message.at < self._before - BACK:
            self.back += 1
            self.first_back = self.first_back or (self.read, self._before, message.at)
        self._before = message.at
        self.first_at = message.at if self.first_at is None else min(self.first_at, message.at)
        self.last_at = message.at if self.last_at is None else max(self.last_at, message.at)
        if message.member:
            self.members.add(message.member)
