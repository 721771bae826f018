"""What a member typed: message segments to plain text, mentions and the message replied to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.adapters._parse import Raw, identifier, table, words
from bot.adapters.onebot import _cq
from bot.split import unmarked
from storage.frames import MENTION_LIMIT, TEXT_LIMIT, Kind
from storage.sanitize import label, sanitize

EVERYONE = "@全体成员"
NO_NAMES: Mapping[str, str] = {}


@dataclass(slots=True)
class Content:
    """A message's segments, read."""

    text: str = ""
    kind: Kind = Kind.TEXT
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    to_bot: bool = False
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    self_id: str
    names: Mapping[str, str]
    parts: list[str] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    mentions: dict[str, None] = field(default_factory=dict)
    reply_to: str | None = None
    to_bot: bool = False
    forwarded: bool = False

    def add(self, text: str, kind: Kind) -> None:
        self.parts.append(text)
        self.kinds.append(kind)


def read(message: object, self_id: str, names: Mapping[str, str] = NO_NAMES) -> Content:
    """Read a message in array or CQ form.

    The bot's own mention leaves the text and sets `to_bot`; `@全体成员` stays text. Whatever cannot be read is
    left out or stands as `[unsupported:TYPE]`; nothing raises. `names` gives the display names of members whose
    mentions come without one.
    """
    reading = _Reading(self_id, names)
    for segment in segments(message):
        _read_one(reading, segment)
    text = sanitize("".join(reading.parts)).strip()
    flags = ("cut",) * (len(text) > TEXT_LIMIT) + ("forwarded",) * reading.forwarded
    mentions = tuple(reading.mentions)[:MENTION_LIMIT]
    return Content(text[:TEXT_LIMIT], _kind(reading), reading.reply_to, mentions, reading.to_bot, flags)


def own_words(message: object) -> str:
    """Return the longest stretch of a post of ours without a mention, and without the mark of a part.

    Mentions come back without the names they were made with, so only between them a post can be recognised by
    what it says.
    """
    stretches = [""]
    for segment in segments(message):
        if segment.get("type") == "at":
            stretches.append("")
        elif segment.get("type") == "text":
            stretches[-1] += words(table(segment.get("data")).get("text"))
    return max((unmarked(sanitize(stretch)).strip() for stretch in stretches), key=len)[:TEXT_LIMIT]


def segments(message: object) -> list[_cq.Segment]:
    """Return the segments of a message, whether it came as a list, one segment, CQ-coded text or nothing."""
    if isinstance(message, str):
        return _cq.decode(message)
    if isinstance(message, dict):
        message = [message]
    if not isinstance(message, list):
        return []
    found: list[_cq.Segment] = []
    for segment in message:
        if isinstance(segment, str):  # some implementations mix bare text into the array
            segment = {"type": "text", "data": {"text": segment}}
        if isinstance(segment, dict):
            found.append(segment)
    return found


def _read_one(reading: _Reading, segment: _cq.Segment) -> None:
    what, data = words(segment.get("type")), table(segment.get("data"))
    if what == "text":
        _read_text(reading, words(data.get("text")))
    elif what == "at":
        _read_mention(reading, data)
    elif what == "reply":
        seq = identifier(data.get("seq"))
        reading.reply_to = identifier(data.get("id")) or (f"seq:{seq}" if seq else None)
    elif what == "image":
        reading.add(*_image(data))
    elif what in _MEDIA:
        kind, show = _MEDIA[what]
        reading.add(show(data), kind)
        reading.forwarded |= kind is Kind.FORWARD
    elif what in _CARDS:
        _read_card(reading, data)
    else:
        reading.add(f"[unsupported:{re.sub(r'[^A-Za-z0-9_.-]', '_', what)[:40] or 'none'}]", Kind.OTHER)


def _read_text(reading: _Reading, text: str) -> None:
    before = reading.parts[-1] if reading.parts else ""
    if reading.to_bot and text.startswith(" ") and (not before or before.endswith((" ", "\n"))):
        text = text[1:]  # the space that clients put behind a mention, of which the mention is gone
    if text:
        reading.parts.append(text)
        if not text.isspace():
            reading.kinds.append(Kind.TEXT)


def _read_mention(reading: _Reading, data: Raw) -> None:
    member = identifier(data.get("qq"))
    if member == "all":
        reading.add(EVERYONE, Kind.TEXT)
    elif member and member == reading.self_id:
        reading.to_bot = True
    elif member:
        name = label(words(data.get("name"))).removeprefix("@") or reading.names.get(member, member)
        reading.add(f"@{name}", Kind.TEXT)
        reading.mentions[member] = None


def _image(data: Raw) -> tuple[str, Kind]:
    """Tell pictures from stickers: QQ sends both as images."""
    summary = words(data.get("summary"))
    kind = identifier(data.get("sub_type") if "sub_type" in data else data.get("subType"))
    if kind not in {"", "0", "8"} or "emoji_id" in data or "动画表情" in summary:
        return "[动画表情]", Kind.STICKER
    return "[图片]", Kind.IMAGE


def _named(title: str, *keys: str) -> Callable[[Raw], str]:
    def show(data: Raw) -> str:
        name = next((label(words(data.get(key)), 200) for key in keys if data.get(key)), "")
        return f"[{title}]" + (f" {name}" if name else "")

    return show


def _fixed(text: str) -> Callable[[Raw], str]:
    return lambda data: text


_STICKER = (Kind.STICKER, _fixed("[动画表情]"))
_MEDIA: dict[str, tuple[Kind, Callable[[Raw], str]]] = {
    "face": _STICKER,
    "bface": _STICKER,
    "sface": _STICKER,
    "mface": _STICKER,
    "marketface": _STICKER,
    "dice": _STICKER,
    "rps": _STICKER,
    "poke": _STICKER,
    "shake": _STICKER,
    "record": (Kind.VOICE, _fixed("[语音]")),
    "video": (Kind.VIDEO, _fixed("[视频]")),
    # A file's name is a label and nothing else: no path is ever made of it.
    "file": (Kind.FILE, _named("文件", "name", "file_name", "file")),
    "onlinefile": (Kind.FILE, _named("文件", "fileName")),
    "flashtransfer": (Kind.FILE, _fixed("[文件]")),
    "forward": (Kind.FORWARD, _fixed("[聊天记录]")),
    "node": (Kind.FORWARD, _fixed("[聊天记录]")),
    "share": (Kind.LINK, _named("链接", "title", "url")),
    "music": (Kind.LINK, _named("音乐", "title")),
    "location": (Kind.LINK, _named("位置", "title", "content")),
    "contact": (Kind.LINK, _fixed("[名片]")),
    "markdown": (Kind.TEXT, lambda data: words(data.get("content"))),
}
_CARDS = frozenset({"json", "xml", "miniapp", "ark", "lightapp"})


def _read_card(reading: _Reading, data: Raw) -> None:
    """Read a card: QQ puts a line for people into its `prompt`; a bundle of messages may come as a card too."""
    card = table(data.get("data")) or _card(words(data.get("data")))
    if words(card.get("app")) == "com.tencent.multimsg":
        reading.forwarded = True
        reading.add("[聊天记录]", Kind.FORWARD)
    else:
        reading.add(_named("卡片", "prompt")(card), Kind.LINK)


def _card(text: str) -> Raw:
    try:
        return table(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _kind(reading: _Reading) -> Kind:
    """Text makes it a text; else what it begins with; a bundle is always a bundle."""
    if reading.forwarded:
        return Kind.FORWARD
    if Kind.TEXT in reading.kinds or not reading.kinds:
        return Kind.TEXT
    return reading.kinds[0]
