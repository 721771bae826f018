"""What a member typed: a message's content, mentions, attachments and quote, as plain text."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from bot.adapters._parse import Raw, identifier, table, words
from storage.frames import MENTION_LIMIT, TEXT_LIMIT, Kind
from storage.sanitize import label, sanitize

EVERYONE = "@全体成员"
STICKER = "[动画表情]"
LONGEST_ID = 256
ATTACHMENTS = 20  # of one message that are told; nobody sends more
READ_LIMIT = 300_000  # characters; what is longer is cut before it is read

# Longer than any tag, so that no text can make the search slow.
_TAG = re.compile(
    r'<(?:@!?(?P<member>[\w-]{1,64})|qqbot-at-user id="(?P<at>[\w-]{1,64})" ?/|(?P<all>qqbot-at-everyone ?/|@everyone)'
    r'|emoji:\d{1,8}|faceType=\d{1,4},faceId="[^"<>]{0,20}",ext="(?P<face>[\w+/=-]{0,800})")>'
)
_KINDS = {"image": Kind.IMAGE, "voice": Kind.VOICE, "audio": Kind.VOICE, "video": Kind.VIDEO}
_SHOWN = {Kind.IMAGE: "[图片]", Kind.VOICE: "[语音]", Kind.VIDEO: "[视频]"}


@dataclass(slots=True)
class Content:
    """A message, read.

    Attributes:
        index: The second id of the message, by which quotes name it.
    """

    text: str = ""
    kind: Kind = Kind.TEXT
    index: str = ""
    reply_to: str | None = None
    quote: str | None = None
    mentions: tuple[str, ...] = ()
    to_bot: bool = False
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    ids: Container[str]
    told: dict[str, str]  # members that the message mentions, by id: their names
    parts: list[str] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    mentions: dict[str, None] = field(default_factory=dict)
    to_bot: bool = False
    everyone: bool = False
    forwarded: bool = False

    def add(self, text: str, kind: Kind) -> None:
        self.parts.append(text)
        self.kinds.append(kind)


def read(data: Raw, ids: Container[str]) -> Content:
    """Read a message; `ids` are those of the bot.

    Only who stands in the platform's own list is mentioned, whatever is typed. The bot's own mention leaves the text
    and sets `to_bot`; a mention of all does not. Nothing raises.
    """
    reading = _Reading(ids, {})
    _read_mentions(reading, data.get("mentions"))
    _read_text(reading, words(data.get("content")))
    _read_card(reading, table(data.get("ark_data")))
    _read_attachments(reading, data.get("attachments"))
    text = sanitize("".join(reading.parts)).strip()
    index, replied = _indexes(data)
    return Content(
        text=text[:TEXT_LIMIT],
        kind=_kind(reading),
        index=index,
        reply_to=replied or None,
        quote=_quoted(data, ids) if replied or data.get("message_type") == QUOTING else None,
        mentions=tuple(reading.mentions)[:MENTION_LIMIT],
        to_bot=reading.to_bot,
        flags=("cut",) * (len(text) > TEXT_LIMIT) + ("forwarded",) * reading.forwarded,
    )


QUOTING = 103  # the type of a message that quotes another one


def is_bot(mention: Raw) -> bool:
    """Say whether a mention is of this very bot; one of all members claims to be of everyone."""
    return mention.get("is_you") is True and mention.get("scope") != "all"


def mentioned(data: Raw) -> Iterator[Raw]:
    """Yield the platform's own list of mentions."""
    listed = data.get("mentions")
    yield from (table(mention) for mention in listed) if isinstance(listed, list) else ()


def name_in_group(data: Raw) -> str:
    """Return the id under which the group knows the bot, where the message tells."""
    mine = (mention for mention in mentioned(data) if is_bot(mention))
    return next((_member(mention) for mention in mine), "")


def _member(mention: Raw) -> str:
    return identifier(mention.get("member_openid")) or identifier(mention.get("id"))


def _read_mentions(reading: _Reading, listed: object) -> None:
    for mention in mentioned({"mentions": listed}):
        member = _member(mention)
        if mention.get("scope") == "all":
            reading.everyone = True
        elif is_bot(mention) or (member and member in reading.ids):
            reading.to_bot = True
            reading.told.setdefault(member, "")
            reading.told.setdefault(identifier(mention.get("id")), "")
        elif member:
            reading.mentions[member] = None
            reading.told[member] = label(words(mention.get("username"))) or member[-4:]


