"""What stays put when messages are placed anew: what people pinned, and where edited and recalled messages were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from classifiers import Placement, Role
from storage import pins, threads
from storage.database import Store
from storage.messages import Stored
from storage.pins import Pin, Pinned

_PLACE = (Pinned.THREAD, Pinned.OPENS)
_ABOUT_THREAD = frozenset({Pinned.MARK, Pinned.TOPIC, Pinned.DUPLICATE})


@dataclass(slots=True)
class Held:
    """What holds a stretch of messages.

    Attributes:
        pinned: Per message the pins on it, by kind; of thread and opens only the later one holds.
        opened: The thread that a message opens, and keeps open while it opens one.
        marked: Messages whose thread carries marks of people: they go on opening it.
        kept: Where edited and recalled messages were; their text no longer tells.
    """

    pinned: dict[int, dict[Pinned, Pin]] = field(default_factory=dict)
    opened: Mapping[int, int] = field(default_factory=dict)
    marked: frozenset[int] = frozenset()
    kept: Mapping[int, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    async def on(cls, store: Store, stretch: Sequence[Stored], before: Mapping[int, tuple[int, str]]) -> Held:
        """Load what holds messages; `before` is where they were."""
        ids = [message.id for message in stretch]
        opened = await threads.opened_by(store, ids)
        found = await pins.on(store, messages=ids, threads=opened.values())
        about = {pin.thread_id for pin in found if pin.kind in _ABOUT_THREAD}
        changed = [m.id for m in stretch if m.id in before and (m.edited_at or m.recalled_at)]
        return cls(
            _by_message(found),
            opened,
            frozenset(message for message, thread in opened.items() if thread in about),
            {message: before[message] for message in changed},
        )

    def decide(self, message: Stored, decision: Placement, alive: Iterable[int]) -> Placement:
        """Return a linker's decision as people corrected it; `alive` are the threads that are remembered."""
        held = self.pinned.get(message.id, {})
        if message.id in self.kept:
            decision = self._kept(message, decision, alive)
        role = Role(held[Pinned.ROLE].value) if Pinned.ROLE in held else None
        if Pinned.OPENS in held or (message.id in self.marked and Pinned.THREAD not in held):
            opens = decision if decision.thread == 0 else Placement(0, Role.QUESTION)
            return Placement(0, role or opens.role, 1.0, opens.moves)
        if Pinned.THREAD in held:
            return Placement(held[Pinned.THREAD].thread_id, role or decision.role, 1.0)
        return decision if role is None else Placement(decision.thread, role, 1.0, decision.moves)

    def _kept(self, message: Stored, decision: Placement, alive: Iterable[int]) -> Placement:
        thread, role = self.kept[message.id]
        if self.opened.get(message.id) == thread:
            return decision if decision.thread == 0 else Placement(0, Role(role), decision.confidence)
        return Placement(thread, Role(role), decision.confidence) if thread in alive else decision


async def role_of(store: Store, message: int, wanted: Role) -> Role | None:
    """Return the role that a linker's repair may give a message; None where people decided its place."""
    held = _by_message(await pins.on(store, messages=[message])).get(message, {})
    if any(kind in held for kind in _PLACE):
        return None
    return Role(held[Pinned.ROLE].value) if Pinned.ROLE in held else wanted


def _by_message(found: Iterable[Pin]) -> dict[int, dict[Pinned, Pin]]:
    pinned: dict[int, dict[Pinned, Pin]] = {}
    for pin in found:
        if pin.message_id is None or pin.kind is Pinned.MARK:
            continue
        held = pinned.setdefault(pin.message_id, {})
        if pin.kind in _PLACE:
            for kind in _PLACE:
                held.pop(kind, None)
        held[pin.kind] = pin
    return pinned
