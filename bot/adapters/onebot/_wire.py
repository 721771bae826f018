"""One WebSocket to a OneBot implementation: actions and their answers, heartbeats, and what is pushed."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import NoReturn

from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from bot.adapters import AuthError
from bot.adapters._parse import Odd, Raw, integer, parse, table, words

# Bytes; larger ones close the connection with 1009. A page of history is one frame, and a member can fill it with
# messages of 4,500 signs: under a limit of 1 MiB the account would be deaf until others had said enough.
MAX_FRAME = 16 * 2**20
MISSED_BEATS = 3
SHORTEST_BEAT, LONGEST_BEAT = 1.0, 120.0  # seconds: between these an implementation's interval is believed

UNAUTHORIZED = frozenset({401, 403, 1401, 1403})
TOO_BIG = 1009
POLICY = 1008

Deliver = Callable[[Raw | Odd, str], Awaitable[None]]


class ActionError(Exception):
    """The implementation answered that an action failed."""

    def __init__(self, action: str, retcode: int, wording: str) -> None:
        super().__init__(f"{action} failed: retcode {retcode} {wording[:200]}".rstrip())
        self.retcode = retcode


class LostError(ConnectionError):
    """The connection broke before an answer came; what was asked may have been done."""


class NotWrittenError(LostError):
    """The connection was gone before anything was written to it."""


class Link:
    """One connection, whoever opened it.

    `read` and `watch` run side by side as long as the connection lives; `call` needs `read` to be running.
    """

    def __init__(self, socket: Connection, *, beat: float, timeout: float, shortest: float = SHORTEST_BEAT) -> None:
        """Take an open connection over.

        All in seconds: a heartbeat is expected every `beat` until the implementation names an interval, of which
        one under `shortest` is not believed; an action is answered within `timeout`.
        """
        self._socket = socket
        self._beat = beat
        self._shortest = min(beat, shortest)
        self._timeout = timeout
        self._beats = 0
        self._paced = asyncio.Event()  # the interval has changed
        self._waiting_since: float | None = None  # None while what came is being passed on
        self._answers: dict[str, asyncio.Future[Raw]] = {}
        self._numbers = itertools.count(1)

    async def call(self, action: str, params: Raw | None = None, *, timeout: float | None = None) -> object:
        """Ask for an action and return the data of its answer.

        Raises:
            NotWrittenError: Nothing left this machine.
            TimeoutError: No answer came in `timeout` seconds; what was asked may have been done.
            LostError: The connection broke while waiting; the same holds.
            ActionError: The implementation said no.
        """
        if self._socket.state is not State.OPEN:
            raise NotWrittenError("not connected")
        echo = str(next(self._numbers))
        answer = self._answers[echo] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout or self._timeout):
                await self._socket.send(json.dumps({"action": action, "params": params or {}, "echo": echo}))
                return _data(action, await answer)
        except ConnectionClosed as closed:
            raise LostError(str(_ended(closed))) from None
        except TimeoutError:
            raise TimeoutError(f"{action} was not answered") from None
        finally:
            del self._answers[echo]
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # seen, also when nobody waits any more

    async def read(self, deliver: Deliver, alive: Callable[[], None] = lambda: None) -> NoReturn:
        """Pass on what is pushed, one after the other, until the connection ends.

        `alive` is called for whatever comes, heartbeats too.

        Raises:
            AuthError: The implementation said that the token is wrong.
            ConnectionError: It ended, or the account went offline.
        """
        clock = asyncio.get_running_loop().time
        try:
            while True:
                self._waiting_since = clock()
                data = await self._socket.recv()
                self._waiting_since = None
                alive()
                await self._sort(data, deliver)
        except ConnectionClosed as closed:
            raise _ended(closed) from None
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(LostError("the connection ended before the answer came"))

    async def watch(self) -> NoReturn:
        """End a connection that has gone silent: three intervals without a sign of life.

        An implementation may be set to send no heartbeats; then silence is answered by a question.

        Raises:
            ConnectionError: It is dead.
        """
        clock = asyncio.get_running_loop().time
        while True:
            since = self._waiting_since
            left = MISSED_BEATS * self._beat - (clock() - since if since is not None else 0)
            if left > 0:
                await self._rest(left)
            elif self._beats:
                raise ConnectionError(f"no heartbeat for {MISSED_BEATS} intervals of {self._beat:g} s")
            else:
                await self._question()

    async def close(self, why: str) -> None:
        """Close the connection from our side."""
        await hang_up(self._socket, why)

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not on after the implementation has named another interval."""
        self._paced.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._paced.wait()
        except TimeoutError:
            return

    async def _question(self) -> None:
        try:
            await self.call("get_status")
        except ActionError:  # an answer all the same
            return

    async def _sort(self, data: str | bytes, deliver: Deliver) -> None:
        raw = parse(data)
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        if isinstance(raw, Odd):
            await deliver(raw, text)
        elif "post_type" not in raw and "retcode" in raw:
            self._answer(raw)
        elif raw.get("post_type") == "meta_event":
            self._meta(raw)
        else:
            await deliver(raw, text)
            if raw.get("notice_type") == "bot_offline":
                raise ConnectionError("the QQ account went offline")

    def _answer(self, raw: Raw) -> None:
        answer = self._answers.get(words(raw.get("echo")))
        if answer is not None and not answer.done():
            answer.set_result(raw)
        elif answer is None and raw.get("status") == "failed" and integer(raw.get("retcode")) in UNAUTHORIZED:
            raise AuthError("the implementation refused the access token")

    def _meta(self, raw: Raw) -> None:
        if raw.get("meta_event_type") != "heartbeat":
            return
        self._beats += 1
        interval = integer(raw.get("interval"))  # milliseconds
        if interval is not None and interval > 0:
            beat = min(max(interval / 1000, self._shortest), LONGEST_BEAT)
            if beat != self._beat:
                self._beat = beat
                self._paced.set()
        if is_offline(raw.get("status")):
            raise ConnectionError("the QQ account is offline")


async def hang_up(socket: Connection, why: str = "") -> None:
    """Close a connection, whatever state it is in."""
    try:
        await socket.close(1000, why)
    except AttributeError:
        # asyncio's transport, aborted in the moment in which its last bytes went out: it has no loop any more.
        return


def is_offline(status: object) -> bool:
    """Say whether a status (of a heartbeat, of `get_status`) admits that the account hears nothing."""
    told = table(status)
    return told.get("online") is False or told.get("good") is False


def _data(action: str, raw: Raw) -> object:
    retcode = integer(raw.get("retcode"))
    if raw.get("status") in {"ok", "async"} or retcode == 0:
        return raw.get("data")
    raise ActionError(action, retcode or -1, words(raw.get("wording")) or words(raw.get("message")))


def _ended(closed: ConnectionClosed) -> AuthError | ConnectionError:
    sent, received = closed.sent, closed.rcvd
    if sent is not None and sent.code == TOO_BIG:
        return ConnectionError(f"a frame was larger than {MAX_FRAME // 2**20} MiB")
    if received is not None and received.code == POLICY:
        return AuthError(f"the implementation closed the connection: {received.reason[:100] or 'policy'}")
    code = f" ({received.code})" if received is not None else ""
    return ConnectionError(f"the connection was closed{code}")
