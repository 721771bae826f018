"""Reads what people corrected in the configured database: which place each message should have had."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.config import Config
from bot.evaluation import DataError
from classifiers import BURST_GAP, Memory, keywords, rules
from classifiers._training.correcting import Correction, without
from handlers._relink import Memories, Relinker
from storage import messages, migrate, pins, threads
from storage.database import UNAVAILABLE, Database, Store
from storage.messages import Stored
from storage.migrate import SchemaError
from storage.outcome import Mark
from storage.pins import Pin, Pinned
from storage.threads import Placed, Thread

NEW, OUT = 0, None
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """The place that a person gave a message, and what kind of message that makes it; empty where it does not tell."""

    place: int | None
    kind: str = ""


def wanted(
    held: Sequence[Pin], content: Mapping[int, Sequence[Placed]], known: Mapping[int, Thread]
) -> dict[int, Wanted]:
    """Return which place people gave messages; of two corrections of one message the later holds.

    Args:
        held: Pins, oldest first.
        content: The messages of threads that were said to be, or not to be, a question.
        known: Those threads.
    """
    found: dict[int, Wanted] = {}
    last = {pin.thread_id: pin.id for pin in held if pin.kind is Pinned.MARK}
    for pin in held:
        match pin.kind:
            case Pinned.OPENS if pin.message_id is not None:
                found[pin.message_id] = Wanted(NEW, "opening")
            case Pinned.THREAD if pin.message_id is not None:
                found[pin.message_id] = Wanted(pin.thread_id)
            case Pinned.MERGED if pin.message_id is not None:
                found[pin.message_id] = Wanted(int(pin.value), "detail")
            case Pinned.MARK if last[pin.thread_id] == pin.id and pin.thread_id is not None:
                thread, placed = known.get(pin.thread_id), content.get(pin.thread_id, ())
                found |= _judged(thread, placed, pin.value == Mark.INVALID)
            case _:
                pass
    return found


def _judged(thread: Thread | None, placed: Sequence[Placed], invalid: bool) -> dict[int, Wanted]:
    """Return the places of a thread's messages when a person said that it is no question, or is one."""
    opener = next((p.message for p in placed if thread and p.message.id == thread.first_message), None)
    if thread is None or opener is None:
        return {}
    if not invalid:
        return {opener.id: Wanted(NEW, "opening")}
    asked = {
        p.message.id for p in placed if p.message.member_id == thread.asker and p.message.at - opener.at <= BURST_GAP
    }
    return {p.message.id: Wanted(OUT, "outside" if p.message.id in asked else "") for p in placed}


async def corrections(store: Store) -> list[Correction]:
    """Return all corrections that a linker can learn from, each with its group as it was just before the message.

    What was erased since, and what was said to the bot, teaches nothing.
    """
    held = await pins.placing(store)
    judged = {pin.thread_id for pin in held if pin.kind is Pinned.MARK and pin.thread_id is not None}
    known = await threads.several(store, judged)
    content: dict[int, list[Placed]] = {}
    for placed in await threads.placed_in(store, known):
        content.setdefault(placed.thread, []).append(placed)
    places = wanted(held, content, known)
    relinker = Relinker(store, rules.build(rules.Settings()), keywords.build(keywords.Settings()), Memories())
    ids, found = sorted(places), []
    for start in range(0, len(ids), CHUNK):
        for message in await messages.several(store, ids[start : start + CHUNK]):
            if message.member_id is not None and message.text and not message.to_bot:
                found.append(await _correction(relinker, message, places[message.id]))
    return found


async def _correction(relinker: Relinker, message: Stored, place: Wanted) -> Correction:
    said, memory = await relinker.before(message)
    known = await threads.several(relinker.store, memory.tracks)
    absent = [number for number in memory.tracks if not _there(number, known, memory)]
    return Correction(message.group_id, said, without(memory, absent), place.place, place.kind)


def _there(number: int, known: Mapping[int, Thread], memory: Memory) -> bool:
    """Whether a thread was open by then, and is a question: not opened by a later message that took earlier ones in."""
    thread = known.get(number)
    if thread is None or thread.facts.invalid_at is not None:
        return False
    return any(said.id == thread.first_message for said, _ in memory.tracks[number].said)


def read(config: Config) -> list[Correction]:
    """Return the corrections of the configured database.

    Raises:
        DataError: It cannot be read, or has no tables of this version.
    """
    return asyncio.run(_read(config.database.url.get_secret_value()))


async def _read(url: str) -> list[Correction]:
    try:
        async with Database.open(url) as database:
            if database.file is not None and not database.file.exists():
                raise DataError("There is no database yet.")
            current, newest = await migrate.head(database)
            if current != newest:
                raise DataError("The database has no tables of this version. First: python3 run.py migrate")
            async with database.read() as store:
                return await corrections(store)
    except SchemaError as error:
        raise DataError(str(error)) from error
    except UNAVAILABLE as error:
        raise DataError(f"The database does not answer ({type(error).__name__}).") from error
