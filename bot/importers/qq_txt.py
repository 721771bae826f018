"""Reads the text files that QQ's own message manager exported, up to version 9.7.

Seen in many samples: a head of `消息记录`, `消息分组:` and `消息对象:` (the group's name, never its number); then
`2017-02-25 10:40:20 【管理员】昵称(QQ号)` or `昵称<邮箱>`, with AM and PM on English systems and hours of one digit,
and the words below. The system speaks as 10000 or 1000000. Private talks have no number behind the name. A file of
all talks has the head again before each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TextIO

from bot.importers import Found, Options, Skipped
from bot.importers._fields import MOMENT, RowError, kind_of, moment_of
from bot.importers._json import NOT_TEXT, TOO_LONG
from bot.importers._rows import Row, Rows, place, zoneless
from bot.importers._text import damaged, lines
from storage.frames import Kind, Message

PLATFORM = "qq"
TITLE = "消息记录（此消息记录为文本格式"
SYSTEM = {"10000", "1000000"}
NO_NUMBER = "has no QQ number behind its name, as in a private talk"
LINES = 5_000
_TALK = re.compile(r"消息对象[:：]\s*(?P<name>.+?)\s*")
_RULE = re.compile(r"={8,}\s*|消息分组[:：].*|消息记录（此消息记录为文本格式.*")
_HEAD = re.compile(rf"{MOMENT} (?P<rest>.*?)\s*")
_WHO = re.compile(r"(?P<name>.*?)(?:\((?P<number>\d{4,12})\)|<(?P<mail>[^<>\s]+@[^<>\s]+)>)")
_RANK = re.compile(r"【[^】]{1,12}】(?=.)")


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    return TITLE.encode() in head[:512] or "消息对象:".encode() in head[:1024]


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: It names no group.
    """
    names = [named["name"] for _, line in lines(file) if line and (named := _TALK.fullmatch(line))]
    file.seek(0)
    several = len(set(names)) > 1
    yield zoneless(options)
    talk: _Talk | None = None
    for number, line in lines(file):
        if line is None or damaged(line):
            yield Skipped(number, NOT_TEXT if line else TOO_LONG)
            continue
        named = _TALK.fullmatch(line)
        if named is None or (talk is not None and not talk.ruled):
            yield from talk.take(number, line) if talk else ()
            continue
        yield from talk.ended() if talk else ()
        wanted = not several or options.takes(named["name"], named["name"])
        talk = _Talk(options if wanted else None)
        if wanted:
            yield place(replace(options, group="") if several else options, PLATFORM, "", named["name"])
    yield from talk.ended() if talk else ()


class _Talk:
    """One talk of the file, and the message of it that is being read; without options, one that is not wanted."""

    def __init__(self, options: Options | None) -> None:
        self.options = options
        self.rows = Rows(options or Options())
        self.line, self.rest, self.words = 0, "", list[str]()
        self.at: datetime | str | None = None
        self.ruled = False

    def take(self, number: int, line: str) -> Iterator[Found]:
        """Take in a line; yield the message before it, if it ends that."""
        self.ruled = _RULE.fullmatch(line) is not None
        head = _HEAD.fullmatch(line) if self.options is not None else None
        if head is not None and self.options is not None:
            yield from self.ended()
            self.line, self.rest = number, head["rest"]
            try:
                self.at = moment_of(head, self.options)
            except RowError as error:
                self.at = str(error)
        elif not self.ruled and len(self.words) < LINES:
            self.words.append(line)

    def ended(self) -> Iterator[Found]:
        """Yield the message that was read, if there is one."""
        at, text = self.at, "\n".join(self.words).strip()
        self.at, self.words = None, []
        if at is None:
            return
        try:
            yield self._message(at, text)
        except RowError as error:
            yield Skipped(self.line, str(error))

    def _message(self, at: datetime | str, text: str) -> Message:
        if isinstance(at, str):
            raise RowError(at)
        who = _WHO.fullmatch(self.rest)
        member, name = (who["number"] or who["mail"], who["name"]) if who else ("", self.rest)
        if member in SYSTEM:
            return self.rows.message(Row(at, "", "", text, kind=Kind.SYSTEM))
        if not member and not (self.options and self.options.group):
            raise RowError(NO_NUMBER)
        if not text:
            raise RowError("is empty")
        name = _RANK.sub("", name, count=1).strip() or member
        return self.rows.message(Row(at, member, name, text, kind=kind_of(text)))
