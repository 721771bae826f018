"""Sends one post: what it hangs on, its number, its picture, and a second try where the first surely was none."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from bot.adapters import DeliveryError, Outcome
from bot.adapters._files import ours
from bot.adapters._parse import Raw, identifier, table, words
from bot.adapters.qq_official._anchors import ANSWERS, Anchor, Anchors, Memory
from bot.adapters.qq_official._api import Api, refusal
from bot.adapters.qq_official._frames import LONGEST_ID
from bot.adapters.qq_official._posts import keyboard, without_dots
from bot.adapters.qq_official._verdicts import Verdict
from storage.frames import Place

TRIES = 4
ADDRESS_SEEN = 40054010
_ANY_FIRST = 2**30

TEXT, MARKDOWN, MEDIA = 0, 2, 7


class Desk:
    """The posts of one account."""

    def __init__(self, anchors: Anchors, closed: Collection[str], posted: Memory, files: Path) -> None:
        """Take what can be answered, the places closed to unasked posts, the ids of our posts, and our files."""
        self._anchors = anchors
        self._closed = closed
        self._posted = posted
        self._files = files
        # A number is used once for each message answered; a restart must not begin where this process began.
        self._numbers = itertools.count(1 + secrets.randbelow(_ANY_FIRST))

    async def send(
        self, api: Api, place: Place, payload: str, reply_to: str | None, *, now: Callable[[], datetime], seconds: float
    ) -> str | None:
        """Post a payload within so many seconds; return the id by which replies name it, where it is told.

        Raises:
            DeliveryError: It was not, or may not have been, posted.
        """
        posting = False
        try:
            async with asyncio.timeout(seconds):
                body = await self._body(api, place, json.loads(payload))
                posting = True
                return await self._post(api, place, body, reply_to, now)
        except TimeoutError:
            raise DeliveryError(Outcome.UNKNOWN if posting else Outcome.NOT_SENT, "no answer in time") from None

    async def _post(
        self, api: Api, place: Place, body: Raw, reply_to: str | None, now: Callable[[], datetime]
    ) -> str | None:
        index = self._anchors.index(reply_to)
        if index and body["msg_type"] == TEXT:
            body["message_reference"] = {"message_id": index, "ignore_get_message_error": True}
        for _ in range(TRIES):
            anchor = self._anchors.pick(place.key, reply_to, now())
            found, code, raw = await api.post(place, "messages", body | self._hung(place, anchor))
            if found is Verdict.SENT:
                return self._remember(raw)
            if found is Verdict.STALE and anchor is not None:
                anchor.answers = ANSWERS  # the platform takes no more of them
            elif code == ADDRESS_SEEN and without_dots(words(body.get("content"))) != words(body.get("content")):
                body["content"] = without_dots(words(body.get("content")))
            elif found not in {Verdict.REPEATED, Verdict.TOKEN}:
                break
        outcome = Outcome.NOT_SENT if found is Verdict.TOKEN else Outcome.REFUSED
        raise DeliveryError(outcome, refusal(code, raw))

    def _hung(self, place: Place, anchor: Anchor | None) -> Raw:
        if anchor is None:
            if place.key in self._closed:
                raise DeliveryError(
                    Outcome.REFUSED,
                    "this place takes no posts of the bot's own accord: switch 「主动在群聊内发言」 on there",
                )
            return {}
        anchor.answers += 1
        return {anchor.kind: anchor.id, "msg_seq": next(self._numbers)}

    async def _body(self, api: Api, place: Place, post: Raw) -> Raw:
        if "picture" in post:
            data = await ours(self._files, words(post.get("picture")))
            if data is None:
                return _said(f"[{words(post.get('alt'))}]")
            try:
                return {"msg_type": MEDIA, "media": {"file_info": await api.upload(place, data)}}
            except DeliveryError as error:
                if error.outcome is not Outcome.REFUSED:
                    raise
                return _said(f"[{words(post.get('alt'))}]")
        if "markdown" in post:
            body: Raw = {"msg_type": MARKDOWN, "markdown": {"content": words(post.get("markdown"))}}
            buttons = post.get("buttons")
            return body | ({"keyboard": keyboard(buttons)} if isinstance(buttons, list) else {})
        return _said(words(post.get("text")))

    def _remember(self, raw: Raw) -> str | None:
        """Keep the ids of a post, by which its echo is known; under audit it has none yet."""
        index = identifier(table(raw.get("ext_info")).get("ref_idx"), LONGEST_ID)
        key = identifier(raw.get("id"), LONGEST_ID)
        for one in filter(None, (index, key)):
            self._posted[one] = ""
        return index or key or None


def _said(text: str) -> Raw:
    return {"msg_type": TEXT, "content": text}
