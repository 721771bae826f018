"""What `doctor` finds out about a OneBot account without the bot running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from websockets.asyncio.connection import Connection

from bot.adapters import AuthError
from bot.adapters._parse import Odd, Raw, identifier, table
from bot.adapters.onebot import _roads
from bot.adapters.onebot._wire import ActionError, Link, is_offline

PATIENCE = 8.0  # seconds; implementations try to connect about every five

LinkOf = Callable[[Connection], Link]


async def ask(link: Link) -> list[str]:
    """Ask a connection in use whether the account can work."""
    try:
        account = identifier(table(await link.call("get_login_info")).get("user_id"))
        status = await link.call("get_status")
    except ActionError as failed:
        return [] if "get_status" in str(failed) else [f"the implementation does not know its account: {failed}"]
    except OSError as error:
        return [f"the implementation does not answer: {error}"]
    offline = f"QQ {account} is offline in the implementation: log in there again"
    return [offline] if is_offline(status) else []


async def forward(url: str, token: str, link_of: LinkOf) -> list[str]:
    """Connect as the bot would, ask, and go."""
    lines: list[str] = []

    async def serve(socket: Connection) -> None:
        lines.extend(await _ask_alone(link_of(socket)))

    try:
        await _roads.connect(url, token, serve)
    except AuthError as error:
        return [f"{url}: {error}. Copy the token of its WebSocket server into access_token"]
    except OSError as error:
        return [f"cannot connect to {url}: {error}. Is it running, with its WebSocket server switched on?"]
    return lines


async def reverse(door: _roads.Door, link_of: LinkOf, patience: float = PATIENCE) -> list[str]:
    """Listen as the bot would until an implementation has come and answered, or for `patience` seconds."""
    lines: list[str] = []
    came = asyncio.Event()

    async def serve(socket: Connection) -> None:
        lines.extend(await _ask_alone(link_of(socket)))
        came.set()

    listener = asyncio.ensure_future(_roads.listen(door, serve))
    waiter = asyncio.ensure_future(came.wait())
    await asyncio.wait({listener, waiter}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    error = listener.exception() if listener.done() else None
    waiter.cancel()
    listener.cancel()
    await asyncio.gather(listener, waiter, return_exceptions=True)
    if error is not None:
        return [f"cannot listen on {door.host}:{door.port}: {error}. Is the bot running already?"]
    return lines if came.is_set() else _nobody(door, patience)


def _nobody(door: _roads.Door, patience: float) -> list[str]:
    if HTTPStatus.UNAUTHORIZED in door.refused:
        return [f"an implementation came to {door.url} with another access token: make the two the same"]
    if HTTPStatus.NOT_FOUND in door.refused:
        return [f"an implementation came to another path: give it the address {door.url}"]
    add = "add a WebSocket client (reverse WebSocket) with this address there"
    return [f"no implementation connected to {door.url} within {patience:g} s: {add}"]


async def _ask_alone(link: Link) -> list[str]:
    async def ignore(raw: Raw | Odd, text: str) -> None:
        del raw, text

    reader = asyncio.ensure_future(link.read(ignore))
    lines = await ask(link)
    if lines:
        await asyncio.wait({reader}, timeout=0.2)  # it may know better why
    reader.cancel()
    (error,) = await asyncio.gather(reader, return_exceptions=True)
    if isinstance(error, AuthError):
        raise error
    return lines
