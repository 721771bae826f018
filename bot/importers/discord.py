"""Reads what DiscordChatExporter writes as JSON.

Seen in the exporter's own source: `guild`, `channel`, `dateRange`, then `messages`; times have their zone; `type` is a
word for what the exporter knows and a number for what it does not; `reference` is what is replied to, or forwarded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from bot.importers import FormatError, Found, Options, Skipped
from bot.importers._fields import RowError, ident, moment, table, words
from bot.importers._json import BrokenError, ahead, walk
from bot.importers._rows import PRIVATE, TAKEN_BACK, Row, Rows, checked, place
from storage.frames import Kind, Message
from storage.sanitize import label

PLATFORM = "discord"
ENTERED = frozenset({"messages"})
SPOKEN = {"Default", "Reply", "19", "0"}
TOLD = {
    "RecipientAdd",
    "RecipientRemove",
    "Call",
    "ChannelNameChange",
    "ChannelIconChange",
    "ChannelPinnedMessage",
    "GuildMemberJoin",
    "ThreadCreated",
}
_HEAD = re.compile(rb'"guild"\s*:\s*\{.*"channel"\s*:\s*\{.*"(?:dateRange|messages)"\s*:', re.DOTALL)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    return _HEAD.search(head[:65_536]) is not None


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: It is not JSON from the beginning, or a private talk.
    """
    try:
        about = table(ahead(file, ENTERED, "channel").get("channel"))
    except BrokenError:
        raise FormatError("This is no export of DiscordChatExporter: its beginning is not JSON.") from None
    if words(about.get("type")).startswith("Direct"):
        raise FormatError(PRIVATE)
    yield place(options, PLATFORM, ident(about.get("id")), words(about.get("name")))
    rows = Rows(options)
    try:
        for element in walk(file, ENTERED):
            if element.key == "messages":
                yield checked(element.line, element.value, lambda row: _message(row, rows))
    except BrokenError as error:
        yield Skipped(error.line, error.why)


def _message(row: Mapping[str, Any], rows: Rows) -> Message:
    key, kind = ident(row.get("id")), words(row.get("type"))
    if not key:
        raise RowError("has no id")
    at = moment(words(row.get("timestamp")), rows.options)
    if kind in TOLD:
        return rows.message(Row(at, "", "", words(row.get("content")), kind=Kind.SYSTEM, stand_in=f"[{kind}]", key=key))
    author, reference = table(row.get("author")), table(row.get("reference"))
    forwarded = table(row.get("forwardedMessage"))
    text = words(row.get("content")).strip() or words(forwarded.get("content")).strip()
    shown = [_attached(table(one)) for one in (*_list(row, "attachments"), *_list(forwarded, "attachments"))]
    if _list(row, "stickers"):
        shown.append((Kind.STICKER, "[动画表情]"))
    if not text and not shown and kind in SPOKEN and not _list(row, "embeds"):
        raise RowError(TAKEN_BACK if not author else "is empty")
    what = Kind.TEXT if text else shown[0][0] if shown else Kind.LINK if kind in SPOKEN else Kind.OTHER
    if forwarded or reference.get("type") == "Forward":
        what = Kind.FORWARD
    named, to_bot = _mentioned(row, rows)
    text, mentions, spoken_to = rows.names.understand(text)
    return rows.message(
        Row(
            at,
            ident(author.get("id")),
            words(author.get("nickname")) or words(author.get("name")),
            " ".join(part for part in (text, *(words for _, words in shown)) if part),
            kind=what,
            stand_in="[链接]" if kind in SPOKEN else "[unsupported:other]",
            key=key,
            reply_to="" if what is Kind.FORWARD else ident(reference.get("messageId")),
            mentions=(*named, *mentions),
            to_bot=to_bot or spoken_to,
            flags=("bot",) * (author.get("isBot") is True),
        )
    )


def _mentioned(row: Mapping[str, Any], rows: Rows) -> tuple[list[str], bool]:
    """Return whom a message mentions; their names are learnt, for its text names them."""
    found = [table(one) for one in _list(row, "mentions")]
    for one in found:
        names = (label(words(one.get("nickname"))), label(words(one.get("name"))))
        rows.names.learn(ident(one.get("id")), *names)
    ids = [ident(one.get("id")) for one in found]
    return ids, bool(rows.options.own_ids & set(ids))


def _attached(one: Mapping[str, Any]) -> tuple[Kind, str]:
    name = label(words(one.get("fileName")), 200)
    return (Kind.IMAGE, "[图片]") if name.lower().endswith(_PICTURES) else (Kind.FILE, f"[文件] {name}".rstrip())


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    found = row.get(key)
    return found if isinstance(found, list) else []
