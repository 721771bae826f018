"""What a member typed: the content of a DingTalk message, or of one that is replied to, to plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.adapters._parse import Raw, table, words
from storage.frames import TEXT_LIMIT, Kind
from storage.sanitize import label, sanitize


@dataclass(frozen=True, slots=True)
class Content:
    """A message's content, read."""

    text: str = ""
    kind: Kind = Kind.TEXT
    flags: tuple[str, ...] = ()


def read(what: str, body: Raw, own_name: str = "") -> Content:
    """Read a content of the type `what`; nothing raises.

    Media stand as `[图片]`, what is not known as `[unsupported:TYPE]`. With `own_name` the mention of the bot leaves
    the text: DingTalk takes it out of texts, but not out of rich texts.
    """
    parts, kinds = _read(what, body)
    text = sanitize("".join(parts))
    text = (_without_mention(text, own_name) if own_name else text).strip()
    flags = ("cut",) * (len(text) > TEXT_LIMIT) + ("forwarded",) * (Kind.FORWARD in kinds)
    return Content(text[:TEXT_LIMIT], _kind(kinds), flags)


def opened(value: object) -> Raw:
    """Return a content that came as an object, as JSON in a text, or as the bare text."""
    if not isinstance(value, str):
        return table(value)
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"text": value}


def _read(what: str, body: Raw) -> tuple[list[str], list[Kind]]:
    if what in {"text", "markdown"}:
        return [_first(body, "content", "text")], [Kind.TEXT]
    if what == "richText":
        items = body.get("richText")
        read = [_item(item) for item in items] if isinstance(items, list) else []
        return [text for text, _ in read], [kind for text, kind in read if text.strip()]
    kind, show = _MEDIA.get(what, (Kind.OTHER, _unsupported(what)))
    return [show(body)], [kind]


def _item(item: object) -> tuple[str, Kind]:
    """Read one part of a rich text: sent ones say `type` and `text`, quoted ones `msgType` and `content`."""
    part = table({"text": item} if isinstance(item, str) else item)
    what = _first(part, "type", "msgType", "msgtype") or ("picture" if "downloadCode" in part else "text")
    if what == "text":
        return _first(part, "text", "content"), Kind.TEXT
    if what == "at":
        name = label(_first(part, "atName", "content", "text")).removeprefix("@")
        return f"@{name} " if name else "", Kind.TEXT
    if what == "emoji":
        return _first(part, "content", "text") or "[表情]", Kind.STICKER
    kind, show = _MEDIA.get(what, (Kind.OTHER, _unsupported(what)))
    return show(part), kind


def _first(body: Raw, *keys: str) -> str:
    return next((text for key in keys if (text := words(body.get(key)))), "")


def _without_mention(text: str, name: str) -> str:
    own = re.compile(rf"[@＠]{re.escape(name)}(?:[\s\u2005]+|$)")
    return own.sub("", text, count=1)


def _fixed(text: str) -> Callable[[Raw], str]:
    return lambda body: text


def _named(title: str, *keys: str) -> Callable[[Raw], str]:
    def show(body: Raw) -> str:
        name = label(_first(body, *keys), 200)
        return f"[{title}]" + (f" {name}" if name else "")

    return show


def _spoken(body: Raw) -> str:
    """Return what DingTalk understood of a voice message; it says so itself, nothing is fetched."""
    said = words(body.get("recognition")).strip()
    return f"[语音] {said}" if said else "[语音]"


def _unsupported(what: str) -> Callable[[Raw], str]:
    return _fixed(f"[unsupported:{re.sub(r'[^A-Za-z0-9_.-]', '_', what)[:40] or 'none'}]")


_MEDIA: dict[str, tuple[Kind, Callable[[Raw], str]]] = {
    "picture": (Kind.IMAGE, _fixed("[图片]")),
    "audio": (Kind.VOICE, _spoken),
    "voice": (Kind.VOICE, _spoken),
    "video": (Kind.VIDEO, _fixed("[视频]")),
    # A file's name is a label and nothing else: no path is ever made of it.
    "file": (Kind.FILE, _named("文件", "fileName")),
    "chatRecord": (Kind.FORWARD, _fixed("[聊天记录]")),
    "interactiveCard": (Kind.LINK, _named("卡片", "title")),
    "actionCard": (Kind.LINK, _named("卡片", "title")),
    "link": (Kind.LINK, _named("链接", "title", "messageUrl")),
    "location": (Kind.LINK, _named("位置", "title")),
}


def _kind(kinds: list[Kind]) -> Kind:
    """Text makes it a text; else what it begins with; a bundle is always a bundle."""
    if Kind.FORWARD in kinds:
        return Kind.FORWARD
    return Kind.TEXT if Kind.TEXT in kinds or not kinds else kinds[0]
