"""Relink: the one path by which messages come into threads, in order or late, edited, corrected or replayed.

A message that is the latest of its group is placed by the linker against the group's memory. Any other one (late,
imported between others, corrected by a pin) rebuilds the memory as it was just before it and places everything from
there on anew; since a linker sees nothing but the messages before, the result is that of the right order from the
start. Pins stay. A thread keeps its number while its first message opens one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from classifiers import MEMORY_SAID, MEMORY_SPAN, Linker, Memory, Placement, Role, Said, Topics
from handlers import _title
from storage import groups, messages, outcome, pins, threads
from storage.database import Store
from storage.frames import Kind
from storage.messages import Stored
from storage.pins import Pin, Pinned

CACHED_GROUPS = 500


@dataclass(slots=True)
class Remembered:
    """A group's memory, the version of the group it is true for, and the keys by which replies find messages."""

    memory: Memory
    version: int
    last: tuple[datetime, int, str] | None = None
    keys: dict[str, int] = field(default_factory=dict)


class Memories:
    """The memories of the groups that spoke last; a cache: what is not here, or outdated, is rebuilt from storage."""

    def __init__(self) -> None:
        self._groups: OrderedDict[int, Remembered] = OrderedDict()

    def get(self, group: int, version: int) -> Remembered | None:
        """Return a group's memory if it is true for this version of the group."""
        found = self._groups.get(group)
        if found is None or found.version != version:
            return None
        self._groups.move_to_end(group)
        return found

    def keep(self, group: int, remembered: Remembered) -> None:
        """Keep a memory; the group that was silent longest is forgotten."""
        self._groups[group] = remembered
        self._groups.move_to_end(group)
        while len(self._groups) > CACHED_GROUPS:
            self._groups.popitem(last=False)


class Relinker:
    """Places messages of one group inside one transaction."""

    def __init__(self, store: Store, linker: Linker, topics: Topics, memories: Memories) -> None:
        self.store = store
        self.linker = linker
        self.topics = topics
        self.memories = memories

    async def heard(self, message: Stored) -> set[int]:
        """Place a new message and return the threads that changed. If others came after it, they are placed anew."""
        if message.member_id is None or message.kind is Kind.SYSTEM:
            return set()
        version = await groups.next_version(self.store, message.group_id)
        known = self.memories.get(message.group_id, version - 1)
        if known is None or (known.last is not None and message.order <= known.last):
            return await self._anew(message, version)
        known.version = version
        touched = await self._place(message, known, _Pins([], {}))  # nobody can have pinned it yet
        await self._refresh(touched)
        return touched

    async def again(self, message: Stored) -> set[int]:
        """Place everything from a message onwards anew: a pin was set, or what the linker saw has changed."""
        return await self._anew(message, await groups.next_version(self.store, message.group_id))

    async def refresh(self, touched: Iterable[int]) -> None:
        """Derive the facts of threads anew: a mark was set, or a message was erased."""
        await self._refresh(touched)

    async def _anew(self, first: Stored, version: int) -> set[int]:
        known = await self._rebuild(first, version)
        later = [m for m in await messages.after(self.store, first.group_id, first) if _speaks(m)]
        before = await threads.places(self.store, [m.id for m in later])
        held = await _Pins.on(self.store, later)
        await threads.take_out(self.store, before)
        touched = {thread for thread, _ in before.values()}
        for message in later:
            touched |= await self._place(message, known, held)
        self.memories.keep(first.group_id, known)
        await self._refresh(touched)
        return touched

    async def _rebuild(self, first: Stored, version: int) -> Remembered:
        """Return the memory as it was just before a message: the threads of the last days and the last messages."""
        latest = await messages.latest_before(self.store, first.group_id, first, MEMORY_SAID)
        active = await threads.active_between(self.store, first.group_id, first.at - MEMORY_SPAN, first.at)
        held = await threads.placed_in(self.store, active)
        places = {placed.message.id: (placed.thread, Role(placed.role)) for placed in held}
        askers = await threads.askers(self.store, active)
        known = Remembered(Memory(), version)
        for message in _merged([placed.message for placed in held], latest, before=first):
            thread, role = places.get(message.id, (None, Role.ASIDE))
            known.memory.settle(
                await self._said(message, known), thread, role, asker=askers.get(thread) if thread else None
            )
            _note(message, known)
        return known

    async def _place(self, message: Stored, known: Remembered, held: _Pins) -> set[int]:
        """Decide about one message, write it down, take it into the memory; return the threads it touched."""
        said = await self._said(message, known)
        decision = held.decide(message, self.linker.place(said, known.memory))
        touched: set[int] = set()
        thread = decision.thread
        if thread == 0:
            thread = await self._open(message)
        if thread is not None:
            await threads.place(self.store, message.id, thread, decision.role, decision.confidence)
            touched.add(thread)
        known.memory.settle(said, thread, decision.role)
        for moved, target, role in decision.moves:
            if not await pins.hold(self.store, moved):
                touched |= await self._move(moved, thread if target == 0 else target, role, known)
        _note(message, known)
        return touched

    async def _open(self, message: Stored) -> int:
        numbers = await threads.opened_by(self.store, [message.id])
        if message.id in numbers:
            return numbers[message.id]
        return await threads.open_thread(self.store, message, title="", imported=message.replayed)

    async def _move(self, message: int, target: int | None, role: Role, known: Remembered) -> set[int]:
        touched = {thread for thread, _ in (await threads.places(self.store, [message])).values()}
        if target is None:
            await threads.take_out(self.store, [message])
        else:
            await threads.place(self.store, message, target, role)
            touched.add(target)
        known.memory.move(message, target, role)
        return touched

    async def _refresh(self, touched: Iterable[int]) -> None:
        for thread in sorted(touched):
            await derive(self.store, thread, self.topics)

    async def _said(self, message: Stored, known: Remembered) -> Said:
        return Said(
            id=message.id,
            key=message.key,
            member=message.member_id,
            at=message.at,
            text=message.text,
            name=message.name,
            kind=message.kind,
            reply_to=await self._replied(message, known),
            quote=message.quote,
            mentions=message.mentions,
            to_bot=message.to_bot,
        )

    async def _replied(self, message: Stored, known: Remembered) -> int | None:
        if message.reply_to is None:
            return None
        if message.reply_to in known.keys:
            return known.keys[message.reply_to]
        found = await messages.find(self.store, message.group_id, message.reply_to)
        return None if found is None else found.id


