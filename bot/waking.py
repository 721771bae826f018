"""Waiting for work: until somebody wakes us, or long enough to look anyway."""

from __future__ import annotations

import asyncio


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set, at the latest after some seconds (another process may have left work)."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
