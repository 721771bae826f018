"""Reads what qq-chat-exporter writes of QQ as JSON: one file, or a manifest with chunks.

Seen in its source: since version 5 a row has `id`, `seq` (the number that OneBot calls `real_seq`), `timestamp` in
milliseconds, `sender.uin` (the QQ number), `system`, `recalled`, and `content.elements` with `at` (`uid`, `uin`) and
`reply` (`referencedMessageId`, or `replyMsgId` and `messageId`); `chatInfo.peerUid` is a group's number. Version 4 had
`messageId`, times as ISO text, `isSystemMessage`, `isRecalled`, `content.reply` and no group's number, which its file
names still have: group_NAME_NUMBER_DATE_TIME.json. Chunks are JSON lines, named by the manifest.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TextIO

from bot.importers import Folder, FormatError, Found, Options, Skipped
from bot.importers._fields import RowError, ident, milliseconds, moment, number, table, words
from bot.importers._json import BrokenError, ahead, json_lines, walk
from bot.importers._rows import PRIVATE, TAKEN_BACK, Row, Rows, checked, place
from storage.frames import Kind, Message, Place
from storage.sanitize import label

PLATFORM = "qq"
MANIFEST = "manifest.json"
ENTERED = frozenset({"messages"})
KEPT = 20_000  # ids by which replies find what they reply to
_HEAD = re.compile(rb'"metadata"\s*:\s*\{.*"chatInfo"\s*:\s*\{', re.DOTALL)
_NAME = re.compile(r"group_.*_(\d{4,12})_\d{6,8}_\d{4,6}")
_CHUNKS = re.compile(r"chunks/[^/]+\.jsonl")

# By the type of an element, and of a resource: what it is, and what stands for it.
_MEDIA: Mapping[str, tuple[Kind, str]] = {
    "image": (Kind.IMAGE, "[图片]"),
    "face": (Kind.STICKER, "[动画表情]"),
    "market_face": (Kind.STICKER, "[动画表情]"),
    "marketFace": (Kind.STICKER, "[动画表情]"),
    "audio": (Kind.VOICE, "[语音]"),
    "voice": (Kind.VOICE, "[语音]"),
    "video": (Kind.VIDEO, "[视频]"),
    "file": (Kind.FILE, "[文件]"),
    "forward": (Kind.FORWARD, "[聊天记录]"),
    "json": (Kind.LINK, "[链接]"),
    "location": (Kind.LINK, "[位置]"),
    "wallet": (Kind.OTHER, "[红包]"),
}


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    return head.lstrip().startswith(b"{") and _HEAD.search(head[:65_536]) is not None


def owns(names: Sequence[str]) -> bool:
    """Say whether files of these names are of this format, together."""
    return MANIFEST in names and any(map(_CHUNKS.fullmatch, names))


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: It is not JSON from the beginning, a private talk, or a manifest without its chunks.
    """
    found = _about(file)
    if table(found.get("metadata")).get("format") == "chunked-jsonl":
        raise FormatError("This is the manifest of an export in chunks: import its folder, chunks and all.")
    reader = _Reader(options)
    yield reader.place(table(found.get("chatInfo")))
    try:
        for element in walk(file, ENTERED):
            if element.key == "messages":
                yield checked(element.line, element.value, reader.message)
    except BrokenError as error:
        yield Skipped(error.line, error.why)


def gather(folder: Folder, options: Options) -> Iterator[Found]:
    """Yield what a manifest and its chunks hold, in their order.

    Raises:
        FormatError: The manifest cannot be read, or it is of a private talk.
    """
    names = folder.names()
    with folder.opened(MANIFEST) as file:
        found = _about(file)
    reader = _Reader(options)
    yield reader.place(table(found.get("chatInfo")))
    for chunk in sorted(filter(_CHUNKS.fullmatch, names)):
        with folder.opened(chunk) as file:
            for line, row in json_lines(file):
                taken = Skipped(line, row) if isinstance(row, str) else checked(line, row, reader.message)
                yield replace(taken, file=chunk) if isinstance(taken, Skipped) else taken


def _about(file: TextIO) -> dict[str, Any]:
    try:
        return ahead(file, ENTERED, "metadata", "chatInfo")
    except BrokenError:
        raise FormatError("This is no export of qq-chat-exporter: its beginning is not JSON.") from None


