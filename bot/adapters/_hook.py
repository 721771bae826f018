"""The door for platforms that call us over HTTP: one path, POST only, small bodies, and a guard that looks first."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web import listening

BODY_LIMIT = 1 << 20

Take = Callable[[Request, bytes], Awaitable[Response]]


@contextlib.asynccontextmanager
async def door(host: str, port: int, path: str, take: Take) -> AsyncIterator[int]:
    """Hand every POST to `path` over, with its body, and yield the port.

    `take` proves who calls before it reads anything into the body, and answers once what it heard is durable.

    Raises:
        OSError: The address is taken or not ours.
    """

    async def receive(request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return PlainTextResponse("gone", status_code=400)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        return await take(request, body)

    app = Starlette(routes=[Route(path, receive, methods=["POST"])])
    async with listening(app, host, port) as taken:
        yield taken


async def _body(request: Request) -> bytes | None:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > BODY_LIMIT:
            return None
    return bytes(found)
