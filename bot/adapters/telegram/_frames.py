"""What Telegram sends, as frames: a pure function of an update, the bot's own identity and the time of receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.adapters._parse import Odd, Raw, identifier, integer, table, words
from bot.adapters.telegram import _content
from bot.adapters.telegram._content import Me
from bot.adapters.telegram._fields import SERVICE, UNWANTED
from storage.frames import Echo, Edit, Frame, GroupKind, Joined, Kind, Left, Message, Place, Press
from storage.sanitize import label, sanitize

PLATFORM = "telegram"

# Accounts behind which is nobody in particular: an anonymous admin, a channel, Telegram itself.
_NOBODY = frozenset({"1087968824", "136817688", "777000"})
_FORWARDED = ("forward_origin", "forward_from", "forward_from_chat", "forward_sender_name", "forward_date")
_SUPERGROUP = "-100"  # how the ids of supergroups begin
_OLD = "g"  # how the keys of a plain group's messages begin
_EARLIEST = datetime(2001, 9, 9, 2, tzinfo=UTC)  # second 1,000,000,000
_LEEWAY = timedelta(days=1)  # our own clock may be wrong too
QUOTE_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Read:
    """What an update says.

    Attributes:
        frames: What happened, in order.
        moved: A group's place before and after it got another id.
        sight: A group, and whether the bot is an admin there from now on.
        query: What is to be answered so that a pressed button stops turning.
        topic: Of a forum: the topic that the message stands in.
    """

    frames: tuple[Frame, ...] = ()
    moved: tuple[Place, Place] | None = None
    sight: tuple[Place, bool] | None = None
    query: str = ""
    topic: int | None = None


NOTHING = Read()


def to_frames(raw: Raw, me: Me, now: datetime) -> Read | Odd:
    """Return what an update says, or why it cannot be read.

    Who wrote or did something is told by ids alone. A time that cannot be true is replaced by `now` and flagged. A
    frame's key holds its group, because messages are counted per group; an edit's holds the update's own number too,
    since two edits can fall into one second.
    """
    for what, reader in _READERS.items():
        if what in raw:
            return reader(table(raw[what]), raw, me, now)
    if UNWANTED & raw.keys():
        return NOTHING
    strange = sorted(key for key in raw if key != "update_id")
    return Odd(f"unknown update {label(strange[0], 40) if strange else 'without anything in it'}")


def place_of(chat: Raw) -> Place | None:
    """Return the group, or the direct, that a chat is; None for channels and what is none."""
    key, kind = identifier(chat.get("id")), words(chat.get("type"))
    if not key or kind not in {"private", "group", "supergroup"}:
        return None
    if kind == "private":
        return Place(PLATFORM, f"direct:{key}", GroupKind.DIRECT, called(chat))
    return Place(PLATFORM, key, name=label(words(chat.get("title"))))


def message_key(group: str, number: str) -> str:
    """Return the key of a message in a group.

    A plain group's messages get a mark: when it becomes a supergroup it stays the same group, but its messages are
    counted from 1 again.
    """
    plain = group.startswith("-") and not group.startswith(_SUPERGROUP)
    return f"{_OLD}{number}" if plain else number


def message_number(group: str, key: str) -> int | None:
    """Return the number by which Telegram knows a message of a group; None where it is one from before a move."""
    number = integer(key.removeprefix(_OLD))
    return number if number is not None and message_key(group, str(number)) == key else None


def is_admin(member: Raw) -> bool:
    """Say whether a chat member is an admin."""
    return words(member.get("status")) in {"administrator", "creator"}


def is_in(member: Raw) -> bool:
    """Say whether a chat member is in the group; a restricted one may be or not."""
    status = words(member.get("status"))
    return status in {"creator", "administrator", "member"} or (
        status == "restricted" and member.get("is_member") is True
    )


# -- messages ----------------------------------------------------------------------------------------------------------


def _message(message: Raw, update: Raw, me: Me, now: datetime) -> Read | Odd:
    chat = table(message.get("chat"))
    place, number = place_of(chat), identifier(message.get("message_id"))
    if place is None or not number:
        return NOTHING if chat.get("type") == "channel" else Odd("message without a place or an id")
    if moved := _moved(message, place):
        return Read(moved=moved)
    if "new_chat_members" in message or "left_chat_member" in message:
        return _moves(message, place, me, now)
    if SERVICE & message.keys():
        return NOTHING
    at, suspect = _time(message.get("date"), now)
    key = message_key(place.key, number)
    content = _content.read(message, me)
    frame_key = f"m:{place.key}:{number}"
    who = _author(message)
    if who.member == me.id:
        return Read((Frame(frame_key, place, at, Echo(key, content.text)),))
    text, kind = content.text, content.kind
    if place.kind is GroupKind.DIRECT and text.partition(" ")[0] == "/start":
        text = "/help"  # what a client sends when a talk begins
    if "forwarded" in who.flags:
        kind = Kind.FORWARD
    reply_to, quote = _reply(message, place.key)
    flags = ("cut",) * content.cut + ("time_suspect",) * suspect + who.flags
    said = Message(
        key, at, who.member, who.name, text, kind, reply_to, quote, content.mentions, content.to_bot, flags=flags
    )
    topic = integer(message.get("message_thread_id")) if message.get("is_topic_message") is True else None
    return Read((Frame(frame_key, place, at, said),), topic=topic)


def _edited(message: Raw, update: Raw, me: Me, now: datetime) -> Read | Odd:
    """Read an edit; a place that moves on a map is none, and neither is what became of our own posts."""
    read = _message(message, update, me, now)
    if isinstance(read, Odd) or not read.frames or "location" in message:
        return read if isinstance(read, Odd) else NOTHING
    (frame,) = read.frames
    if not isinstance(frame.content, Message):
        return NOTHING
    at, _ = _time(message.get("edit_date"), now)
    number = f"{identifier(message.get('edit_date'))}:{identifier(update.get('update_id'))}"
    edit = Edit(frame.content.key, frame.content.text)
    return Read((replace(frame, key=f"e{frame.key[1:]}:{number}", at=at, content=edit),))


@dataclass(frozen=True, slots=True)
class _Author:
    member: str
    name: str
    flags: tuple[str, ...] = ()


def _author(message: Raw) -> _Author:
    """Return whose message it is: behind a channel or an anonymous admin stands the chat, not a person."""
    sender, behind = table(message.get("from")), table(message.get("sender_chat"))
    member = identifier(sender.get("id"))
    automatic = message.get("is_automatic_forward") is True
    flags = ("forwarded",) * (automatic or any(key in message for key in _FORWARDED))
    if behind or member in _NOBODY:
        name = label(words(message.get("author_signature"))) or label(words(behind.get("title"))) or called(sender)
        return _Author(identifier(behind.get("id")) or member, name, ("anonymous", *flags))
    return _Author(member, called(sender), flags + ("bot",) * (sender.get("is_bot") is True))


def _reply(message: Raw, group: str) -> tuple[str | None, str | None]:
    """Return the key of the message replied to, and the words that were picked from it.

    In a topic everything that replies to nothing replies to the line that opened the topic.
    """
    quote = sanitize(words(table(message.get("quote")).get("text")))[:QUOTE_LIMIT] or None
    replied = table(message.get("reply_to_message"))
    number = identifier(replied.get("message_id"))
    opening = "forum_topic_created" in replied or number == identifier(message.get("message_thread_id"))
    if not number or (message.get("is_topic_message") is True and opening):
        return None, quote
    theirs = identifier(table(replied.get("chat")).get("id")) or group.removeprefix("direct:")
    key = message_key(theirs, number)
    before_it_moved = key.startswith(_OLD) and group.startswith(_SUPERGROUP)
    return (key if theirs == group.removeprefix("direct:") or before_it_moved else None), quote


def _moved(message: Raw, place: Place) -> tuple[Place, Place] | None:
    to, before = identifier(message.get("migrate_to_chat_id")), identifier(message.get("migrate_from_chat_id"))
    if to:
        return place, replace(place, key=to)
    return (replace(place, key=before), place) if before else None


# -- who comes and goes ------------------------------------------------------------------------------------------------


def _moves(message: Raw, place: Place, me: Me, now: datetime) -> Read:
    came, by = message.get("new_chat_members"), table(message.get("from"))
    members = [table(one) for one in came] if isinstance(came, list) else [table(message.get("left_chat_member"))]
    frames = [
        _move(one, place, me, by, message.get("date"), now, joined="new_chat_members" in message) for one in members
    ]
    return Read(tuple(frame for frame in frames if frame is not None))


def _changed(change: Raw, update: Raw, me: Me, now: datetime) -> Read | Odd:
    """Read a change of somebody's membership; of our own also what we may see from now on."""
    place = place_of(table(change.get("chat")))
    before, after = table(change.get("old_chat_member")), table(change.get("new_chat_member"))
    if place is None or place.kind is GroupKind.DIRECT or not after:
        return NOTHING
    user = table(after.get("user"))
    frame = None
    if is_in(before) != is_in(after):
        frame = _move(user, place, me, table(change.get("from")), change.get("date"), now, joined=is_in(after))
    mine = identifier(user.get("id")) == me.id and is_in(after)
    return Read(() if frame is None else (frame,), sight=(place, is_admin(after)) if mine else None)