class _Reader:
    """What is known of an export while it is read."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.rows = Rows(options)
        self.sequences: OrderedDict[str, str] = OrderedDict()

    def place(self, about: Mapping[str, Any]) -> Place:
        """Return the group of the export.

        Raises:
            FormatError: It is a private talk, or tells no group.
        """
        if words(about.get("type")) in {"private", "friend"}:
            raise FormatError(PRIVATE)
        key = next((one for one in map(ident, (about.get("peerUid"), about.get("peerUin"))) if one.isdigit()), "")
        named = _NAME.search(str(self.options.path))
        return place(self.options, PLATFORM, key or (named[1] if named else ""), words(about.get("name")))

    def message(self, row: Mapping[str, Any]) -> Message:
        """Return the message of a row.

        Raises:
            RowError: It has no sender or time, was taken back, or is the bot's own post.
        """
        content, sender, raw = (table(row.get(name)) for name in ("content", "sender", "rawMessage"))
        at, bare = self._at(row.get("timestamp")), ident(row.get("id")) or ident(row.get("messageId"))
        if row.get("recalled") is True or row.get("isRecalled") is True:
            raise RowError(TAKEN_BACK)
        if row.get("system") is True or row.get("isSystemMessage") is True or row.get("type") == "system":
            return self.rows.message(Row(at, "", "", words(content.get("text")), kind=Kind.SYSTEM, key=bare))
        seq = number(row.get("seq"), 0) or number(raw.get("msgSeq"), 0)
        key = self._key(bare, seq)
        parts = [table(one) for one in content["elements"]] if isinstance(content.get("elements"), list) else []
        text, kind = _said(parts, content)
        named = [ident(table(part.get("data")).get("uin")) for part in parts if part.get("type") == "at"]
        text, mentions, to_bot = self.rows.names.understand(text)
        return self.rows.message(
            Row(
                at,
                ident(sender.get("uin")) or ident(raw.get("senderUin")) or ident(sender.get("uid")),
                next(filter(None, (words(name) for name in _names(sender, raw))), ""),
                text,
                kind=kind,
                stand_in="[unsupported:other]",
                key=key,
                alias=bare if key != bare else "",
                reply_to=self._replied(parts, content),
                mentions=[member for member in (*named, *mentions) if member not in {"0", "all"}],
                to_bot=to_bot,
                seq=seq if seq > 0 else None,
            )
        )

    def _at(self, value: object) -> datetime:
        """Return the time of a row: milliseconds, or ISO text with its zone."""
        if isinstance(value, str) and "T" in value:
            return moment(value, self.options)
        return milliseconds(value, self.options.until)

    def _key(self, bare: str, seq: int) -> str:
        if seq <= 0:
            return bare
        self.sequences[bare] = f"seq:{seq}"
        if len(self.sequences) > KEPT:
            self.sequences.popitem(last=False)
        return f"seq:{seq}"

    def _replied(self, parts: list[Mapping[str, Any]], content: Mapping[str, Any]) -> str:
        data = next((table(part.get("data")) for part in parts if part.get("type") == "reply"), None)
        data = table(content.get("reply")) if data is None else data
        ids = (ident(data.get(name)) for name in ("referencedMessageId", "replyMsgId", "messageId"))
        found = next((one for one in ids if one not in {"", "0"}), "")
        return self.sequences.get(found, found)


def _names(sender: Mapping[str, Any], raw: Mapping[str, Any]) -> tuple[object, ...]:
    card, member = sender.get("groupCard"), raw.get("sendMemberName")
    return card, member, sender.get("name"), sender.get("nickname"), raw.get("sendNickName")


def _said(parts: list[Mapping[str, Any]], content: Mapping[str, Any]) -> tuple[str, Kind]:
    """Return the words of a message and what it is; its elements tell better than its text, where it has them."""
    if not parts:
        text = words(content.get("text")).strip()
        resources = content.get("resources")
        first = table(resources[0]) if isinstance(resources, list) and resources else {}
        kind, stand_in = _MEDIA.get(words(first.get("type")), (Kind.TEXT, ""))
        bare = not text or (text.startswith("[") and text.endswith("]") and "][" not in text)
        return (stand_in or text, kind) if bare else (text, Kind.TEXT)
    found = [_part(part) for part in parts]
    spoken = any(kind is Kind.TEXT and text.strip() for kind, text in found)
    kinds = [kind for kind, text in found if text.strip()]
    return "".join(text for _, text in found), Kind.TEXT if spoken or not kinds else kinds[0]


def _part(part: Mapping[str, Any]) -> tuple[Kind, str]:
    what, data = words(part.get("type")), table(part.get("data"))
    if what == "text":
        return Kind.TEXT, words(data.get("text"))
    if what == "at":
        return Kind.TEXT, f"@{label(words(data.get('name'))).removeprefix('@')}"
    if what == "reply":
        return Kind.TEXT, ""
    if what == "markdown":
        return Kind.TEXT, words(data.get("content"))
    kind, shown = _MEDIA.get(what, (Kind.OTHER, f"[unsupported:{label(what, 40)}]"))
    name = label(words(data.get("filename")) or words(data.get("fileName")), 200) if kind is Kind.FILE else ""
    return kind, f"{shown} {name}".rstrip()
