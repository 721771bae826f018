"""Telegram, through python-telegram-bot: one bot in groups, supergroups with or without topics, and in private.

Updates are asked for by a loop of our own, and confirmed once they are durable: the package's own queue would confirm
them before anyone has looked at them. What the bot misses is kept for a day by Telegram, and comes then.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.adapters import Ability, Delivery, DeliveryError, Ear, Outcome, Rate, Roll
from bot.adapters._parse import integer, table, words
from bot.adapters.telegram import _inviting, _posts, _probe, _sending, _webhook
from bot.adapters.telegram._api import Api, opened
from bot.adapters.telegram._frames import PLATFORM, message_key, message_number
from bot.adapters.telegram._life import Life
from bot.adapters.telegram._past import Contact, Past, keep
from bot.adapters.telegram._sending import Target
from bot.adapters.telegram._settings import QUESTIONS, Settings
from storage.frames import GroupKind, Place
from storage.replies import Body
from storage.sanitize import label

__all__ = ["QUESTIONS", "Settings", "Telegram", "build"]

ROLL_PAUSE = 0.3  # seconds between two groups of a roll-call
LAST_WORDS = 1.0  # seconds for posts that are on their way when a connection ends


class Telegram:
    """One bot."""

    platform = PLATFORM
    abilities = frozenset(
        {
            Ability.SEE_ALL,
            Ability.PUSH,
            Ability.DIRECT,
            Ability.QUOTE_IN,
            Ability.QUOTE,
            Ability.MENTION,
            Ability.PICTURE_IN,
            Ability.PICTURE,
            Ability.FILE,
            Ability.MARKUP,
            Ability.BUTTONS,
            Ability.EDIT,
            Ability.MOVES,
            Ability.INVITE,
            Ability.STABLE_IDS,
            Ability.SAME_IDS,
        }
    )
    delivery = Delivery.KEPT
    wider = ""

    def __init__(self, settings: Settings, name: str, folder: Path) -> None:
        self.settings = settings
        self.name = name
        self.folder = folder
        gap = timedelta(seconds=settings.gap_seconds)
        self.rate = Rate(settings.per_minute_group, settings.per_minute_account, gap)
        self._past = Past()
        self._contact = Contact(folder / name / "contact")
        self._now: tuple[Api, Ear] | None = None  # while it is logged in
        self._on_their_way: set[asyncio.Future[None]] = set()

    async def run(self, ear: Ear) -> None:
        """Log in, and ask for updates, or wait for them, until that fails. See `Adapter.run`."""
        async with opened(self.settings) as api:
            me = await api.me()
            self._sees(everything=me.sees_all)
            life = Life(api, ear, me, self._past, self._contact)
            self._now = api, ear
            try:
                if self.settings.mode == "webhook":
                    await _webhook.listen(life, self.settings)
                else:
                    await _webhook.remove(api)
                    await life.begin()
                    await life.poll()
            finally:
                self._now = None
                await life.end()
                if self._on_their_way:
                    await asyncio.wait(self._on_their_way, timeout=LAST_WORDS)

    def render(self, body: Body) -> list[str]:
        """Return the posts of a body as JSON: HTML, pictures, files."""
        return _posts.render(body)

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Post a payload, into the topic of what it replies to, and return the key of the message."""
        if self._now is None:
            raise DeliveryError(Outcome.NOT_SENT, "not connected")
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_their_way.add(arrived)
        try:
            return await self._carry(*self._now, place, json.loads(payload), reply_to)
        finally:
            self._on_their_way.discard(arrived)
            arrived.set_result(None)

    async def invite(self, place: Place) -> str:
        """Return a link into a group that one member can use within a week; the bot has to be an admin there."""
        if self._now is None:
            raise DeliveryError(Outcome.NOT_SENT, "not connected")
        api, ear = self._now
        return await _inviting.link(api, self._past.moved.get(place.key, place.key), ear.now())

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return the groups that the bot was heard in, with name and size; who is in them nobody tells a bot."""
        if self._now is None:
            raise ConnectionError("not connected")
        api, ear = self._now
        for known in await ear.heard():
            if known.place.kind is GroupKind.GROUP and known.place.key not in self._past.groups:
                keep(self._past.groups, known.place.key, known.place)
        rolls = []
        for key in list(self._past.groups):
            if (found := await _count(api, key)) is not None:
                rolls.append(found)
            await asyncio.sleep(ROLL_PAUSE)
        return rolls

    async def probe(self) -> list[str]:
        """Return what keeps the bot from working, in words for the operator."""
        lines, sees_all = await _probe.ask(self.settings)
        if sees_all is not None:
            self._sees(everything=sees_all)
        return lines

    def _sees(self, *, everything: bool) -> None:
        """Say what the bot sees of a group where it is no admin."""
        own = type(self).abilities
        self.abilities = own if everything else own - {Ability.SEE_ALL}
        self.wider = "" if everything else _probe.PRIVATE

    async def _carry(self, api: Api, ear: Ear, place: Place, post: _posts.Post, reply_to: str | None) -> str:
        key = self._past.moved.get(place.key, place.key)
        try:
            number = await _sending.send(api, self.folder, self._target(place, key, reply_to), post)
        except ChatMigrated as error:
            new = Place(PLATFORM, str(error.new_chat_id), name=place.name)
            self._past.follow(place, new)
            await ear.moved(place, new)
            key = new.key
            number = await self._again(api, self._target(place, key, reply_to), post)
        return message_key(key, str(number))

    def _target(self, place: Place, key: str, reply_to: str | None) -> Target:
        chat, private = integer(key.removeprefix("direct:")), place.kind is GroupKind.DIRECT
        if chat is None or private != (chat > 0):  # behind a channel or an anonymous admin is a group, and no ear
            raise DeliveryError(Outcome.REFUSED, "no group or member of Telegram's")
        number = None if reply_to is None else message_number(key, reply_to)
        return Target(chat, private, number, self._past.topics.get(f"{place.key} {reply_to}"))

    async def _again(self, api: Api, target: Target, post: _posts.Post) -> int:
        try:
            return await _sending.send(api, self.folder, target, post)
        except ChatMigrated as error:
            raise DeliveryError(Outcome.NOT_SENT, "the group moves from id to id") from error


async def _count(api: Api, key: str) -> Roll | None:
    try:
        chat = table(await api.ask("GetChat", chat_id=key))
        size = integer(await api.ask("GetChatMemberCount", chat_id=key))
    except (BadRequest, ChatMigrated, Forbidden):
        return None  # the bot is not there any more
    return Roll(Place(PLATFORM, key, name=label(words(chat.get("title")))), size)


def build(settings: Settings, name: str, folder: Path) -> Telegram:
    """Return the adapter of one bot; `name` is its table in the configuration."""
    return Telegram(settings, name, folder)
