"""What a member typed, showed or sent: the text of a message with its entities, and stand-ins for everything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.adapters._parse import Raw, identifier, integer, table, words
from bot.adapters.telegram._fields import ENVELOPE
from storage.frames import MENTION_LIMIT, TEXT_LIMIT, Kind
from storage.sanitize import label, sanitize

URL_LIMIT = 500  # characters of an address behind words


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Telegram knows it.

    Attributes:
        id: Its id, as text.
        username: Without the @; what mentions and `/command@...` name it by.
        name: What it is called.
        sees_all: Privacy mode is off: it is given every message of a group.
    """

    id: str
    username: str = ""
    name: str = ""
    sees_all: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A message, read."""

    text: str
    kind: Kind
    mentions: tuple[str, ...] = ()
    to_bot: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Change:
    """What is put in place of a stretch of the text, in UTF-16 units, as entities count."""

    start: int
    end: int
    instead: str = ""
    gap: bool = False  # the space behind what is gone goes too


def read(raw: Raw, me: Me) -> Content:
    """Read a message: its words first, then what it shows, as `[图片]`.

    The bot's own mention leaves the text and sets `to_bot`; so does the `@bot` of `/command@bot`. Anybody else's
    @username stays text, because it tells no id. Nothing raises, whatever the message holds.
    """
    typed = "text" if words(raw.get("text")) else "caption"
    text = words(raw.get(typed))
    found = raw.get("entities" if typed == "text" else "caption_entities")
    entities = [table(entity) for entity in found] if isinstance(found, list) else []
    units = text.encode("utf-16-le", "surrogatepass")
    changes = [change for entity in entities for change in _changes(entity, units, me)]
    said = sanitize(_changed(units, changes)).strip()
    kind, shown = _shown(raw, said)
    whole = " ".join(part for part in (said, shown) if part)
    return Content(
        whole[:TEXT_LIMIT],
        kind,
        tuple(dict.fromkeys(_mentioned(entities, me)))[:MENTION_LIMIT],
        any(not change.instead for change in changes),
        len(whole) > TEXT_LIMIT,
    )


def _changes(entity: Raw, units: bytes, me: Me) -> Iterator[_Change]:
    start, length = integer(entity.get("offset")), integer(entity.get("length"))
    if start is None or length is None or not 0 <= start < start + length <= len(units) // 2:
        return
    end = start + length
    inside = _text(units[2 * start : 2 * end])
    match words(entity.get("type")):
        case "mention" if me.username and inside.lower() == f"@{me.username.lower()}":
            yield _Change(start, end, gap=True)
        case "text_mention" if _of(entity) == me.id:
            yield _Change(start, end, gap=True)
        case "bot_command":
            command, at, name = inside.partition("@")
            if at and me.username and name.lower() == me.username.lower():
                yield _Change(start + len(command), end)  # a command is ASCII: one unit a character
        case "text_link":
            url = sanitize(words(entity.get("url")))[:URL_LIMIT]
            if url.startswith(("https://", "http://")) and url.rstrip("/") != inside.rstrip("/"):
                yield _Change(end, end, f" ({url})")


def _changed(units: bytes, changes: list[_Change]) -> str:
    parts, at = [""], 0
    for change in sorted(changes, key=lambda change: (change.start, change.end)):
        if change.start < at:
            continue  # within another
        parts += [_text(units[2 * at : 2 * change.start]), change.instead]
        at = change.end
        before = next((part for part in reversed(parts) if part), "")
        if change.gap and units[2 * at : 2 * at + 2] == b" \0" and (not before or before[-1].isspace()):
            at += 1
    return "".join(parts) + _text(units[2 * at :])


def _text(units: bytes) -> str:
    return units.decode("utf-16-le", "surrogatepass")


def _mentioned(entities: list[Raw], me: Me) -> Iterator[str]:
    for entity in entities:
        if entity.get("type") == "text_mention" and (member := _of(entity)) and member != me.id:
            yield member


def _of(entity: Raw) -> str:
    return identifier(table(entity.get("user")).get("id"))


def _shown(raw: Raw, said: str) -> tuple[Kind, str]:
    """Return what a message is and what stands for what it shows; words make it a text."""
    for key, (kind, show) in _MEDIA.items():
        if key in raw:
            return Kind.TEXT if said else kind, show(table(raw[key]))
    if said or "text" in raw:
        return Kind.TEXT, ""
    strange = sorted(key for key in raw if key not in ENVELOPE)
    return Kind.OTHER, f"[unsupported:{re.sub(r'[^A-Za-z0-9_.-]', '_', strange[0])[:40] if strange else 'none'}]"


def _named(title: str, *keys: str) -> Callable[[Raw], str]:
    def show(data: Raw) -> str:
        name = next((label(words(data.get(key)), 200) for key in keys if data.get(key)), "")
        return f"[{title}]" + (f" {name}" if name else "")

    return show


def _fixed(text: str) -> Callable[[Raw], str]:
    return lambda data: text


# In this order: an animation is sent as a document too, a venue as a location.
_MEDIA: dict[str, tuple[Kind, Callable[[Raw], str]]] = {
    "photo": (Kind.IMAGE, _fixed("[图片]")),
    "live_photo": (Kind.IMAGE, _fixed("[图片]")),
    "animation": (Kind.IMAGE, _fixed("[动图]")),
    "sticker": (Kind.STICKER, _fixed("[动画表情]")),
    "dice": (Kind.STICKER, _fixed("[动画表情]")),
    "voice": (Kind.VOICE, _fixed("[语音]")),
    "video": (Kind.VIDEO, _fixed("[视频]")),
    "video_note": (Kind.VIDEO, _fixed("[视频]")),
    "audio": (Kind.FILE, _named("音频", "title", "file_name")),
    # A file's name is a label and nothing else: no path is ever made of it.
    "document": (Kind.FILE, _named("文件", "file_name")),
    "poll": (Kind.OTHER, _named("投票", "question")),
    "checklist": (Kind.OTHER, _named("清单", "title")),
    "venue": (Kind.LINK, _named("位置", "title", "address")),
    "location": (Kind.LINK, _fixed("[位置]")),
    "contact": (Kind.LINK, _fixed("[名片]")),
    "game": (Kind.LINK, _named("游戏", "title")),
    "invoice": (Kind.LINK, _named("账单", "title")),
    "story": (Kind.LINK, _fixed("[动态]")),
    "giveaway": (Kind.LINK, _fixed("[抽奖]")),
    "paid_media": (Kind.IMAGE, _fixed("[付费内容]")),
}
