"""What an event does: it is learnt from, told to the ear, and answered where the platform waits for that."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime

from bot.adapters import AuthError, Ear
from bot.adapters._parse import Odd, Raw, identifier, table, words
from bot.adapters.qq_official._anchors import Anchor, Anchors, Memory
from bot.adapters.qq_official._api import Api
from bot.adapters.qq_official._content import name_in_group
from bot.adapters.qq_official._frames import LONGEST_ID, Known, Switch, interaction, to_frame
from bot.adapters.qq_official._sight import Sight
from storage.frames import TEXT_LIMIT, Frame, GroupKind, Joined, Message, Press
from storage.sanitize import label, sanitize

KINDS_TOLD = 100  # of oddities; what invents more is no longer logged
ANSWER_SECONDS = 3.0  # for the answer to a press

log = logging.getLogger(__name__)

Said = Frame | Switch | Odd | None


@dataclass(slots=True)
class State:
    """What is known from earlier events; it outlives connections.

    Attributes:
        send_only: Groups in which another account listens.
        anchors: What posts can hang on.
        closed: Places that take no posts unasked.
        posts: Ids of our posts.
        names: What members were called, by id.
        ids: Those of the bot.
        sight: Whether everything of a group is heard.
        told: The kinds of oddities that were logged.
    """

    send_only: frozenset[str] = frozenset()
    anchors: Anchors = field(default_factory=Anchors)
    closed: set[str] = field(default_factory=set)
    posts: Memory = field(default_factory=Memory)
    names: Memory = field(default_factory=Memory)
    ids: Memory = field(default_factory=Memory)
    sight: Sight = field(default_factory=Sight)
    told: set[str] = field(default_factory=set)

    def learn(self, event: Raw) -> None:
        """Take in what an event tells of names."""
        data = table(event.get("d"))
        author = table(data.get("author"))
        member = identifier(author.get("member_openid")) or identifier(author.get("user_openid"))
        name = label(words(author.get("username")))
        if member and name:
            self.names[member] = name
        if mine := name_in_group(data):
            self.ids[mine] = ""


class Hearing:
    """Takes events in, for one connection."""

    def __init__(self, state: State, ear: Ear, api: Api) -> None:
        """Take what is known, whom to tell, and by whom to answer."""
        self._state = state
        self._ear = ear
        self._api = api

    def read(self, raw: Raw | Odd) -> tuple[str, Said]:
        """Return the lane of an event (its place), and what it says."""
        if isinstance(raw, Odd):
            return "", raw
        state = self._state
        state.learn(raw)
        said = to_frame(raw, self._ear.now(), Known(state.ids, state.posts, state.names))
        return said.place.key if isinstance(said, Frame | Switch) else "", said

    async def tell(self, raw: Raw | Odd, said: Said, text: str) -> None:
        """Let an event take effect; it is durable when this returns."""
        if isinstance(said, Odd):
            self._log_once(said.why)
            await self._ear.odd(sanitize(text[:TEXT_LIMIT]), said.why)
        elif said is not None and not isinstance(raw, Odd):
            self._note(raw, said)
            if isinstance(said, Frame):
                await self._hear(raw, said)

    async def answer(self, raw: Raw | Odd) -> None:
        """Answer a press; that its button goes on turning is all that happens where that fails."""
        pressed = "" if isinstance(raw, Odd) else interaction(raw)
        if not pressed:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._api.acknowledge(pressed)
        except (OSError, AuthError) as error:
            log.info("a press could not be answered: %s", error)

    async def _hear(self, raw: Raw, frame: Frame) -> None:
        if frame.place.key in self._state.send_only and isinstance(frame.content, Message):
            return
        everything = self._state.sight.after(words(raw.get("t")), frame.place.key, frame.key)
        if everything is not None and frame.place.key not in self._state.send_only:
            await self._ear.sees(frame.place, everything=everything)
        await self._ear.hear(frame)

    def _note(self, raw: Raw, said: Frame | Switch) -> None:
        """Remember what can be answered, and who takes posts unasked."""
        key, event = said.place.key, identifier(raw.get("id"), LONGEST_ID)
        now = self._ear.now()
        if isinstance(said, Switch):
            (self._state.closed.discard if said.open else self._state.closed.add)(key)
            if said.open and event:
                self._state.anchors.note(key, Anchor("event_id", event, "", now))
        elif isinstance(said.content, Message):
            message = said.content
            self._state.anchors.note(key, Anchor("msg_id", message.key, message.alias, min(message.at, now)))
        elif event and (isinstance(said.content, Press) or (isinstance(said.content, Joined) and said.content.is_bot)):
            self._state.anchors.note(key, Anchor("event_id", event, "", min(said.at, now)))

    def _log_once(self, why: str) -> None:
        if why not in self._state.told and len(self._state.told) < KINDS_TOLD:
            self._state.told.add(why)
            log.warning("%s: kept for the operator", why)


async def lost(ear: Ear, alive_at: datetime | None) -> None:
    """Write down that what was said since the last sign of life may be lost, in every group that is listened in."""
    known = [one for one in await ear.heard() if one.place.kind is GroupKind.GROUP]
    until = ear.now()
    since = alive_at or max((one.at for one in known), default=until)
    for one in known:
        if (begin := max(one.at, since)) < until:
            await ear.gap(one.place, begin, until, missing=None)
