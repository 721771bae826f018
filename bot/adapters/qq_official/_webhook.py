"""The platform's webhook: who calls proves it by a signature; an answer means that what was said is durable."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.adapters._parse import Odd, Raw, integer, parse, table, words

DISPATCH, CALLBACK_ACK, VALIDATION = 0, 12, 13
FRESH = timedelta(minutes=5)
ANSWER_SECONDS = 10.0

# What the platform lets us sign to prove that the address is ours. Nothing that could be a body is ever signed, or
# whoever asks for a signature could forge an event with it.
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,128}")

Take = Callable[[Raw, str], Awaitable[None]]


class Signature:
    """The key that an account's secret stands for."""

    def __init__(self, secret: str) -> None:
        """Take the secret; its bytes are repeated until they make a key."""
        seed = secret.encode()
        self._key = Ed25519PrivateKey.from_private_bytes((seed * (32 // len(seed) + 1))[:32])

    def signed(self, text: str) -> str:
        """Return the signature of a text, as hexadecimal digits."""
        return self._key.sign(text.encode()).hex()

    def proves(self, signature: str, timestamp: str, body: bytes) -> bool:
        """Say whether a signature is that of a body at a time."""
        try:
            self._key.public_key().verify(bytes.fromhex(signature), timestamp.encode() + body)
        except (InvalidSignature, ValueError):
            return False
        return True


class Hook:
    """What answers the platform's calls."""

    def __init__(self, signature: Signature, app_id: str, now: Callable[[], datetime], take: Take) -> None:
        """Take who may call, the time, and what takes an event and returns once it is durable."""
        self._signature = signature
        self._app_id = app_id
        self._now = now
        self._take = take

    async def __call__(self, request: Request, body: bytes) -> Response:
        """Answer one call."""
        if not self._known(request, body):
            return PlainTextResponse("who calls?", status_code=401)
        text = body.decode("utf-8", "replace")
        raw = parse(text)
        if isinstance(raw, Odd):
            return PlainTextResponse(raw.why, status_code=400)
        if integer(raw.get("op")) == VALIDATION:
            return self._validated(table(raw.get("d")))
        if integer(raw.get("op")) == DISPATCH:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._take(raw, text)
            except TimeoutError:
                return PlainTextResponse("not stored yet", status_code=503)
        return JSONResponse({"op": CALLBACK_ACK})

    def _known(self, request: Request, body: bytes) -> bool:
        timestamp = request.headers.get("x-signature-timestamp", "")
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            return False
        fresh = (
            abs(self._now() - datetime.fromtimestamp(int(timestamp), UTC)) <= FRESH if int(timestamp) < 2**36 else False
        )
        ours = request.headers.get("x-bot-appid", self._app_id) == self._app_id
        return (
            fresh and ours and self._signature.proves(request.headers.get("x-signature-ed25519", ""), timestamp, body)
        )

    def _validated(self, data: Raw) -> Response:
        token, timestamp = words(data.get("plain_token")), words(data.get("event_ts"))
        if not _PLAIN.fullmatch(token) or not timestamp.isascii() or not timestamp.isdigit():
            return PlainTextResponse("no such validation", status_code=400)
        answer = {"plain_token": token, "signature": self._signature.signed(timestamp + token)}
        return Response(json.dumps(answer), media_type="application/json")
