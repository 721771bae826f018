"""The other road: Telegram calls us, with a secret in the header, and is answered once what it told is durable."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Coroutine

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.adapters._hook import door
from bot.adapters._parse import Odd, parse, table, words
from bot.adapters.telegram._api import Api, asking
from bot.adapters.telegram._fields import WANTED
from bot.adapters.telegram._life import Life
from bot.adapters.telegram._settings import Settings

HEADER = "x-telegram-bot-api-secret-token"
WATCH_SECONDS = 60.0

log = logging.getLogger(__name__)


async def remove(api: Api) -> None:
    """Take away a webhook that stands in the way of polling; what waits for it is kept."""
    if address(await api.ask("GetWebhookInfo")):
        log.info("a webhook was set for this bot; it is removed, because mode is poll")
        with asking():
            await api.bot.delete_webhook(drop_pending_updates=False)


async def listen(life: Life, settings: Settings) -> None:
    """Open the door, tell Telegram where it is, and stay until somebody tells it of another.

    Raises:
        AuthError: The token is refused.
        OSError: The port is taken, or Telegram cannot be told.
    """
    secret = settings.secret_token.get_secret_value()
    calls = _Calls()

    async def take(request: Request, body: bytes) -> Response:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), secret.encode()):
            return PlainTextResponse("unauthorized", status_code=401)
        text = body.decode("utf-8", "replace")
        found = parse(text)
        if isinstance(found, Odd):
            await life.odd(text, found.why)
            return PlainTextResponse("no update", status_code=400)
        if await calls.finished(life.take([found])):
            return PlainTextResponse("ok")
        return PlainTextResponse("not now", status_code=503)

    async with door(settings.host, settings.port, settings.path, take):
        try:
            with asking():
                await life.api.bot.set_webhook(
                    settings.url, secret_token=secret, allowed_updates=list(WANTED), drop_pending_updates=False
                )
            await life.begin()
            await watch(life, settings.url)
        finally:
            calls.end()


class _Calls:
    """Calls that are being worked off. One that waits for the database does not hold up a stop: it is made again."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._over = False

    async def finished(self, work: Coroutine[object, object, None]) -> bool:
        """Do the work of a call, and say whether it was done; raises what it raises."""
        if self._over:
            work.close()
            return False
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        await asyncio.wait({task})
        self._running.discard(task)
        if task.cancelled():
            return False
        task.result()
        return True

    def end(self) -> None:
        """Give up what is being done, and do nothing more."""
        self._over = True
        for task in self._running:
            task.cancel()


async def watch(life: Life, url: str) -> None:
    """Look now and then whether Telegram still calls us.

    Raises:
        OSError: It calls somebody else, or cannot be asked.
    """
    while True:
        await life.contact.note(life.ear.now())
        await asyncio.sleep(WATCH_SECONDS)
        if address(await life.api.ask("GetWebhookInfo")) != url:
            raise ConnectionError("somebody else set another webhook for this bot, or took it away")


def address(info: object) -> str:
    """Return the address of the webhook that is set; empty if none is."""
    return words(table(info).get("url"))
