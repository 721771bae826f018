"""Reads from a font file which characters it has a picture for; what it lacks would be drawn as an empty box."""

from __future__ import annotations

import struct
from bisect import bisect_right
from pathlib import Path
from typing import Any, BinaryIO

_COLLECTION = b"ttcf"
_SEGMENTED = 12  # the format of character maps that holds all of Unicode


class Glyphs:
    """The characters of a font, as ranges that do not overlap."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._first = [first for first, _ in sorted(ranges)]
        self._last = [last for _, last in sorted(ranges)]

    def __contains__(self, character: object) -> bool:
        """Say whether the font draws a character."""
        if not isinstance(character, str) or len(character) != 1:
            return False
        place = bisect_right(self._first, ord(character)) - 1
        return place >= 0 and ord(character) <= self._last[place]


def glyphs_of(path: Path, index: int = 0) -> Glyphs:
    """Return what a font of a file draws; `index` counts the fonts of a collection (.ttc).

    Follows the chapters "Font collections" and "cmap" of OpenType, and reads nothing else: such a file has tens of
    megabytes.

    Raises:
        ValueError: The font has no map of all Unicode.
    """
    with path.open("rb") as file:
        start = _read(file, ">I", 12 + 4 * index)[0] if _read(file, "4s", 0)[0] == _COLLECTION else 0
        records = [_read(file, ">4s3I", start + 12 + 16 * place) for place in range(_read(file, ">H", start + 4)[0])]
        cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
        for place in range(_read(file, ">H", cmap + 2)[0]):
            table = cmap + _read(file, ">I", cmap + 8 + 8 * place)[0]
            if _read(file, ">H", table)[0] == _SEGMENTED:
                flat = _read(file, f">{3 * _read(file, '>I', table + 12)[0]}I", table + 16)
                return Glyphs(list(zip(flat[::3], flat[1::3], strict=True)))
    raise ValueError(f"{path.name} has no map of all Unicode")


def _read(file: BinaryIO, form: str, at: int) -> tuple[Any, ...]:
    file.seek(at)
    return struct.unpack(form, file.read(struct.calcsize(form)))
