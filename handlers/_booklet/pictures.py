"""Finds the pictures of events in a folder: PNG and JPEG named after them (`E57.jpg`, `E57-2.png`, `E57/stage.jpg`).

Nothing outside of the folder is read: links in it are left alone; what is too large, or only looks like a picture, is
left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

EACH, ALL, MOST = 8_000_000, 200_000_000, 4  # bytes of one and of all, pictures of one event
SIDE = 12_000  # pixels
_NAMED = re.compile(r"(?i:e0*(\d{1,9}))(?!\d)")
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_ENDINGS = {".png": _PNG, ".jpg": _JPEG, ".jpeg": _JPEG}
_PROBE = b'#image(read("probe", encoding: none), width: 10mm)'


class PicturesError(Exception):
    """The folder of pictures cannot be read; the text says why."""


@dataclass(slots=True)
class Pictures:
    """What was found: by event the names of its pictures, their bytes by name, and what was left out and why."""

    of: dict[int, list[str]] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def find(folder: Path, events: Collection[int]) -> Pictures:
    """Return the pictures of some events, in the order of their names.

    Raises:
        PicturesError: The folder is none, or cannot be read.
    """
    found, space = Pictures(), ALL
    for file, event in _named(folder):
        if event not in events:
            continue
        try:
            content = _content(file, space, len(found.of.get(event, ())))
        except (OSError, PicturesError) as error:
            found.remarks.append(f"{file.relative_to(folder)}: left out, {_why(error)}")
            continue
        space -= len(content)
        key = f"p{len(found.content)}{'.png' if content.startswith(_PNG) else '.jpg'}"
        found.content[key] = content
        found.of.setdefault(event, []).append(key)
    return found


def _why(error: Exception) -> str:
    return f"{error.strerror or type(error).__name__}." if isinstance(error, OSError) else str(error)


def _named(folder: Path) -> list[tuple[Path, int]]:
    """Return the files that are named after an event, or lie in a folder that is, each with its number."""
    try:
        root = sorted(folder.iterdir())
        inner = [file for held in root if held.is_dir() and not held.is_symlink() for file in sorted(held.iterdir())]
    except OSError as error:
        raise PicturesError(f"{folder}: {error.strerror or type(error).__name__}") from error
    told = []
    for file in [*root, *inner]:
        if file.suffix.lower() not in _ENDINGS or file.is_dir():
            continue
        named = _NAMED.match(file.name if file.parent == folder else file.parent.name)
        if named:
            told.append((file, int(named[1])))
    return told


def _content(file: Path, space: int, before: int) -> bytes:
    """Return a picture, of an event that has some before it.

    Raises:
        OSError: It cannot be read.
        PicturesError: It is a link, too large, one too many, or no picture.
    """
    if before >= MOST:
        raise PicturesError(f"an event has at most {MOST} pictures.")
    if file.is_symlink() or not file.is_file():
        raise PicturesError("it is a link; only files of the folder itself are read.")
    if file.stat().st_size > min(EACH, space):
        raise PicturesError(f"it is larger than {EACH // 1_000_000} MB, or all of them are than {ALL // 1_000_000} MB.")
    content = file.read_bytes()
    if not content.startswith((_PNG, _JPEG)):
        raise PicturesError("it is neither PNG nor JPEG.")
    width, height = size(content)
    if not (0 < width <= SIDE and 0 < height <= SIDE):
        raise PicturesError(f"it has more than {SIDE} pixels on a side, or none.")
    if not _drawable(content):
        raise PicturesError("it cannot be drawn.")
    return content


def size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG or JPEG as its header says, 0 and 0 where it says nothing."""
    if content.startswith(_PNG):
        return (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) if len(content) > 24 else (0, 0)
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + max(length, 2)
    return 0, 0


def _drawable(content: bytes) -> bool:
    """Say whether a picture can be drawn: what is broken would otherwise stop the whole booklet."""
    with TemporaryDirectory() as held:
        (Path(held) / "probe").write_bytes(content)
        (Path(held) / "probe.typ").write_bytes(_PROBE)
        try:
            typst.Compiler(root=held, ignore_system_fonts=True).compile(f"{held}/probe.typ", format="pdf")
        except typst.TypstError:
            return False
    return True