def _read_text(reading: _Reading, content: str) -> None:
    content, end = content[:READ_LIMIT], 0
    for tag in _TAG.finditer(content):
        _add_words(reading, content[end : tag.start()])
        _read_tag(reading, tag)
        end = tag.end()
    _add_words(reading, content[end:])


def _add_words(reading: _Reading, escaped: str) -> None:
    text = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    before = reading.parts[-1] if reading.parts else ""
    if reading.to_bot and text.startswith(" ") and (not before or before.endswith((" ", "\n"))):
        text = text[1:]  # the space behind a mention, of which the mention is gone
    if text:
        reading.parts.append(text)
        if not text.isspace():
            reading.kinds.append(Kind.TEXT)


def _read_tag(reading: _Reading, tag: re.Match[str]) -> None:
    member = tag["member"] or tag["at"] or ""
    if tag["all"] or member in {"everyone", "all"}:
        reading.add(EVERYONE if reading.everyone else tag[0], Kind.TEXT)
    elif not member:
        reading.add(_face(tag["face"]), Kind.STICKER)
    elif member in reading.mentions:
        reading.add(f"@{reading.told[member]}", Kind.TEXT)
    elif member not in reading.told and member not in reading.ids:
        reading.add(tag[0], Kind.TEXT)  # typed by hand: nobody is mentioned
    else:
        reading.to_bot = True


def _face(ext: str | None) -> str:
    """Read the name of a face, which comes packed."""
    try:
        packed = json.loads(base64.b64decode(ext or "", altchars=b"-_"))
    except (binascii.Error, ValueError, RecursionError):
        return STICKER
    name = label(words(table(packed).get("text")), 20).strip("[]/")
    return f"[{name}]" if name else STICKER


def _read_card(reading: _Reading, card: Raw) -> None:
    if not card:
        return
    prompt = label(words(card.get("prompt")), 200)
    if "聊天记录" in prompt:
        reading.forwarded = True
        reading.add("[聊天记录]", Kind.FORWARD)
    else:
        reading.add("[卡片]" + (f" {prompt}" if prompt else ""), Kind.LINK)


def _read_attachments(reading: _Reading, listed: object) -> None:
    for attachment in listed[:ATTACHMENTS] if isinstance(listed, list) else []:
        told = table(attachment)
        kind = _KINDS.get(words(told.get("content_type")).split("/")[0], Kind.FILE)
        # A file's name is a label and nothing else: no path is ever made of it.
        name = label(words(told.get("filename")), 200)
        shown = _SHOWN.get(kind) or "[文件]" + (f" {name}" if name else "")
        reading.add((" " if reading.parts else "") + shown, kind)


def _indexes(data: Raw) -> tuple[str, str]:
    """Find by which id quotes name the message, and which one it quotes."""
    extra = table(data.get("message_scene")).get("ext")
    pairs = [words(one).partition("=") for one in extra] if isinstance(extra, list) else []
    found = {key: identifier(value, LONGEST_ID) for key, _, value in reversed(pairs)}
    quoted = found.get("ref_msg_idx") or table(data.get("message_reference")).get("message_id")
    own = found.get("msg_idx") or data.get("msg_idx")
    return identifier(own, LONGEST_ID), identifier(quoted, LONGEST_ID)


def _quoted(data: Raw, ids: Container[str]) -> str | None:
    """Read the quoted message, as far as it is enclosed; what that one quotes is left out."""
    elements = data.get("msg_elements")
    element = table(elements[0]) if isinstance(elements, list) and elements else {}
    reading = _Reading(ids, {})
    _read_text(reading, words(element.get("content")))
    _read_attachments(reading, element.get("attachments"))
    return sanitize("".join(reading.parts)).strip()[:TEXT_LIMIT] or None


def _kind(reading: _Reading) -> Kind:
    """Text makes it a text; else what it begins with; a bundle is always a bundle."""
    if reading.forwarded:
        return Kind.FORWARD
    if Kind.TEXT in reading.kinds or not reading.kinds:
        return Kind.TEXT
    return reading.kinds[0]
