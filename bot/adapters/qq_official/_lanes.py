"""Between the gateway and the ear: groups side by side, each in order, and how far everything is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

IN_FLIGHT = 256


class Progress:
    """Up to which number of a session everything that was dispatched is durable."""

    def __init__(self, number: int = 0) -> None:
        self._highest = number
        self._open: dict[int, None] = {}

    @property
    def safe(self) -> int:
        """The number from which a resumed session may go on, without losing anything."""
        return min(self._open) - 1 if self._open else self._highest

    def began(self, number: int) -> None:
        """Note that something came."""
        if number > 0:
            self._open[number] = None
            self._highest = max(self._highest, number)

    def ended(self, number: int) -> None:
        """Note that it is durable."""
        self._open.pop(number, None)

    def given_up(self) -> None:
        """Forget what came and is not durable: it will come again."""
        self._highest = self.safe
        self._open.clear()


class Lanes:
    """Runs work side by side, what belongs to one group one after the other, and never too much of it."""

    def __init__(self, bound: int = IN_FLIGHT) -> None:
        self._free = asyncio.Semaphore(bound)
        self._last: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def put(self, lane: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin work as soon as there is room and the lane is free."""
        await self._free.acquire()
        task = asyncio.get_running_loop().create_task(self._run(self._last.get(lane), work))
        self._last[lane] = task
        self._running.add(task)
        task.add_done_callback(lambda done: self._done(lane, done))

    async def failure(self) -> None:
        """Wait until work fails, and raise what it raised."""
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

    async def _run(self, before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]) -> None:
        if before is not None:
            await asyncio.wait([before])
            before.result()  # raises what it raised: this is not done either, and comes again with it
        await work()

    def _done(self, lane: str, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()
        if self._last.get(lane) is task:
            del self._last[lane]
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)
