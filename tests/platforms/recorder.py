"""An ear that remembers, in place of the inbox, and a free port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.adapters import Heard
from storage.frames import Frame, GroupKind, Message, Place


@dataclass(frozen=True)
class Gap:
    group: str
    since: datetime
    until: datetime
    missing: int | None


@dataclass
class Recorder:
    """Stores like the inbox does: each key once, and it knows the latest message of each group."""

    known: list[Heard] = field(default_factory=list)
    seconds: float = 0  # how long a store takes
    frames: list[Frame] = field(default_factory=list)
    again: list[Frame] = field(default_factory=list)  # heard, but known
    online_as: list[tuple[str, str, tuple[Place, ...]]] = field(default_factory=list)
    offline_for: list[str] = field(default_factory=list)
    sights: dict[str, bool] = field(default_factory=dict)  # by group key: whether everything is seen
    moves: list[tuple[str, str]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    oddities: list[tuple[str, str]] = field(default_factory=list)
    began: list[str] = field(default_factory=list)  # keys in the order in which they were handed over
    busy: int = 0
    busiest: int = 0
    blocked: asyncio.Event | None = None
    behind: bool = False  # whether what was heard is not worked off yet, so that `heard` knows only of `known`

    def __post_init__(self) -> None:
        self._changed = asyncio.Condition()
        self._keys: set[str] = set()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def online(self, self_id: str, name: str, groups: Sequence[Place]) -> None:
        await self._change(lambda: self.online_as.append((self_id, name, tuple(groups))))

    async def sees(self, place: Place, *, everything: bool) -> None:
        await self._change(lambda: self.sights.update({place.key: everything}))

    async def moved(self, old: Place, new: Place) -> None:
        await self._change(lambda: self.moves.append((old.key, new.key)))

    async def offline(self, why: str) -> None:
        await self._change(lambda: self.offline_for.append(why))

    async def hear(self, frame: Frame) -> None:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await self._change(lambda: self.began.append(frame.key))
        try:
            if self.blocked is not None:
                await self.blocked.wait()
            await asyncio.sleep(self.seconds)
        finally:
            self.busy -= 1
        (self.again if frame.key in self._keys else self.frames).append(frame)
        self._keys.add(frame.key)
        await self._change(lambda: None)

    async def heard(self) -> list[Heard]:
        latest: dict[str, Heard] = {known.place.key: known for known in self.known}
        for frame in [] if self.behind else self.frames:
            message = frame.content
            if isinstance(message, Message) and frame.place.kind is GroupKind.GROUP:
                latest[frame.place.key] = Heard(frame.place, message.key, message.at, message.seq)
        return list(latest.values())

    async def gap(self, place: Place, since: datetime, until: datetime, *, missing: int | None) -> None:
        await self._change(lambda: self.gaps.append(Gap(place.key, since, until, missing)))

    async def odd(self, raw: str, why: str) -> None:
        await self._change(lambda: self.oddities.append((raw, why)))

    async def until(self, condition: Callable[[], object], timeout: float = 30) -> None:
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    @property
    def messages(self) -> list[Message]:
        return [frame.content for frame in self.frames if isinstance(frame.content, Message)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def _change(self, change: Callable[[], object]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
