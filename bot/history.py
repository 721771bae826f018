"""Takes chat history in: reads in batches, stores what is new, puts it into threads, and tells what became of it.

A batch is stored as a whole or not at all. What a group has already is left alone, so a second import adds nothing, and
an import that was killed is finished by the next one of the same file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.imported import BEFORE, Report
from bot.importers import FormatError, Found, Noted, Options, Skipped
from bot.importers._inputs import UNKNOWN, Input, Refused, inputs
from bot.importers._text import Source
from bot.naming import Names, group_meant
from bot.replay import Replay
from storage import groups, history
from storage.accounts import Account
from storage.database import Database
from storage.frames import Frame, Message, Place
from storage.groups import Coverage, Span

__all__ = [
    "ACCOUNT",
    "AHEAD",
    "NOTHING",
    "PLATFORM",
    "UNKNOWN",
    "Asked",
    "Refused",
    "Report",
    "as_ourselves",
    "take_in",
    "take_in_each",
]

BATCH = 1_000
GROUPS_AT_ONCE = 100  # whose messages are gathered at the same time, of a file in which they come by turns
ACCOUNT, PLATFORM = "(import)", "import"  # whose the frames of imports are; no table can be called so
NOTHING = "There is nothing in it that can be imported."
AHEAD = timedelta(days=366)  # a message may be this far ahead of a clock that is wrong
MOMENT = timedelta(seconds=1)  # a span ends behind its last message

Told = Callable[[Report, Source | None], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an import beside what its importer is told.

    Attributes:
        format: The importer to use; empty lets the file decide.
        since: Nothing from before is taken.
    """

    format: str = ""
    since: datetime | None = None


def as_ourselves(options: Options, bot_name: str, known: Sequence[Account]) -> Options:
    """Return options that tell what the bot is called, and its ids on the platforms."""
    names = {bot_name, *(account.display for account in known)} - {""}
    ids = {account.self_id for account in known} - {""}
    return replace(options, own_names=frozenset(names), own_ids=frozenset(ids))


def _silent(report: Report, source: Source | None) -> None:
    """Tell nobody."""


async def take_in(path: Path, replay: Replay, options: Options, told: Told = _silent) -> Report:
    """Import one file, or one folder that is one export.

    Raises:
        FormatError: It cannot be imported at all.
    """
    async for found in take_in_each(path, replay, options, told):
        if isinstance(found, Report):
            return found
    raise FormatError(NOTHING)


async def take_in_each(
    path: Path, replay: Replay, options: Options, told: Told = _silent, asked: Asked | None = None
) -> AsyncIterator[Report | Refused]:
    """Import what there is at a path, and yield what became of each file of it.

    `told` is called after each batch, and while the messages are put into threads.

    Raises:
        FormatError: It is one file, or archive, that cannot be imported at all, or there is nothing in it.
    """
    asked, empty = asked or Asked(), True
    for found in inputs(path, options, asked.format):
        empty = False
        if isinstance(found, Refused):
            yield found
            continue
        try:
            yield await _taken(found, replay, asked, told)
        except FormatError as error:
            if found.name == path.name:
                raise
            yield Refused(found.name, str(error))
    if empty:
        raise FormatError(NOTHING)


async def _taken(source: Input, replay: Replay, asked: Asked, told: Told) -> Report:
    report, before = Report(source.name, source.format), replay.quarantined
    taking = _Taking(replay, report, asked)
    try:
        for place, batch in batches(taking.wanted(source.found), report):
            report.new += await taking.store(place, batch)
            told(report, source.source)
    except FormatError as error:
        if not taking.spans:
            raise
        report.broken = str(error)  # what came before is in, and shall be whole
    report.placing = True
    await taking.place(lambda: told(report, source.source))
    report.quarantined = replay.quarantined - before
    return report


