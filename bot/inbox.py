"""The inbox: takes frames from the adapters, makes them durable together, and only then lets them be acknowledged."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from storage import inbox, privacy
from storage.database import UNAVAILABLE, UNSTORABLE, Database, Store
from storage.frames import Frame, GroupKind, Joined, Kind, Message, Press, encode
from storage.inbox import Received, State
from storage.sanitize import sanitize

log = logging.getLogger(__name__)

BATCH = 200
QUEUE = 10_000
ODD_LIMIT = 20_000


class Clock(Protocol):
    """Tells the time, UTC."""

    def now(self) -> datetime:
        """Return the time."""
        ...


@dataclass(slots=True)
class _Waiting:
    account: int
    frame: Frame
    received_at: datetime
    stored: asyncio.Future[None]


class Inbox:
    """Group commit: a frame is stored at once when nothing is under way, else with all that queued meanwhile."""

    def __init__(self, database: Database, clock: Clock, wake: Callable[[], None]) -> None:
        self.database = database
        self.clock = clock
        self.wake = wake
        self.received = 0
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(QUEUE)

    async def put(self, account: int, frame: Frame) -> None:
        """Return when the frame is durable; known ones are skipped. Waits while the database cannot take it."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._queue.put(_Waiting(account, frame, self.clock.now(), stored))
        await stored

    async def put_all(self, account: int, frames: Sequence[Frame]) -> int:
        """Store many frames in one transaction (replays); return how many were new."""
        async with self.database.write() as store:
            return await inbox.put(store, await self.rows(store, account, frames))

    async def rows(self, store: Store, account: int, frames: Sequence[Frame]) -> list[Received]:
        """Return the rows that frames become: what their authors do not want stored is gone from them."""
        now = self.clock.now()
        loop = asyncio.get_running_loop()
        return await _received(store, [_Waiting(account, frame, now, loop.create_future()) for frame in frames])

    async def put_odd(self, account: int, raw: str, why: str) -> None:
        """Keep something that could not be read, for the operator. Waits while the database cannot take it."""
        now = self.clock.now()
        key = f"odd:{now.isoformat()}:{hash(raw) & 0xFFFFFFFF:08x}"
        received = Received(account, key, "", "", raw[:ODD_LIMIT], now, State.QUARANTINED, why)

        async def put() -> None:
            async with self.database.write() as store:
                await inbox.put(store, [received])

        await _patiently(put)

    async def run(self) -> None:
        """Store what comes, until cancelled; then what is still queued is not acknowledged and will come again."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._store(batch)

    async def _store(self, batch: list[_Waiting]) -> None:
        async def put() -> None:
            async with self.database.write() as store:
                await inbox.put(store, await _received(store, batch))

        try:
            await _patiently(put)
        except UNSTORABLE as error:
            if len(batch) > 1:  # one of them spoils it for all
                for waiting in batch:
                    await self._store([waiting])
                return
            log.error("a frame cannot be stored and is put aside: %s", type(error).__name__)  # noqa: TRY400 - no words
            # Its key alone: whether its author opted out could not be asked.
            await self.put_odd(batch[0].account, sanitize(batch[0].frame.key), f"not stored: {type(error).__name__}")
        self.received += len(batch)
        for waiting in batch:
            if not waiting.stored.done():
                waiting.stored.set_result(None)
        self.wake()


async def _patiently(put: Callable[[], Awaitable[None]]) -> None:
    """Try until the database is there: a restart or a full disk passes, and until then nothing is acknowledged."""
    pause = 0.05
    while True:
        try:
            return await put()
        except UNAVAILABLE as error:
            log.warning("the inbox cannot store: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 5)


async def admitted(store: Store, frames: Sequence[Frame]) -> list[Frame]:
    """Return frames without what their authors do not want stored."""
    keys: dict[str, set[str]] = {}
    for frame in frames:
        member = author(frame)
        if member:
            keys.setdefault(frame.place.platform, set()).add(member)
    gone = {platform: await privacy.opted_out(store, platform, found) for platform, found in keys.items()}
    return [withheld(frame) if author(frame) in gone.get(frame.place.platform, ()) else frame for frame in frames]


async def _received(store: Store, batch: list[_Waiting]) -> list[Received]:
    frames = await admitted(store, [waiting.frame for waiting in batch])
    return [_row(waiting, frame) for waiting, frame in zip(batch, frames, strict=True)]


def _row(waiting: _Waiting, frame: Frame) -> Received:
    return Received(
        account_id=waiting.account,
        frame_key=frame.key,
        lane=lane(frame),
        member_key=author(frame),
        body=encode(frame),
        received_at=waiting.received_at,
    )


def lane(frame: Frame) -> str:
    """Return the lane of a frame: its group."""
    return f"{frame.place.platform}:{frame.place.key}"


def author(frame: Frame) -> str:
    """Return the platform id of the member whose frame it is; empty where it is nobody's."""
    return getattr(frame.content, "member", "")


def withheld(frame: Frame) -> Frame:
    """Return the frame without anything its author said or is called; key and time stay.

    Commands to the bot itself still get through: who opted out must be able to come back. Of a question that the bot
    should carry only that much does: its asker is told that carrying it means keeping it.
    """
    content = frame.content
    if isinstance(content, Joined | Press):
        return replace(frame, content=replace(content, name=""))
    if not isinstance(content, Message):
        return frame
    private = frame.place.kind is GroupKind.DIRECT and content.text.strip().lower() in YES
    if (private or content.text.strip().lower() in COMING_BACK) and not frame.replayed:
        return replace(frame, content=replace(content, name=""))
    if frame.place.kind is GroupKind.DIRECT and ASKING.match(content.text) and not frame.replayed:
        bare = Message(key=content.key, at=content.at, member=content.member, name="", text="/ask")
        return replace(frame, content=bare)
    blank = Message(key=content.key, at=content.at, member="", name="", text="", kind=Kind.WITHHELD, seq=content.seq)
    return replace(frame, content=blank)


# As `handlers/privacy` names them.
YES = frozenset({"确定", "确认", "是", "yes"})  # to the bot's own question whether it should delete everything
ASKING = re.compile(r"\s*(?:/ask|/?(?:替我问|帮我问|代问|问))(?:[\s:：,，]|$)")  # as `handlers/ask` names it
COMING_BACK = frozenset(
    {"/optin", "记我", "/forgetme", "/forgetme yes", "删掉我", "删掉我 确定", "/mydata", "我的数据"}
)
