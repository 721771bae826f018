"""Reads what Telegram Desktop exports as JSON: one group, or a whole account.

Seen in its own exports and in the parsers of others: `chats.list` holds the talks of a whole account; ids are bare (a
bot knows a supergroup as -100 and the id, a plain group as - and the id); `text` is a text or a list of texts and
entities; `date` has no zone and `date_unixtime`, since 2022, needs none; an anonymous admin is `channel` and the id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from bot.importers import FormatError, Found, Noted, Options, Skipped
from bot.importers._fields import RowError, ident, moment, seconds, words
from bot.importers._json import BrokenError, Element, walk
from bot.importers._rows import NO_SENDER, PRIVATE, Row, Rows, checked, zoneless
from storage.frames import Kind, Message, Place
from storage.sanitize import label

PLATFORM = "telegram"
LIST, EACH, ALL = "chats.list", "chats.list.*", "chats.list.*.messages"
ENTERED = frozenset({"messages", "chats", LIST, EACH, ALL})
SUPERGROUPS = {"private_supergroup", "public_supergroup"}
GROUPS = {"private_group", "public_group", *SUPERGROUPS}
_KINDS = "personal_chat|bot_chat|saved_messages|replies|verify_codes|(?:private|public)_(?:group|supergroup|channel)"
_ONE = re.compile(rf'"type"\s*:\s*"(?:{_KINDS})"'.encode())
_WHOLE = re.compile(rb'^\s*\{\s*"about"\s*:\s*"[^"]*Telegram')
_SENDER = re.compile(r"(user|channel|chat)(\d+)")

# By field, or by the value of `media_type`: what it is, what stands for it, and which field names it.
_MEDIA: Mapping[str, tuple[Kind, str, str]] = {
    "sticker": (Kind.STICKER, "[动画表情]", ""),
    "animation": (Kind.IMAGE, "[动图]", ""),
    "voice_message": (Kind.VOICE, "[语音]", ""),
    "video_file": (Kind.VIDEO, "[视频]", ""),
    "video_message": (Kind.VIDEO, "[视频]", ""),
    "audio_file": (Kind.FILE, "[音频]", "title"),
    "photo": (Kind.IMAGE, "[图片]", ""),
    "poll": (Kind.OTHER, "[投票]", "question"),
    "location_information": (Kind.LINK, "[位置]", ""),
    "contact_information": (Kind.LINK, "[名片]", ""),
    "file": (Kind.FILE, "[文件]", "file_name"),
}


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    return _WHOLE.match(head) is not None or (b'"messages"' in head and _ONE.search(head) is not None)


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order; private talks and channels of an account are left out.

    Raises:
        FormatError: It is not JSON from the beginning, or is one private talk.
    """
    reader = _Reader(options)
    try:
        for element in walk(file, ENTERED):
            yield from reader.take(element)
    except BrokenError as error:
        if not reader.begun:
            raise FormatError("This is no export of Telegram: its beginning is not JSON.") from None
        yield Skipped(error.line, error.why)
    if reader.left_out:
        yield Noted(f"private talks and channels in it were left out: {reader.left_out}")


