"""Takes chat history in: finds the importer, reads in batches, stores what is new, and tells what became of it.

A batch is stored as a whole or not at all. What a group has already is left alone, so a second import adds nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import cast

from bot import importers
from bot.importers import MADE_UP, FormatError, Found, Importer, Options, Skipped
from bot.importers._text import Source, opened
from bot.replay import Replay
from storage import groups, history
from storage.database import Database
from storage.frames import Frame, Message, Place
from storage.groups import Coverage, Span

BATCH = 1_000
NAMED_ROWS = 5  # of each reason; the others are counted
MOMENT = timedelta(seconds=1)  # a span ends behind its last message

Told = Callable[["Report", Source], None]


@dataclass(slots=True)
class Report:
    """What became of one file.

    Attributes:
        file: The file.
        format: The importer that read it.
        places: The groups it is of.
        read: Rows that hold a message.
        new: Messages that were not known.
        skipped: Rows that were left out, counted by reason.
        rows: The first of those, by reason: line numbers.
        first_at, last_at: The span of its messages.
        members: Who speaks in it.
        threads: Threads asked within its span, after the import.
        quarantined: Messages that could not be worked off; they wait in the inbox for the operator.
        placing: Whether all is read, and is being put into threads.
        broken: Why the file could not be read to its end; empty where it could.
    """

    file: Path
    format: str
    places: list[Place] = field(default_factory=list)
    read: int = 0
    new: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[int]] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None
    members: set[str] = field(default_factory=set)
    threads: int = 0
    quarantined: int = 0
    placing: bool = False
    broken: str = ""

    @property
    def duplicate(self) -> int:
        """Messages that were known already."""
        return self.read - self.new

    def skip(self, skipped: Skipped) -> None:
        """Count a row that was left out."""
        self.skipped[skipped.why] += 1
        named = self.rows.setdefault(skipped.why, [])
        if len(named) < NAMED_ROWS:
            named.append(skipped.line)

    def take(self, message: Message) -> None:
        """Count a message."""
        self.read += 1
        self.first_at = message.at if self.first_at is None else min(self.first_at, message.at)
        self.last_at = message.at if self.last_at is None else max(self.last_at, message.at)
        if message.member:
            self.members.add(message.member)


def importer_of(head: bytes) -> tuple[str, Importer]:
    """Return the importer that knows a file by its beginning.

    Raises:
        FormatError: None does.
    """
    names = [found.name for found in pkgutil.iter_modules(importers.__path__) if not found.name.startswith("_")]
    for name in sorted(names):
        module: ModuleType = importlib.import_module(f"bot.importers.{name}")
        if module.sniff(head):
            return name, cast(Importer, module)
    raise FormatError(f"This is none of the formats that can be imported: {', '.join(names)}.")


async def take_in(path: Path, replay: Replay, options: Options, told: Told = lambda report, source: None) -> Report:
    """Import a file; `told` is called after each batch, and once more before the messages are put into threads.

    Raises:
        FormatError: The file cannot be imported at all.
    """
    with opened(path) as source:
        name, importer = importer_of(source.head)
        report, before = Report(path, name), replay.quarantined
        spans: dict[tuple[str, str], tuple[Place, datetime, datetime]] = {}
        try:
            for place, batch in batches(importer.read(source.text, options), report):
                spans[place.platform, place.key] = place, *_span(batch, spans.get((place.platform, place.key)))
                report.new += await _store(replay, place, batch)
                told(report, source)
        except FormatError as error:
            if not spans:
                raise
            report.broken = str(error)  # what came before is in, and shall be whole
        report.placing = True
        told(report, source)
    await _placed(replay, report, list(spans.values()))
    report.quarantined = replay.quarantined - before
    return report


async def _placed(replay: Replay, report: Report, spans: list[tuple[Place, datetime, datetime]]) -> None:
    for place, since, until in spans:
        report.places.append(place)
        await replay.place(place)
        await cover(replay.database, place, since, until)
        report.threads += await _threads(replay.database, place, since, until)


def batches(found: Iterator[Found], report: Report) -> Iterator[tuple[Place, list[Message]]]:
    """Gather messages of one group, up to `BATCH` of them, in the order in which they were said."""
    place: Place | None = None
    batch: list[Message] = []
    for one in found:
        if isinstance(one, Skipped):
            report.skip(one)
        elif isinstance(one, Message):
            report.take(one)
            batch.append(one)
        if place is not None and batch and (isinstance(one, Place) or len(batch) >= BATCH):
            yield place, _ordered(batch)
            batch = []
        if isinstance(one, Place):
            place = one
    if place is not None and batch:
        yield place, _ordered(batch)


def _ordered(batch: list[Message]) -> list[Message]:
    return sorted(batch, key=lambda message: (message.at, len(message.key), message.key))


def _span(batch: list[Message], known: tuple[Place, datetime, datetime] | None) -> tuple[datetime, datetime]:
    since, until = batch[0].at, batch[-1].at
    return (since, until) if known is None else (min(since, known[1]), max(until, known[2]))


async def _store(replay: Replay, place: Place, batch: list[Message]) -> int:
    """Store what a group does not have of a batch, and return how many messages that were."""
    async with replay.database.read() as store:
        group = await groups.at(store, place)
        made_up = {message.key for message in batch if message.key.startswith(MADE_UP)}
        new = batch if group is None else await history.unknown(store, group.id, batch, made_up)
    once = list({message.key: message for message in reversed(new)}.values())[::-1]
    await replay.fill(place, [frame(place, message) for message in once])
    return len(once)


def frame(place: Place, message: Message) -> Frame:
    """Return the frame in which a message of a group's history comes."""
    return Frame(f"m:{place.platform}:{place.key}:{message.key}", place, message.at, message, replayed=True)


async def cover(database: Database, place: Place, since: datetime, until: datetime) -> None:
    """Note that a group's messages of a span are known, where nothing says so yet."""
    async with database.write() as store:
        group = await groups.at(store, place)
        if group is None:
            return
        for start, end in uncovered(await groups.spans(store, [group.id], since, until + MOMENT), since, until):
            await groups.add_span(store, Span(group.id, Coverage.IMPORTED, start, end, None))


def uncovered(spans: list[Span], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return the stretches between two moments, the last one included, in which no span sees all messages."""
    end, found = until + MOMENT, []
    for span in sorted(spans, key=lambda span: span.since):
        if span.coverage not in {Coverage.FULL, Coverage.IMPORTED}:
            continue
        if span.since > since:
            found.append((since, min(span.since, end)))
        since = end if span.until is None else max(since, span.until)
    return [*found, (since, end)] if since < end else found


async def _threads(database: Database, place: Place, since: datetime, until: datetime) -> int:
    async with database.read() as store:
        group = await groups.at(store, place)
        return 0 if group is None else await history.count_threads(store, group.id, since, until)
