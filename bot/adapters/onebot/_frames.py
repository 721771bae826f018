"""What OneBot pushes, as frames: a pure function of the raw object, the account and the time of receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.adapters._parse import Odd, Raw, identifier, integer, table, words
from bot.adapters.onebot import _segments
from storage.frames import Echo, Frame, GroupKind, Joined, Left, Message, Place, Recall
from storage.sanitize import label

PLATFORM = "qq"
ANONYMOUS = "80000000"

# The accounts that QQ gives to official robots, as `get_robot_uin_range` answers.
_ROBOTS = (
    range(66600000, 66600001),
    range(2854196301, 2854216400),
    range(3328144510, 3328144511),
    range(3889000000, 3890000000),
    range(4010000000, 4020000000),
)
_EARLIEST = datetime(2001, 9, 9, 2, tzinfo=UTC)  # second 1,000,000,000
_LEEWAY = timedelta(days=1)  # our own clock may be wrong too

# Known, and of no concern to us: presence, rights, cards, likes, what others do in private.
_IGNORED = frozenset(
    {
        "bot_offline",
        "client_status",
        "essence",
        "friend_add",
        "group_admin",
        "group_ban",
        "group_card",
        "group_dismiss",
        "group_gray_tip",
        "group_msg_emoji_like",
        "group_name_change",
        "group_title",
        "group_upload",
        "notify",
        "offline_file",
        "online_file_receive",
        "online_file_send",
        "profile_like",
        "reaction",
    }
)


@dataclass(frozen=True, slots=True)
class Names:
    """What is known of names that frames do not carry: by group id and by member id."""

    groups: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = Names()


def to_frame(raw: Raw, self_id: str, now: datetime, names: Names = NO_NAMES) -> Frame | Odd | None:
    """Return what a raw object says, why it cannot be read, or None where it is of no concern.

    Who wrote or did something is read from the envelope alone; the `sender` inside is for display. A time that
    cannot be true is replaced by `now` and flagged. A frame's key holds its group, because numbers that count
    per group would meet in an account's one key space.
    """
    owner = identifier(raw.get("self_id"))
    if owner and self_id and owner != self_id:
        return Odd("frame of another account")
    what = words(raw.get("post_type")) or ("message" if "message_type" in raw else "")
    if what in {"message", "message_sent"}:
        return _message(raw, self_id, now, names, sent=what == "message_sent")
    if what == "notice":
        return _notice(raw, self_id, now, names)
    if what in {"meta_event", "request"}:
        return None
    return Odd(f"unknown post_type {label(what, 40)}")


def _message(raw: Raw, self_id: str, now: datetime, names: Names, *, sent: bool) -> Frame | Odd:
    member, bare = identifier(raw.get("user_id")), identifier(raw.get("message_id"))
    own = sent or (member != "" and member == self_id)
    place = _place(raw, names, other=identifier(raw.get("target_id")) if own else member)
    seq = sequence(raw, place)
    key = bare if seq is None else f"seq:{seq}"
    if place is None or not key:
        return Odd("message without a place" if key else "message without an id")
    at, suspect = _time(raw.get("time"), now)
    body = raw.get("message")
    body = raw.get("raw_message") if body is None else body
    frame_key = f"m:{place.key}:{key}"
    if own:  # by the id that `send` returned, whatever the message is keyed by
        return Frame(frame_key, place, at, Echo(bare or key, _segments.own_words(body)))
    content = _segments.read(body, self_id, names.members)
    message = Message(
        key=key,
        at=at,
        member=member,
        name=_name(raw),
        text=content.text,
        kind=content.kind,
        reply_to=content.reply_to,
        mentions=content.mentions,
        to_bot=content.to_bot,
        seq=seq,
        flags=content.flags + ("time_suspect",) * suspect + _who(raw, member),
        alias=bare if bare != key else "",
    )
    return Frame(frame_key, place, at, message)


def _notice(raw: Raw, self_id: str, now: datetime, names: Names) -> Frame | Odd | None:
    what, member = words(raw.get("notice_type")), identifier(raw.get("user_id"))
    content: Joined | Left | Recall
    if what == "group_increase":
        by = identifier(raw.get("operator_id"))
        content = Joined(member, by="" if by in {"0", member} else by, is_bot=member == self_id)
    elif what == "group_decrease":
        content = Left(member, is_bot=member == self_id or raw.get("sub_type") == "kick_me")
    elif what in {"group_recall", "friend_recall"}:
        content = Recall(identifier(raw.get("message_id")), member)
    else:
        return None if what in _IGNORED else Odd(f"unknown notice {label(what, 40)}")
    place = _place(raw, names, other=member if what == "friend_recall" else "")
    subject = content.key if isinstance(content, Recall) else member
    if place is None or not subject:
        return Odd(f"{what} without a place or a subject")
    key = f"n:{what}:{place.key}:{subject}"
    if not isinstance(content, Recall):  # one comes and goes many times, but a message is taken back once
        key += f":{identifier(raw.get('time'))[:20]}"
    return Frame(key, place, _time(raw.get("time"), now)[0], content)


def _place(raw: Raw, names: Names, *, other: str) -> Place | None:
    """Find the group, or the direct with `other`; a talk begun from within a group is a direct too."""
    group = identifier(raw.get("group_id"))
    if group and raw.get("message_type") != "private":
        name = label(words(raw.get("group_name"))) or names.groups.get(group, "")
        return Place(PLATFORM, group, name=name)
    if other and words(raw.get("message_type")) in {"", "private"}:  # not what is said on a channel of another kind
        return Place(PLATFORM, f"direct:{other}", GroupKind.DIRECT)
    return None


def sequence(raw: Raw, place: Place | None) -> int | None:
    """Read the number that counts a group's messages; in private both sides may count on their own."""
    seq = integer(raw.get("real_seq"))
    counted = seq is not None and 0 < seq < 2**63
    return seq if counted and place is not None and place.kind is GroupKind.GROUP else None


def _name(raw: Raw) -> str:
    sender = table(raw.get("sender"))
    return label(words(sender.get("card"))) or label(words(sender.get("nickname")))


def _who(raw: Raw, member: str) -> tuple[str, ...]:
    flags: tuple[str, ...] = ()
    if member == ANONYMOUS or raw.get("sub_type") == "anonymous" or raw.get("anonymous"):
        flags += ("anonymous",)
    if member.isdigit() and any(int(member) in robots for robots in _ROBOTS):
        flags += ("bot",)
    return flags


def _time(value: object, now: datetime) -> tuple[datetime, bool]:
    seconds = integer(value // 1 if isinstance(value, float) else value)  # of infinity that is no number
    if seconds is not None and 0 <= seconds < 2**36:  # within what a datetime can hold
        at = datetime.fromtimestamp(seconds, UTC)
        if _EARLIEST <= at <= now + _LEEWAY:
            return at, False
    return now, True
