"""Cutting a long text into posts that a platform takes, where a reader would cut it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

MOST = 5
FENCE = "```"

Measure = Callable[[str], int]

# Where to cut, the best first: behind an empty line, behind a line, behind a sentence.
_CUTS = (re.compile(r"\n[ \t]*\n+"), re.compile(r"\n"), re.compile(r"[。！？；!?;…]+[”」』）)]*|\. "))
_MARK = re.compile(r"…?\n\(\d+/\d+\)$")
_JOINERS = frozenset("\u200c\u200d\u0e33\u0eb3\uff9e\uff9f")
_HANGUL_LEADS, _HANGUL_TAILS = re.compile("[\u1100-\u115f\ua960-\ua97c]"), re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")


def split(text: str, limit: int, measure: Measure = len, most: int = MOST) -> list[str]:
    """Return the text as at most `most` posts of at most `limit` each, by `measure`.

    Where it does not fit into one, each part ends in a line such as `(2/3)`; a code fence that is cut is closed
    and opened again; nothing is cut inside a character as a reader sees it. What is longer than `most` parts
    ends in `…`. `measure` counts every character as at least one; `limit` must leave room for text beside the
    marks (a hundred is plenty).
    """
    if measure(text) <= limit:
        return [text]
    room = limit - measure(f"\n({most}/{most})")
    parts = list(_parts(text, room, measure, most)) or [""]
    if len(parts) == 1:  # only white space was too much
        return parts
    return [f"{part}\n({number}/{len(parts)})" for number, part in enumerate(parts, 1)]


def unmarked(part: str) -> str:
    """Return a part of a split text without its number and without the sign that something was left out."""
    return _MARK.sub("", part)


def pieces(text: str, limit: int, measure: Measure = len) -> Iterator[str]:
    """Yield consecutive pieces of a text, each at most `limit` by `measure`; joined they are the text."""
    while text:
        end = _fitting(text, limit, measure)
        cut = end if end == len(text) else _cut(text, end)
        yield text[:cut]
        text = text[cut:]


def boundary(text: str, index: int) -> bool:
    """Say whether a reader sees two characters where the text is cut at `index`.

    The rules of Unicode's extended grapheme clusters (UAX 29), except for the scripts in which a virama joins.
    """
    if not 0 < index < len(text):
        return True
    before, after = text[index - 1], text[index]
    if before == "\r" and after == "\n":
        return False
    if before in "\r\n" or after in "\r\n":
        return True
    if before == "\u200d" or _extends(after):
        return False
    if _is_flag(before) and _is_flag(after):
        return _flags_before(text, index) % 2 == 0
    return not _hangul(before, after)


def _parts(text: str, room: int, measure: Measure, most: int) -> Iterator[str]:
    opened, number = "", 0
    ends = measure(f"\n{FENCE}…" if FENCE in text else "…")
    while text.strip():
        number += 1
        head = f"{opened}\n" if opened else ""
        spare = room - measure(head) - ends
        piece = text if measure(head + text) <= room else next(pieces(text, max(spare, 1), measure))
        text = text[len(piece) :]
        opened = _fence(head + piece)
        more = "…" if number == most and text.strip() else ""
        yield head + piece.rstrip("\n") + more + (f"\n{FENCE}" if opened and text.strip() else "")
        if more:
            return


def _fence(text: str) -> str:
    """Return the line that opens the code fence in which a text ends, or nothing."""
    opened = ""
    for line in text.split("\n"):
        if line.startswith(FENCE):
            opened = "" if opened else FENCE + line.strip("`")[:20].strip()
    return opened


def _fitting(text: str, limit: int, measure: Measure) -> int:
    low, high = 1, max(min(len(text), limit), 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    end = low
    while end > 1 and not _may_cut(text, end):
        end -= 1
    return end if _may_cut(text, end) else low  # a heap of accents that is longer than a post


def _cut(text: str, end: int) -> int:
    for pattern in _CUTS:
        ends = [match.end() for match in pattern.finditer(text, 0, end)]
        if ends and ends[-1] > end // 3 and _may_cut(text, ends[-1]):
            return ends[-1]
    return end


def _may_cut(text: str, index: int) -> bool:
    """Refuse also what would tear a fence, or make one of backticks that stood within a line."""
    if text[index - 1 : index + 1] == "``" or (text.startswith(FENCE, index) and text[index - 1] != "\n"):
        return False
    return boundary(text, index)


def _extends(character: str) -> bool:
    code = ord(character)
    if code < 0x300:
        return False
    modifier = 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F
    return modifier or character in _JOINERS or unicodedata.category(character) in {"Mn", "Me", "Mc"}


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, index: int) -> int:
    start = index
    while start and _is_flag(text[start - 1]):
        start -= 1
    return index - start


def _hangul(before: str, after: str) -> bool:
    syllable = "\uac00" <= after <= "\ud7a3"
    if _HANGUL_LEADS.match(before):
        return syllable or bool(_HANGUL_LEADS.match(after) or _HANGUL_TAILS.match(after))
    joins = "\uac00" <= before <= "\ud7a3" or bool(_HANGUL_TAILS.match(before))
    return joins and bool(_HANGUL_TAILS.match(after))
