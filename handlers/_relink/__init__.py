"""Relink: the one path by which messages come into threads, in order or late, edited, corrected or replayed.

A message that is the latest of its group is placed by the linker against the group's memory. Any other one (late,
imported between others, corrected by a pin) rebuilds the memory as it was just before it and places everything from
there on anew; since a linker sees nothing but the messages before, the result is that of the right order from the
start. Pins stay. A thread keeps its number while its first message opens one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from classifiers import MEMORY_SAID, MEMORY_SPAN, Linker, Memory, Role, Said, Topics
from handlers._relink._deriving import derive
from handlers._relink._held import Held, role_of
from handlers._relink._written import Written
from handlers._taught import Taught
from handlers._threads.asking import objection
from handlers._threads.known import Known
from storage import groups, messages, moves, outbox, threads
from storage.database import Store
from storage.frames import Kind
from storage.messages import UNSIGNED, Stored
from storage.threads import Placed

C = TypeVar("C")
CACHED_GROUPS = 500
STRETCH = 5_000  # messages that are placed anew in one go


@dataclass(slots=True)
class Remembered:
    """A group's memory, the version of the group it is true for, and the keys by which replies find messages."""

    memory: Memory
    version: int
    last: tuple[datetime, int, str] | None = None
    until: tuple[datetime, int, str] | None = None
    keys: dict[str, int] = field(default_factory=dict)


class Memories:
    """The memories of the groups that spoke last; a cache: what is not here, or outdated, is rebuilt from storage."""

    def __init__(self) -> None:
        self.taught = Taught()
        self.known = Known()
        self._groups: OrderedDict[int, Remembered] = OrderedDict()
        self._caches: dict[type, Any] = {}

    def cache(self, kind: type[C]) -> C:
        """Return the cache of a kind, made when it is first asked for: its own file knows what is in it."""
        if kind not in self._caches:
            self._caches[kind] = kind()
        found: C = self._caches[kind]
        return found

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
        if not _speaks(message):
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
            known = await self._rebuild(begins, version)
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
        known = await self._rebuild(message, 0)
        return await self._said(message, known), known.memory

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
        known = await self._rebuild(message, version)
        decision = self.linker.place(await self._said(message, known), known.memory)
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
        known = await self._rebuild(first, version)
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
        later = [message for message in stretch if _speaks(message)]
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

    async def _rebuild(self, first: Stored, version: int) -> Remembered:
        """Return the memory as it was just before a message: the threads of the last days and the last messages."""
        # Twice as many, for commands and system lines among them are not remembered.
        latest = await messages.latest_before(self.store, first.group_id, first, 2 * MEMORY_SAID)
        active = await threads.active_between(self.store, first.group_id, first.at - MEMORY_SPAN, first.at)
        held = await threads.placed_in(self.store, active)
        places = {placed.message.id: (placed.thread, Role(placed.role)) for placed in held}
        askers = await threads.askers(self.store, active)
        askers |= {placed.thread: _as_seen(placed.message) or 0 for placed in held if _is_unsigned(placed)}
        known = Remembered(Memory(), version)
        for message in _merged([placed.message for placed in held], latest, before=first):
            thread, role = places.get(message.id, (None, Role.ASIDE))
            known.memory.settle(
                await self._said(message, known), thread, role, asker=askers.get(thread) if thread else None
            )
            _note(message, known)
        return known

    async def _place(self, message: Stored, known: Remembered, held: Held) -> set[int]:
        """Decide about one message, write it down, take it into the memory; return the threads it touched."""
        said = await self._said(message, known)
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
        _note(message, known)
        return touched

    async def _asker(self, thread: int) -> int | None:
        opener = (await threads.openers(self.store, [thread])).get(thread)
        return None if opener is None else _as_seen(await messages.get(self.store, opener))

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

    async def _said(self, message: Stored, known: Remembered) -> Said:
        return Said(
            id=message.id,
            key=message.key,
            member=_as_seen(message),
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
        return await self._opener_of_post(message) if found is None else found.id

    async def _opener_of_post(self, message: Stored) -> int | None:
        """Return the question that the bot's post is about which a message replies to: it is said to that."""
        post = await outbox.posted_as(self.store, message.group_id, message.reply_to or "")
        if post is None or post.about is None or not post.about.startswith("thread:"):
            return None
        thread = await threads.find(self.store, int(post.about.removeprefix("thread:")))
        return thread.first_message if thread is not None and thread.group_id == message.group_id else None


def _as_seen(message: Stored) -> int | None:
    """Return whom a linker takes for a message's author: of one without a name a stranger, and another each time.

    Else it would put what its author says in the group besides into that thread, and so tell who asked.
    """
    return -message.id if UNSIGNED in message.flags else message.member_id


def _is_unsigned(placed: Placed) -> bool:
    return placed.role == Role.QUESTION and UNSIGNED in placed.message.flags


def _seam(page: list[Stored], limit: int) -> int | None:
    """Return how many messages come before the last change of time within a limit; all, where there are no more."""
    if len(page) <= limit:
        return len(page)
    return next((cut for cut in range(limit, 0, -1) if page[cut - 1].at != page[cut].at), None)


def _speaks(message: Stored) -> bool:
    """Whether a message may belong to a thread: no system line, and nothing that only tells the bot what to do."""
    if message.member_id is None or message.kind is Kind.SYSTEM or "command" in message.flags:
        return False
    return not (message.to_bot and objection(message.text) is not None)


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
