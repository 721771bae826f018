"""Relink: the one path by which messages come into threads, in order or late, edited, corrected or replayed.

A message that is the latest of its group is placed by the linker against the group's memory. Any other one (late,
imported between others, corrected by a pin) rebuilds the memory as it was just before it and places everything from
there on anew; since a linker sees nothing but the messages before, the result is that of the right order from the
start. Pins stay. A thread keeps its number while its first message opens one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from classifiers import Linker, Memory, Role, Said, Topics
from handlers._relink._deriving import derive
from handlers._relink._held import Held, role_of
from handlers._relink._memories import Memories, Remembered
from handlers._relink._seeing import as_seen, rebuilt, seen, speaks
from handlers._relink._written import Written
from storage import groups, messages, moves, threads
from storage.database import Store
from storage.messages import Stored

__all__ = ["STRETCH", "Memories", "Relinker", "Stretch"]

STRETCH = 5_000  # messages that are placed anew in one go


class Stretch(NamedTuple):
    """What became of a stretch of messages: which threads changed, how many it had, when the next one was said."""

    touched: set[int]
    size: int
    next_at: datetime | None


class Relinker:
    """Places messages of one group inside one transaction."""

    def __init__(
        self, store: Store, linker: Linker, topics: Topics, memories: Memories, *, stretch: int = STRETCH
    ) -> None:
        self.store = store
        self.linker = linker
        self.topics = topics
        self.memories = memories
        self.stretch = stretch
        self.written = Written(store)

    async def heard(self, message: Stored) -> set[int]:
        """Place a new message and return the threads that changed. If others came after it, they are placed anew."""
        if not speaks(message):
            return set()
        version = await groups.next_version(self.store, message.group_id)
        known = self.memories.get(message.group_id, version - 1)
        if known is None or (known.last is not None and message.order <= known.last):
            return await self._anew(message, version)
        known.version = version
        touched = await self._place(message, known, Held())  # nobody can have pinned it yet
        await self.written.down()
        await self._refresh(touched)
        return touched

    async def again(self, message: Stored) -> set[int]:
        """Place everything from a message onwards anew: a pin was set, or what the linker saw has changed."""
        return await self._anew(message, await groups.next_version(self.store, message.group_id))

    async def stretch_from(self, first: Stored) -> Stretch:
        """Place a stretch of messages anew, from one onwards; the next call goes on where it ended, with its memory.

        It ends between two moments, so that the next one can be found by its time.
        """
        version = await groups.next_version(self.store, first.group_id)
        known = self.memories.get(first.group_id, version - 1)
        before = await messages.latest_before(self.store, first.group_id, first, 1)
        begins = first
        if known is None or not before or known.until != before[0].order:
            begins = await moves.beginning(self.store, first)
            known = await rebuilt(self.store, begins, version)
        page, cut = await self._stretch(begins, first)
        touched = await self._anew_in(page[:cut], known)
        known.version, known.until = version, page[cut - 1].order
        self.memories.keep(first.group_id, known)
        await self._refresh(touched)
        return Stretch(touched, cut, page[cut].at if cut < len(page) else None)

    async def _stretch(self, begins: Stored, first: Stored) -> tuple[list[Stored], int]:
        """Return messages, and how many of them are the stretch: it ends behind `first`, so that there is an end."""
        limit = self.stretch
        while True:
            page = await messages.after(self.store, first.group_id, begins, limit + 1)
            cut = _seam(page, limit)
            if cut is not None and (cut == len(page) or page[cut].at > first.at):
                return page, cut
            limit *= 4

    async def before(self, message: Stored) -> tuple[Said, Memory]:
        """Return a message as a linker sees it, and the group just before it, with the places that are stored."""
        known = await rebuilt(self.store, message, 0)
        return await seen(self.store, message, known), known.memory

    async def refresh(self, touched: Iterable[int]) -> None:
        """Derive the facts of threads anew: a mark was set."""
        await self._refresh(touched)

    async def edited(self, message: Stored) -> set[int]:
        """Recompute the role and topic that follow from a message's new text; its time and thread stay."""
        version = await groups.next_version(self.store, message.group_id)  # the cached memory holds the old text
        place = (await threads.places(self.store, [message.id])).get(message.id)
        if place is None:
            return set()
        thread, role = place
        known = await rebuilt(self.store, message, version)
        decision = self.linker.place(await seen(self.store, message, known), known.memory)
        held = await Held.on(self.store, [message], {})
        decided = held.decide(message, decision, known.memory.tracks)
        if decided.thread == thread or (decided.thread == 0 and held.opened.get(message.id) == thread):
            role = decided.role
        await threads.place(self.store, message.id, thread, role, decided.confidence)
        await self._refresh([thread])
        return {thread}

    async def recalled(self, message: Stored) -> set[int]:
        """Derive the facts of the thread that held a recalled message; it keeps its place in it."""
        await groups.next_version(self.store, message.group_id)  # the cached memory still holds what was taken back
        touched = {thread for thread, _ in (await threads.places(self.store, [message.id])).values()}
        await self._refresh(touched)
        return touched

    async def _anew(self, first: Stored, version: int) -> set[int]:
        first = await moves.beginning(self.store, first)
        known = await rebuilt(self.store, first, version)
        touched: set[int] = set()
        stretch = await messages.after(self.store, first.group_id, first, self.stretch)
        while stretch:
            touched |= await self._anew_in(stretch, known)
            if len(stretch) < self.stretch:
                break
            stretch = (await messages.after(self.store, first.group_id, stretch[-1], self.stretch + 1))[1:]
        self.memories.keep(first.group_id, known)
        await self._refresh(touched)
        return touched

    async def _anew_in(self, stretch: list[Stored], known: Remembered) -> set[int]:
        later = [message for message in stretch if speaks(message)]
        before = await threads.places(self.store, [message.id for message in stretch])
        held = await Held.on(self.store, later, before)
        if before:
            await threads.take_out(self.store, before)
        await moves.forget(self.store, [message.id for message in stretch])
        touched = {thread for thread, _ in before.values()}
        for message in later:
            touched |= await self._place(message, known, held)
        await self.written.down()
        return touched

    async def _place(self, message: Stored, known: Remembered, held: Held) -> set[int]:
        """Decide about one message, write it down, take it into the memory; return the threads it touched."""
        said = await seen(self.store, message, known)
        decision = held.decide(message, self.linker.place(said, known.memory), known.memory.tracks)
        touched: set[int] = set()
        thread = decision.thread
        asker = None
        if thread == 0:
            thread = await self._open(message, held)
        elif thread is not None and thread not in known.memory.tracks:
            asker = await self._asker(thread)  # pinned to one that is forgotten
        if thread is not None:
            self.written.place(message.id, thread, decision.role, decision.confidence)
            touched.add(thread)
        known.memory.settle(said, thread, decision.role, asker=asker)
        for moved, target, wanted in decision.moves:
            role = await role_of(self.store, moved, wanted)
            if role is not None:
                self.written.moved(moved, message.id)
                touched |= await self._move(moved, thread if target == 0 else target, role, known)
        known.note(message)
        return touched

    async def _asker(self, thread: int) -> int | None:
        opener = (await threads.openers(self.store, [thread])).get(thread)
        return None if opener is None else as_seen(await messages.get(self.store, opener))

    async def _open(self, message: Stored, held: Held) -> int:
        if message.id in held.opened:
            return held.opened[message.id]
        return await self.written.open(message)

    async def _move(self, message: int, target: int | None, role: Role, known: Remembered) -> set[int]:
        touched = {thread for thread in [await self.written.thread_of(message)] if thread is not None}
        if target is None:
            await self.written.take_out(message)
        else:
            self.written.place(message, target, role)
            touched.add(target)
        known.memory.move(message, target, role)
        return touched

    async def _refresh(self, touched: Iterable[int]) -> None:
        wanted = sorted(touched)
        topics = await self.memories.taught.classifier(self.store, self.topics) if wanted else self.topics
        await derive(self.store, wanted, topics)


def _seam(page: list[Stored], limit: int) -> int | None:
    """Return how many messages come before the last change of time within a limit; all, where there are no more."""
    if len(page) <= limit:
        return len(page)
    return next((cut for cut in range(limit, 0, -1) if page[cut - 1].at != page[cut].at), None)
