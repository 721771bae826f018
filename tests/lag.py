"""How late the loop of a test wakes what sleeps in it: a thing that blocks shows here."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

HELD_UP = 0.25  # seconds; what blocks waits for a peer and so takes longer, and a busy machine takes less


@contextlib.asynccontextmanager
async def lag() -> AsyncIterator[list[float]]:
    """Measure how late the loop wakes a task that sleeps for 10 ms, in seconds, all the while."""
    found: list[float] = []

    async def measure() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            found.append(time.perf_counter() - began - 0.01)

    task = asyncio.create_task(measure())
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def p99(found: list[float]) -> float:
    """Return the 99th percentile."""
    return sorted(found)[int(len(found) * 0.99)] if found else 0.0
