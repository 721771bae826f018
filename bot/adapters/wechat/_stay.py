"""One session with a gateway, as the SDK's process lives it: hear and tell in order, obey, notice when it is dead."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

from grpclib.const import Status
from grpclib.exceptions import GRPCError
from wechaty import EventType

from bot.adapters.wechat._puppet import Gateway, NotConnectedError, Words

HEARD_BUT_UNTOLD = 10_000  # what may wait here; beyond it the gateway waits

Tell = Callable[..., None]

_REFUSALS = {
    Status.INVALID_ARGUMENT,
    Status.NOT_FOUND,
    Status.PERMISSION_DENIED,
    Status.FAILED_PRECONDITION,
    Status.UNIMPLEMENTED,
    Status.UNAUTHENTICATED,
}
_SILENT = {EventType.EVENT_TYPE_HEARTBEAT, EventType.EVENT_TYPE_DONG, EventType.EVENT_TYPE_UNSPECIFIED}
_NO_CONCERN = {EventType.EVENT_TYPE_FRIENDSHIP, EventType.EVENT_TYPE_ROOM_INVITE, EventType.EVENT_TYPE_RESET}
_MOVES = {
    EventType.EVENT_TYPE_ROOM_JOIN: "room-join",
    EventType.EVENT_TYPE_ROOM_LEAVE: "room-leave",
    EventType.EVENT_TYPE_ROOM_TOPIC: "room-topic",
}
_DIRTY_CONTACT, _DIRTY_ROOM, _DIRTY_MEMBERS = 2, 3, 4


async def stay(connected: socket.socket, hello: Words, orders: Callable[..., None], tell: Tell) -> Words:
    """Live until the session ends, and return how it did."""
    gateway = Gateway(hello["endpoint"], hello["token"], connected, hello["seconds"])
    session = _Session(gateway, hello, tell)
    loop = asyncio.get_running_loop()
    parts = [session.read(), session.pass_on(), session.watch(), session.beat(), session.obey(orders)]
    tasks = [loop.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return _end(next(task for task in tasks if task in done).exception())
    finally:
        gateway.close()


def _end(error: BaseException | None) -> Words:
    if isinstance(error, GRPCError):
        known = {Status.UNAUTHENTICATED: "refused", Status.ALREADY_EXISTS: "taken"}
        return {"as": known.get(error.status, "lost"), "why": f"{error.status.name}: {error.message}"}
    if isinstance(error, TimeoutError):
        return {"as": "mute", "why": str(error) or "a question was not answered"}
    return {"as": "lost", "why": f"{type(error).__name__}: {error}" if error else "the gateway ended the stream"}


class _Session:
    def __init__(self, gateway: Gateway, hello: Words, tell: Tell) -> None:
        self._gateway = gateway
        self._heartbeat = float(hello["heartbeat"])
        self._seconds = float(hello["seconds"])
        self._beat = float(hello["beat"])
        self._tell = tell
        self._self_id = ""
        self._alive_at = asyncio.get_running_loop().time()
        self._came = asyncio.Event()
        self._heard: asyncio.Queue[tuple[int, str]] = asyncio.Queue(HEARD_BUT_UNTOLD)
        self._orders: dict[str, Callable[[Words], Any]] = {
            "text": lambda order: gateway.post_text(order["to"], order["text"], order["mentions"]),
            "file": lambda order: gateway.post_file(order["to"], order["path"], order["name"]),
            "rooms": lambda order: gateway.rooms(),
            "cards": lambda order: gateway.cards(order["room"]),
            "ding": lambda order: gateway.ding(),
        }

    async def read(self) -> None:
        """Take in what happens; names are looked up elsewhere, so that a slow answer cannot stop the stream."""
        async for what, payload in self._gateway.stream():
            self._alive_at = asyncio.get_running_loop().time()
            self._came.set()
            if what not in _SILENT:
                await self._heard.put((what, payload))

    async def pass_on(self) -> None:
        """Tell what happened, in order."""
        self._tell(on="connected")
        try:
            async with asyncio.timeout(min(self._seconds, 5)):
                await self._came.wait()  # most gateways greet; then the stream stands, and nothing is missed
        except TimeoutError:
            pass
        await self._gateway.start()
        while True:
            what, payload = await self._heard.get()
            try:
                await self._pass_on(what, payload)
            except NotConnectedError:
                raise
            except Exception as error:  # noqa: BLE001 - one thing that cannot be read must not stop the others
                why = error.status.name if isinstance(error, GRPCError) else type(error).__name__
                self._tell(on="odd", why=f"event {what}: {why}", raw=payload[:20_000])

    async def watch(self) -> None:
        """Ask for a sign of life where none came by itself, and end a connection that shows none."""
        clock = asyncio.get_running_loop().time
        while True:
            silent = clock() - self._alive_at
            if silent < self._heartbeat:
                await asyncio.sleep(self._heartbeat - silent)
                continue
            self._came.clear()
            async with asyncio.timeout(self._seconds):
                await self._gateway.ding()
                await self._came.wait()

    async def beat(self) -> None:
        """Tell the bot that this loop turns."""
        while True:
            self._tell(on="beat", silent=asyncio.get_running_loop().time() - self._alive_at)
            await asyncio.sleep(self._beat)

    async def obey(self, orders: Callable[..., None]) -> None:
        """Carry out orders side by side, for as long as the session lives."""
        loop = asyncio.get_running_loop()
        tasks: set[asyncio.Task[None]] = set()

        def begin(order: Words) -> None:
            task = loop.create_task(self._obey(order))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        orders(lambda order: loop.call_soon_threadsafe(begin, order))
        await loop.create_future()

    async def _obey(self, order: Words) -> None:
        try:
            self._tell(id=order["id"], ok=await self._orders[order["do"]](order))
        except Exception as error:  # noqa: BLE001 - whatever the library raises is an answer
            self._tell(id=order["id"], **_failure(error))

    async def _pass_on(self, what: int, text: str) -> None:
        payload = json.loads(text)
        if what == EventType.EVENT_TYPE_MESSAGE:
            message = await self._gateway.message(str(payload["messageId"]), self._self_id)
            self._tell(on="message", message=message)
        elif what in (EventType.EVENT_TYPE_LOGIN, EventType.EVENT_TYPE_READY):
            await self._online(str(payload.get("contactId") or self._self_id), again=what != EventType.EVENT_TYPE_LOGIN)
        elif what in _MOVES:
            await self._moved(what, payload)
        elif what == EventType.EVENT_TYPE_LOGOUT:
            self._self_id = ""
            self._tell(on="logout")
        elif what == EventType.EVENT_TYPE_DIRTY:
            self._stale(payload)
        elif what == EventType.EVENT_TYPE_SCAN:
            self._tell(on="scan")
        elif what == EventType.EVENT_TYPE_ERROR:
            self._tell(on="error", why=str(payload.get("data"))[:300])
        elif what not in _NO_CONCERN:
            self._tell(on="odd", why=f"unknown event {what}", raw=text[:20_000])

    async def _online(self, self_id: str, *, again: bool) -> None:
        """Tell who is logged in and where; again once the gateway says that it has loaded everything."""
        if not self_id or (self_id == self._self_id and not again):
            return
        self._self_id = self_id
        rooms = await self._gateway.rooms()
        self._tell(on="online", id=self_id, name=await self._gateway.name(self_id), rooms=rooms)

    async def _moved(self, what: int, payload: Words) -> None:
        room = str(payload.get("roomId") or "")
        self._gateway.stale_room(room)
        if what == EventType.EVENT_TYPE_ROOM_TOPIC:
            topic = str(payload.get("newTopic") or "")
        else:
            topic = await self._gateway.topic_or_none(room)
        who = [str(contact) for contact in payload.get("inviteeIdList") or ()][:500]
        names = {contact: await self._gateway.name(contact) for contact in who}
        self._tell(on=_MOVES[EventType(what)], happened=payload, topic=topic, names=names)

    def _stale(self, payload: Words) -> None:
        what, key = payload.get("payloadType"), str(payload.get("payloadId") or "")
        if what == _DIRTY_CONTACT:
            self._gateway.stale_contact(key)
        elif what in (_DIRTY_ROOM, _DIRTY_MEMBERS):
            self._gateway.stale_room(key.split("/")[0])


def _failure(error: Exception) -> Words:
    """Say what a failed order means: `not_sent`, `limited`, `refused`, or nobody knows."""
    if isinstance(error, NotConnectedError):
        return {"failed": "not_sent", "why": str(error)}
    if isinstance(error, GRPCError):
        kind = "refused" if error.status in _REFUSALS else "unknown"
        kind = "limited" if error.status is Status.RESOURCE_EXHAUSTED else kind
        return {"failed": kind, "why": f"{error.status.name}: {error.message}"[:300]}
    if isinstance(error, FileNotFoundError):
        return {"failed": "refused", "why": "the file is gone"}
    return {"failed": "unknown", "why": f"{type(error).__name__}: {error}"[:300]}
