"""The Bot API through python-telegram-bot: questions to it, and what a failure to answer them means.

Answers that are read are taken raw: of one broken update the package makes an error for the whole batch, again and
again, and puts its words into the log. Nothing here tells the token, which is a part of every address.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.adapters import AuthError
from bot.adapters._http import LONGEST_WAIT
from bot.adapters._parse import Odd, Raw, integer, parse, table, words
from bot.adapters.telegram._content import Me
from bot.adapters.telegram._fields import WANTED
from bot.adapters.telegram._frames import called
from bot.adapters.telegram._settings import Settings

CONNECT_SECONDS = 10.0
CONNECTIONS = 64
BATCH = 100
REFUSED = "Telegram refuses the token: copy it from @BotFather again, or ask it for a new one (/token)"
TAKEN = "another program uses this token at the same time: end it, or give each a bot of its own"
# What python-telegram-bot raises where an answer is none of Telegram's.
UNREADABLE = (TypeError, ValueError, KeyError, AttributeError)


class WaitError(TelegramError):
    """Telegram asks to wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"Telegram asks to wait for {wait.total_seconds():.0f} s")
        self.wait = wait


class GarbledError(TelegramError):
    """An answer that is no JSON object, or none that anyone should look into."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(f"an answer that cannot be read: {why}")
        self.why = why
        self.text = text


class _Line(HTTPXRequest):
    """Carries requests, with three differences: a wait is told in one way, JSON is guarded, and nothing is logged."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        code, payload = await super().do_request(*args, **kwargs)
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            raise WaitError(_wait(payload))
        if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise BadRequest("too large")
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> Raw:
        text = payload.decode("utf-8", "replace")
        found = parse(text)
        if isinstance(found, Odd):
            raise GarbledError(found.why, text)
        if found.get("ok") is True and "result" not in found:
            raise GarbledError("no result", text)
        return found


class Api:
    """One bot's way to Telegram."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; it takes a moment of the processor's (certificates), so it is made in a thread."""
        self.settings = settings
        self._line = _Line(
            connection_pool_size=CONNECTIONS,
            read_timeout=settings.answer_timeout,
            write_timeout=settings.answer_timeout,
            connect_timeout=min(CONNECT_SECONDS, settings.answer_timeout),
            proxy=settings.proxy or None,
            httpx_kwargs=_on_this_machine() if settings.api.startswith("http://") else {},
        )
        self.bot = Bot(
            settings.token.get_secret_value(),
            base_url=f"{settings.api}/bot",
            base_file_url=f"{settings.api}/file/bot",
            request=self._line,
            get_updates_request=self._line,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._line.shutdown()

    async def me(self) -> Me:
        """Return who the bot is: the proof that its token is known."""
        raw = table(await self.ask("GetMe"))
        me = Me(
            words(raw.get("id")),
            words(raw.get("username")),
            called(raw),
            raw.get("can_read_all_group_messages") is True,
        )
        if not me.id:
            raise ConnectionError("no Bot API: getMe named nobody")
        return me

    async def updates(self, offset: int, *, limit: int = BATCH) -> list[object]:
        """Return what waits from an update on, which says that all before it is safe; wait for it a while.

        Raises:
            AuthError: The token is refused.
            OSError: There is no answer, or none of use.
            GarbledError: Something in the answer cannot be read.
            WaitError: We ask too often.
        """
        seconds = self.settings.poll_timeout
        wanted = {"offset": offset or None, "limit": limit, "timeout": seconds, "allowed_updates": list(WANTED)}
        with asking(GarbledError, WaitError):
            found = await self.bot.do_api_request(
                "GetUpdates", wanted, read_timeout=seconds + self.settings.answer_timeout
            )
        if not isinstance(found, list):
            raise ConnectionError("no Bot API: getUpdates gave no list")
        return found

    async def ask(self, method: str, **parameters: object) -> object:
        """Return the raw answer to a question. Methods are written with a capital, which Telegram does not mind.

        Raises:
            AuthError: The token is refused.
            OSError: There is no answer, or none of use.
            BadRequest: It is no question to Telegram: no such group, for instance.
            ChatMigrated: The group has another id now.
            Forbidden: The bot may not ask that, not being there.
        """
        with asking(BadRequest, ChatMigrated, Forbidden):
            return await self.bot.do_api_request(method, dict(parameters))


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Api]:
    """Yield a way to Telegram, and close it."""
    api = await asyncio.to_thread(Api, settings)
    try:
        yield api
    finally:
        await api.close()


@contextlib.contextmanager
def asking(*passed: type[TelegramError]) -> Iterator[None]:
    """Turn what a question raises into what the supervisor understands; errors that are `passed` stay."""
    try:
        yield
    except passed:
        raise
    except InvalidToken:
        raise AuthError(REFUSED) from None
    except Conflict as error:
        raise ConnectionError(f"{TAKEN} ({told(error)})") from None
    except (TelegramError, *UNREADABLE) as error:
        raise ConnectionError(told(error)) from error


def told(error: Exception) -> str:
    """Return what happened, short, and without an address."""
    if isinstance(error.__cause__, httpx.HTTPError):
        return f"Telegram cannot be reached: {type(error.__cause__).__name__}"
    if isinstance(error, UNREADABLE) and not isinstance(error, TelegramError):
        return f"an answer that is none of Telegram's: {type(error).__name__}"
    return f"Telegram says: {error}"[:300]


def _on_this_machine() -> dict[str, Any]:
    """Return options for an API next door: no proxy of the environment's, and no certificates, which take time."""
    return {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}


def _wait(payload: bytes) -> timedelta:
    found = parse(payload.decode("utf-8", "replace"))
    asked = None if isinstance(found, Odd) else integer(table(found.get("parameters")).get("retry_after"))
    return min(timedelta(seconds=min(max(asked or 1, 1), 10**6)), LONGEST_WAIT)
