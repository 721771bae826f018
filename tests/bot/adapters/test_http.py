"""Asking platforms over HTTP: what their answers mean, and that a client costs the loop nothing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters import AuthError
from bot.adapters._http import ask, client, code
from bot.adapters._parse import identifier
from bot.web import listening

QUERY = "?access_token=hunter2"


@contextlib.asynccontextmanager
async def answering(status: int, text: str) -> AsyncIterator[str]:
    async def answer(request: Request) -> Response:
        return Response(text, status)

    async with listening(Starlette(routes=[Route("/x", answer)]), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/x{QUERY}"


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (401, "{}", AuthError),
        (400, '{"code": "invalidClientIdOrSecret"}', AuthError),
        (200, '{"errcode": 40014}', AuthError),
        (400, '{"code": "other"}', ConnectionError),
        (500, "oops", ConnectionError),
        (200, "[]", ConnectionError),
    ],
)
async def test_what_an_answer_means(status: int, text: str, error: type[Exception]) -> None:
    async with answering(status, text) as url, client(5) as http:
        with pytest.raises(error) as raised:
            await ask(http, "GET", url, refusals={"invalidClientIdOrSecret", 40014})
    assert "hunter2" not in str(raised.value)


async def test_a_good_answer() -> None:
    async with answering(200, '{"errcode": 0, "x": 1}') as url, client(5) as http:
        assert await ask(http, "GET", url, refusals={40014}) == {"errcode": 0, "x": 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [('{"code": "a"}', "a"), ('{"errcode": 7}', 7), ('{"code": []}', None), ("[]", None), ("", None), ("{}", None)],
)
def test_codes(text: str, found: object) -> None:
    assert code(httpx.Response(200, text=text)) == found


async def test_certificates_are_read_once() -> None:
    async with client(1) as one, client(1) as other:
        pools = [http._transport._pool for http in (one, other)]  # type: ignore[attr-defined]
        assert pools[0]._ssl_context is pools[1]._ssl_context


def test_how_long_an_id_may_be() -> None:
    assert (identifier("x" * 65), identifier("x" * 65, 128)) == ("", "x" * 65)