class _Reader:
    """Where in the file we are: what is known of a talk stands before its messages."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.about: dict[str, Any] = {}
        self.talk: _Talk | None = None
        self.begun = False
        self.left_out = 0
        self.told = False

    def take(self, element: Element) -> Iterator[Found]:
        """Yield what an element of the file gives."""
        if element.key == EACH:
            self.about, self.talk = {}, None
            return
        if element.key not in {"messages", ALL}:
            self.about[element.key.rpartition(".")[2]] = element.value
            return
        self.begun = True
        if self.talk is None:
            self.talk = _Talk(self.about, self.options, alone=element.key == "messages")
            self.left_out += self.talk.place is None
            if self.talk.place is not None:
                yield self.talk.place
        if self.talk.place is None:
            return
        yield checked(element.line, element.value, self.talk.message)
        if self.talk.zoneless and not self.told:
            self.told = True
            yield zoneless(self.options)


class _Talk:
    """One talk of the file; `place` is None where it is none of a group that is wanted."""

    def __init__(self, about: Mapping[str, Any], options: Options, *, alone: bool) -> None:
        kind, bare, name = words(about.get("type")), ident(about.get("id")), label(words(about.get("name")))
        if alone and kind not in GROUPS:
            raise FormatError(PRIVATE)
        self.key = f"-100{bare}" if kind in SUPERGROUPS else f"-{bare}"
        self.plain = kind not in SUPERGROUPS
        self.rows = Rows(options)
        self.options = options
        self.zoneless = False
        self.topics: set[str] = set()
        key = options.group if alone and options.group else self.key
        wanted = kind in GROUPS and bare and (alone or options.takes(self.key, name))
        self.place = Place(PLATFORM, key, name=name) if wanted else None

    def message(self, row: Mapping[str, Any]) -> Message:
        """Return the message of a row.

        Raises:
            RowError: It has no id, time or sender, or is the bot's own post.
        """
        key = self._key(row.get("id"))
        if not key:
            raise RowError("has no id")
        at = seconds(row["date_unixtime"], self.options.until) if row.get("date_unixtime") else self._local(row)
        if row.get("type") == "service":
            if row.get("action") == "topic_created":
                self.topics.add(key)
            return self.rows.message(Row(at, "", "", _service(row), kind=Kind.SYSTEM, key=key))
        member, flags = _sender(row.get("from_id"))
        if not member:
            raise RowError(NO_SENDER)
        text, named = _said(row.get("text"))
        kind, shown = _shown(row, text)
        if row.get("forwarded_from") or row.get("forwarded_from_id"):
            kind = Kind.FORWARD
        reply_to = "" if row.get("reply_to_peer_id") else self._key(row.get("reply_to_message_id"))
        text, mentions, to_bot = self.rows.names.understand(text)
        return self.rows.message(
            Row(
                at,
                member,
                words(row.get("from")),
                " ".join(part for part in (text, shown) if part),
                kind=kind,
                key=key,
                reply_to="" if reply_to in self.topics else reply_to,
                mentions=(*named, *mentions),
                to_bot=to_bot,
                flags=flags,
            )
        )

    def _key(self, value: object) -> str:
        """Return the key of a message: a plain group counts on its own, and may become a supergroup."""
        found = ident(value)
        return f"g{found}" if found and self.plain else found

    def _local(self, row: Mapping[str, Any]) -> Any:
        self.zoneless = True
        return moment(words(row.get("date")), self.options)


def _sender(value: object) -> tuple[str, tuple[str, ...]]:
    found = _SENDER.fullmatch(words(value))
    if found is None:
        return "", ()
    return (found[2], ()) if found[1] == "user" else (f"-100{found[2]}", ("anonymous",))


def _said(value: object) -> tuple[str, list[str]]:
    """Return the words of a message, and whom it mentions by id."""
    if not isinstance(value, list):
        return words(value).strip(), []
    parts, named = [], []
    for part in value:
        entity: Mapping[str, Any] = part if isinstance(part, dict) else {"text": part}
        text = words(entity.get("text"))
        url = words(entity.get("href"))
        if entity.get("type") == "mention_name":
            named.append(ident(entity.get("user_id")))
        if url.startswith(("https://", "http://")) and url.rstrip("/") != text.rstrip("/"):
            text += f" ({url[:500]})"
        parts.append(text)
    return "".join(parts).strip(), [member for member in named if member]


def _shown(row: Mapping[str, Any], said: str) -> tuple[Kind, str]:
    """Return what a message is and what stands for what it shows; words make it a text."""
    media = words(row.get("media_type"))
    field = media if media in _MEDIA else next((field for field in _MEDIA if field in row), "")
    if not field:
        return (Kind.TEXT, "") if said else (Kind.OTHER, "[unsupported:empty]")
    kind, shown, name = _MEDIA[field]
    holder = row["poll"] if field == "poll" and isinstance(row["poll"], dict) else row
    called = label(words(holder.get(name)), 200) if name else ""
    return Kind.TEXT if said else kind, f"{shown} {called}".rstrip()


def _service(row: Mapping[str, Any]) -> str:
    members = [words(member) for member in row["members"]] if isinstance(row.get("members"), list) else []
    parts = (words(row.get("actor")), words(row.get("action")), ", ".join(filter(None, members)))
    return label(" ".join(filter(None, parts)), 500)
