"""What a platform said, in our words: the one form in which adapters and importers hand things to the inbox.

A frame is pure data: no row ids, nothing of one platform's field names. It is stored in the inbox as JSON
before anything else happens, so it must survive `decode(encode(frame)) == frame`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

TEXT_LIMIT = 20_000
MENTION_LIMIT = 100


class Kind(StrEnum):
    """What a message consists of, as far as a reader is concerned."""

    TEXT = "text"
    IMAGE = "image"
    STICKER = "sticker"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    LINK = "link"
    FORWARD = "forward"
    SYSTEM = "system"
    WITHHELD = "withheld"  # its author opted out: the key and the time stay, nothing else was ever stored
    OTHER = "other"


class GroupKind(StrEnum):
    """A group of many, or the private talk of one member with the bot."""

    GROUP = "group"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened: a group by its stable platform id.

    `key` of a direct is `direct:` + the member's platform id, so that both kinds share one key space.
    """

    platform: str
    key: str
    kind: GroupKind = GroupKind.GROUP
    name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a member posted.

    Attributes:
        key: The platform's id of the message, as text; UNIQUE within its group.
        alias: A second id under which the platform may name it (in replies, recalls, exports); empty if none.
        at: Platform send time, UTC, aware.
        member: The author's stable platform id; empty for system lines.
        name: The author's display name at that time (group card before nickname). Never an authority.
        text: Sanitized plain text; media stand as `[图片]`, unknown segments as `[unsupported:TYPE]`.
        reply_to: Key or alias of the message it replies to, if the platform says so.
        quote: The quoted text, where a platform tells only that.
        mentions: Stable ids of the members mentioned, at most `MENTION_LIMIT`, without the bot.
        to_bot: Whether it mentions the bot (a reply to the bot is found by `reply_to`).
        seq: The platform's consecutive number in this group, where it has one.
        flags: What was odd: `cut`, `time_suspect`, `duplicate_suspect`, `anonymous` (an admin or a channel behind whose
            name anyone may speak), `forwarded`, `bot`, `unstable` (the member's id will not last). The author of an
            anonymous or unstable message has no rights, and a forwarded one is no command. `carried` and `unsigned`
            are the bot's own: it brought the words here for their author, whose name is hidden.
    """

    key: str
    at: datetime
    member: str
    name: str
    text: str
    kind: Kind = Kind.TEXT
    reply_to: str | None = None
    quote: str | None = None
    mentions: tuple[str, ...] = ()
    to_bot: bool = False
    seq: int | None = None
    flags: tuple[str, ...] = ()
    alias: str = ""
    what: Literal["message"] = "message"


@dataclass(frozen=True, slots=True)
class Edit:
    """A message (named by key or alias) got new text. Its time and place in a thread stay."""

    key: str
    text: str
    what: Literal["edit"] = "edit"


@dataclass(frozen=True, slots=True)
class Recall:
    """A message (named by key or alias) was taken back: its content is erased, its row and time stay."""

    key: str
    member: str = ""
    what: Literal["recall"] = "recall"


@dataclass(frozen=True, slots=True)
class Joined:
    """A member, or the bot itself (`is_bot`), came into the group; `by` invited it."""

    member: str
    name: str = ""
    by: str = ""
    is_bot: bool = False
    what: Literal["joined"] = "joined"


@dataclass(frozen=True, slots=True)
class Left:
    """A member, or the bot itself, is no longer in the group."""

    member: str
    is_bot: bool = False
    what: Literal["left"] = "left"


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed: `command` is obeyed as if the presser had typed it, replying to `key`."""

    key: str
    member: str
    name: str
    command: str
    what: Literal["press"] = "press"


@dataclass(frozen=True, slots=True)
class Echo:
    """Our own message came back from the platform: proof that it was posted."""

    key: str
    text: str
    what: Literal["echo"] = "echo"


Content = Annotated[Message | Edit | Recall | Joined | Left | Press | Echo, Field(discriminator="what")]


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing that one account heard.

    Attributes:
        key: UNIQUE within the account; the same thing heard twice has the same key.
        place: The group or direct it happened in.
        at: When it happened, by the platform's clock, UTC.
        content: What happened.
        replayed: Import or demo: stored and threaded like any other, but no command is obeyed and nothing answered.
        backfilled: Read back from the platform's history after a gap; while it is fresh it is answered like any other.
    """

    key: str
    place: Place
    at: datetime
    content: Content
    replayed: bool = False
    backfilled: bool = False


_ADAPTER: TypeAdapter[Frame] = TypeAdapter(Frame)


def encode(frame: Frame) -> str:
    """Return the frame as JSON text."""
    return _ADAPTER.dump_json(frame, exclude_defaults=False).decode()


def decode(text: str) -> Frame:
    """Return the frame that `encode` wrote."""
    return _ADAPTER.validate_json(text)
