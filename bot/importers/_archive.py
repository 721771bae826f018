"""Opens what holds several files, a folder or a zip archive: only names that stay inside it, and no bombs."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, TextIO, cast

from bot.importers import FormatError
from bot.importers._text import BUFFER, SMALL, TORN, UNPACKED_TIMES, UNREADABLE, Source, Unpacking, decoded, opened

MANY = 100_000  # files; an archive of more is none of chats
LEADS_OUT = "has a name that leads out of the archive; unpack it, look what it is, and import it by itself"
BOMB = f"unpacks to more than {UNPACKED_TIMES} times its size, which no chat does; if it is one, unpack it yourself"
LOCKED = "is locked with a password; unpack it yourself"
CANNOT: tuple[type[Exception], ...] = (*UNREADABLE, NotImplementedError, RuntimeError)  # RuntimeError: a password
_RUBBISH = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class Holder(Protocol):
    """A folder or an archive while it is open; what is left out of it, and why, stands in `refused`."""

    refused: dict[str, str]

    def names(self) -> Sequence[str]:
        """Return the names of its files, parts apart by `/`, in order."""
        ...

    @contextmanager
    def source(self, name: str) -> Iterator[Source]:
        """Open one of its files.

        Raises:
            FormatError: It cannot be read.
        """
        ...

    @contextmanager
    def opened(self, name: str) -> Iterator[TextIO]:
        """Open one of its files as text.

        Raises:
            FormatError: It cannot be read.
        """
        ...


def is_archive(path: Path) -> bool:
    """Say whether a file is a zip archive."""
    try:
        with path.open("rb") as file:
            return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"} and zipfile.is_zipfile(path)
    except OSError:
        return False


@contextmanager
def holding(path: Path) -> Iterator[Holder]:
    """Open a folder or an archive.

    Raises:
        FormatError: It cannot be read, or holds more files than chats have.
    """
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except CANNOT as error:
        raise FormatError(TORN) from error
    with archive:
        yield _Archive(archive, path)


def stays_inside(name: str) -> bool:
    """Say whether a name in an archive leads to a place inside it, on any system."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and ".." not in parts and not name.startswith(("/", "\\")) and ":" not in parts[0]


class _Folder:
    """A folder on the disk; links out of it are not followed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.refused: dict[str, str] = {}
        found = []
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                file = Path(folder, name)
                if not name.startswith(".") and name not in _RUBBISH and stat.S_ISREG(file.lstat().st_mode):
                    found.append(file.relative_to(path).as_posix())
            if len(found) > MANY:
                raise FormatError(f"It holds more than {MANY:,} files. Name those that are chats.")
        self._names = found

    def names(self) -> Sequence[str]:
        return self._names

    @contextmanager
    def source(self, name: str) -> Iterator[Source]:
        with opened(self.path / name) as source:
            yield source

    @contextmanager
    def opened(self, name: str) -> Iterator[TextIO]:
        if name not in self._names:
            raise FormatError(f"{name} is missing.")
        with self.source(name) as source:
            yield source.text


class _Archive:
    """A zip archive; nothing of it is ever written to the disk."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self.archive = archive
        self.path = path
        self.refused: dict[str, str] = {}
        entries = archive.infolist()
        if len(entries) > MANY:
            raise FormatError(f"It holds more than {MANY:,} files. Unpack it, and name those that are chats.")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = name_of(entry)
            if entry.is_dir() or name.endswith(_RUBBISH) or name.startswith(_RUBBISH):
                continue
            why = _refusal(entry, name)
            if why:
                self.refused[name] = why
            else:
                self._entries[name] = entry

    def names(self) -> Sequence[str]:
        return sorted(self._entries)

    @contextmanager
    def source(self, name: str) -> Iterator[Source]:
        entry = self._entries.get(name)
        if entry is None:
            raise FormatError(f"{name} is missing in {self.path.name}.")
        try:
            data = self.archive.open(entry)
        except CANNOT as error:
            raise FormatError(TORN) from error
        with data:
            plain = Unpacking(cast(BinaryIO, data), entry.compress_size)
            buffered = io.BufferedReader(plain, BUFFER)
            yield decoded(buffered, self.path.stat().st_size, cast(BinaryIO, self.archive.fp))

    @contextmanager
    def opened(self, name: str) -> Iterator[TextIO]:
        with self.source(name) as source:
            yield source.text


def name_of(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; archives of Chinese Windows have GBK in them, and say nothing of it."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _refusal(entry: zipfile.ZipInfo, name: str) -> str:
    if not stays_inside(name):
        return LEADS_OUT
    if entry.flag_bits & 0x1:
        return LOCKED
    return BOMB if entry.file_size > max(SMALL, UNPACKED_TIMES * entry.compress_size) else ""
