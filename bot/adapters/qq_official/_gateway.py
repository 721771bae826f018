"""One WebSocket to the platform's gateway: hello, identify or resume, heartbeats, and what is dispatched."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NoReturn
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_connection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI, WebSocketException

from bot.adapters import AuthError
from bot.adapters._parse import Odd, Raw, identifier, integer, parse, table, words
from bot.adapters._token import Token
from bot.adapters.qq_official._past import Past
from bot.adapters.qq_official._verdicts import closed
from storage.sanitize import label

DISPATCH, BEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, BEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11

OPEN_SECONDS = 10.0
CLOSE_SECONDS = 0.3  # a stop must not wait for a peer that is gone
HELLO_SECONDS = 10.0
READY_SECONDS = 15.0
SHORTEST_BEAT, LONGEST_BEAT = 0.05, 120.0  # between these the platform's interval is believed
MISSED_BEATS = 2
FAILED_RESUMES = 3
MAX_FRAME = 4 * 2**20

Deliver = Callable[[Raw | Odd, str, int], Awaitable[None]]


class ForgottenError(ConnectionError):
    """The gateway does not know the session that was to be resumed; a new one can begin at once."""


class Gateway:
    """A connection from its hello to its end."""

    def __init__(
        self,
        socket: ClientConnection,
        past: Past,
        token: Token,
        intents: int,
        *,
        deliver: Deliver,
        up: Callable[[bool], Awaitable[None]],
        alive: Callable[[], None],
        beaten: Callable[[], Awaitable[None]],
    ) -> None:
        """Take an open connection over.

        `up` is told, with whether the session was resumed, once the gateway has taken us; `deliver` gets events with
        their numbers, `alive` is called for whatever comes from then on, and `beaten` at each heartbeat.
        """
        self._socket = socket
        self._past = past
        self._token = token
        self._intents = intents
        self._deliver = deliver
        self._tell_up = up
        self._alive = alive
        self._beaten = beaten
        self._resuming = bool(past.session)
        self._up = asyncio.Event()
        self._unanswered = 0  # beats
        self._waiting = False  # for something to come; not while what came is being worked

    async def run(self) -> NoReturn:
        """Live until the connection ends.

        Raises:
            AuthError: The platform refuses the account.
            ForgottenError: The session is unknown there, and has been given up here.
            ConnectionError: The connection ended; the next one resumes the session if it can be resumed.
        """
        try:
            interval = await self._hello()
            await self._log_in()
            await first_of(self._read(), self._beat(interval), self._in_time())
        except ConnectionClosed as ended:
            raise self._ended(ended) from None
        except TimeoutError:
            raise ConnectionError("the gateway does not answer") from None
        finally:
            if self._resuming and not self._up.is_set():
                self._past.failed += 1
                if self._past.failed >= FAILED_RESUMES:
                    self._past.forget()
        raise AssertionError("unreachable")

    async def _hello(self) -> float:
        async with asyncio.timeout(HELLO_SECONDS):
            raw = parse(await self._socket.recv())
        if isinstance(raw, Odd) or integer(raw.get("op")) != HELLO:
            raise ConnectionError("the gateway does not begin with a hello")
        milliseconds = integer(table(raw.get("d")).get("heartbeat_interval")) or 0
        return min(max(milliseconds / 1000, SHORTEST_BEAT), LONGEST_BEAT) if milliseconds > 0 else 30.0

    async def _log_in(self) -> None:
        token = f"QQBot {await self._token.get()}"
        if self._resuming:
            told: Raw = {"token": token, "session_id": self._past.session, "seq": self._past.progress.safe}
            await self._send(RESUME, told)
        else:
            await self._send(IDENTIFY, {"token": token, "intents": self._intents, "shard": [0, 1], "properties": {}})

    async def _read(self) -> NoReturn:
        while True:
            self._waiting = True
            data = await self._socket.recv()
            self._waiting = False
            if self._up.is_set():  # until then nothing that was said has been heard
                self._alive()
            raw = parse(data)
            text = data if isinstance(data, str) else data.decode("utf-8", "replace")
            if isinstance(raw, Odd):
                await self._deliver(raw, text, 0)
            else:
                await self._sort(raw, text)

    async def _sort(self, raw: Raw, text: str) -> None:
        code = integer(raw.get("op"))
        if code == BEAT_ACK:
            self._unanswered = 0
        elif code == BEAT:
            await self._send(BEAT, self._past.progress.safe or None)
        elif code == RECONNECT:
            raise ConnectionError("the gateway asks to connect again")
        elif code == INVALID:
            if raw.get("d") is not True:
                self._past.forget()
                if self._resuming:
                    raise ForgottenError("the gateway does not know the session")
            raise ConnectionError("the session cannot be resumed yet" if self._resuming else "identify refused")
        elif code == DISPATCH:
            await self._dispatch(raw, text)
        elif code != HELLO:
            await self._deliver(Odd(f"unknown opcode {label(words(raw.get('op')), 10)}"), text, 0)

    async def _dispatch(self, raw: Raw, text: str) -> None:
        number, what = integer(raw.get("s")) or 0, raw.get("t")
        if what == "READY":
            self._begin(table(raw.get("d")))
        if not self._up.is_set():
            self._up.set()
            self._past.failed = self._past.refused = 0
            await self._tell_up(self._resuming)
        self._past.progress.began(number)
        if what in {"READY", "RESUMED"}:
            self._past.progress.ended(number)
        else:
            await self._deliver(raw, text, number)

    def _begin(self, data: Raw) -> None:
        self._past.forget()
        me = table(data.get("user"))
        self._past.session = identifier(data.get("session_id"), 256)
        self._past.self_id = identifier(me.get("id"))
        self._past.name = label(words(me.get("username")))
        self._resuming = False

    async def _beat(self, interval: float) -> NoReturn:
        while True:
            await asyncio.sleep(interval)
            if self._unanswered >= MISSED_BEATS and self._waiting:
                raise ConnectionError(f"{MISSED_BEATS} heartbeats of {interval:g} s were not answered")
            self._unanswered += 1
            await self._beaten()
            await self._send(BEAT, self._past.progress.safe or None)

    async def _in_time(self) -> None:
        async with asyncio.timeout(READY_SECONDS):
            await self._up.wait()
        await asyncio.get_running_loop().create_future()

    async def _send(self, code: int, data: object) -> None:
        await self._socket.send(json.dumps({"op": code, "d": data}))

    def _ended(self, ended: ConnectionClosed) -> AuthError | ConnectionError:
        code = ended.rcvd.code if ended.rcvd is not None else None
        asks = closed(code)
        if not asks.resumable:
            self._past.forget()
        if asks.final:
            return AuthError(asks.final)
        if asks.token:
            self._past.refused += 1
            if self._past.refused > 1:
                return AuthError(
                    f"the gateway refused a new access token twice ({code}): are app_id and app_secret a pair?"
                )
        unknown = not asks.resumable and self._resuming and not self._up.is_set()
        kind = ForgottenError if unknown else ConnectionError
        return kind(f"the gateway closed the connection ({code or 'without a word'})")


async def connected(url: str) -> ClientConnection:
    """Open a connection to a gateway.

    Raises:
        OSError: It cannot be reached, or speaks something else.
    """
    parts = urlsplit(url)
    quiet = logging.getLogger(f"{__name__}.websockets")
    quiet.setLevel(logging.WARNING)  # at DEBUG the library shows frames, with the access token
    try:
        return await open_connection(
            url,
            compression=None,
            proxy=None,
            max_size=MAX_FRAME,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            ping_interval=None,  # the heartbeats are watched, and a slow database must not look like a dead peer
            logger=quiet,
        )
    except (InvalidHandshake, InvalidURI, WebSocketException) as error:
        raise ConnectionError(f"no gateway at {parts.hostname}: {type(error).__name__}") from None


async def hang_up(socket: ClientConnection) -> None:
    """Close a connection, whatever state it is in."""
    try:
        await socket.close()
    except AttributeError:
        # asyncio's transport, aborted in the moment in which its last bytes went out: it has no loop any more.
        return


async def first_of(*works: Coroutine[Any, Any, None]) -> NoReturn:
    """Run endless works side by side until one of them fails, and raise what it raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ended = next(task for task in tasks if task.done())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    ended.result()
    raise AssertionError("unreachable")
