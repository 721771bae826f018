"""What the gateway tells, as frames: a pure function of what was told, the account and the time of receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.adapters._parse import Odd, Raw, integer, table, words
from bot.adapters.wechat._texts import MENTION_END, quotation, without_mention
from bot.split import unmarked
from storage.frames import (
    MENTION_LIMIT,
    TEXT_LIMIT,
    Echo,
    Frame,
    GroupKind,
    Joined,
    Kind,
    Left,
    Message,
    Place,
    Recall,
)
from storage.sanitize import label, sanitize

PLATFORM = "wechat"
MAX_ID = 100  # characters; those of the web protocol have up to 66
MANY = 500  # members that join or leave at once, at most
EVERYONE = ("@所有人", "@All", "@all")
EVERYONE_IDS = frozenset({"notify@all", "announcement@all", "all"})

# WeChat's own services; what they say in private is said to nobody.
_SERVICES = frozenset(
    {"weixin", "fmessage", "filehelper", "newsapp", "medianote", "notifymessage", "qqmail", "mphelper"}
)
_EARLIEST = datetime(2011, 1, 1, tzinfo=UTC)
_LEEWAY = timedelta(days=1)  # our own clock may be wrong too
_MILLISECONDS = 10**11  # from here on a number of seconds would lie after the year 5000
_RECALLED_IDS = [re.compile(rf"<{name}>\s*(\d+)\s*</{name}>", re.IGNORECASE) for name in ("newmsgid", "msgid")]

_ATTACHMENT, _HISTORY, _TEXT, _NOTE, _RECALLED, _POST = 1, 4, 7, 10, 13, 16
# A file's name and a card's title are labels and nothing else.
_MEDIA: dict[int, tuple[Kind, str]] = {
    _ATTACHMENT: (Kind.FILE, "文件"),
    2: (Kind.VOICE, "语音"),
    3: (Kind.LINK, "名片"),
    _HISTORY: (Kind.FORWARD, "聊天记录"),
    5: (Kind.STICKER, "动画表情"),
    6: (Kind.IMAGE, "图片"),
    8: (Kind.LINK, "位置"),
    9: (Kind.LINK, "小程序"),
    _NOTE: (Kind.OTHER, "接龙"),
    11: (Kind.OTHER, "转账"),
    12: (Kind.OTHER, "红包"),
    14: (Kind.LINK, "链接"),
    15: (Kind.VIDEO, "视频"),
}

# Group key, quoted name and words to the key of the message that they were taken from, if that is remembered.
Find = Callable[[str, str, str], str | None]


def nothing_found(group: str, name: str, said: str) -> None:
    """Remember no message."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A message's text, read."""

    text: str
    quote: str | None = None
    reply_to: str | None = None


def to_frames(told: Raw, self_id: str, now: datetime, find: Find = nothing_found) -> list[Frame] | Odd:
    """Return what was told as frames (several members may join at once), or why it cannot be read.

    A frame's key holds its group and the gateway's message id. Times come in seconds or in milliseconds; one that
    cannot be true is replaced by `now` and flagged. Mentions are believed by id alone.
    """
    what = words(told.get("on"))
    if what == "message":
        return _message(table(told.get("message")), self_id, now, find)
    if what in {"room-join", "room-leave"}:
        return _moves(told, self_id, now, joined=what == "room-join")
    return Odd(f"unknown {label(what, 40) or 'thing'}")


def place_of(room: object, topic: object) -> Place | None:
    """Return a group, or None where its id is none."""
    key = identity(room)
    return Place(PLATFORM, key, name=label(words(topic))) if key else None


def identity(value: object) -> str:
    """Return an id of WeChat's; empty if it is none."""
    text = words(value).strip()
    return text if text.isascii() and text.isprintable() and " " not in text and len(text) <= MAX_ID else ""


def unstable(key: str) -> bool:
    """Say whether an id is one of the web protocol, which gives new ones at each login."""
    return key.startswith("@")


