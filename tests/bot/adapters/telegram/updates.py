"""Updates as Telegram sends them: what tables of cases begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.adapters.telegram._content import Me
from bot.adapters.telegram._frames import Read, to_frames
from storage.frames import Frame, Message, decode, encode

ME = Me("700700700", "xiangqun_bot", "小象", sees_all=True)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AT = datetime(2026, 11, 23, 0, 59, tzinfo=UTC)
DATE = int(AT.timestamp())
SUPER, PLAIN = -1001000000700, -700700
FAN = {
    "id": 20001,
    "is_bot": False,
    "first_name": "老樊",
    "last_name": "DBA",
    "username": "laofan",
    "language_code": "zh",
}
TANG = {"id": 20002, "is_bot": False, "first_name": "阿棠"}
BOT = {"id": 700700700, "is_bot": True, "first_name": "小象", "username": "xiangqun_bot"}
OTHER_BOT = {"id": 555, "is_bot": True, "first_name": "Rose", "username": "MissRose_bot"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
SERVICE = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
GROUP = {"id": SUPER, "type": "supergroup", "title": "PG 交流群"}
FORUM = {**GROUP, "is_forum": True}
PLAIN_GROUP = {"id": PLAIN, "type": "group", "title": "PG 小群", "all_members_are_administrators": False}
PRIVATE = {"id": 20001, "type": "private", "first_name": "老樊", "last_name": "DBA", "username": "laofan"}
CHANNEL = {"id": -1001999999999, "type": "channel", "title": "PG 公告", "username": "pgnews"}


def message(**changes: Any) -> dict[str, Any]:
    """Return a message with keys changed; `...` takes one away."""
    raw: dict[str, Any] = {"message_id": 42, "from": FAN, "chat": GROUP, "date": DATE, "text": "在吗"}
    raw |= {"from" if key == "sender" else key: value for key, value in changes.items()}
    return {key: value for key, value in raw.items() if value is not ...}


def update(what: str = "message", /, **changes: Any) -> dict[str, Any]:
    return {"update_id": 9001, what: message(**changes)}


def changed(what: str, user: dict[str, Any], before: str, after: str, **more: Any) -> dict[str, Any]:
    """Return a change of somebody's membership."""
    old, new = {"user": user, "status": before}, {"user": user, "status": after}
    for member, extra in ((old, more.pop("old", {})), (new, more.pop("new", {}))):
        member |= extra
    base = {"chat": GROUP, "from": user, "date": DATE, "old_chat_member": old, "new_chat_member": new}
    return {"update_id": 9002, what: base | more}


def entity(what: str, text: str, part: str, **more: Any) -> dict[str, Any]:
    """Return an entity for a part of a text, counted as Telegram counts."""
    before = text[: text.index(part)]
    return {
        "type": what,
        "offset": len(before.encode("utf-16-le")) // 2,
        "length": len(part.encode("utf-16-le")) // 2,
    } | more


def read(raw: dict[str, Any]) -> Read:
    found = to_frames(raw, ME, NOW)
    assert isinstance(found, Read), found
    for frame in found.frames:
        assert decode(encode(frame)) == frame
    return found


def frame_of(raw: dict[str, Any]) -> Frame:
    (frame,) = read(raw).frames
    return frame


def message_of(**changes: Any) -> Message:
    content = frame_of(update(**changes)).content
    assert isinstance(content, Message)
    return content
