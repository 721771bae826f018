"""The two roads to a OneBot implementation: we connect to it, or it connects to us."""

from __future__ import annotations

import asyncio
import hmac
import logging
import weakref
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.client import connect as open_connection
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as open_listener
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException
from websockets.http11 import Request, Response
from websockets.protocol import State

from bot.adapters import AuthError
from bot.adapters.onebot._wire import MAX_FRAME, hang_up

OPEN_TIMEOUT = 10.0
CLOSE_TIMEOUT = 0.3  # a stop must not wait for a peer that is gone
LOG_AGAIN = 60.0  # seconds until the same line is logged again

log = logging.getLogger(__name__)

Serve = Callable[[Connection], Awaitable[None]]


def _quiet() -> logging.Logger:
    """Return a logger for the library that keeps its DEBUG lines to itself: they show headers and frames."""
    quiet = logging.getLogger(f"{__name__}.websockets")
    quiet.setLevel(logging.WARNING)
    return quiet


async def connect(url: str, token: str, serve: Serve) -> None:
    """Connect to an implementation and serve the connection.

    Raises:
        AuthError: It refused the token before or after the handshake.
        OSError: It cannot be reached, or speaks something else.
    """
    try:
        socket = await open_connection(
            url,
            additional_headers={"Authorization": f"Bearer {token}"} if token else None,
            compression=None,
            proxy=None,
            max_size=MAX_FRAME,
            open_timeout=OPEN_TIMEOUT,
            close_timeout=CLOSE_TIMEOUT,
            ping_timeout=None,  # the heartbeats are watched, and a slow database must not look like a dead peer
            logger=_quiet(),
        )
    except InvalidStatus as refused:
        status = refused.response.status_code
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise AuthError(f"the implementation refused the access token (HTTP {status})") from None
        raise ConnectionError(f"HTTP {status} instead of a WebSocket") from None
    except (InvalidHandshake, InvalidURI, WebSocketException) as error:
        raise ConnectionError(f"no WebSocket there: {error}") from None
    try:
        await serve(socket)
    finally:
        await hang_up(socket)


@dataclass(slots=True)
class Door:
    """Where a listener stands and whom it lets in; it counts whom it did not."""

    host: str
    port: int
    path: str
    token: str
    refused: set[HTTPStatus] = field(default_factory=set)
    _told: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the address that the implementation is given."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ws://{host}:{self.port}{self.path}"

    def check(self, path: str, headers: list[str], role: str = "") -> HTTPStatus | None:
        """Return why a request is refused: by its path, its Authorization headers, the role it claims."""
        parts = urlsplit(path)
        if parts.path.rstrip("/") != self.path.rstrip("/"):
            return HTTPStatus.NOT_FOUND
        offered = [header.removeprefix("Bearer ").removeprefix("Token ") for header in headers]
        offered += parse_qs(parts.query).get("access_token", [])
        if self.token and not any(_same(self.token, one) for one in offered):
            return HTTPStatus.UNAUTHORIZED
        if role and role.lower() != "universal":  # one of two half connections, for events or for actions
            return HTTPStatus.FORBIDDEN
        return None

    def answer(self, socket: ServerConnection, request: Request) -> Response | None:
        """Refuse a handshake, or let it go on."""
        role = (request.headers.get_all("X-Client-Role") or [""])[0]
        status = self.check(request.path, request.headers.get_all("Authorization"), role)
        if status is None:
            return None
        self.refused.add(status)
        self.tell(f"refused a connection: {status.phrase}")
        return socket.respond(status, f"{status.phrase}\n")

    def tell(self, line: str) -> None:
        """Log a line, but not the same one again within a minute: implementations try again for ever."""
        now = asyncio.get_running_loop().time()
        self._told = {said: at for said, at in self._told.items() if now - at < LOG_AGAIN}
        if line not in self._told:
            self._told[line] = now
            log.warning("%s: %s", self.url, line)


async def listen(door: Door, serve: Serve) -> None:
    """Listen, and serve every connection, until cancelled. What ends one connection ends no other.

    Raises:
        OSError: The port cannot be had.
    """
    arrivals: asyncio.Queue[ServerConnection] = asyncio.Queue()
    sockets: weakref.WeakSet[ServerConnection] = weakref.WeakSet()

    class Known(ServerConnection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            sockets.add(self)
            super().connection_made(transport)

    async def arrive(socket: ServerConnection) -> None:
        arrivals.put_nowait(socket)
        await socket.wait_closed()

    server = await open_listener(
        arrive,
        door.host,
        door.port,
        create_connection=Known,
        process_request=door.answer,
        compression=None,
        max_size=MAX_FRAME,
        open_timeout=OPEN_TIMEOUT,
        close_timeout=CLOSE_TIMEOUT,
        ping_timeout=None,
        server_header=None,
        logger=_quiet(),
    )
    try:
        async with asyncio.TaskGroup() as connections:
            while True:
                connections.create_task(_attend(door, await arrivals.get(), serve))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        await _closed(server, list(sockets))


async def _closed(server: Server, sockets: Sequence[ServerConnection]) -> None:
    """Close a listener and all that came to it."""
    for socket in sockets:
        if socket.state is State.CONNECTING:  # would be waited for until its handshake times out
            socket.transport.abort()
    server.close()
    await server.wait_closed()


async def _attend(door: Door, socket: ServerConnection, serve: Serve) -> None:
    try:
        await serve(socket)
    except (OSError, AuthError) as error:
        door.tell(f"a connection ended: {error}")
    finally:
        await hang_up(socket)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogateescape"))
