"""What waits to be told to the bot: updates, until they are confirmed, by polling or through a webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.platforms.telegram.methods import RefusalError
from tests.platforms.telegram.world import Raw

if TYPE_CHECKING:
    from tests.platforms.telegram.fake import Fake

# What is told to a bot that did not say what it wants.
DEFAULT = frozenset({"message", "edited_message", "callback_query", "my_chat_member", "channel_post"})
HOOK_SECONDS = 5.0


class Queue:
    """Updates in order; each stays until it is confirmed, and over a restart where there is a file for them."""

    def __init__(self, file: Path | None) -> None:
        self.waiting: list[Raw] = []
        self.allowed: frozenset[str] | None = None
        self.hook: Raw = {}
        self.failed = ""
        self.given = 0  # updates, each time that they were handed out
        self.poll = 0
        self.changed = asyncio.Condition()
        self._file = file
        self._caller: asyncio.Task[None] | None = None
        if file is not None and file.exists():
            self.waiting = json.loads(file.read_text("utf-8"))

    async def put(self, update: Raw) -> None:
        """Add an update, unless it is of a kind that the bot does not want."""
        kinds = update.keys() - {"update_id"}
        known = kinds & {*DEFAULT, "chat_member"}
        if not known or known <= (DEFAULT if self.allowed is None else self.allowed):
            self.waiting.append(update)
            await self.notify()

    async def notify(self) -> None:
        self._save()
        async with self.changed:
            self.changed.notify_all()

    async def until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Wait until something holds; say whether it does."""
        try:
            async with asyncio.timeout(seconds), self.changed:
                await self.changed.wait_for(lambda: bool(condition()))
        except TimeoutError:
            return False
        return True

    async def get_updates(self, fake: Fake, given: Raw) -> list[Raw]:
        """Answer a poll; a newer one ends it."""
        self._refuse_beside_hook()
        self.poll += 1
        mine, offset = self.poll, given.get("offset", 0)
        if "allowed_updates" in given:
            self.allowed = frozenset(given["allowed_updates"])
        self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
        await self.notify()
        if not 1 <= (limit := given.get("limit", 100)) <= 100:
            raise RefusalError(400, "Bad Request: limit must be 1 to 100")
        await self.until(lambda: self.waiting or self.poll != mine or self.hook, given.get("timeout", 0))
        if self.poll != mine:
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise RefusalError(409, f"Conflict: {words}")
        self._refuse_beside_hook()
        self.given += len(self.waiting[:limit])
        return self.waiting[:limit]

    async def get_webhook_info(self, fake: Fake, given: Raw) -> Raw:
        told: Raw = {"url": self.hook.get("url", ""), "has_custom_certificate": False}
        told["pending_update_count"] = len(self.waiting)
        return told | ({"last_error_date": 1_795_395_600, "last_error_message": self.failed} if self.failed else {})

    async def set_webhook(self, fake: Fake, given: Raw) -> bool:
        if given["url"] and not given["url"].startswith(("https://", "http://127.0.0.1")):
            raise RefusalError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        await self.stop()
        self.hook, self.failed = (given if given["url"] else {}), ""
        if "allowed_updates" in given:
            self.allowed = frozenset(given["allowed_updates"])
        if given.get("drop_pending_updates"):
            self.waiting = []
        await self.notify()
        if self.hook:
            self._caller = asyncio.create_task(self._call())
        return True

    async def delete_webhook(self, fake: Fake, given: Raw) -> bool:
        return await self.set_webhook(fake, {"url": "", "drop_pending_updates": given.get("drop_pending_updates")})

    async def stop(self) -> None:
        if self._caller is not None:
            self._caller.cancel()
            await asyncio.gather(self._caller, return_exceptions=True)
            self._caller = None

    def _refuse_beside_hook(self) -> None:
        if self.hook:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise RefusalError(409, f"Conflict: {words}")

    async def _call(self) -> None:
        """Hand updates to the webhook, one after the other, until each is taken."""
        secret = self.hook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(HOOK_SECONDS)) as http:
            while True:
                await self.until(lambda: self.waiting, 86_400)
                if await self._taken(http, self.waiting[0], headers):
                    self.waiting.pop(0)
                else:
                    await asyncio.sleep(0.05)
                await self.notify()

    async def _taken(self, http: aiohttp.ClientSession, update: Raw, headers: dict[str, str]) -> bool:
        self.given += 1
        try:
            async with http.post(self.hook["url"], json=update, headers=headers) as answer:
                self.failed = "" if answer.ok else f"Wrong response from the webhook: {answer.status}"
                return answer.ok
        except (aiohttp.ClientError, TimeoutError) as error:
            self.failed = f"Connection failed: {type(error).__name__}"
            return False

    def _save(self) -> None:
        if self._file is not None:
            new = self._file.with_suffix(".new")
            new.write_text(json.dumps(self.waiting), "utf-8")
            new.replace(self._file)


Update = dict[str, Any]
