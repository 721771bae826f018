"""What all formats do alike with a row: check it, make a message of it, and order those without ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.importers import BY_NAME, FormatError, Found, Keys, Noted, Options, Skipped
from bot.importers._fields import RowError
from bot.importers._json import NOT_JSON, NOT_TEXT
from bot.importers._names import Names
from bot.importers._text import damaged
from storage.frames import MENTION_LIMIT, TEXT_LIMIT, Kind, Message, Place
from storage.sanitize import label, sanitize

QUOTE_LIMIT = 2_000
STEP = timedelta(milliseconds=1)  # between messages of one moment that have no ids to be ordered by
STEPS = 999

NO_SENDER = "has no sender"
OWN_POST = "is a post of the bot"
TAKEN_BACK = "was taken back by its author"
PRIVATE = "This is a private talk. Only groups are imported."
RAGGED = "has not as many cells as the head of the table"


def zoneless(options: Options) -> Noted:
    """Return the note of a file whose times have no zone."""
    return Noted(f"its times have no zone and were read as {options.zone.key}; another one: --zone")


def nameless(options: Options) -> Noted:
    """Return the note of a file whose members have no ids."""
    return Noted("its members have no ids, only names; each name is matched to the one member who carries it here")


def checked(line: int, row: object, make: Callable[[Mapping[str, Any]], Found]) -> Found:
    """Return what a row gives, or that it was skipped, and why."""
    if not isinstance(row, dict):
        return Skipped(line, NOT_JSON)
    try:
        return make(row)
    except RowError as error:
        return Skipped(line, str(error))


def place(options: Options, platform: str, key: str, name: str) -> Place:
    """Return the group of a file that holds one; without an id it is found by its name (an empty key).

    Raises:
        FormatError: Neither the file nor the options tell which group it is.
    """
    key, name = label(options.group or key), label(name)
    if not key and not name:
        raise FormatError("This file does not tell which group it is of: give its id with --group KEY.")
    return Place(options.platform or platform, key, name=name)


class Row(NamedTuple):
    """What a format read in one row, as it stands there; `Rows` makes a message of it.

    Attributes:
        at: When it was said, UTC.
        member: Id of who said it, empty where the file has only a name.
        stand_in: What is said in place of a text that is not there.
        key: The platform's id, empty where the file has none.
        alias: Another id that the same message has elsewhere.
        mentions: Ids, where the file tells them; None has them read in the text.
    """

    at: datetime
    member: str
    name: str
    text: str
    kind: Kind = Kind.TEXT
    stand_in: str = ""
    key: str = ""
    alias: str = ""
    reply_to: str = ""
    quote: str = ""
    mentions: Iterable[str] | None = None
    to_bot: bool = False
    seq: int | None = None
    flags: tuple[str, ...] = ()


class Rows:
    """Makes messages of the rows of one group: their text, mentions, keys, and the order of those without ids."""

    def __init__(self, options: Options, names: Names | None = None) -> None:
        self.options = options
        self.names = names or Names(options.own_names, options.own_ids)
        self.keys = Keys()
        self.called: dict[str, str] = {}
        self._last: datetime | None = None
        self._step = 0

    def message(self, row: Row) -> Message:
        """Return the message of a row.

        Raises:
            RowError: It has no sender, is damaged, or is the bot's own post.
        """
        member, name = self._author(row.kind, row.member, row.name)
        text, kind = _spoken(row)
        key, at = (row.key, row.at) if row.key else self._placed(member, row.at, text)
        text, mentions, to_bot = self._addressed(text, row)
        flags = row.flags if kind is not Kind.FORWARD or "forwarded" in row.flags else (*row.flags, "forwarded")
        return Message(
            key=key,
            at=at,
            member=member,
            name=name if member else "",
            text=text[:TEXT_LIMIT],
            kind=kind,
            reply_to=row.reply_to or None,
            quote=sanitize(row.quote)[:QUOTE_LIMIT] or None if row.quote else None,
            mentions=mentions,
            to_bot=to_bot,
            seq=row.seq,
            flags=("cut", *flags) if len(text) > TEXT_LIMIT else flags,
            alias=row.alias,
        )

    def _author(self, kind: Kind, member: str, name: str) -> tuple[str, str]:
        if kind is Kind.SYSTEM:
            return "", ""
        if damaged(name):
            raise RowError(NOT_TEXT)
        name = label(name)
        if not member and name:
            member = BY_NAME + name
            if name in self.options.own_names:
                raise RowError(OWN_POST)
        if not member:
            raise RowError(NO_SENDER)
        if member in self.options.own_ids:
            raise RowError(OWN_POST)
        if name:
            self.names.learn(member, name)
            self.called[member] = name
        return member, name or self.called.get(member, "")

    def _placed(self, member: str, at: datetime, text: str) -> tuple[str, datetime]:
        """Return the key of a message that has none, of its words as they stand, and a moment to be ordered by."""
        return self.keys.of(member, at, text), self._ordered(at)

    def _addressed(self, text: str, row: Row) -> tuple[str, tuple[str, ...], bool]:
        """Return the text without the bot's own mention, whom it mentions, and whether it is for the bot."""
        if row.mentions is None:
            text, named, to_bot = self.names.understand(text)
            return text, named, row.to_bot or to_bot
        found = dict.fromkeys(mention for mention in row.mentions if mention)
        own = self.options.own_ids & found.keys()
        named = tuple(mention for mention in found if mention not in own)[:MENTION_LIMIT]
        return text, named, row.to_bot or bool(own)

    def _ordered(self, at: datetime) -> datetime:
        """Return a moment behind that of the message before, where both have the same: they have no ids to sort by."""
        self._step = min(self._step + 1, STEPS) if at == self._last else 0
        self._last = at
        return at + self._step * STEP


def _spoken(row: Row) -> tuple[str, Kind]:
    """Return what was said, or what stands for it: whose words are gone, it answers nobody."""
    if damaged(row.text):
        raise RowError(NOT_TEXT)
    text = sanitize(row.text).strip()
    if text or not row.stand_in:
        return text, row.kind
    return row.stand_in, Kind.OTHER if row.kind is Kind.TEXT else row.kind
