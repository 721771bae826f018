"""One connection's life: updates are handed over and only then confirmed; what the bot sees of each group is told."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.adapters import AuthError, Ear, Heard
from bot.adapters._parse import Odd, integer, table
from bot.adapters.telegram._api import UNREADABLE, Api, GarbledError, WaitError, told
from bot.adapters.telegram._content import Me
from bot.adapters.telegram._frames import Read, is_admin, is_in, to_frames
from bot.adapters.telegram._menu import offer
from bot.adapters.telegram._past import Contact, Past, keep
from storage.frames import TEXT_LIMIT, Frame, GroupKind, Left, Message, Press
from storage.sanitize import sanitize

log = logging.getLogger(__name__)

KEPT = timedelta(hours=24)  # how long Telegram keeps what it could not tell
LONGEST_PAUSE = 60.0
EMPTY_PAUSE = 1.0  # after an answer that came at once and held nothing: no Telegram does that for long
LOOK_PAUSE = 0.05  # between the groups that are asked for at the start
HIGHEST = 2**53
_UPDATE_ID = re.compile(r'"update_id"\s*:\s*(\d{1,15})\b')


class Life:
    """What happens between one login and the end of the connection."""

    def __init__(self, api: Api, ear: Ear, me: Me, past: Past, contact: Contact) -> None:
        """Take what it speaks through, whom it tells, who it is, and what is remembered."""
        self.api = api
        self.ear = ear
        self.me = me
        self.past = past
        self.contact = contact
        self._aside: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Say that the bot is there, and find out aside what it sees of the groups it knows."""
        before = await self.contact.latest()
        await self.ear.online(self.me.id, self.me.name, [])
        self._do_aside(self._look_around(before))
        self._do_aside(offer(self.api))

    async def end(self) -> None:
        """Give up what is being done aside."""
        tasks = list(self._aside)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def poll(self) -> None:
        """Ask for updates for ever. What was handed over is confirmed by asking for what comes after it.

        Raises:
            AuthError: The token is refused.
            OSError: Telegram does not answer, or answers somebody else.
        """
        clock, offset = asyncio.get_running_loop().time, 0
        while True:
            asked = clock()
            try:
                updates = await self.api.updates(offset)
            except WaitError as error:
                await asyncio.sleep(min(error.wait.total_seconds(), LONGEST_PAUSE))
                continue
            except GarbledError:
                updates = await self._one(offset)
            await self.take(updates)
            # After a week of silence Telegram counts anew, perhaps from below: so silence forgets the number.
            offset = _after(updates)
            await self.contact.note(self.ear.now())
            if not updates and clock() - asked < min(EMPTY_PAUSE, self.api.settings.poll_timeout / 2):
                await asyncio.sleep(EMPTY_PAUSE)

    async def take(self, updates: Sequence[object]) -> None:
        """Hand updates over, begun in their order, and return once all of them are durable."""
        reads = read_all(updates, self.me, self.ear.now())
        ready: list[Frame] = []
        for raw, read in zip(updates, reads, strict=True):
            if isinstance(read, Odd):
                await self.odd(json.dumps(raw), read.why)
                continue
            ready += [self._known(frame, read.topic) for frame in read.frames]
            if read.moved or read.sight:  # what came before belongs to the group as it was
                await self._hear(ready)
                ready = []
                await self._tell(read)
        await self._hear(ready)
        for read in reads:
            if isinstance(read, Read) and read.query:
                self._do_aside(self._answer(read.query))

    async def odd(self, text: str, why: str) -> None:
        """Keep something that cannot be read; each kind has one line in the log."""
        if why not in self.past.odd:
            log.warning("Telegram sent something that cannot be read (told once): %s", why)
            keep(self.past.odd, why, None)
        await self.ear.odd(sanitize(text[:TEXT_LIMIT]), why)

    async def _one(self, offset: int) -> list[object]:
        """Return the next update alone; if it is the one that cannot be read, put it aside and return its number."""
        try:
            return await self.api.updates(offset, limit=1)
        except GarbledError as error:
            number = _UPDATE_ID.search(error.text)
            if number is None:
                raise ConnectionError(told(error)) from error
            await self.odd(error.text, error.why)
            return [{"update_id": int(number[1]), "poll": {}}]  # a kind that is passed over

    async def _hear(self, frames: Sequence[Frame]) -> None:
        """Hand frames over side by side, so that one commit takes many; each begins after the one before it."""
        for done in await asyncio.gather(*(self.ear.hear(frame) for frame in frames), return_exceptions=True):
            if isinstance(done, BaseException):
                raise done

    async def _tell(self, read: Read) -> None:
        if read.moved:
            self.past.follow(*read.moved)
            await self.ear.moved(*read.moved)
        if read.sight:
            place, admin = read.sight
            await self.ear.sees(place, everything=self.me.sees_all or admin)

    def _known(self, frame: Frame, topic: int | None) -> Frame:
        self.past.note(frame)
        if topic is not None and isinstance(frame.content, Message):
            keep(self.past.topics, f"{frame.place.key} {frame.content.key}", topic)
        return self.past.once(frame)

    async def _answer(self, query: str) -> None:
        """Let a pressed button stop turning; if that fails it stops by itself after a while."""
        with suppress(TelegramError, *UNREADABLE):
            await self.api.bot.answer_callback_query(query)

    # -- what is seen ---------------------------------------------------------------------------------------------

    async def _look_around(self, before: datetime | None) -> None:
        """Ask for every known group whether the bot is still in it, and as what."""
        now = self.ear.now()
        for known in await self.ear.heard():
            if known.place.kind is not GroupKind.GROUP:
                continue
            within = await self._look_at(known, now)
            if within and before is not None and now - before > KEPT:
                await self.ear.gap(known.place, before, now - KEPT, missing=None)
            await asyncio.sleep(LOOK_PAUSE)

    async def _look_at(self, known: Heard, now: datetime) -> bool:
        """Tell what is seen of a group, or that the bot has left it; say whether it is in it."""
        place = known.place
        try:
            own = table(await self.api.ask("GetChatMember", chat_id=place.key, user_id=self.me.id))
        except ChatMigrated as error:
            await self._tell(Read(moved=(place, replace(place, key=str(error.new_chat_id)))))
            return True
        except (BadRequest, Forbidden) as error:
            own = {"status": "left" if _is_gone(error) else ""}
        if is_in(own):
            keep(self.past.groups, place.key, place)
            await self.ear.sees(place, everything=self.me.sees_all or is_admin(own))
        elif own.get("status") in {"left", "kicked"}:  # what told us so was older than what is kept
            key = f"l:{place.key}:{self.me.id}:after:{known.key}"
            await self.ear.hear(Frame(key, place, now, Left(self.me.id, is_bot=True)))
        return is_in(own)

    # -- aside ----------------------------------------------------------------------------------------------------

    def _do_aside(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._aside.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, (AuthError, OSError)):
            log.info("left undone: %s", error)
        elif error is not None:
            log.error("a task aside broke", exc_info=error)


def read_all(updates: Sequence[object], me: Me, now: datetime) -> list[Read | Odd]:
    """Read updates. A pressed button gets the time of what came next, or now: it carries none of its own."""
    reads = [
        to_frames(raw, me, now) if isinstance(raw, dict) else Odd("an update that is no object") for raw in updates
    ]
    latest = now
    for index in range(len(reads) - 1, -1, -1):
        read = reads[index]
        if isinstance(read, Odd) or not read.frames:
            continue
        frame = read.frames[0]
        if isinstance(frame.content, Press):
            reads[index] = replace(read, frames=(replace(frame, at=latest),))
        else:
            latest = min(frame.at, now)
    return reads


def _is_gone(error: TelegramError) -> bool:
    return isinstance(error, Forbidden) or "chat not found" in str(error).lower()


def _after(updates: Sequence[object]) -> int:
    """Return the number to ask from next; 0 asks for whatever waits.

    Raises:
        ConnectionError: There are updates without a number: they would come again for ever.
    """
    numbers = [integer(table(raw).get("update_id")) for raw in updates]
    known = [number for number in numbers if number is not None and 0 <= number < HIGHEST]
    if updates and not known:
        raise ConnectionError("no Bot API: updates came without their numbers")
    return max(known, default=-1) + 1
