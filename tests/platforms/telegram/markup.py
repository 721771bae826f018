"""Telegram's HTML, as strictly as Telegram reads it: to text and entities, or to the words of its refusal."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
TOKEN = re.compile(r"<(/?)([^<>\s/]*)([^<>]*)>|(<)|(&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)|([^<&]+|&)")
ATTRIBUTE = re.compile(r"""\s*([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))|\s*(expandable)""")
# What Telegram finds by itself in text: it calls people, also those whom nobody meant to call.
CALL = re.compile(r"(?<![A-Za-z0-9_])@[A-Za-z0-9_]{3,32}")


class MarkupError(Exception):
    """What Telegram says about markup that it does not take."""


@dataclass
class Shown:
    """A text as it is shown."""

    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read(source: str) -> Shown:
    """Return what HTML shows.

    Raises:
        MarkupError: A tag is unknown, never closed, or closed out of turn.
    """
    shown, opened = Shown(), list[tuple[str, int, dict[str, Any]]]()
    for token in TOKEN.finditer(source):
        closing, name, rest, stray, entity, text = token.groups()
        if stray or (name == "" and token[0].startswith("<")):
            raise MarkupError(f'Unsupported start tag "" at byte offset {_bytes(source, token)}')
        if entity or text:
            shown.text += html.unescape(entity) if entity else text
        elif closing:
            _close(shown, opened, name, _bytes(source, token))
        else:
            opened.append((name, units(shown.text), _opening(name, rest, _bytes(source, token))))
    if opened:
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    shown.entities += found(shown)
    return shown


def found(shown: Shown) -> list[dict[str, Any]]:
    """Return the mentions that Telegram finds by itself, outside of what is marked up as a link or code."""
    taken = [e for e in shown.entities if e["type"] in {"text_link", "text_mention", "code", "pre"}]
    calls = [(units(shown.text[: call.start()]), units(call[0])) for call in CALL.finditer(shown.text)]
    return [
        {"type": "mention", "offset": at, "length": length}
        for at, length in calls
        if not any(e["offset"] <= at < e["offset"] + e["length"] for e in taken)
    ]


def _opening(name: str, rest: str, at: int) -> dict[str, Any]:
    kind = KINDS.get(name.lower())
    attributes = {match[1]: html.unescape(match[2] or match[3] or match[4] or "") for match in ATTRIBUTE.finditer(rest)}
    if kind is None or (name == "span" and attributes.get("class") != "tg-spoiler"):
        raise MarkupError(f'Unsupported start tag "{name}" at byte offset {at}')
    if kind != "text_link":
        return {"type": kind}
    url = attributes.get("href", "")
    member = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if member:
        return {"type": "text_mention", "user": {"id": int(member[1]), "is_bot": False, "first_name": "x"}}
    return {"type": "text_link", "url": url} if url.startswith(("http://", "https://", "tg://")) else {"type": ""}


def _close(shown: Shown, opened: list[tuple[str, int, dict[str, Any]]], name: str, at: int) -> None:
    if not opened:
        raise MarkupError(f"Unexpected end tag at byte offset {at}")
    tag, start, entity = opened.pop()
    if name and name.lower() != tag.lower():
        raise MarkupError(f'Unmatched end tag at byte offset {at}, expected "</{tag}>", found "</{name}>"')
    length = units(shown.text) - start
    if length and entity["type"]:
        shown.entities.append({**entity, "offset": start, "length": length})


def _bytes(source: str, token: re.Match[str]) -> int:
    return len(source[: token.start()].encode("utf-8", "replace"))