def moment(value: object, now: datetime) -> tuple[datetime, bool]:
    """Return a time that came in seconds or milliseconds, and whether it cannot be true and is `now` instead."""
    number = integer(value // 1 if isinstance(value, float) else value)
    if number is not None and 0 <= number < 2**52:
        at = datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
        if _EARLIEST <= at <= now + _LEEWAY:
            return at, False
    return now, True


def own_words(text: str) -> str:
    """Return the text of a post of ours, as it is known: without the mark of a part."""
    return unmarked(sanitize(text[:TEXT_LIMIT])).strip()


def _message(raw: Raw, self_id: str, now: datetime, find: Find) -> list[Frame] | Odd:
    key, member = identity(raw.get("id")), identity(raw.get("from_id"))
    room = identity(raw.get("room_id"))
    own = member != "" and member == self_id
    if not room and member in _SERVICES:
        return []
    place = place_of(room, raw.get("topic")) or _direct(identity(raw.get("to_id")) if own else member)
    what = integer(raw.get("type"))
    if place is None or not key:
        return Odd("message without a place" if key else "message without an id")
    if what == _POST:
        return Odd("a post, which is no message")
    at, suspect = moment(raw.get("timestamp"), now)
    if what == _RECALLED:
        return _recall(raw, place, member, at)
    if own:
        text = own_words(words(raw.get("text"))) if what == _TEXT else ""
        return [Frame(f"m:{place.key}:{key}", place, at, Echo(key, text))]
    member = "" if member == room else member  # a line of the system's own
    message = _content(raw, key, member, at, place, self_id, what, find, ("time_suspect",) * suspect)
    return [Frame(f"m:{place.key}:{key}", place, at, message)]


def _content(
    raw: Raw,
    key: str,
    member: str,
    at: datetime,
    place: Place,
    self_id: str,
    what: int | None,
    find: Find,
    flags: tuple[str, ...],
) -> Message:
    text = sanitize(words(raw.get("text")))
    mentioned = _mentioned(raw)
    to_bot = self_id in mentioned and what == _TEXT and not _only_as_one_of_all(text, _own_names(raw))
    kind, said = _read(raw, text, what, to_bot, lambda name, quoted: find(place.key, name, quoted))
    return Message(
        key=key,
        at=at,
        member=member,
        name=label(words(raw.get("alias"))) or label(words(raw.get("name"))),
        text=said.text[:TEXT_LIMIT],
        kind=kind if member else Kind.SYSTEM,
        reply_to=said.reply_to,
        quote=said.quote,
        mentions=tuple(one for one in mentioned if one != self_id)[:MENTION_LIMIT] if what == _TEXT else (),
        to_bot=to_bot,
        flags=("cut",) * (len(said.text) > TEXT_LIMIT) + flags + _who(raw, member, what),
    )


def _read(
    raw: Raw, text: str, what: int | None, to_bot: bool, find: Callable[[str, str], str | None]
) -> tuple[Kind, _Said]:
    if what == _TEXT:
        return Kind.TEXT, _text(text, _own_names(raw) if to_bot else None, find)
    if what not in _MEDIA:
        return Kind.OTHER, _Said(f"[unsupported:{what if what else 'none'}]")
    kind, title = _MEDIA[what]
    shown = raw.get("filename") if what == _ATTACHMENT else raw.get("title")
    if what == _NOTE and not text.lstrip().startswith("<"):
        shown = text
    return kind, _Said(f"[{title}] {label(words(shown), 1000 if what == _NOTE else 200)}".rstrip())


def _text(text: str, own_names: list[str] | None, find: Callable[[str, str], str | None]) -> _Said:
    """Part the words from what they quote. What is not surely quoted stays text, unless it is known to be said."""
    quoted = quotation(text[:TEXT_LIMIT])
    reply_to = find(quoted.name, quoted.words) if quoted else None
    if quoted is None or not (quoted.sure or reply_to):
        return _Said(_words(text, own_names))
    answer = _words(quoted.answer + text[TEXT_LIMIT:], own_names)
    return _Said(answer, _words(quoted.words, None), reply_to)


def _words(text: str, own_names: list[str] | None) -> str:
    if own_names is not None:
        text = without_mention(text, own_names)
    return text.replace(MENTION_END, " ").strip()


def _own_names(raw: Raw) -> list[str]:
    names = raw.get("own_names")
    return [sanitize(name) for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _mentioned(raw: Raw) -> tuple[str, ...]:
    ids = raw.get("mention_ids")
    found = dict.fromkeys(identity(one) for one in ids) if isinstance(ids, list) else {}
    return tuple(one for one in found if one and one not in EVERYONE_IDS)


def _only_as_one_of_all(text: str, own_names: list[str]) -> bool:
    """Some gateways count @所有人 as a mention of each."""
    return any(word in text for word in EVERYONE) and not any(f"@{name}" in text for name in own_names if name)


def _who(raw: Raw, member: str, what: int | None) -> tuple[str, ...]:
    flags: tuple[str, ...] = ()
    if what == _HISTORY:
        flags += ("forwarded",)
    if raw.get("service") is True or member.startswith("gh_"):
        flags += ("bot",)
    if unstable(member):
        flags += ("unstable",)
    return flags


def _recall(raw: Raw, place: Place, member: str, at: datetime) -> list[Frame] | Odd:
    """Read which message was taken back: gateways put its id into the text, some within WeChat's own XML."""
    text = words(raw.get("text"))
    found = [match[1] for pattern in _RECALLED_IDS if (match := pattern.search(text))]
    key = found[0] if found else identity(text)
    if not key:
        return Odd("a recall that names no message")
    return [Frame(f"r:{place.key}:{key}", place, at, Recall(key, member))]


def _moves(told: Raw, self_id: str, now: datetime, *, joined: bool) -> list[Frame] | Odd:
    happened, names = table(told.get("happened")), table(told.get("names"))
    place = place_of(happened.get("roomId"), told.get("topic"))
    listed = happened.get("inviteeIdList" if joined else "removeeIdList")
    members = [identity(one) for one in listed][:MANY] if isinstance(listed, list) else []
    if place is None or not any(members):
        return Odd("a move without a group" if place is None else "a move of nobody")
    at, _ = moment(happened.get("timestamp"), now)
    stamp = int(at.timestamp() * 1000)
    by = identity(happened.get("inviterId"))
    frames = []
    for member in dict.fromkeys(filter(None, members)):
        name = label(words(names.get(member)))
        content: Joined | Left = Left(member, is_bot=member == self_id)
        if joined:
            content = Joined(member, name, "" if by == member else by, is_bot=member == self_id)
        frames.append(Frame(f"{'j' if joined else 'l'}:{place.key}:{member}:{stamp}", place, at, content))
    return frames


def _direct(member: str) -> Place | None:
    return Place(PLATFORM, f"direct:{member}", GroupKind.DIRECT) if member else None