def _move(user: Raw, place: Place, me: Me, by: Raw, date: object, now: datetime, *, joined: bool) -> Frame | None:
    """Return that a member came or went; other bots are no members."""
    member, own = identifier(user.get("id")), identifier(user.get("id")) == me.id
    if not member or (user.get("is_bot") is True and not own) or place.kind is GroupKind.DIRECT:
        return None
    inviter = identifier(by.get("id"))
    content: Joined | Left = Left(member, is_bot=own)
    if joined:
        content = Joined(member, called(user), "" if inviter in {member, *_NOBODY} else inviter, is_bot=own)
    key = f"{content.what[0]}:{place.key}:{member}:{identifier(date)[:20]}"
    return Frame(key, place, _time(date, now)[0], content)


# -- buttons -----------------------------------------------------------------------------------------------------------


def _pressed(query: Raw, update: Raw, me: Me, now: datetime) -> Read | Odd:
    """Read a pressed button; it carries no time of its own."""
    number = identifier(query.get("id"))
    if not number:
        return Odd("callback_query without an id")
    message, presser = table(query.get("message")), table(query.get("from"))
    place, member = place_of(table(message.get("chat"))), identifier(presser.get("id"))
    post, command = identifier(message.get("message_id")), sanitize(words(query.get("data"))).strip()
    if place is None or not post or not member or not command:
        return Read(query=number)
    press = Press(message_key(place.key, post), member, called(presser), command)
    return Read((Frame(f"p:{number}", place, now, press),), query=number)


_READERS: dict[str, Callable[[Raw, Raw, Me, datetime], Read | Odd]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _changed,
    "chat_member": _changed,
}


def called(user: Raw) -> str:
    """Return what somebody is called."""
    both = " ".join(words(user.get(key)) for key in ("first_name", "last_name"))
    return label(both) or label(words(user.get("username")))


def _time(value: object, now: datetime) -> tuple[datetime, bool]:
    seconds = integer(value // 1 if isinstance(value, float) else value)  # of infinity that is no number
    if seconds is not None and 0 <= seconds < 2**36:  # within what a datetime can hold
        at = datetime.fromtimestamp(seconds, UTC)
        if _EARLIEST <= at <= now + _LEEWAY:
            return at, False
    return now, True
