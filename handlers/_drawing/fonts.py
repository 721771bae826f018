"""The fonts that are drawn with: those that are shipped, or those of a folder that the configuration names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from handlers._drawing._glyphs import Glyphs, glyphs_of

_SHIPPED = Path(str(files("noto_cjk_sans_otc")))
_HEAVY = 600  # the weight from which on a font is a bold one


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of a folder.

    Attributes:
        folder: Where they lie.
        found: As typst takes them.
        family: The family that is drawn with: one for simplified Chinese without serifs, where there is one.
        bold: Whether it has a bold weight.
        glyphs: The characters that it has.
    """

    folder: Path
    found: typst.Fonts
    family: str
    bold: bool
    glyphs: Glyphs


class _Chosen:
    folder: Path = _SHIPPED


def draw_with(folder: Path | None) -> None:
    """Draw with the fonts of a folder in this process from now on; None: with those that are shipped.

    Told once, when a process starts: by the configuration's `data.fonts`.
    """
    _Chosen.folder = folder or _SHIPPED


def fonts() -> Fonts:
    """Return the fonts that are drawn with.

    Raises:
        typst.TypstError: The folder has none that can be read.
    """
    return _of(_Chosen.folder)


@cache
def _of(folder: Path) -> Fonts:
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    fonts = [font for font in found.fonts() if font.path]
    if not fonts:
        raise typst.TypstError(f"there is no font in {folder}", "")
    best = min(fonts, key=_rank)
    bold = any(font.family == best.family and font.weight >= _HEAVY for font in fonts)
    try:
        glyphs = glyphs_of(Path(best.path or ""), best.index)
    except ValueError as error:
        raise typst.TypstError(str(error), "") from error
    return Fonts(folder, found, best.family, bold, glyphs)


def _rank(font: typst.FontInfo) -> tuple[bool, bool, bool, bool, int]:
    """Return a font's place, the first being the one to draw with."""
    family = font.family
    return not family.endswith(" SC"), "Sans" not in family, "Mono" in family, font.style != "normal", font.weight
