"""Between the wire and the ear: frames are held back, let go in order, and stored many at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass

from bot.adapters._parse import Odd, Raw, identifier

HELD_LIMIT = 32 * 2**20  # characters
IN_FLIGHT = 256


@dataclass(frozen=True, slots=True)
class Pushed:
    """Something that came: its group (empty if it has none), read and as it was."""

    group: str
    raw: Raw | Odd
    text: str


class Gate:
    """Holds frames back: all of them at first, then those of single groups until each is released.

    So nothing of a group is stored before what was missed in it: the latest stored message stays the mark up to
    which everything is known, also when the process dies in between.
    """

    def __init__(self, let_through: Callable[[Pushed], Awaitable[None]], limit: int = HELD_LIMIT) -> None:
        self._let_through = let_through
        self._limit = limit
        self._held: deque[Pushed] = deque()
        self._size = 0
        self._shut: set[str] | None = None  # None: every group
        self._order = asyncio.Lock()

    async def put(self, pushed: Pushed) -> None:
        """Pass something on, behind whatever of it is held.

        Raises:
            ConnectionError: More came than can be held.
        """
        if self._shut is None or pushed.group in self._shut:
            self._held.append(pushed)
            self._size += len(pushed.text)
            if self._size > self._limit:
                raise ConnectionError("too much came in while the history was being read")
        else:
            async with self._order:
                await self._let_through(pushed)

    async def open(self, shut: Iterable[str]) -> None:
        """Let everything through but these groups."""
        async with self._order:
            self._shut = set(shut)
            await self._drain()

    async def release(self, group: str) -> None:
        """Let a group through as well."""
        async with self._order:
            if self._shut is not None:
                self._shut.discard(group)
            await self._drain()

    def ids(self, group: str) -> set[str]:
        """Return the ids of the messages of a group that are held."""
        held = [pushed.raw for pushed in self._held if pushed.group == group]
        return {identifier(raw.get("message_id")) for raw in held if not isinstance(raw, Odd)}

    async def _drain(self) -> None:
        kept: deque[Pushed] = deque()
        while self._held:
            pushed = self._held.popleft()
            if self._shut is not None and pushed.group in self._shut:
                kept.append(pushed)
            else:
                self._size -= len(pushed.text)
                await self._let_through(pushed)
        self._held = kept


class Lane:
    """Runs stores side by side, begun strictly in order and never too many, so that one commit takes many."""

    def __init__(self, bound: int = IN_FLIGHT) -> None:
        self._free = asyncio.Semaphore(bound)
        self._running: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def put(self, store: Coroutine[object, object, None]) -> None:
        """Begin a store as soon as there is room; it may end later."""
        free = False
        try:
            free = await self._free.acquire()
        finally:
            if not free:
                store.close()
        task = asyncio.get_running_loop().create_task(store)
        self._running.add(task)
        task.add_done_callback(self._done)

    async def failure(self) -> None:
        """Wait until a store fails, and raise what it raised."""
        await asyncio.shield(self._failed)

    async def settle(self, seconds: float) -> None:
        """Give what was begun a moment to end, then give it up."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if self._failed.done():
            self._failed.exception()  # seen: whoever waited for it has it
        self._failed.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)
