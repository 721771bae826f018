"""Replaying messages through a linker, with a memory of its own."""

from __future__ import annotations

from collections.abc import Iterable

from classifiers import Linker, Memory, Role, Said


def replay(linker: Linker, messages: Iterable[Said]) -> list[tuple[int, int | None, Role]]:
    """Place messages in their order; return (message id, thread id, role) as it stands after all repairs.

    Threads are numbered from 1 in the order in which they open.
    """
    memory = Memory()
    places: dict[int, tuple[int | None, Role]] = {}
    opened = 0
    for said in sorted(messages, key=lambda said: said.order):
        found = linker.place(said, memory)
        thread = found.thread
        if thread == 0:
            opened += 1
            thread = opened
        memory.settle(said, thread, found.role)
        places[said.id] = (thread, found.role)
        for message, target, role in found.moves:
            where = thread if target == 0 else target
            memory.move(message, where, role)
            places[message] = (where, role)
    return [(message, thread, role) for message, (thread, role) in places.items()]
