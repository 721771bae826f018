"""Filling what was missed in groups, and saying what could not be filled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.adapters import Ear, Heard
from bot.adapters._parse import Odd, Raw, identifier
from bot.adapters.onebot._frames import sequence
from bot.adapters.onebot._history import History, order
from bot.adapters.onebot._holes import Numbers
from bot.adapters.onebot._wire import ActionError
from storage.frames import Echo, Frame, Message, Place

OVERLAP = timedelta(minutes=5)  # how far before the latest stored message history is offered again
JUST_NOW = timedelta(seconds=5)
UNSUPPORTED = 1404


class Catchup:
    """What one connection reads back, group by group.

    Where messages are numbered, a gap is exactly the numbers that came neither live nor by history. Where they
    are not, it is the time from the last sign of life to the oldest message that could be read.
    """

    def __init__(
        self,
        ear: Ear,
        numbers: dict[str, Numbers],
        history: History,
        frame_of: Callable[[Raw], Frame | Odd | None],
        hear: Callable[[Frame], Awaitable[None]],
        late: float,
    ) -> None:
        """Prepare; `late` is how many seconds a message may take longer than another one."""
        self._ear = ear
        self._numbers = numbers
        self._history = history
        self._frame_of = frame_of
        self._hear = hear
        self._late = late
        self._readable = True

    def came(self, raw: Raw, frame: Frame) -> bool:
        """Note a message's number; True if others are missing below it."""
        number = sequence(raw, frame.place)
        if number is None:
            return False
        numbers = self._numbers.setdefault(frame.place.key, Numbers())
        if isinstance(frame.content, Echo):
            numbers.echoed(frame.content.key)
        return numbers.came(number, frame.at)

    async def since(self, known: Heard, alive_at: datetime, held: Callable[[], set[str]]) -> None:
        """Offer what was posted in a group since its latest stored message.

        Something was heard last at `alive_at`. What has come live meanwhile (`held`) is left to come that way,
        for only so it can be answered.
        """
        place, lost_at = known.place, max(known.at, alive_at)
        numbers = self._numbers.setdefault(place.key, Numbers())
        numbers.resume(known.seq, lost_at)
        lowest = numbers.holes[0].first - 1 if numbers.holes else known.seq
        raws = await self._read(place, lambda raw: _reached(raw, known, lowest))
        if raws and self._ear.now() - self._time(raws[-1]) < JUST_NOW:
            await asyncio.sleep(self._late)  # it may be about to come live as well
        live = held()
        for raw in raws:
            frame = self._message(raw)
            if frame is None or identifier(raw.get("message_id")) in live:
                continue
            if frame.at >= known.at - OVERLAP or (sequence(raw, place) or 0) > (lowest or 2**63):
                self.came(raw, frame)
                await self._hear(replace(frame, backfilled=True))
        if known.seq is not None and (not raws or any(sequence(raw, place) for raw in raws)):
            await self._report(place, numbers, (numbers.high or 0) + 1)
            return
        numbers.holes.clear()  # older than what is known: no news
        if not any(_reached(raw, known, None) for raw in raws):
            until = self._time(raws[0]) if raws else self._ear.now()
            await self._ear.gap(place, min(lost_at, until), until, missing=None)

    async def mend(self, place: Place) -> None:
        """Fill the holes between a group's numbers, if they are there for longer than lateness explains."""
        numbers = self._numbers[place.key]
        while numbers.holes:
            below = numbers.high or 0
            await asyncio.sleep(self._late)
            if not numbers.unexplained():
                return
            lowest = numbers.holes[0].first
            for raw in await self._read(place, partial(_below, place, lowest)):
                frame, number = self._message(raw), sequence(raw, place)
                if frame is None or not any(hole.first <= (number or 0) <= hole.last for hole in numbers.holes):
                    continue
                self.came(raw, frame)
                await self._hear(replace(frame, backfilled=True))
            await self._report(place, numbers, below)

    async def _report(self, place: Place, numbers: Numbers, below: int) -> None:
        for hole in numbers.take(below):
            await self._ear.gap(place, hole.since, max(hole.since, hole.until), missing=hole.size)

    async def _read(self, place: Place, known: Callable[[Raw], bool]) -> list[Raw]:
        """Read a group's history, oldest first; nothing where it cannot be read."""
        if not self._readable:
            return []
        try:
            return await self._history.back_to(place.key, known)
        except TimeoutError:
            self._readable = False  # the other groups would wait as long, for nothing
        except ActionError as failed:
            self._readable = failed.retcode != UNSUPPORTED
        return []

    def _message(self, raw: Raw) -> Frame | None:
        frame = self._frame_of(raw)
        return frame if isinstance(frame, Frame) and isinstance(frame.content, Message | Echo) else None

    def _time(self, raw: Raw) -> datetime:
        frame = self._message(raw)
        return frame.at if frame is not None else self._ear.now()


def _below(place: Place, lowest: int, raw: Raw) -> bool:
    number = sequence(raw, place)
    return number is not None and number < lowest


def _reached(raw: Raw, known: Heard, lowest: int | None) -> bool:
    """Say whether a message of the history is one that is stored, or older than one."""
    number = sequence(raw, known.place)
    if number is not None and lowest is not None:
        return number <= lowest
    same = known.key in {identifier(raw.get("message_id")), f"seq:{number}"}
    return same or 0 < order(raw)[0] < int(known.at.astimezone(UTC).timestamp())
