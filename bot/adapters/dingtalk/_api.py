"""DingTalk's HTTP interfaces: tokens, tickets for the gateway, posts by both roads, and files of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Container
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlsplit

from dingtalk_stream import ChatbotMessage
from dingtalk_stream.version import VERSION_STRING
from pydantic import SecretStr

from bot.adapters import AuthError, DeliveryError, Outcome
from bot.adapters._http import ask, client, post
from bot.adapters._parse import Raw, integer, words
from bot.adapters._token import Token
from bot.adapters.dingtalk import _posts
from bot.adapters.dingtalk._posts import Post
from bot.hosts import is_loopback

LIFE = 7200  # seconds that a token lives where the answer does not say
LEND_SECONDS = 8.0  # for everything that comes before a post
FILE_LIMIT = 20 * 2**20  # bytes; DingTalk takes no larger ones
REFUSED_WAIT = timedelta(minutes=10)
REFUSALS = frozenset({"authFailed", "invalidClientIdOrSecret", "InvalidClientIdOrSecret", 40089, 40096})
STALE = frozenset({40001, 40014, 42001})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Where:
    """Where DingTalk is, and for how long it is waited for.

    Attributes:
        api: Where the interfaces are.
        media: Where files are uploaded to.
        asking: Seconds to wait for the answer to a question.
        posting: Seconds to wait for the answer to a post.
    """

    api: str
    media: str
    asking: float
    posting: float


class Api:
    """The interfaces, by the credentials of one app."""

    def __init__(self, at: Where, client_id: str, secret: SecretStr) -> None:
        """Take where the interfaces are, and the credentials."""
        self._at = at
        self._client_id = client_id
        self._secret = secret
        self.token = Token(self._lend)
        self.old_token = Token(self._lend_old)

    async def ticket(self) -> str:
        """Return an address at which the gateway waits for one WebSocket.

        Raises:
            AuthError: It does not know the app.
            ConnectionError: There is none to be had.
        """
        asked = {
            "clientId": self._client_id,
            "clientSecret": self._secret.get_secret_value(),
            "subscriptions": [{"type": "CALLBACK", "topic": ChatbotMessage.TOPIC}],
            "ua": f"xiangqun (dingtalk-sdk-python/v{VERSION_STRING})",
            "localIp": "127.0.0.1",
        }
        found = await self._ask("POST", f"{self._at.api}/v1.0/gateway/connections/open", refusals=REFUSALS, json=asked)
        endpoint, ticket = words(found.get("endpoint")), words(found.get("ticket"))
        if not ticket or not is_guarded(endpoint, "wss"):
            raise ConnectionError("the gateway names no address that is encrypted, or no ticket")
        return f"{endpoint}?ticket={quote_plus(ticket)}"

    async def answer(self, url: str, said: Post) -> bool:
        """Post through a session's webhook, and say whether it did; where it did not, it surely did not.

        Raises:
            DeliveryError: It was not, or may not have been, posted.
        """
        async with client(self._at.posting) as http:
            response = await post(http, url, json=_posts.for_webhook(said))
        return not _posts.refused_by_webhook(response)

    async def group(self, robot: str, group: str, params: Raw) -> str | None:
        """Post into a group, and return the key of the post.

        Raises:
            DeliveryError: It was not, or may not have been, posted.
        """
        named = {"robotCode": robot, "openConversationId": group}
        return await self._send("groupMessages/send", {**named, **params})

    async def direct(self, robot: str, staff: str, params: Raw) -> str | None:
        """Write to a member of the organisation, and return the key of the post.

        Raises:
            DeliveryError: It was not, or may not have been, posted.
        """
        return await self._send("oToMessages/batchSend", {"robotCode": robot, "userIds": [staff], **params})

    async def upload(self, path: Path, kind: str) -> str:
        """Return the media id of a file of ours, uploaded; empty where there is none, or DingTalk wants none of it.

        Raises:
            DeliveryError: It cannot be uploaded now; nothing was posted.
        """
        content = await asyncio.to_thread(_content, path)
        if not content:
            return ""
        token = await _before_a_post(self.old_token.get())
        params, files = {"access_token": token, "type": kind}, {"media": (path.name, content)}
        found = await _before_a_post(self._ask("POST", f"{self._at.media}/media/upload", params=params, files=files))
        if found.get("errcode") in STALE:
            self.old_token.forget(token)
            raise DeliveryError(Outcome.NOT_SENT, "the token for files is no longer good", retry_after=_posts.SOON)
        return words(found.get("media_id"))

    async def _send(self, what: str, asked: Raw) -> str | None:
        token = await _before_a_post(self.token.get())
        headers = {"x-acs-dingtalk-access-token": token}
        async with client(self._at.posting) as http:
            response = await post(http, f"{self._at.api}/v1.0/robot/{what}", headers=headers, json=asked)
        if _posts.is_bad_token(response):
            self.token.forget(token)
        return _posts.posted(response)

    async def _lend(self) -> tuple[str, float]:
        asked = {"appKey": self._client_id, "appSecret": self._secret.get_secret_value()}
        found = await self._ask("POST", f"{self._at.api}/v1.0/oauth2/accessToken", refusals=REFUSALS, json=asked)
        return _lent(found, "accessToken", "expireIn")

    async def _lend_old(self) -> tuple[str, float]:
        """Fetch the other token: files go to an older interface, which knows only its own."""
        params = {"appkey": self._client_id, "appsecret": self._secret.get_secret_value()}
        found = await self._ask("GET", f"{self._at.media}/gettoken", refusals=REFUSALS, params=params)
        return _lent(found, "access_token", "expires_in")

    async def _ask(self, method: str, url: str, **request: Any) -> Raw:
        """Ask; all of it takes `asking` seconds at most, however slowly an answer trickles in."""
        try:
            async with asyncio.timeout(self._at.asking), client(self._at.asking) as http:
                return await ask(http, method, url, **request)
        except TimeoutError:
            raise ConnectionError(f"{urlsplit(url).hostname}: no answer within {self._at.asking:g} s") from None


def is_guarded(url: str, scheme: str) -> bool:
    """Say whether an address is encrypted, or does not leave this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == scheme or (parts.scheme == scheme[:-1] and is_loopback(host)))


def is_listed(url: str, hosts: Container[str]) -> bool:
    """Say whether something may be posted to an address that came with a message: encrypted, to a listed host."""
    return is_guarded(url, "https") and (urlsplit(url).hostname or "") in hosts and not urlsplit(url).username


def _lent(found: Raw, key: str, life: str) -> tuple[str, float]:
    token = words(found.get(key))
    if not token:
        raise ConnectionError(f"DingTalk lends no token: {words(found.get('errcode')) or 'no reason given'}")
    return token, float(integer(found.get(life)) or LIFE)


async def _before_a_post(work: Awaitable[T]) -> T:
    """Do what a post needs first; whatever fails there, nothing was posted."""
    try:
        async with asyncio.timeout(LEND_SECONDS):
            return await work
    except AuthError as error:
        raise DeliveryError(Outcome.NOT_SENT, str(error), retry_after=REFUSED_WAIT) from error
    except OSError as error:
        raise DeliveryError(Outcome.NOT_SENT, str(error) or type(error).__name__) from error


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
    except OSError:
        return b""
    return content if len(content) <= FILE_LIMIT else b""
