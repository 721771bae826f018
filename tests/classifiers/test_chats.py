"""Whole chats with several threads at once, small talk and advertisements."""

from __future__ import annotations

import time

import pytest

from classifiers import Memory
from classifiers.rules import Settings, build
from tests.classifiers.dialogs import CHATS, Line, agreement, chat, fortnight, places

FLOOR = {
    "weekday": 0.94,
    "harbour": 0.88,
    "evening": 0.90,
    "english": 0.90,
    "terse": 0.90,
    "rush": 0.86,
    "office": 0.84,
    "night": 0.76,
}


@pytest.mark.parametrize("name", sorted(FLOOR))
def test_threads_of_a_chat(name: str) -> None:
    assert agreement(chat((CHATS / f"{name}.txt").read_text(encoding="utf-8"))) >= FLOOR[name]


@pytest.mark.parametrize(("group", "floor"), [("g1", 0.92), ("g2", 0.90)])
def test_threads_of_the_demo(group: str, floor: float) -> None:
    assert agreement(fortnight(group)) >= floor


@pytest.mark.parametrize("group", ["g1", "g2"])
def test_roles_of_the_demo(group: str) -> None:
    lines = [line for line in fortnight(group) if line.thread]
    seen = places(fortnight(group))
    assert sum(seen[line.said.id][1] == line.role for line in lines) / len(lines) >= 0.84


def test_a_rebuilt_memory_gives_the_same_places() -> None:
    lines = chat((CHATS / "weekday.txt").read_text(encoding="utf-8"))
    assert _run(lines, rebuild_every=20) == _run(lines, rebuild_every=0)


def _run(lines: list[Line], *, rebuild_every: int) -> list[int | None]:
    linker, memory, opened = build(Settings()), Memory(), 0
    for index, line in enumerate(lines):
        if rebuild_every and index % rebuild_every == 0:
            memory = _rebuilt(memory)
        found = linker.place(line.said, memory)
        assert linker.place(line.said, memory) == found, "a second look changes nothing"
        opened += found.thread == 0
        thread = opened if found.thread == 0 else found.thread
        memory.settle(line.said, thread, found.role)
        for message, target, role in found.moves:
            memory.move(message, thread if target == 0 else target, role)
    return [memory.thread_of(line.said.id) for line in lines]


def _rebuilt(memory: Memory) -> Memory:
    """Return a memory of the same messages, settled anew in their order."""
    held = {said.id: (said, track.id, role) for track in memory.tracks.values() for said, role in track.said}
    held |= {said.id: (said, thread, role) for said, thread, role in memory.recent}
    fresh = Memory()
    for said, thread, role in sorted(held.values(), key=lambda kept: kept[0].order):
        asker = memory.tracks[thread].asker if thread is not None else None
        fresh.settle(said, thread, role, asker=asker)
    return fresh


def test_speed() -> None:
    lines = chat((CHATS / "weekday.txt").read_text(encoding="utf-8"))
    linker, memory = build(Settings()), Memory()
    begin = time.process_time()
    for line in lines:
        memory.settle(line.said, 1 if line.thread else None, linker.place(line.said, memory).role)
    assert len(lines) / (time.process_time() - begin) > 300, "an order of magnitude is guarded here, not a record"