async def derive(store: Store, thread: int, topics: Topics) -> None:
    """Write a thread's facts, title and topic down as they follow from its messages, roles and pins."""
    placed = await threads.content(store, thread)
    if not placed:
        await threads.remove(store, thread)
        return
    held = await pins.on(store, threads=[thread])
    opened = await threads.opener(store, thread)
    opener = next((p.message for p in placed if p.message.id == opened), placed[0].message)
    asker = opener.member_id or 0
    lines = [
        outcome.Line(p.message.id, p.message.at, p.message.member_id, p.role, p.message.recalled_at)
        for p in placed
        if p.message.member_id is not None
    ]
    author = {line.message: line.member for line in lines}
    question = [p.message.text for p in placed if p.message.member_id == asker and p.role in {"question", "detail"}]
    topic = next((pin.value for pin in reversed(held) if pin.kind is Pinned.TOPIC), None)
    guesses = topics.topic("\n".join(question[:6])) if topic is None else []
    values = {
        "asker": asker,
        "first_message": opener.id,
        "title": _title.title(question),
        "topic": topic if topic is not None else (guesses[0].topic if guesses else ""),
    }
    await threads.write(store, thread, outcome.facts(lines, pins.marks(held, author), asker), **values)


class _Pins:
    """The pins on a stretch of messages."""

    def __init__(self, found: Sequence[Pin], marked: dict[int, int]) -> None:
        self.by_message: dict[int, dict[Pinned, Pin]] = {}
        for pin in found:
            if pin.message_id is not None and pin.kind is not Pinned.MARK:
                self.by_message.setdefault(pin.message_id, {})[pin.kind] = pin
        self.marked = marked

    @classmethod
    async def on(cls, store: Store, stretch: Sequence[Stored]) -> _Pins:
        """Load the pins on messages, and which of them open threads that people made marks on."""
        ids = [message.id for message in stretch]
        opened = await threads.opened_by(store, ids)
        found = await pins.on(store, messages=ids, threads=opened.values())
        marked = {pin.thread_id for pin in found if pin.kind in {Pinned.MARK, Pinned.TOPIC}}
        return cls(found, {message: thread for message, thread in opened.items() if thread in marked})

    def decide(self, message: Stored, decision: Placement) -> Placement:
        """Return the decision as people corrected it."""
        held = self.by_message.get(message.id, {})
        role = Role(held[Pinned.ROLE].value) if Pinned.ROLE in held else None
        if Pinned.OPENS in held or (message.id in self.marked and Pinned.THREAD not in held):
            opens = decision if decision.thread == 0 else Placement(0, Role.QUESTION)
            return Placement(0, role or opens.role, 1.0, opens.moves)
        if Pinned.THREAD in held:
            thread = held[Pinned.THREAD].thread_id
            return Placement(thread, role or decision.role, 1.0)
        return decision if role is None else Placement(decision.thread, role, 1.0, decision.moves)


def _speaks(message: Stored) -> bool:
    return message.member_id is not None and message.kind is not Kind.SYSTEM and "command" not in message.flags


def _merged(held: list[Stored], latest: list[Stored], *, before: Stored) -> list[Stored]:
    """Return both lists as one, in order, each message once, and nothing from `before` on."""
    every = {message.id: message for message in [*held, *latest] if message.order < before.order and _speaks(message)}
    return sorted(every.values(), key=lambda message: message.order)


def _note(message: Stored, known: Remembered) -> None:
    known.last = message.order
    known.keys[message.key] = message.id
    if message.alias:
        known.keys[message.alias] = message.id
    if len(known.keys) > 4 * MEMORY_SAID:
        for key in list(known.keys)[: 2 * MEMORY_SAID]:
            del known.keys[key]
