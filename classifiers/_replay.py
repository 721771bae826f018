"""Replaying messages through a linker, with a memory of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from classifiers import Linker, Memory, Placement, Role, Said


def replay(linker: Linker, messages: Iterable[Said]) -> list[tuple[int, int | None, Role]]:
    """Place messages in their order; return (message id, thread id, role) as it stands after all repairs.

    Threads are numbered from 1 in the order in which they open.
    """
    places: dict[int, tuple[int | None, Role]] = {}
    for said, found, thread, _ in steps(linker, messages):
        places[said.id] = (thread, found.role)
        for message, target, role in found.moves:
            places[message] = (thread if target == 0 else target, role)
    return [(message, thread, role) for message, (thread, role) in places.items()]


def steps(linker: Linker, messages: Iterable[Said]) -> Iterator[tuple[Said, Placement, int | None, Memory]]:
    """Yield each message with the linker's decision, the thread it came into and the memory, which holds it by then."""
    memory = Memory()
    opened = 0
    for said in sorted(messages, key=lambda said: said.order):
        found = linker.place(said, memory)
        thread = found.thread
        if thread == 0:
            opened += 1
            thread = opened
        memory.settle(said, thread, found.role)
        for message, target, role in found.moves:
            memory.move(message, thread if target == 0 else target, role)
        yield said, found, thread, memory
