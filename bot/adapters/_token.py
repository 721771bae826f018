"""An access token that a platform lends for some time: fetched once for all who wait, and anew before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

FRESH = 0.8  # of its life; then the next is fetched, so that no post meets a dead one
SHORTEST = 30.0  # seconds for which any token is believed, so that a wrong `expires_in` makes no storm

Fetch = Callable[[], Awaitable[tuple[str, float]]]


class Token:
    """The token of one account. It is never shown: neither here nor in what is raised."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = monotonic) -> None:
        """Take what fetches a token and the seconds it lives, and a monotonic clock."""
        self._fetch = fetch
        self._clock = clock
        self._value = ""
        self._until = float("-inf")
        self._one = asyncio.Lock()

    async def get(self) -> str:
        """Return a token that lives; raises what fetching raises."""
        async with self._one:
            if self._clock() >= self._until:
                value, seconds = await self._fetch()
                self._value, self._until = value, self._clock() + max(seconds * FRESH, SHORTEST)
            return self._value

    def forget(self, value: str) -> None:
        """Say that the platform no longer takes this one; a newer one stays."""
        if value == self._value:
            self._until = float("-inf")