class _Taking:
    """One import under way: which groups it is of, and over which spans."""

    def __init__(self, replay: Replay, report: Report, asked: Asked) -> None:
        self.replay = replay
        self.report = report
        self.asked = asked
        self.names: dict[Place, Names] = {}
        self.spans: dict[tuple[str, str], tuple[Place, datetime, datetime]] = {}

    def wanted(self, found: Iterator[Found]) -> Iterator[Found]:
        """Yield what is not too old."""
        since = self.asked.since
        for one in found:
            if since is not None and isinstance(one, Message) and one.at < since:
                self.report.skip(Skipped(0, BEFORE))
            else:
                yield one

    async def store(self, place: Place, batch: list[Message]) -> int:
        """Store what a group does not have of a batch, and return how many messages that were."""
        async with self.replay.database.read() as store:
            if place not in self.names:
                self.names[place] = Names(await group_meant(store, place))
            names = self.names[place]
            batch = await names.meant(store, batch)
            group = await groups.at(store, names.place)
            new = batch if group is None else await history.unknown(store, group.id, batch)
        self.report.ambiguous |= names.ambiguous
        self.report.matched |= {name for name, key in names.known.items() if key is not None}
        self._span(names.place, batch)
        once = list({message.key: message for message in reversed(new)}.values())[::-1]
        await self.replay.fill(names.place, [frame(names.place, message) for message in once])
        return len(once)

    def _span(self, place: Place, batch: list[Message]) -> None:
        at = place.platform, place.key
        _, since, until = self.spans.get(at, (place, batch[0].at, batch[-1].at))
        self.spans[at] = place, min(since, batch[0].at), max(until, batch[-1].at)

    async def place(self, told: Callable[[], None]) -> None:
        """Put what was stored into threads, group by group, and note what is covered now."""
        told()
        database = self.replay.database
        for place, since, until in self.spans.values():

            def placed(count: int) -> None:
                self.report.placed += count
                told()

            await self.replay.place(place, placed)
            await cover(database, place, since, until)
            async with database.read() as store:
                group = await groups.at(store, place)
                self.report.places.append(place if group is None else group.place)
                if group is not None:
                    self.report.threads += await history.count_threads(store, group.id, since, until)


def batches(found: Iterator[Found], report: Report) -> Iterator[tuple[Place, list[Message]]]:
    """Gather the messages of each group, in the order in which they were said.

    A batch ends at `BATCH` messages, but not between two of one moment: those are compared with what is stored.

    Raises:
        FormatError: The file cannot be read to its end; what came before was yielded.
    """
    gathered: dict[Place, list[Message]] = {}
    try:
        yield from _gathered(found, report, gathered)
    except FormatError:
        yield from _full(gathered, len(gathered))
        raise
    yield from _full(gathered, len(gathered))


def _gathered(
    found: Iterator[Found], report: Report, gathered: dict[Place, list[Message]]
) -> Iterator[tuple[Place, list[Message]]]:
    """Yield the batches that are full; the rest is left in `gathered`."""
    place: Place | None = None
    for one in found:
        if isinstance(one, Skipped):
            report.skip(one)
        elif isinstance(one, Noted):
            report.note(one)
        elif isinstance(one, Place):
            place = one
            report.turn()
            if place not in gathered and len(gathered) >= GROUPS_AT_ONCE:
                yield from _full(gathered, 1)
        elif place is not None:
            report.take(one)
            batch = gathered.setdefault(place, [])
            if len(batch) >= BATCH and int(one.at.timestamp()) != int(batch[-1].at.timestamp()):
                yield place, _ordered(batch)
                batch = gathered[place] = []
            batch.append(one)


def _full(gathered: dict[Place, list[Message]], count: int) -> Iterator[tuple[Place, list[Message]]]:
    """Yield what was gathered of the first groups."""
    for place in list(gathered)[:count]:
        batch = gathered.pop(place)
        if batch:
            yield place, _ordered(batch)


def _ordered(batch: list[Message]) -> list[Message]:
    return sorted(batch, key=lambda message: (message.at, len(message.key), message.key))


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
