"""Speaks to a platform over HTTP: asks with a time limit, and says what a failed post means. Never names an address.

Addresses and headers of platforms carry tokens, so errors tell a host and a status, and nothing else of a request.
"""

from __future__ import annotations

import ssl
from collections.abc import Container
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx

from bot.adapters import AuthError, DeliveryError, Outcome
from bot.adapters._parse import Odd, Raw, parse

NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
LONGEST_WAIT = timedelta(hours=1)


def client(seconds: float, **options: Any) -> httpx.AsyncClient:
    """Return a client whose requests take so long at most; redirects are not followed, for they would carry tokens."""
    limits = httpx.Timeout(seconds, connect=min(seconds, 10))
    return httpx.AsyncClient(**{"timeout": limits, "verify": _trusted(), **options})


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates once: each reading holds the loop up for some 20 ms."""
    return httpx.create_ssl_context()


async def ask(
    http: httpx.AsyncClient, method: str, url: str, *, refusals: Container[object] = (), **request: Any
) -> Raw:
    """Return the JSON object that a platform answers a question with.

    `refusals` are the codes in an answer's body by which the platform says that it does not know us, under whatever
    status.

    Raises:
        AuthError: It does not know us (401, or one of the refusals).
        ConnectionError: There was no answer, or none of use.
    """
    where = httpx.URL(url).host
    try:
        response = await http.request(method, url, **request)
    except httpx.HTTPError as error:
        raise ConnectionError(f"{where}: {type(error).__name__}") from error
    if response.status_code == HTTPStatus.UNAUTHORIZED or code(response) in refusals:
        raise AuthError(f"{where} answers {response.status_code}: {told(response)}")
    if response.is_error:
        raise ConnectionError(f"{where} answers {response.status_code}: {told(response)}")
    found = parse(response.text)
    if isinstance(found, Odd):
        raise ConnectionError(f"{where} answers {found.why}")
    return found


async def post(http: httpx.AsyncClient, url: str, **request: Any) -> httpx.Response:
    """Return the answer to a post, whatever its status says, but for those that say it all.

    Raises:
        DeliveryError: Nothing left, or nobody knows; or the platform asks to wait (429).
    """
    where = httpx.URL(url).host
    try:
        response = await http.post(url, **request)
    except NOTHING_LEFT as error:
        raise DeliveryError(Outcome.NOT_SENT, f"{where}: {type(error).__name__}") from error
    except httpx.HTTPError as error:
        raise DeliveryError(Outcome.UNKNOWN, f"{where}: {type(error).__name__}") from error
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise DeliveryError(Outcome.NOT_SENT, f"{where} asks to wait", retry_after=wait(response))
    if response.is_server_error:
        raise DeliveryError(Outcome.UNKNOWN, f"{where} answers {response.status_code}")
    return response


def wait(response: httpx.Response) -> timedelta | None:
    """Return how long an answer asks to wait, an hour at most; None where it does not say."""
    seconds = response.headers.get("retry-after", "")
    return min(timedelta(seconds=int(seconds)), LONGEST_WAIT) if seconds.isascii() and seconds.isdigit() else None


def code(response: httpx.Response) -> object:
    """Return the code in an answer's body, a word or a number, by which platforms tell what they think of a request."""
    found = parse(response.text)
    said = None if isinstance(found, Odd) else found.get("code", found.get("errcode"))
    return said if isinstance(said, str | int) else None


def told(response: httpx.Response) -> str:
    """Return what the platform says of itself in an answer, short."""
    found = parse(response.text)
    if isinstance(found, Odd):
        return found.why
    said = (found.get(key) for key in ("message", "errmsg", "description", "msg", "code"))
    return str(next((words for words in said if words), "no words"))[:200]
