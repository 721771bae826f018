"""A fake Bot API on loopback: a world of members and groups, told to one bot as Telegram tells it.

In a test's own loop, or as a process: `python -m tests.platforms.host telegram --port 8081`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.platforms.telegram import markup, methods
from tests.platforms.telegram.methods import METHODS, TAKES, Post, RefusalError, Upload
from tests.platforms.telegram.stage import TOKEN
from tests.platforms.telegram.waiting import Queue
from tests.platforms.telegram.world import GROUP, ME, USERNAME, Raw, World, number_of

POSTS = frozenset({"sendmessage", "sendphoto", "senddocument"})
SIZE_LIMIT = 50 * 2**20


def nobody(**words: Any) -> None:
    """Tell nobody."""


class Fake:
    """One bot's Telegram."""

    def __init__(
        self,
        tell: Callable[..., None] = nobody,
        *,
        token: str = TOKEN,
        private: bool = False,
        state: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take whom to tell, the token, whether privacy mode is on, a file for what is not confirmed, and a clock."""
        self.tell = tell
        self.token = token
        self.private = private
        self.joins = True
        self.world = World(clock)
        self.queue = Queue(state)
        self.posts: list[Post] = []
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[str, Raw]] = []
        self.connects = 0
        self.links = 0  # into groups, that were made
        self.commands: dict[str, list[Raw]] = {}
        self.queries: dict[str, bool] = {}  # pressed buttons, and whether they were answered
        self.wait: int | None = None  # seconds that the next post is asked to wait
        self.garble: Callable[[int, int], Awaitable[bytes | None]] | None = None  # offset, limit: another answer
        self.garble_status = 200
        self.slow = asyncio.Event()  # while it is clear, posts are made but not answered
        self.slow.set()
        self.amnesiac = True  # anything may be replied to: it may have been said before this process began
        self._mood = "well"
        self._query = itertools.count(1)

    @property
    def mood(self) -> str:
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        self._mood = "well" if mood == "limited" else mood
        self.wait = 1 if mood == "limited" else self.wait

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on loopback, and yield the port."""
        app = web.Application(client_max_size=SIZE_LIMIT)
        app.router.add_route("*", "/bot{token}/{method}", self._receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        try:
            yield runner.addresses[0][1]
        finally:
            self._mood = "closing"
            self.slow.set()
            self.queue.poll += 1  # ends the one that waits
            await self.queue.stop()
            await self.queue.notify()
            await runner.cleanup()

    async def until(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Wait until something holds; it is looked at whenever something happened."""
        assert await self.queue.until(condition, timeout), "it never came to that"

    # -- what happens ---------------------------------------------------------------------------------------------

    async def deliver(self, *, again: bool = False, **update: Any) -> Raw:
        """Tell the bot something; `again` tells it twice."""
        for _ in range(1 + again):
            self.world.last_update += 1
            told = {"update_id": self.world.last_update, **update}
            await self.queue.put(told)
        return told

    async def said(self, chat: int, sender: Raw | None, *, again: bool = False, **content: Any) -> Raw:
        """Let somebody say something, given as the message carries it; what privacy mode hides is not told."""
        message = self.world.message(chat, sender, **content)
        if self._visible(message):
            await self.deliver(message=message, again=again)
        return message

    async def say(
        self,
        text: str,
        *,
        member: str = "m1",
        name: str = "阿棠",
        mention: bool = False,
        quote: str | None = None,
        picture: bool = False,
        again: bool = False,
        chat: int = GROUP,
    ) -> str:
        """Let a member say something in a group; return the key of the stored message."""
        whole = f"@{USERNAME} {text}" if mention else text
        about = [{"type": "mention", "offset": 0, "length": len(USERNAME) + 1}] if mention else []
        about += commands(whole)
        size = {"file_id": "p", "file_unique_id": "p", "width": 800, "height": 600, "file_size": 1}
        content: Raw = {"photo": [size], "caption": whole} if picture else {"text": whole}
        if about:
            content["caption_entities" if picture else "entities"] = about
        if quote is not None:
            content["reply_to_message"] = self.world.replied(chat, int(quote))
        message = await self.said(chat, self.world.member(member, name), again=again, **content)
        return str(message["message_id"])

    async def whisper(self, text: str, *, member: str = "m1", name: str = "阿棠") -> str:
        """Let a member say something to the bot in private."""
        sender = self.world.member(member, name)
        return str((await self.said(sender["id"], sender, text=text, entities=commands(text)))["message_id"])

    async def edit(self, chat: int, key: str, text: str) -> None:
        """Let a message get another text."""
        message = self.world.messages[chat, int(key)]
        message |= {"text": text, "edit_date": int(time.time())}
        await self.deliver(edited_message=dict(message))

    async def press(self, post: Post, command: str, *, member: str = "m1", name: str = "阿棠") -> str:
        """Let a member press a button of a post."""
        number = f"{time.time_ns()}{next(self._query)}"
        self.queries[number] = False
        message = self.world.messages[post.chat, int(post.key)]
        sender = self.world.member(member, name)
        query = {"id": number, "from": sender, "message": message, "chat_instance": "1", "data": command}
        await self.deliver(callback_query=query)
        return number

    async def change(self, chat: int, member: int, status: str, *, by: int | None = None, line: bool = True) -> None:
        """Let somebody become another in a group: told as a change of membership, and in a line of the group."""
        before = self.world.membership(chat, member)
        self.world.chat(chat).statuses[member] = status
        after, actor = self.world.membership(chat, member), self.world.member(by or member)
        about = {"chat": self.world.chat(chat).raw(), "from": actor, "date": int(time.time())}
        kind = "my_chat_member" if member == ME else "chat_member"
        admin = self.world.chat(chat).statuses.get(ME) == "administrator"
        if member == ME or admin:
            update: Raw = {kind: {**about, "old_chat_member": before, "new_chat_member": after}}
            await self.deliver(**update)
        out = {"left", "kicked"}
        if line and (before["status"] in out) != (status in out):
            user = after["user"]
            content = {"left_chat_member": user} if status in out else {"new_chat_members": [user]}
            await self.said(chat, actor, **content)

    async def migrate(self, old: int, new: int) -> None:
        """Let a plain group become a supergroup."""
        before = self.world.chat(old)
        after = self.world.add_group(new, before.title)
        after.statuses |= before.statuses
        before.moved_to = new
        await self.said(old, None, migrate_to_chat_id=new)
        await self.said(new, None, migrate_from_chat_id=old)

    async def odd(self) -> None:
        """Tell of something that nobody knows."""
        await self.deliver(teleportation={"id": "1", "to": "Mars"})

    def posted(self, post: Post) -> None:
        """Take a post of the bot's."""
        self.posts.append(post)
        quote = None if post.reply_to is None else str(post.reply_to)
        self.tell(post={"text": post.text, "key": post.key, "form": post.form, "quote": quote})

    def _visible(self, message: Raw) -> bool:
        """Say whether the bot is told of a message: in privacy mode not of all."""
        chat = self.world.chat(message["chat"]["id"])
        status = chat.statuses.get(ME, "member")
        if status in {"left", "kicked"} and "left_chat_member" not in message:
            return False
        if not self.private or chat.type == "private" or status == "administrator":
            return True
        said = message.get("text", message.get("caption"))
        if said is None and "photo" not in message:
            return True  # a line of the group's own
        to_us = message.get("reply_to_message", {}).get("from", {}).get("id") == ME
        return to_us or f"@{USERNAME}" in (said or "") or (said or "").startswith("/")

    # -- what is asked --------------------------------------------------------------------------------------------

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        try:
            given = await self._read(request)
            await self._be_moody(request, method)
            result = await self._answer(request.match_info["token"], method, given)
        except ConnectionResetError:  # it was killed while it spoke
            return web.Response(status=400)
        except RefusalError as refused:
            return web.json_response(refused.answer, status=int(str(refused.answer["error_code"])))
        if isinstance(result, bytes):
            return web.Response(body=result, status=self.garble_status, content_type="application/json")
        if method in POSTS:
            await self.queue.notify()
            await self.slow.wait()
        return web.json_response({"ok": True, "result": result})

    async def _read(self, request: web.Request) -> Mapping[str, object]:
        if request.content_type == "application/json":
            return dict(await request.json())
        fields: dict[str, object] = dict(request.query)
        for name, value in (await request.post()).items():
            fields[name] = value if isinstance(value, str) else Upload(value.filename, value.file.read())  # type: ignore[union-attr]
        return fields

    async def _be_moody(self, request: web.Request, method: str) -> None:
        if self._mood == "mute":
            self._came(method)
            await self.queue.until(lambda: self._mood != "mute", 86_400)
        if self._mood == "closing":
            self._came(method)
            if request.transport is not None:
                request.transport.abort()
            raise RefusalError(500, "closed")

    def _came(self, method: str) -> None:
        if method == "getme":
            self.connects += 1
            self.tell(connects=self.connects)

    async def _answer(self, token: str, method: str, given: Mapping[str, object]) -> object:
        if token != self.token:
            known = ":" in token
            raise RefusalError(401, "Unauthorized") if known else RefusalError(404, "Not Found")
        if method not in TAKES:
            raise RefusalError(404, "Not Found: method not found")
        self.calls[method] += 1
        read = methods.parameters(method, given)
        self.requests.append((method, read))
        await self.queue.notify()
        if method in POSTS and self.wait is not None:
            seconds, self.wait = self.wait, None
            raise RefusalError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        if method == "getupdates" and self.garble is not None:
            broken = await self.garble(read.get("offset", 0), read.get("limit", 100))
            if broken is not None:
                return broken
        special = {
            "getupdates": self.queue.get_updates, "getwebhookinfo": self.queue.get_webhook_info,
            "setwebhook": self.queue.set_webhook, "deletewebhook": self.queue.delete_webhook,
        }  # fmt: skip
        return await (special.get(method) or METHODS[method])(self, read)


def commands(text: str) -> list[Raw]:
    """Return the entity of the command that a text begins with."""
    word = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    return [{"type": "bot_command", "offset": 0, "length": markup.units(word)}] if len(word) > 1 else []


__all__ = ["GROUP", "ME", "TOKEN", "USERNAME", "Fake", "number_of"]
