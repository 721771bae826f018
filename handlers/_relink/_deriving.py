"""Derives what follows from the messages of threads, their roles and their pins: facts, title and topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from classifiers import Topics
from handlers._relink import _title
from storage import derived, messages, outcome, pins, threads
from storage.database import Store
from storage.pins import Pin, Pinned
from storage.threads import Placed

AT_ONCE = 200  # threads


async def derive(store: Store, wanted: Sequence[int], topics: Topics) -> None:
    """Write down what follows for threads; one that lost its last message goes."""
    for start in range(0, len(wanted), AT_ONCE):
        await _derive(store, wanted[start : start + AT_ONCE], topics)


async def _derive(store: Store, wanted: Sequence[int], topics: Topics) -> None:
    content: dict[int, list[Placed]] = {thread: [] for thread in wanted}
    for placed in await threads.placed_in(store, wanted):
        if placed.message.member_id is not None:
            content[placed.thread].append(placed)
    held: dict[int, list[Pin]] = {thread: [] for thread in wanted}
    for pin in await pins.on(store, threads=wanted):
        if pin.thread_id in held:
            held[pin.thread_id].append(pin)
    openers = await threads.openers(store, wanted)
    written = []
    for thread, found in content.items():
        if found:
            written.append((thread, *await _followed(store, found, held[thread], openers.get(thread, 0), topics)))
        else:
            await derived.remove(store, thread)
    await derived.write_all(store, written)


async def _followed(
    store: Store, placed: list[Placed], held: list[Pin], opened: int, topics: Topics
) -> tuple[outcome.Facts, dict[str, Any]]:
    opener = next((p.message for p in placed if p.message.id == opened), placed[0].message)
    asker = opener.member_id or 0
    question = [p.message.text for p in placed if p.message.member_id == asker and p.role in {"question", "detail"}]
    topic = next((pin.value for pin in reversed(held) if pin.kind is Pinned.TOPIC), None)
    guesses = topics.topic("\n".join(question[:6])) if topic is None else []
    values = {
        "asker": asker,
        "first_message": opener.id,
        "title": _title.title(question),
        "topic": topic if topic is not None else (guesses[0].topic if guesses else ""),
    }
    marks = pins.marks(held, await _authors(store, placed, held)) if held else []
    return outcome.facts(_lines(placed), marks, asker), values


def _lines(placed: Iterable[Placed]) -> list[outcome.Line]:
    return [
        outcome.Line(p.message.id, p.message.at, p.message.member_id or 0, p.role, p.message.recalled_at)
        for p in placed
    ]


async def _authors(store: Store, placed: Iterable[Placed], held: Iterable[Pin]) -> dict[int, int]:
    """Return who wrote which message; an accepted answer may stand in another thread, or in none."""
    known = {p.message.id: p.message.member_id or 0 for p in placed}
    elsewhere = {pin.message_id for pin in held if pin.message_id is not None} - known.keys()
    found = await messages.several(store, elsewhere) if elsewhere else []
    return known | {message.id: message.member_id for message in found if message.member_id is not None}
