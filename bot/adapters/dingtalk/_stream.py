"""One connection to DingTalk's gateway: frames in, acknowledgements out, and whether it still lives."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from dingtalk_stream import AckMessage, CallbackMessage, EventMessage, SystemMessage
from dingtalk_stream.frames import Headers
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidHandshake, InvalidURI, WebSocketException

from bot.adapters._parse import Odd, parse, table, words
from bot.hosts import is_loopback

Frame: TypeAlias = Any  # a `CallbackMessage`, `SystemMessage` or `EventMessage` of the SDK, which has no types
Take = Callable[[Frame], Awaitable[None]]
Strange = Callable[[str, str], Awaitable[None]]

IN_FLIGHT = 100
MAX_FRAME = 16 * 2**20  # bytes; a larger one closes the connection with 1009
OPEN_TIMEOUT = 10.0
CLOSE_TIMEOUT = 0.3  # a stop must not wait for a peer that is gone
LAST_WORDS = 1.0  # seconds for stores that have begun when the connection ends

_KINDS = {kind.TYPE: kind for kind in (CallbackMessage, SystemMessage, EventMessage)}


def sort(data: str | bytes) -> Frame | Odd:
    """Return the SDK's frame of what came, or why there is none; nothing raises.

    The SDK's own reading raises where a field is not what it expects, so fields are put right before.
    """
    raw = parse(data)
    if isinstance(raw, Odd):
        return raw
    kind = _KINDS.get(words(raw.get("type")))
    if kind is None:
        return Odd("frame of an unknown type")
    inner = words(raw.get("data"))
    if inner and isinstance(found := parse(inner), Odd):
        return Odd(f"data of a frame: {found.why}")
    headers = table(raw.get("headers"))
    told = {key: words(headers.get(key)) for key in ("messageId", "topic", "eventType")}
    return kind.from_dict({"specVersion": words(raw.get("specVersion")), "headers": told, "data": inner})


def acknowledgement(frame: Frame) -> str:
    """Return what tells the gateway that a frame was taken; a system frame is answered with its own data."""
    return _acknowledged(
        frame.headers.message_id, {"response": "OK"} if isinstance(frame, CallbackMessage) else frame.data
    )


def farewell(data: str | bytes) -> str:
    """Return what tells the gateway that something unreadable need not come again; empty where it has no id."""
    raw = parse(data)
    message_id = "" if isinstance(raw, Odd) else words(table(raw.get("headers")).get("messageId"))
    return _acknowledged(message_id, {"response": "OK"}) if message_id else ""


def _acknowledged(message_id: str, data: object) -> str:
    ack = AckMessage()
    ack.headers.message_id = message_id
    ack.headers.content_type = Headers.CONTENT_TYPE_APPLICATION_JSON
    ack.message = "OK"
    ack.data = data
    return json.dumps(ack.to_dict())


async def dial(address: str) -> Connection:
    """Open the WebSocket of a ticket.

    Raises:
        ConnectionError: There is no gateway, or it speaks something else. The address is not told: it holds a ticket.
    """
    where = urlsplit(address).hostname or ""
    try:
        return await connect(
            address,
            compression=None,
            proxy=None if is_loopback(where) else True,
            max_size=MAX_FRAME,
            open_timeout=OPEN_TIMEOUT,
            close_timeout=CLOSE_TIMEOUT,
            ping_interval=None,  # `Stream` looks after that, and knows when it is itself too busy to hear an answer
            logger=_quiet(),
        )
    except TimeoutError:
        raise ConnectionError(f"{where}: no WebSocket within {OPEN_TIMEOUT:g} s") from None
    except (InvalidHandshake, InvalidURI, WebSocketException) as error:
        raise ConnectionError(f"{where}: no WebSocket ({type(error).__name__})") from None


class Stream:
    """A connection from its first frame to its end."""

    def __init__(self, socket: Connection, take: Take, strange: Strange, *, beat: float, silence: float) -> None:
        """Take an open connection over.

        Every `beat` seconds it is asked for a sign of life; where nothing at all was pushed for `silence` seconds
        (0: for ever) it is given up, for gateways were seen to keep connections that hear nothing any more.
        """
        self._socket = socket
        self._take = take
        self._strange = strange
        self._beat = beat
        self._silence = silence
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._stores: set[asyncio.Task[None]] = set()
        self._came_at = asyncio.get_running_loop().time()

    async def run(self, report: Awaitable[None]) -> None:
        """Report that the connection stands, and live until the gateway ends it, which is no error, or it breaks.

        Raises:
            ConnectionError: It broke, or is dead.
        """
        try:
            await report
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(self._watch())
                await self._read(tasks)
                if self._stores:
                    await asyncio.wait(self._stores, timeout=LAST_WORDS)
                for task in (watching, *self._stores):
                    task.cancel()
        except ExceptionGroup as group:
            raise _first(group) from None
        finally:
            await hang_up(self._socket)

    async def _read(self, tasks: asyncio.TaskGroup) -> None:
        """Begin frames in the order in which they come, so that each talk keeps its own."""
        while True:
            await self._free.acquire()
            try:
                data = await self._socket.recv()
            except ConnectionClosedOK:
                return
            except ConnectionClosed as closed:
                raise ConnectionError(_ended(closed)) from None
            self._came_at = asyncio.get_running_loop().time()
            frame = sort(data)
            store = tasks.create_task(self._handle(frame, data))
            self._stores.add(store)
            store.add_done_callback(self._done)
            if isinstance(frame, SystemMessage) and frame.headers.topic == SystemMessage.TOPIC_DISCONNECT:
                return

    def _done(self, store: asyncio.Task[None]) -> None:
        self._stores.discard(store)
        self._free.release()

    async def _handle(self, frame: Frame | Odd, data: str | bytes) -> None:
        """Store first, acknowledge then: what is not acknowledged comes again."""
        if isinstance(frame, Odd):
            await self._strange(data if isinstance(data, str) else data.decode("utf-8", "replace"), frame.why)
            if not (answer := farewell(data)):
                return
        else:
            await self._take(frame)
            answer = acknowledgement(frame)
        try:
            async with asyncio.timeout(self._beat):
                await self._socket.send(answer)
        except TimeoutError:
            raise ConnectionError("the gateway does not read what it is sent") from None
        except ConnectionClosed:
            return  # it comes again, and is known then

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(self._beat)
            if self._free.locked():  # no room for more: it is us who do not read
                continue
            try:
                async with asyncio.timeout(self._beat):
                    await (await self._socket.ping())
            except TimeoutError:
                raise ConnectionError(f"no sign of life for {self._beat:g} s") from None
            except ConnectionClosed:
                return  # why, the reader is about to find
            if self._silence and clock() - self._came_at > self._silence:
                raise ConnectionError(f"nothing came for {self._silence:g} s: trying a new connection")


async def hang_up(socket: Connection) -> None:
    """Close a connection, whatever state it is in."""
    try:
        await socket.close()
    except AttributeError:
        # asyncio's transport, aborted in the moment in which its last bytes went out: it has no loop any more.
        return


def _quiet() -> logging.Logger:
    """Return a logger for the library that keeps its DEBUG lines to itself: they show tickets and messages."""
    quiet = logging.getLogger(f"{__name__}.websockets")
    quiet.setLevel(logging.WARNING)
    return quiet


def _ended(closed: ConnectionClosed) -> str:
    if closed.sent is not None and closed.rcvd is None and closed.sent.code == 1009:
        return f"a frame was larger than {MAX_FRAME // 2**20} MiB"
    code = f" ({closed.rcvd.code})" if closed.rcvd is not None else ""
    return f"the gateway closed the connection{code}"


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """Pick what to tell: a bug or a store that failed before a lost connection, which may follow from either."""
    errors = [_first(error) if isinstance(error, ExceptionGroup) else error for error in group.exceptions]
    return min(errors, key=lambda error: isinstance(error, ConnectionError))
