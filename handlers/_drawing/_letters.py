"""Makes any text drawable: one line of characters that the font has, in which a line can be broken somewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import groupby

from handlers import Text

_EASY = re.compile(r"[ -~·–—‘’“”…、。「」《》【】！（），：；？\u4e00-\u9fa5]*")  # every font for Chinese has these
_TOKEN = re.compile(
    r"[^\s\u200b\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]{31,}"
)  # holds no place to break a line
_BREAK = "\u200b"
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}
_PICTURES = {"So", "Sk"}


class Texts:
    """What stands for characters that the font does not have."""

    EMOJI = Text(zh="[表情]", en="[emoji]")
    LETTERS = Text(zh="[外文]", en="[script]")


def clean(text: str, glyphs: Container[str], language: str, limit: int = 0) -> str:
    """Return the text in one line, in characters that `glyphs` holds, at most `limit` of them where one is given.

    Pictures (emoji) and letters that are missing become a short word, however many stand together, where there is no
    plain letter beneath (Ž is Z); control and direction marks, zero-width characters and heaps of accents are left
    out. What is cut off is told by an …; a token of more than thirty characters may be broken anywhere. Cleaning
    twice changes nothing.
    """
    if not _EASY.fullmatch(text):
        text = "".join(_known(unicodedata.normalize("NFC", text.replace(_BREAK, "")), glyphs, language))
    text = " ".join(text.split())
    if limit and len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return _TOKEN.sub(lambda token: _BREAK.join(token[0]), text)


def _known(text: str, glyphs: Container[str], language: str) -> Iterator[str]:
    plain = (part for character in text for part in _plain(character, glyphs))
    for word, run in groupby(plain, lambda character: _stands_for(character, glyphs)):
        yield "".join(run) if word is None else word.in_language(language)


def _plain(character: str, glyphs: Container[str]) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    if character in glyphs:
        return character
    folded = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in folded if unicodedata.category(part) not in _INVISIBLE)
    return bare if bare and all(part in glyphs for part in bare) else character


def _stands_for(character: str, glyphs: Container[str]) -> Text | None:
    if character in glyphs:
        return None
    return Texts.EMOJI if unicodedata.category(character) in _PICTURES else Texts.LETTERS
