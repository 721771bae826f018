"""Reads what WeFlow and EchoTrace export of WeChat as JSON.

Seen in their sources: WeFlow's `localId` counts the rows of an export and is no id; `platformMessageId` and
`replyToMessageId` are the server's, where it told; a reply ends in `[引用 name：words]` and has `quotedContent`; the
session's id is `wxid` or, lately, `accountId`; the compact form has `senders` and a `senderID` in each row. EchoTrace
has the same fields without `weflow`, ids of the server and quotations. A group's own lines have its id as the sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from bot.importers import FormatError, Found, Options, Skipped
from bot.importers import _wechat as wechat
from bot.importers._fields import ident, number, seconds, table, words
from bot.importers._json import BrokenError, ahead, walk
from bot.importers._rows import PRIVATE, Row, Rows, checked, place
from storage.frames import Kind, Message
from storage.sanitize import label

ENTERED = frozenset({"messages", "senders"})
_WEFLOW = re.compile(rb'^\s*\{\s*"weflow"\s*:\s*\{')
_SESSION = re.compile(rb'^\s*\{\s*"session"\s*:\s*\{[^{}]*"(?:wxid|accountId)"\s*:')
_QUOTED = re.compile(r"\[引用[^\[\]]*\]\s*\Z")


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    return _WEFLOW.match(head) is not None or _SESSION.match(head) is not None


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: It is not JSON from the beginning, or a private talk.
    """
    try:
        session = table(ahead(file, ENTERED, "session").get("session"))
    except BrokenError:
        raise FormatError("This is no export of WeFlow: its beginning is not JSON.") from None
    key = ident(session.get("wxid")) or ident(session.get("accountId"))
    if words(session.get("type")) == "私聊" or (key and not key.endswith(wechat.ROOM)):
        raise FormatError(PRIVATE)
    names = (session.get("nickname"), session.get("displayName"))
    yield place(options, wechat.PLATFORM, key, next((words(name) for name in names if name), ""))
    reader = _Reader(options)
    try:
        for element in walk(file, ENTERED):
            if element.key == "senders":
                reader.sender(table(element.value))
            elif element.key == "messages":
                yield checked(element.line, element.value, reader.message)
    except BrokenError as error:
        yield Skipped(error.line, error.why)


class _Reader:
    """What is known of a file while it is read."""

    def __init__(self, options: Options) -> None:
        self.rows = Rows(options)
        self.senders: dict[int, tuple[str, str]] = {}

    def sender(self, row: Mapping[str, Any]) -> None:
        """Take in who a number of the compact form stands for."""
        names = [label(words(row.get(name))) for name in ("groupNickname", "displayName", "nickname")]
        member = ident(row.get("accountId"))
        self.senders[number(row.get("senderID"), -1)] = member, next(filter(None, names), "")
        self.rows.names.learn(member, *names)

    def message(self, row: Mapping[str, Any]) -> Message:
        """Return the message of a row.

        Raises:
            RowError: It has no sender or time, or is the bot's own post.
        """
        kind, stand_in = wechat.of_word(words(row.get("type")))
        at = seconds(row.get("createTime"), self.rows.options.until)
        member, name = self.senders.get(number(row.get("senderID"), -1), ("", ""))
        member = member or ident(row.get("senderUsername"))
        if member.endswith(wechat.ROOM):
            kind = Kind.SYSTEM
        text, quote = words(row.get("content")), words(row.get("quotedContent"))
        return self.rows.message(
            Row(
                at,
                member,
                name or words(row.get("senderDisplayName")),
                wechat.readable(_answer(text, row) if stand_in == "[引用]" else text),
                kind=kind,
                stand_in=stand_in,
                key=ident(row.get("platformMessageId")),
                reply_to=ident(row.get("replyToMessageId")),
                quote=quote,
            )
        )


def _answer(text: str, row: Mapping[str, Any]) -> str:
    """Return the words of a reply without those that it quotes at its end."""
    quoted = "：".join(filter(None, (words(row.get("quotedSender")), words(row.get("quotedContent")))))
    tail = f"[引用 {quoted}]"
    return text.removesuffix(tail) if quoted and text.endswith(tail) else _QUOTED.sub("", text)
