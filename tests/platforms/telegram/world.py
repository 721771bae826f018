"""Who and what there is on the fake Telegram: members, groups, messages, in the shapes of the Bot API."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Raw = dict[str, Any]

ME = 700_700_700
USERNAME = "xiangqun_bot"
GROUP = -1_001_000_000_700
ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip


@dataclass
class Chat:
    """A group, or the private talk with a member, whose id it has."""

    id: int
    type: str = "supergroup"
    title: str = "PG 交流群"
    is_forum: bool = False
    statuses: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)  # topics
    gone: set[int] = field(default_factory=set)  # topics
    moved_to: int | None = None

    def raw(self) -> Raw:
        name = {"first_name": self.title} if self.type == "private" else {"title": self.title}
        return {"id": self.id, "type": self.type, **name, **({"is_forum": True} if self.is_forum else {})}


class World:
    """All there is, and the counters, which rise with the clock."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.me: Raw = {"id": ME, "is_bot": True, "first_name": "小象", "username": USERNAME}
        self.members: dict[int, Raw] = {ME: self.me}
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Raw] = {}
        self.last_message = self.last_update = int(time.time() * 1000) - 1_700_000_000_000
        self.add_group(GROUP)

    def add_group(self, number: int, title: str = "PG 交流群", **more: Any) -> Chat:
        """Add a group in which the bot is a member."""
        self.chats[number] = Chat(number, title=title, **more)
        self.chats[number].statuses[ME] = "member"
        return self.chats[number]

    def member(self, name_or_id: str | int, name: str = "阿棠", **more: Any) -> Raw:
        """Return a member, made when first named."""
        number = number_of(name_or_id)
        known = self.members.setdefault(number, {"id": number, "is_bot": False})
        known |= {"first_name": name, **more}
        return known

    def chat(self, number: int) -> Chat:
        """Return a chat; the private one of a member is made when first named."""
        if number not in self.chats and number > 0:
            title = self.members.get(number, {}).get("first_name", "x")
            self.chats[number] = Chat(number, "private", title)
        return self.chats[number]

    def message(self, chat: int, sender: Raw | None, **content: Any) -> Raw:
        """Return a new message, with what is in it."""
        self.last_message = max(self.last_message + 1, 1)
        raw: Raw = {"message_id": self.last_message, "date": int(self._clock()), "chat": self.chat(chat).raw()}
        if sender is not None:
            raw["from"] = dict(sender)
        raw |= content
        self.messages[chat, raw["message_id"]] = raw
        return raw

    def replied(self, chat: int, number: int) -> Raw:
        """Return a message as it stands within the one that replies to it: without what it replied to itself."""
        known = self.messages.get((chat, number))
        if known is None:  # said before this process began
            return {"message_id": number, "date": 0, "chat": self.chat(chat).raw(), "from": self.me, "text": "…"}
        return {key: value for key, value in known.items() if key != "reply_to_message"}

    def membership(self, chat: int, number: int, status: str | None = None) -> Raw:
        """Return what somebody is in a chat."""
        status = status or self.chat(chat).statuses.get(number, "left")
        raw: Raw = {"status": status, "user": self.members.get(number, self.member(number))}
        if status == "administrator":
            raw |= dict.fromkeys(RIGHTS, False)
        if status == "kicked":
            raw["until_date"] = 0
        return raw

    def full(self, chat: int) -> Raw:
        """Return a chat as getChat does."""
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return {
            **self.chat(chat).raw(), "accent_color_id": 3, "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, True),
        }  # fmt: skip


def number_of(member: str | int) -> int:
    """Return the id of a member that tests call by a name."""
    text = str(member)
    return int(text) if text.removeprefix("-").isdigit() else 1_000_000_000 + zlib.crc32(text.encode()) % 10**9
