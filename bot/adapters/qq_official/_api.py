"""The platform's HTTP calls: the access token, where the gateway is, posts, uploads, and the answer to a press."""

from __future__ import annotations

import base64
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import httpx

from bot.adapters import AuthError, DeliveryError, Outcome
from bot.adapters._http import ask, post, told
from bot.adapters._parse import Raw, identifier, integer, table, words
from bot.adapters._token import Token
from bot.adapters.qq_official._verdicts import ONE_GROUP, WRONG_CREDENTIALS, Verdict, remedy, verdict
from storage.frames import GroupKind, Place
from storage.sanitize import label

PICTURE = 1  # among the types of files
WAIT = timedelta(seconds=10)  # where the platform asks to wait and does not say how long
LIFE = 7200.0  # seconds of an access token, where that is not told


class Api:
    """The calls of one account."""

    def __init__(self, http: httpx.AsyncClient, *, api: str, token_url: str, app_id: str, secret: str) -> None:
        """Take the client to call with, the platform's two addresses, and the credentials."""
        self._http = http
        self._api = api.rstrip("/")
        self._token_url = token_url
        self._app_id = app_id
        self._secret = secret
        self.token = Token(self._fetch)

    async def me(self) -> tuple[str, str]:
        """Return the bot's id and name; raises like `get`."""
        found = await self.get("/users/@me")
        return identifier(found.get("id")), label(words(found.get("username")))

    async def gateway(self) -> str:
        """Return the address of the gateway.

        Raises:
            ConnectionError: It is not told, or no connection is left for today.
            AuthError: The credentials are wrong.
        """
        try:
            found = await self.get("/gateway/bot")
        except ConnectionError:
            found = await self.get("/gateway")
        limit = table(found.get("session_start_limit"))
        if limit and integer(limit.get("remaining")) == 0:
            seconds = (integer(limit.get("reset_after")) or 0) // 1000
            raise ConnectionError(f"no connection is left for now; there are new ones in {seconds} s")
        url = words(found.get("url"))
        if not url.startswith(("wss://", "ws://")):
            raise ConnectionError("the platform names no gateway")
        return url

    async def get(self, path: str) -> Raw:
        """Return the answer to a question; an access token that is no longer taken is renewed once.

        Raises:
            ConnectionError: There is none of use.
            AuthError: The credentials are wrong.
        """
        token = await self.token.get()
        try:
            return await ask(self._http, "GET", self._api + path, headers=self._headers(token))
        except AuthError:
            self.token.forget(token)
            return await ask(self._http, "GET", self._api + path, headers=self._headers(await self.token.get()))

    async def acknowledge(self, interaction: str) -> None:
        """Answer a press, so that its button stops turning.

        Raises:
            OSError: It could not be answered.
            AuthError: The credentials are wrong.
        """
        url = f"{self._api}/interactions/{quote(interaction, safe='')}"
        token = await self.token.get()
        try:
            response = await self._http.put(url, json={"code": 0}, headers=self._headers(token))
        except httpx.HTTPError as error:
            raise ConnectionError(type(error).__name__) from error
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self.token.forget(token)
        if response.is_error:
            raise ConnectionError(f"{response.status_code}: {told(response)}")

    async def upload(self, place: Place, data: bytes) -> str:
        """Hand a picture over and return the name under which it can be posted.

        Raises:
            DeliveryError: It was not taken; nothing was posted.
        """
        packed = base64.b64encode(data).decode()
        body: Raw = {"file_type": PICTURE, "file_data": packed, "srv_send_msg": False}
        try:
            found, code, raw = await self.post(place, "files", body)
        except DeliveryError as error:  # also where it may have arrived: an upload is no post
            raise DeliveryError(Outcome.NOT_SENT, str(error), retry_after=error.retry_after) from error
        name = words(raw.get("file_info"))
        if found is Verdict.SENT and name:
            return name
        raise DeliveryError(Outcome.REFUSED, f"the picture was not taken: {refusal(code, raw)}")

    async def post(self, place: Place, what: str, body: Raw) -> tuple[Verdict, int, Raw]:
        """Post to a place, `messages` or `files`, and return what the answer means, its code and its body.

        Raises:
            DeliveryError: Nothing left, nobody knows, or the platform asks to wait.
        """
        token = await self._lent()
        direct = place.kind is GroupKind.DIRECT
        key = quote(place.key.removeprefix("direct:"), safe="")
        url = f"{self._api}/v2/{'users' if direct else 'groups'}/{key}/{what}"
        response = await post(self._http, url, json=body, headers=self._headers(token))
        meaning, code, raw = verdict(response.text, accepted=response.is_success)
        if response.status_code == HTTPStatus.UNAUTHORIZED or meaning is Verdict.TOKEN:
            self.token.forget(token)
            return Verdict.TOKEN, code, raw
        if meaning is Verdict.WAIT:
            why = f"the platform asks to wait ({code})"
            raise DeliveryError(Outcome.NOT_SENT, why, retry_after=WAIT, here_only=code in ONE_GROUP)
        return meaning, code, raw

    async def _lent(self) -> str:
        try:
            return await self.token.get()
        except (OSError, AuthError) as error:
            raise DeliveryError(Outcome.NOT_SENT, f"no access token: {error}") from error

    async def _fetch(self) -> tuple[str, float]:
        body = {"appId": self._app_id, "clientSecret": self._secret}
        found = await ask(self._http, "POST", self._token_url, json=body, refusals=WRONG_CREDENTIALS)
        token, seconds = words(found.get("access_token")), integer(found.get("expires_in"))
        if not token or not token.isascii() or not token.isprintable():
            raise ConnectionError(f"no access token: {label(words(found.get('message')) or 'no words', 100)}")
        return token, float(seconds) if seconds and seconds > 0 else LIFE

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"QQBot {token}", "X-Union-Appid": self._app_id}


def refusal(code: int, raw: Raw) -> str:
    """Return in words why the platform refused, with the remedy if there is one."""
    said = label(words(raw.get("message")) or words(raw.get("msg")), 100)
    return ": ".join(part for part in (f"{code or 'refused'} {said}".strip(), remedy(code)) if part)
