"""The one listener for the web: `/healthz`, `/metrics`, and the pages that features bring."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator, Iterable, Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.supervisor import Board

LOOPBACK = ("localhost", "127.0.0.1", "::1")
STOP_SECONDS = 5
# A page that needs more says so itself: what a response sets is left as it is.
HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def build(
    board: Board, registry: CollectorRegistry, hosts: Iterable[str] = (), routes: Sequence[BaseRoute] = ()
) -> Starlette:
    """Return the application; a request addressed to a host that is not listed gets 400.

    `/healthz` says which parts stand and answers 503 while an essential one does not; `/metrics` shows the registry
    to this machine only.
    """

    async def healthz(_: Request) -> Response:
        well = board.well()
        return JSONResponse({"ok": well, "parts": board.report()}, status_code=200 if well else 503)

    async def metrics(request: Request) -> Response:
        if request.url.hostname not in LOOPBACK:
            return PlainTextResponse("Not Found", status_code=404)
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    guards = [
        Middleware(Headers),
        Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "[::1]", *hosts], www_redirect=False),
    ]
    own = [Route("/healthz", healthz), Route("/metrics", metrics)]
    return Starlette(routes=[*own, *routes], middleware=guards)


class Headers:
    """Puts the security headers on every response that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response back with the headers."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, dressed)


class Server(uvicorn.Server):
    """A server that leaves the signals of the process alone; they belong to whoever runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def listening(app: ASGIApp, host: str, port: int) -> AsyncIterator[int]:
    """Serve the application inside this loop, and yield the port; 0 asks the system for a free one.

    Raises:
        OSError: The address is taken or not ours.
    """
    listener = socket.create_server(
        (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
    )
    server = Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=STOP_SECONDS,
            limit_concurrency=256,
            ws_max_size=1 << 20,
        )
    )
    serving = asyncio.create_task(server.serve([listener]), name="web")
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
