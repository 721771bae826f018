"""The client of the language model: one bounded question over HTTP, within a budget, that never raises what it meets.

Speaks OpenAI's chat completions, without an SDK. Imported only where `[llm]` is on. Errors tell a host and a status;
neither the prompt nor the answer is ever logged.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from bot.config import Llm
from bot.inbox import Clock
from handlers import Community
from handlers._drafting import Drafted, Prompt
from storage import drafts
from storage.database import Database
from storage.drafts import Asked, Budget, Ended

log = logging.getLogger(__name__)

ANSWER_BYTES = 256 * 1024  # far above any answer that would be read
TEXT_LIMIT = 16_000  # characters
REST = timedelta(minutes=1)  # nobody is called for so long after a failure
MOST_TOKENS = 10_000_000  # what an endpoint may claim that one call cost
PROBE_SECONDS = 10.0
_TIRED = {Ended.TIMEOUT, Ended.UNREACHABLE}


class _Said(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Answer(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: Any = None

    @property
    def tokens(self) -> int:
        """What the call cost, as the endpoint tells; it may say anything."""
        told = self.usage.get("total_tokens") if isinstance(self.usage, dict) else 0
        return min(max(told, 0), MOST_TOKENS) if isinstance(told, int) else 0


class EndpointError(Exception):
    """The endpoint gave nothing of use."""

    def __init__(self, ended: Ended, why: str) -> None:
        super().__init__(why)
        self.ended = ended


class Drafter:
    """Asks the configured endpoint; implements the handlers' `Draft`."""

    def __init__(self, settings: Llm, database: Database, clock: Clock, community: Community) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.community = community
        self.budget = Budget(settings.daily_budget, settings.daily_tokens)
        self.counts: Counter[Ended] = Counter()
        self._rests_until: datetime | None = None

    async def __call__(self, prompt: Prompt, /) -> Drafted | None:
        """Return a draft; None where there is none, with the reason noted."""
        asked = self._noted(prompt)
        if self._rests_until is not None and asked.at < self._rests_until:
            async with self.database.write() as store:
                await drafts.note(store, asked, Ended.RESTING)
            self.counts[Ended.RESTING] += 1
            return None
        async with self.database.write() as store:
            call = await drafts.begin(store, asked, self.budget)
        if call is None:
            self.counts[Ended.BUDGET] += 1
            return None
        text, ended, tokens = await self._tried(prompt)
        async with self.database.write() as store:
            await drafts.end(store, call, ended, self.clock.now(), tokens)
        self.counts[ended] += 1
        self._rests_until = self.clock.now() + REST if ended in _TIRED else None
        return Drafted(text) if ended is Ended.DRAFTED else None

    def _noted(self, prompt: Prompt) -> Asked:
        now = self.clock.now()
        day = now.astimezone(self.community.zone).date().isoformat()
        return Asked(prompt.kind, prompt.about, day, now, prompt.group, prompt.member)

    async def _tried(self, prompt: Prompt) -> tuple[str, Ended, int]:
        try:
            answer = await ask(self.settings, prompt)
        except EndpointError as error:
            log.warning("no draft: %s", error)
            return "", error.ended, 0
        text = (answer.choices[0].message.content or "").strip()
        if not text or answer.choices[0].finish_reason == "content_filter":
            return "", Ended.REFUSED, answer.tokens
        ended = Ended.TOO_LONG if len(text) > TEXT_LIMIT else Ended.DRAFTED
        return text, ended, answer.tokens


async def ask(settings: Llm, prompt: Prompt) -> _Answer:
    """Return what the endpoint answers, whatever it is worth.

    Raises:
        EndpointError: Nothing of use came within the time.
    """
    question = {
        "model": settings.model,
        "messages": [{"role": "system", "content": prompt.rules}, {"role": "user", "content": prompt.data}],
        "max_tokens": settings.max_output,
        "temperature": 0,
        "stream": False,
    }
    body = await _answered(settings, settings.timeout, "POST", "/chat/completions", json=question)
    try:
        return _Answer.model_validate_json(body)
    except ValidationError:
        raise EndpointError(Ended.UNREADABLE, f"{_host(settings)} answers something else than a completion") from None


async def _answered(settings: Llm, seconds: float, method: str, path: str, **request: Any) -> bytes:
    """Return the bytes of a good answer, bounded in time and size; compressed ones, which may unfold, are not taken."""
    host = _host(settings)
    try:
        async with (
            asyncio.timeout(seconds),
            _client(settings, seconds) as http,
            http.stream(method, f"{settings.url}{path}", **request) as response,
        ):
            _refuse(response, host)
            return await _bounded(response, host)
    except TimeoutError:
        raise EndpointError(Ended.TIMEOUT, f"{host} gave no answer within {seconds:g} seconds") from None
    except httpx.TimeoutException:
        raise EndpointError(Ended.TIMEOUT, f"{host} gave no answer in time") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EndpointError(Ended.UNREACHABLE, f"{host}: {type(error).__name__}") from None


def _refuse(response: httpx.Response, host: str) -> None:
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise EndpointError(Ended.UNREACHABLE, f"{host} answers {status}")
    if status != HTTPStatus.OK:
        raise EndpointError(Ended.REFUSED, f"{host} answers {status}")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise EndpointError(Ended.UNREADABLE, f"{host} answers in a coding that was not asked for")


async def _bounded(response: httpx.Response, host: str) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise EndpointError(Ended.TOO_LONG, f"{host} answers more than {ANSWER_BYTES // 1024} KB")
    return bytes(body)


def _client(settings: Llm, seconds: float) -> httpx.AsyncClient:
    """Return a client that follows no redirect: it would carry the key, and the words, elsewhere."""
    key = settings.key.get_secret_value()
    headers = {"accept-encoding": "identity"} | ({"authorization": f"Bearer {key}"} if key else {})
    limits = httpx.Timeout(seconds, connect=min(seconds, 10))
    return httpx.AsyncClient(timeout=limits, headers=headers, verify=_trusted(), follow_redirects=False)


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates once: each reading holds the loop up for some 20 ms."""
    return httpx.create_ssl_context()


def _host(settings: Llm) -> str:
    return httpx.URL(settings.url).host


# -- doctor -----------------------------------------------------------------------------------------------------------


class _Named(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Named] = Field(default_factory=list)


async def probe(settings: Llm) -> list[str]:
    """Return what stands between us and drafts, one line each; asks for the list of models, which costs nothing."""
    try:
        body = await _answered(settings, min(settings.timeout, PROBE_SECONDS), "GET", "/models")
        known = {one.id for one in _Models.model_validate_json(body).data}
    except EndpointError as error:
        return [str(error)]
    except ValidationError:
        return [f"{_host(settings)} answers, but not with a list of models; whether it drafts is seen with the first"]
    return [] if settings.model in known else [f"{_host(settings)} answers, but has no model {settings.model!r}"]
