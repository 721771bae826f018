"""What the platform dispatches, as frames: a pure function of the raw event, the time, and what is known of us."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.adapters._parse import Odd, Raw, identifier, integer, table, words
from bot.adapters.qq_official import _content
from storage.frames import Echo, Frame, GroupKind, Joined, Left, Message, Place, Press
from storage.sanitize import label, sanitize

PLATFORM = "qq_official"
LONGEST_ID = 256  # characters; a message's id has some 120
BUTTON = 11  # the type of an interaction that is a pressed button
COMMAND_LIMIT = 200

IN_FULL = "GROUP_MESSAGE_CREATE"  # comes only where the owner lets the bot hear everything
TO_BOT = "GROUP_AT_MESSAGE_CREATE"
DIRECT = "C2C_MESSAGE_CREATE"
CAME, LEFT = "GROUP_ADD_ROBOT", "GROUP_DEL_ROBOT"
_MESSAGES = frozenset({IN_FULL, TO_BOT, DIRECT})
_MOVES = frozenset({CAME, LEFT, "GROUP_MEMBER_ADD", "GROUP_MEMBER_REMOVE"})
_SWITCHES = {
    "GROUP_MSG_RECEIVE": True,
    "GROUP_MSG_REJECT": False,
    "C2C_MSG_RECEIVE": True,
    "C2C_MSG_REJECT": False,
}
# Known, and of no concern to us.
_IGNORED = frozenset(
    {
        "FRIEND_ADD",
        "FRIEND_DEL",
        "GROUP_JOIN_REQUEST",
        "GROUP_MEMBER_UPDATE",
        "MESSAGE_AUDIT_PASS",
        "MESSAGE_AUDIT_REJECT",
        "READY",
        "RESUMED",
    }
)
_EARLIEST = datetime(2001, 9, 9, 2, tzinfo=UTC)  # second 1,000,000,000
_LEEWAY = timedelta(days=1)  # our own clock may be wrong too


@dataclass(frozen=True, slots=True)
class Known:
    """What events do not carry.

    Attributes:
        ids: Under which the platform knows the bot: that of its login, and one for each group.
        posts: Ids of the bot's own posts.
        names: What members were called before, by their ids.
    """

    ids: Container[str] = frozenset()
    posts: Container[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Switch:
    """A group, or a member in private, began to take posts that answer nothing, or takes them no more."""

    place: Place
    open: bool


NOTHING = Known()


def to_frame(event: Raw, now: datetime, known: Known = NOTHING) -> Frame | Switch | Odd | None:
    """Return what an event says, why it cannot be read, or None where it is of no concern.

    A message has one key whichever event it came by. A time that cannot be true is replaced by `now` and flagged.
    """
    what, data = words(event.get("t")), table(event.get("d"))
    if what in _MESSAGES:
        return _message(what, data, now, known)
    if what in _MOVES:
        return _move(what, data, now)
    if what in _SWITCHES:
        place = _place(data)
        return Odd(f"{what} without a place") if place is None else Switch(place, _SWITCHES[what])
    if what == "INTERACTION_CREATE":
        return _press(data, now, known)
    return None if what in _IGNORED else Odd(f"unknown event {label(what, 40)}")


def _message(what: str, data: Raw, now: datetime, known: Known) -> Frame | Odd:
    key, place = identifier(data.get("id"), LONGEST_ID), _place(data)
    if place is None or not key:
        return Odd("message without a place" if key else "message without an id")
    author = table(data.get("author"))
    member = _author(author, place)
    at, suspect = moment(data.get("timestamp"), now)
    content = _content.read(data, known.ids)
    frame_key = f"m:{place.key}:{key}"
    own = bool(member) and member in known.ids
    if own or key in known.posts or (content.index and content.index in known.posts):
        return Frame(frame_key, place, at, Echo(content.index or key, content.text))
    message = Message(
        key=key,
        at=at,
        member=member,
        name=_name(author, member, place, known),
        text=content.text,
        kind=content.kind,
        reply_to=content.reply_to,
        quote=content.quote,
        mentions=content.mentions,
        to_bot=content.to_bot or what == TO_BOT,
        flags=content.flags + ("time_suspect",) * suspect + ("bot",) * (author.get("bot") is True),
        alias=content.index if content.index != key else "",
    )
    return Frame(frame_key, place, at, message)


def _move(what: str, data: Raw, now: datetime) -> Frame | Odd:
    place, by = _place(data), identifier(data.get("op_member_openid"))
    is_bot = what in {CAME, LEFT}
    member = "" if is_bot else identifier(data.get("member_openid"))
    if place is None or not (is_bot or member):
        return Odd(f"{what} without a place or a subject")
    comes = what in {CAME, "GROUP_MEMBER_ADD"}
    content = Joined(member, by=by, is_bot=is_bot) if comes else Left(member, is_bot=is_bot)
    key = f"n:{what}:{place.key}:{member}:{words(data.get('timestamp'))[:40]}"
    return Frame(sanitize(key), place, moment(data.get("timestamp"), now)[0], content)


def _press(data: Raw, now: datetime, known: Known) -> Frame | Odd | None:
    resolved = table(table(data.get("data")).get("resolved"))
    if integer(data.get("type")) != BUTTON:
        return None
    key, place = identifier(data.get("id"), LONGEST_ID), _place(data)
    if place is None or not key:
        return Odd("press without a place" if key else "press without an id")
    direct = place.kind is GroupKind.DIRECT
    member = identifier(data.get("user_openid" if direct else "group_member_openid"))
    command = label(words(resolved.get("button_data")), COMMAND_LIMIT)
    if not member or not command:
        return Odd("press without a member or a command")
    name = _name({}, member, place, known)
    press = Press(identifier(resolved.get("message_id"), LONGEST_ID), member, name, command)
    return Frame(f"p:{key}", place, moment(data.get("timestamp"), now)[0], press)


def interaction(event: Raw) -> str:
    """Return the id under which an event wants to be answered; empty where it does not."""
    pressed = event.get("t") == "INTERACTION_CREATE"
    return identifier(table(event.get("d")).get("id"), LONGEST_ID) if pressed else ""


def moment(value: object, now: datetime) -> tuple[datetime, bool]:
    """Return a time (RFC 3339, or seconds) in UTC, or `now` where it cannot be true; and whether it could not."""
    at = _parsed(value)
    return (at, False) if at is not None and _EARLIEST <= at <= now + _LEEWAY else (now, True)


def _parsed(value: object) -> datetime | None:
    seconds = integer(value)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC) if 0 <= seconds < 2**36 else None
        at = datetime.fromisoformat(words(value)[:40])
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _place(data: Raw) -> Place | None:
    """Find the group, else the direct of the member who speaks."""
    group = identifier(data.get("group_openid")) or identifier(data.get("group_id"))
    if group:
        return Place(PLATFORM, group, name=label(words(data.get("group_name"))))
    author = table(data.get("author"))
    told = (author.get("user_openid"), data.get("user_openid"), data.get("openid"), author.get("id"))
    member = next((found for value in told if (found := identifier(value))), "")
    return Place(PLATFORM, f"direct:{member}", GroupKind.DIRECT) if member else None


def _author(author: Raw, place: Place) -> str:
    if place.kind is GroupKind.DIRECT:
        return place.key.removeprefix("direct:")
    return identifier(author.get("member_openid")) or identifier(author.get("id"))


def _name(author: Raw, member: str, place: Place, known: Known) -> str:
    told = label(words(author.get("username"))) or known.names.get(member, "")
    return told or stand_in(member, direct=place.kind is GroupKind.DIRECT)


def stand_in(member: str, *, direct: bool = False) -> str:
    """Return a short name for a member whose name is not told, the same each time."""
    return f"{'好友' if direct else '群友'}-{member[-4:].upper()}" if member else ""
