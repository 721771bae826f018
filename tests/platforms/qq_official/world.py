"""What lies behind the fake: a group, its members and messages, with ids as the platform gives them, and events."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

BEIJING = timezone(timedelta(hours=8))
WINDOW = 300.0  # seconds for which a message in a group can be answered
ANSWERS = 5


def openid(word: str) -> str:
    """Ids of members and groups: 32 digits, made for this bot."""
    return hashlib.md5(f"bot:{word}".encode()).hexdigest().upper()


GROUP = openid("group")
BOT_IN_GROUP = openid("bot in group")


@dataclass
class Said:
    """A message, or a post of the bot, as the platform has it."""

    id: str
    index: str
    place: str
    at: float
    text: str
    answers: int = 0
    numbers: set[int] = field(default_factory=set)  # each answers it once


@dataclass
class World:
    """Everything that was said, by id and by index, and what the group's owner permits."""

    clock: Callable[[], float] = time.time
    full: bool = False  # the bot is sent every message
    proactive: bool = True  # the bot may post unasked
    said: dict[str, Said] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)
    events: dict[str, Said] = field(default_factory=dict)  # events that can be answered, by their ids
    _count: int = 0

    def add(self, place: str, text: str) -> Said:
        """Take a message in, with ids that rise with the clock."""
        self._count += 1
        digest = hashlib.sha256(f"{time.time_ns()}{self._count}".encode()).digest()
        key = f"ROBOT1.0_{time.time_ns()}.{self._count}-{base64.urlsafe_b64encode(digest * 2).decode()[:80]}!"
        said = Said(key, "REFIDX_" + base64.b64encode(digest).decode(), place, self.clock(), text)
        self.said[said.id], self.indexes[said.index] = said, said.id
        return said

    def found(self, key: str | None) -> Said | None:
        """Find a message by either of its ids."""
        return self.said.get(self.indexes.get(key or "", key or ""))

    def timestamp(self, at: float | None = None) -> str:
        return (
            datetime.fromtimestamp(self.clock() if at is None else at, UTC)
            .astimezone(BEIJING)
            .isoformat("T", "seconds")
        )


def message(world: World, said: Said, member: str, name: str, *, mention: bool, quote: Said | None) -> dict[str, Any]:
    """The data of a message in the group, as it is told where everything is, or only what is said to the bot."""
    prefix = f"<@{BOT_IN_GROUP}> " if world.full else " "
    author: dict[str, Any] = {"bot": False, "id": member, "member_openid": member, "member_role": "member"}
    data: dict[str, Any] = {
        "author": author | {"union_openid": "", "username": name} if name else author,
        "content": (prefix if mention else "") + escaped(said.text),
        "group_id": said.place,
        "group_openid": said.place,
        "id": said.id,
        "message_scene": {"ext": [f"msg_idx={said.index}"], "source": "default"},
        "message_type": 0,
        "timestamp": world.timestamp(said.at),
    }
    if mention and world.full:
        me = {"bot": True, "id": BOT_IN_GROUP, "member_openid": BOT_IN_GROUP, "is_you": True, "scope": "single"}
        data["mentions"] = [me | {"username": "小象"}]
    if quote is not None:
        data |= quoting(data, quote)
    return data


def quoting(data: dict[str, Any], quote: Said) -> dict[str, Any]:
    scene = {"ext": [f"ref_msg_idx={quote.index}", *data["message_scene"]["ext"]], "source": "default"}
    element = {"msg_idx": quote.index, "message_type": 0, "content": escaped(quote.text)}
    return {"message_type": 103, "message_scene": scene, "msg_elements": [element]}


def direct(world: World, said: Said, member: str) -> dict[str, Any]:
    """The data of a message in private."""
    return {
        "author": {"id": member, "user_openid": member, "union_openid": ""},
        "content": escaped(said.text),
        "id": said.id,
        "message_scene": {"ext": [f"msg_idx={said.index}"], "source": "default"},
        "message_type": 0,
        "timestamp": world.timestamp(said.at),
    }


def picture() -> dict[str, Any]:
    address = "https://multimedia.nt.qq.com.cn/download?appid=1407&fileid=x"
    return {"content_type": "image/png", "filename": "1.png", "height": 8, "width": 8, "size": 99, "url": address}


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
