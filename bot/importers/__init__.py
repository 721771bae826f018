r"""The contract of the importers: one file reads one format of chat history, and nothing else does.

An importer is found by what a file holds, never by its name: each one is shown the beginning of the file. It has two
functions. It does not store, deduplicate, decompress or guess an encoding: `bot/history.py` does, once for all formats.

- `sniff(head)`: whether this is the format; `head` is the beginning of the text, UTF-8, whatever the file's encoding.
- `read(file, options)`: yields, in the order of the file, a `Place` before the messages of a group, then a `Message`
  for each row that can be used, a `Skipped` for each that cannot, and a `Noted` for what whoever imports must know of
  the file. It streams: a file may be larger than memory.

A format that is spread over the files of a folder, or of an archive, has `owns(names)` and `gather(folder, options)` in
place of these two, or beside them (see `Gatherer`).

A message has the platform's id as its `key`, or one of `Keys` where the file has none, so that the same file read
twice gives the same keys. Text and mentions are as the adapters give them: `[图片]` for a picture, ids for mentions.
Where a file calls its members by name alone, `member` is `BY_NAME` and the name; where it calls its group so, the key
of the `Place` is empty: `bot/history.py` finds out who and what is meant.

A whole minimal importer (`bot/importers/lines.py`), for lines such as `2026-11-23T09:00:00+08:00 alice 早`:

    from collections.abc import Iterator
    from datetime import datetime
    from typing import TextIO
    from bot.importers import Found, Keys, Options, Skipped
    from storage.frames import Message, Place

    def sniff(head: bytes) -> bool:
        return head.startswith(b"20") and head[10:11] == b"T"

    def read(file: TextIO, options: Options) -> Iterator[Found]:
        keys = Keys()
        yield Place("lines", options.group or "lines")
        for number, line in enumerate(file, 1):
            try:
                when, member, text = line.rstrip("\n").split(" ", 2)
                at = datetime.fromisoformat(when)
            except ValueError:
                yield Skipped(number, "is not: time, member, text")
                continue
            yield Message(keys.of(member, at, text), at, member, member, text)
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Protocol, TextIO
from zoneinfo import ZoneInfo

from storage.frames import Message, Place
from storage.history import BY_NAME as BY_NAME  # how the key of a member, or a group, begins that is only a name

LATEST_KEYS = 20_000
MADE_UP = "h:"  # how a key begins that is no platform's


@dataclass(frozen=True, slots=True)
class Options:
    """What an importer is told beside the file.

    Attributes:
        own_names: What the bot is called, so that a mention of it is understood.
        own_ids: Its ids on the platforms: its own posts are no messages.
        group: Key of the group to import into, in place of the file's own; of a file that holds several groups, the
            key or the name of the one to take. Empty leaves it to the file.
        platform: Which platform a file is of that does not tell.
        zone: Of times that the file gives without one: the community's. Whoever uses it tells so, with a `Noted`.
        columns: Of a table without a known head: which column holds what, by our names.
        path: Where the file lies; some tell by that alone whose they are. No format is known by it.
        until: What is said to be of a later time, UTC, is not taken: it would be the latest of its group for years.
    """

    own_names: frozenset[str] = frozenset()
    own_ids: frozenset[str] = frozenset()
    group: str = ""
    platform: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    columns: Mapping[str, str] = field(default_factory=dict)
    path: PurePath = field(default_factory=PurePath)
    until: datetime = datetime(2100, 1, 1, tzinfo=UTC)

    def takes(self, key: str, name: str) -> bool:
        """Whether a group of a file that holds several is to be taken."""
        return self.group in {"", key, name}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was not taken: its line in the file, and why, in the same words for the same reason."""

    line: int
    why: str
    file: str = ""  # of a folder or an archive: in which of its files


@dataclass(frozen=True, slots=True)
class Noted:
    """What whoever imports must know of the file, once: how its times were read, what it does not tell."""

    text: str


Found = Place | Message | Skipped | Noted


class FormatError(Exception):
    """The file cannot be imported at all; the text says why and what to do."""


class Importer(Protocol):
    """A module of this folder."""

    def sniff(self, head: bytes) -> bool:
        """Say whether a file that begins so is of this format."""
        ...

    def read(self, file: TextIO, options: Options) -> Iterator[Found]:
        """Yield what the file holds, in its order.

        Raises:
            FormatError: Nothing in it can be used.
        """
        ...


class Folder(Protocol):
    """The files of a folder or of an archive; only those whose names lead nowhere else."""

    def names(self) -> Sequence[str]:
        """Return their names, parts apart by `/`, in order."""
        ...

    def opened(self, name: str) -> AbstractContextManager[TextIO]:
        """Open one of them as text.

        Raises:
            FormatError: There is none of this name, or it cannot be read.
        """
        ...


class Gatherer(Protocol):
    """A module of this folder whose format is spread over several files."""

    def owns(self, names: Sequence[str]) -> bool:
        """Say whether files of these names are of this format, together; all of them lie in one folder, or below it."""
        ...

    def gather(self, folder: Folder, options: Options) -> Iterator[Found]:
        """Yield what the files hold, in their order.

        Raises:
            FormatError: Nothing in them can be used.
        """
        ...


class Keys:
    """Gives keys to messages of files that have none: a hash of sender, time, text, and of how often they occurred.

    A second import gives the same keys. Only the latest are counted, so that memory stays flat: a file that says the
    same twice in one second, twenty thousand messages apart, is none.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def of(self, member: str, at: datetime, text: str) -> str:
        """Return the key of the next message."""
        said = hashlib.blake2b(f"{member}\0{at.timestamp():.3f}\0{text}".encode(), digest_size=16).digest()
        ordinal = self._seen.pop(said, 0)
        self._seen[said] = ordinal + 1
        if len(self._seen) > LATEST_KEYS:
            self._seen.popitem(last=False)
        return MADE_UP + hashlib.blake2b(said + str(ordinal).encode(), digest_size=12).hexdigest()
