"""Finds what there is to import at a path: a file, or the files of a folder or an archive, some of them together."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import TextIO, cast

from bot import importers
from bot.importers import FormatError, Found, Gatherer, Importer, Options
from bot.importers._archive import Holder, holding, is_archive
from bot.importers._text import Source, opened

UNKNOWN = "is none of the formats"
NESTED = "is an archive within an archive; unpack it, and import it by itself"
NO_TEXT = "It is no text, so it is no export of a chat."
EMPTY = "It is empty."


@dataclass(frozen=True, slots=True)
class Input:
    """Something that can be read: its name, its format, what it holds, and its source where it is one file."""

    name: str
    format: str
    found: Iterator[Found]
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file of a folder or an archive that is not read, and why."""

    name: str
    why: str


def formats() -> dict[str, ModuleType]:
    """Return the importers by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(importers.__path__) if not found.name.startswith("_"))
    return {name: importlib.import_module(f"bot.importers.{name}") for name in names}


def importer_of(head: bytes, wanted: str = "") -> tuple[str, Importer]:
    """Return the importer of a format, or the one that knows a file by its beginning.

    Raises:
        FormatError: None does, or there is no such format.
    """
    known = formats()
    if wanted and wanted not in known:
        raise FormatError(f"There is no format {wanted}; there are: {', '.join(known)}.")
    for name, module in known.items():
        if hasattr(module, "read") and (name == wanted or (not wanted and module.sniff(head))):
            return name, cast(Importer, module)
    if wanted:
        raise FormatError(f"{wanted} is a format of folders and archives, not of a single file.")
    raise FormatError(_unknown(head, known))


def _unknown(head: bytes, known: Iterable[str]) -> str:
    """Return why a file is none of the formats, and what to do."""
    if not head.strip():
        return EMPTY
    if b"\0" in head or sum(byte < 9 for byte in head) > len(head) // 20:
        return NO_TEXT
    names = ", ".join(known)
    return (
        f"This is none of the formats that can be imported: {names}. "
        "If it is a table of messages: --format table --columns time=1,name=2,text=3, with the columns it has."
    )


def inputs(path: Path, options: Options, wanted: str = "") -> Iterator[Input | Refused]:
    """Yield what there is to import at a path, one after the other: each must be read before the next is asked for.

    Raises:
        FormatError: It is one file, or one archive, that cannot be imported.
    """
    if not path.is_dir() and not is_archive(path):
        with opened(path) as source:
            yield _input(path.name, source, replace(options, path=path), wanted)
        return
    with holding(path) as holder:
        yield from (Refused(f"{path.name}/{name}", why) for name, why in holder.refused.items())
        yield from _together(_Part(holder, ""), path, options, wanted)


def spread(folder: Path) -> bool:
    """Say whether a folder is one export, for a format is spread over its files."""
    with holding(folder) as holder:
        return _owner(holder.names(), "") is not None


def _owner(names: Sequence[str], wanted: str) -> tuple[str, Gatherer] | None:
    """Return the format that is spread over files of these names, if one is."""
    for form, module in formats().items():
        if hasattr(module, "owns") and wanted in {"", form} and module.owns(names):
            return form, cast(Gatherer, module)
    return None


def _input(name: str, source: Source, options: Options, wanted: str) -> Input:
    form, importer = importer_of(source.head, wanted)
    return Input(name, form, importer.read(source.text, options), source)


class _Part:
    """The files of a holder below a folder in it."""

    def __init__(self, holder: Holder, prefix: str) -> None:
        self.holder = holder
        self.prefix = prefix

    def names(self) -> Sequence[str]:
        """Return their names, as they are below that folder."""
        every = self.holder.names()
        return [name.removeprefix(self.prefix) for name in every if name.startswith(self.prefix)]

    @contextmanager
    def opened(self, name: str) -> Iterator[TextIO]:
        """Open one of them as text."""
        with self.holder.opened(self.prefix + name) as text:
            yield text


def _together(part: _Part, path: Path, options: Options, wanted: str) -> Iterator[Input | Refused]:
    """Yield a folder as one, if a format is spread over it; else what is in it, folder by folder."""
    names = part.names()
    owner = _owner(names, wanted)
    if owner is not None:
        form, gatherer = owner
        found = gatherer.gather(part, replace(options, path=path / part.prefix))
        yield Input(f"{path.name}/{part.prefix}".rstrip("/"), form, found)
        return
    folders = dict.fromkeys(name.partition("/")[0] for name in names if "/" in name)
    for name in names:
        if "/" not in name:
            yield from _alone(part, name, path, options, wanted)
    for folder in folders:
        yield from _together(_Part(part.holder, f"{part.prefix}{folder}/"), path, options, wanted)


def _alone(part: _Part, name: str, path: Path, options: Options, wanted: str) -> Iterator[Input | Refused]:
    file = path / part.prefix / name
    title = str(PurePosixPath(path.name, part.prefix, name))
    if path.is_dir() and is_archive(file):
        yield from _archive(file, title, options, wanted)
        return
    try:
        with part.holder.source(part.prefix + name) as source:
            if source.head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
                yield Refused(title, NESTED)
                return
            found = _known(title, source, replace(options, path=file), wanted)
            yield found
    except FormatError as error:
        yield Refused(title, str(error))


def _known(title: str, source: Source, options: Options, wanted: str) -> Input | Refused:
    try:
        return _input(title, source, options, wanted)
    except FormatError:
        return Refused(title, UNKNOWN)


def _archive(file: Path, title: str, options: Options, wanted: str) -> Iterator[Input | Refused]:
    try:
        yield from inputs(file, options, wanted)
    except FormatError as error:
        yield Refused(title, str(error))
