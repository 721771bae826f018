"""One connection's life: log in, report, read what was missed, then listen until it ends."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.adapters import AuthError, Ear, Heard
from bot.adapters._parse import Odd, Raw, identifier, table, words
from bot.adapters.onebot._catchup import Catchup
from bot.adapters.onebot._frames import PLATFORM, Names, to_frame
from bot.adapters.onebot._gate import Gate, Lane, Pushed
from bot.adapters.onebot._history import History
from bot.adapters.onebot._holes import Numbers
from bot.adapters.onebot._wire import ActionError, Link, LostError, is_offline
from storage.frames import TEXT_LIMIT, Echo, Frame, GroupKind, Message, Place
from storage.sanitize import label, sanitize

REMEMBERED = 5_000  # names and aliases, of each kind
AT_ONCE = 4  # groups whose history is read at the same time
LAST_WORDS = 0.3  # seconds for stores that have begun when the connection ends


class Memory(OrderedDict[str, str]):
    """A mapping that forgets its oldest entries."""

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


@dataclass(slots=True)
class Past:
    """What outlives a connection: carried from one to the next by the adapter."""

    alive_at: datetime | None = None  # when something last came, UTC
    members: Memory = field(default_factory=Memory)  # member id: name
    aliases: Memory = field(default_factory=Memory)  # group and message key: the id that can be quoted
    numbers: dict[str, Numbers] = field(default_factory=dict)
    stored: dict[str, Heard] = field(default_factory=dict)  # the latest of each group that is durable for certain


class Session:
    """A connection from login to end."""

    def __init__(self, link: Link, ear: Ear, past: Past, *, late: float) -> None:
        """Prepare a session; a number counts as missing when it is `late` seconds late."""
        self.link = link
        self.self_id = ""
        self.ended = asyncio.Event()
        self._ear = ear
        self._past = past
        self._names = Names(members=past.members)
        self._alive_before = past.alive_at
        self._lane = Lane()
        self._gate = Gate(self._let_through)
        history = History(link.call)
        self._catchup = Catchup(ear, past.numbers, history, self._frame_of, self._hear, late)
        self._mending: set[str] = set()
        self._tasks: asyncio.TaskGroup

    async def run(self, admit: Callable[[Session], Awaitable[None]]) -> None:
        """Live until the connection ends; `admit` is asked once the account is known, before it is reported.

        Raises:
            AuthError: The token was refused.
            OSError: The connection ended.
        """
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self.link.read(self._pushed, self._alive))
                self._tasks.create_task(self.link.watch())
                await self._begin(admit)
                await self._lane.failure()
        except ExceptionGroup as group:
            raise _first(group) from None
        finally:
            await self._lane.settle(LAST_WORDS)
            self.ended.set()

    def highest(self, place: Place) -> int | None:
        """Return the highest message number known in a group."""
        numbers = self._past.numbers.get(place.key)
        return numbers.high if numbers else None

    def posted(self, place: Place, message_id: str, above: int | None) -> None:
        """Note a post of ours, sent when `above` was the highest number known."""
        if place.key in self._past.numbers:
            self._past.numbers[place.key].posted(message_id, above)

    async def _begin(self, admit: Callable[[Session], Awaitable[None]]) -> None:
        name, groups = await self._log_in()
        await admit(self)
        await self._ear.online(self.self_id, name, groups)
        heard = [self._latest(known) for known in await self._ear.heard() if known.place.kind is GroupKind.GROUP]
        alive_at = self._alive_before or max((known.at for known in heard), default=self._ear.now())
        await self._gate.open(known.place.key for known in heard)
        room = asyncio.Semaphore(AT_ONCE)
        for known in heard:
            self._tasks.create_task(self._catch_up(known, alive_at, room))

    async def _catch_up(self, known: Heard, alive_at: datetime, room: asyncio.Semaphore) -> None:
        group = known.place.key
        async with room:
            await self._catchup.since(known, alive_at, held=lambda: self._gate.ids(group))
        await self._gate.release(group)

    async def _log_in(self) -> tuple[str, list[Place]]:
        try:
            me = table(await self._ask("get_login_info"))
            groups = await self._ask("get_group_list")
        except ActionError as failed:
            raise ConnectionError(str(failed)) from None
        try:
            if is_offline(await self._ask("get_status")):
                raise ConnectionError("the QQ account is offline")
        except ActionError:
            pass  # does not know: heartbeats will tell
        self.self_id = identifier(me.get("user_id"))
        if not self.self_id:
            raise ConnectionError("get_login_info named no account")
        places = _places(groups)
        self._names = replace(self._names, groups={place.key: place.name for place in places})
        return label(words(me.get("nickname"))), places

    async def _ask(self, action: str) -> object:
        try:
            return await self.link.call(action)
        except LostError:  # why, the reader is about to find, and ends us with it
            return await asyncio.get_running_loop().create_future()

    def _alive(self) -> None:
        self._past.alive_at = self._ear.now()

    async def _pushed(self, raw: Raw | Odd, text: str) -> None:
        group = "" if isinstance(raw, Odd) else identifier(raw.get("group_id"))
        await self._gate.put(Pushed(group, raw, text))

    def _frame_of(self, raw: Raw) -> Frame | Odd | None:
        return to_frame(raw, self.self_id, self._ear.now(), self._names)

    async def _let_through(self, pushed: Pushed) -> None:
        raw = pushed.raw
        if isinstance(raw, Odd):
            await self._odd(pushed.text, raw)
            return
        frame = self._frame_of(raw)
        if isinstance(frame, Odd):
            await self._odd(pushed.text, frame)
        elif frame is not None:
            self._note(raw, frame)
            await self._hear(frame)

    async def _odd(self, text: str, odd: Odd) -> None:
        await self._lane.put(self._ear.odd(sanitize(text[:TEXT_LIMIT]), odd.why))

    async def _hear(self, frame: Frame) -> None:
        await self._lane.put(self._store(frame))

    async def _store(self, frame: Frame) -> None:
        await self._ear.hear(frame)
        message, stored = frame.content, self._past.stored
        if isinstance(message, Message) and frame.place.kind is GroupKind.GROUP:
            heard = Heard(frame.place, message.key, message.at, message.seq)
            stored[frame.place.key] = max(heard, stored.get(frame.place.key, heard), key=_order)

    def _latest(self, known: Heard) -> Heard:
        """Prefer what this process knows to be durable: the table shows only what has been worked off."""
        return max(known, self._past.stored.get(known.place.key, known), key=_order)

    def _note(self, raw: Raw, frame: Frame) -> None:
        """Remember what later frames, quotes and the search for holes need."""
        if isinstance(frame.content, Message):
            remember(self._past, frame.place, frame.content)
        if isinstance(frame.content, Message | Echo) and self._catchup.came(raw, frame):
            group = frame.place.key
            if group not in self._mending:
                self._mending.add(group)
                self._tasks.create_task(self._mend(frame.place))

    async def _mend(self, place: Place) -> None:
        await self._catchup.mend(place)
        self._mending.discard(place.key)


def remember(past: Past, place: Place, message: Message) -> None:
    """Keep a message's author by name, and its second id, for a while."""
    if message.name:
        past.members[message.member] = message.name
    if message.alias:
        past.aliases[f"{place.key} {message.key}"] = message.alias


def _order(heard: Heard) -> tuple[int, datetime]:
    return heard.seq or 0, heard.at


def _places(groups: object) -> list[Place]:
    listed = groups if isinstance(groups, list) else []
    pairs = [(identifier(table(group).get("group_id")), words(table(group).get("group_name"))) for group in listed]
    return [Place(PLATFORM, key, name=label(name)) for key, name in pairs if key]


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """Pick what to tell: a bug before a refusal before a lost connection, which follows from either."""
    errors = [error for error in _flat(group) if not isinstance(error, asyncio.CancelledError)]
    return min(errors, key=lambda error: (isinstance(error, OSError), isinstance(error, AuthError)))


def _flat(group: ExceptionGroup[Exception]) -> list[Exception]:
    inner = [_flat(error) if isinstance(error, ExceptionGroup) else [error] for error in group.exceptions]
    return [error for errors in inner for error in errors]
