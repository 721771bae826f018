"""Asking platforms over HTTP: what their answers mean, and that a client costs the loop nothing."""

from __future__ import annotations

import json

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


ANSWERS: list[tuple[int, str, type[Exception] | None]] = [
    (401, "{}", AuthError),
    (400, '{"code": "invalidClientIdOrSecret"}', AuthError),
    (200, '{"errcode": 40014}', AuthError),
    (400, '{"code": "other"}', ConnectionError),
    (500, "oops", ConnectionError),
    (200, "[]", ConnectionError),
    (200, '{"errcode": 0, "x": 1}', None),
]


async def test_what_an_answer_means() -> None:
    """One server for the whole table: starting one takes longer than asking it."""

    async def answer(request: Request) -> Response:
        status, text, _ = ANSWERS[int(request.path_params["number"])]
        return Response(text, status)

    server = Starlette(routes=[Route("/{number}", answer)])
    async with listening(server, "127.0.0.1", 0) as port, client(5) as http:
        for number, (_, text, error) in enumerate(ANSWERS):
            url = f"http://127.0.0.1:{port}/{number}{QUERY}"
            asking = ask(http, "GET", url, refusals={"invalidClientIdOrSecret", 40014})
            if error is None:
                assert await asking == json.loads(text)
                continue
            with pytest.raises(error) as raised:
                await asking
            assert "hunter2" not in str(raised.value)


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
