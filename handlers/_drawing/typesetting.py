"""Turns a template and data into a picture or a PDF: the same bytes on every machine, without a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from handlers._drawing import _letters
from handlers._drawing._glyphs import Glyphs
from handlers._drawing.fonts import fonts

Form = Literal["png", "pdf"]

_HERE = Path(__file__).parent
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def typeset(
    template: str | Path,
    data: Mapping[str, Any],
    *,
    form: Form,
    ppi: float = 72,
    created: datetime = _EPOCH,
) -> bytes:
    """Return what a template makes of data: one PNG, or a PDF.

    Data goes in as JSON, every text of it made `drawable`, so that nothing a member wrote is markup. A template reads
    files of its own folder and `@local/look`, and nothing else; a folder of templates holds nothing else.

    Args:
        template: Name of a template of ours, or the path of another feature's; one page, where a PNG is wanted.
        data: What JSON can hold; the template reads it as `inputs`. `language` (`zh`, `en`) is the language.
        form: What is wanted.
        ppi: Pixels per inch of a PNG; at 72 a point is a pixel.
        created: The date of a PDF, aware; never the clock, so that the same data give the same bytes.

    Raises:
        typst.TypstError: The template is wrong, or the folder has no font.
    """
    compiler, path, inputs = prepared(template, data)
    made = compiler.compile(path, format=form, ppi=ppi, sys_inputs=inputs, timestamp=created)
    if not isinstance(made, bytes):
        raise typst.TypstError(f"{path.name} makes more than one page", "")
    return made


def prepared(template: str | Path, data: Mapping[str, Any]) -> tuple[typst.Compiler, Path, dict[str, str]]:
    """Return compiler, template and inputs as `typeset` uses them, for whoever asks typst for something else."""
    path = _HERE / "templates" / template if isinstance(template, str) else template
    drawn_with = fonts()
    language = str(data.get("language", "zh"))
    inputs = {
        "data": json.dumps(_drawable({"language": language, **data}, drawn_with.glyphs, language), ensure_ascii=False),
        "font": drawn_with.family,
        "bold": "yes" if drawn_with.bold else "no",
    }
    return _compiler(path.parent, drawn_with.folder), path, inputs


def drawable(text: str, *, limit: int = 0, language: str = "zh") -> str:
    """Return a text as it can be drawn: one line, in characters that the font has, at most `limit` of them if given.

    Emoji and letters that the font lacks become a short word (「[表情]」); control and direction marks, zero-width
    characters and heaps of accents go; a token of more than thirty characters may be broken anywhere.
    """
    return _letters.clean(text, fonts().glyphs, language, limit)


def _drawable(data: Any, glyphs: Glyphs, language: str) -> Any:
    match data:
        case str():
            return _letters.clean(data, glyphs, language)
        case Mapping():
            return {str(name): _drawable(value, glyphs, language) for name, value in data.items()}
        case list() | tuple():
            return [_drawable(value, glyphs, language) for value in data]
    return data


@cache
def _compiler(root: Path, folder: Path) -> typst.Compiler:
    """Return the compiler of a folder of templates; it keeps what it has read, so that later pictures are quick."""
    return typst.Compiler(
        root=root,
        font_paths=fonts().found,
        ignore_system_fonts=True,
        package_path=_HERE / "packages",
        package_cache_path=_HERE / "packages",
    )
