"""Opens a file of chat history as text: unpacked, decoded, and with what cannot be decoded marked, not guessed."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from bot.importers import FormatError

HEAD = 1 << 18
LINE_LIMIT = 4 << 20  # characters; a longer line is no row
GIVE_UP = (
    64 << 20
)  # characters without the end of a line or a row: a hole in the file, behind which nothing is looked for
UNPACKED_TIMES = 300  # how often its own size a packed file may have; chats pack 5 to 30 times
SMALL = 64 << 20  # bytes that it may have in any case
BUFFER = 1 << 17
TORN = "It cannot be unpacked; is it whole? Compare its size with where it came from, and copy it again."


class BombError(FormatError):
    """What is packed unpacks to more than 300 times its size, which no chat does. If it is one, unpack it yourself."""


BROKEN: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
_UNDECODED = re.compile("[\udc80-\udcff]")
UNREADABLE: tuple[type[Exception], ...] = (*BROKEN, OSError)


@dataclass(slots=True)
class Source:
    """An opened file: its text, its beginning as UTF-8, its size and how far it was read (bytes on disk)."""

    text: TextIO
    head: bytes
    size: int
    raw: BinaryIO

    def position(self) -> int:
        """Return how many bytes of the file on disk were read."""
        return self.raw.tell()


class Unpacking(io.RawIOBase):
    """What is packed, as long as it is no bomb: the size on disk bounds what comes out."""

    def __init__(self, data: BinaryIO, packed: int) -> None:
        super().__init__()
        self._data = data
        self._limit = max(SMALL, UNPACKED_TIMES * packed)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that one can go back to its beginning."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        return self._data.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._data.tell()

    def readinto(self, buffer: object) -> int:
        """Read, and stop where it has become too much.

        Raises:
            BombError: It has.
        """
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        chunk = self._data.read(len(view))
        if self._data.tell() > self._limit:
            raise BombError(BombError.__doc__)
        view[: len(chunk)] = chunk
        return len(chunk)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a file, gzip-packed or not, in UTF-8, UTF-16 or GBK.

    Raises:
        FormatError: There is no such file, or it cannot be read.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FormatError(f"It cannot be opened: {error.strerror}.") from error
    with raw:
        size = path.stat().st_size
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        data = Unpacking(cast(BinaryIO, gzip.GzipFile(fileobj=raw)), size) if packed else raw
        yield decoded(io.BufferedReader(cast(io.RawIOBase, data), BUFFER) if packed else raw, size, raw)


def decoded(data: io.BufferedIOBase | BinaryIO, size: int, raw: BinaryIO) -> Source:
    """Return bytes as text, in the encoding that their beginning speaks for.

    Bytes that the encoding does not know become lone surrogates, so that `damaged` finds the rows they stand in.

    Raises:
        FormatError: They cannot be read or unpacked.
    """
    try:
        head = data.read(HEAD)
        data.seek(0)
    except UNREADABLE as error:
        raise FormatError(TORN) from error
    encoding = encoding_of(head)
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    text = io.TextIOWrapper(cast(BinaryIO, data), encoding, errors=errors, newline="\n")
    start = head.decode(encoding, "ignore").encode("utf-8", "ignore")
    return Source(text, start, size, raw)


def encoding_of(head: bytes) -> str:
    """Return the encoding that a file which begins so is written in.

    A mark decides; then zeros, which UTF-16 has and nothing else; then what more of the lines are: a few broken ones do
    not make a file GBK, and a few that both know do not make it UTF-8.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = head[:64]
    if start[1::2].count(0) > len(start) // 4 and not start[0::2].count(0):
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 4 and not start[1::2].count(0):
        return "utf-16-be"
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    sound = sum(_decodes(line, "utf-8") for line in lines)
    return "gb18030" if sum(_decodes(line, "gb18030") for line in lines) > sound else "utf-8"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)  # the head may end within a character
    except UnicodeDecodeError:
        return False
    return True


def damaged(text: str) -> bool:
    """Say whether a text holds bytes that could not be decoded."""
    return _UNDECODED.search(text) is not None


def lines(file: TextIO) -> Iterator[tuple[int, str | None]]:
    """Yield the lines of a file with their numbers, without line ends; None for one that is too long to be a row.

    A packed file that breaks off ends there, with a None.
    """
    for number in count(1):
        try:
            line = file.readline(LINE_LIMIT)
            whole = len(line) < LINE_LIMIT or line.endswith("\n")
            rest = "" if whole else line
            for _ in range(GIVE_UP // LINE_LIMIT):
                if not rest or rest.endswith("\n"):
                    break
                rest = file.readline(LINE_LIMIT)
            else:
                yield number, None
                return
        except BROKEN:
            yield number, None
            return
        if not line:
            return
        yield number, line.rstrip("\r\n") if whole else None
