"""What a WeChat message's text says beside its words: a quotation in front, and the mention that made it ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

NAME_LIMIT = 60  # characters of a quoted name
BARS = 50  # lines of dashes that are looked at

MENTION_END = "\u2005"  # what WeChat's own programs put behind a mention; gateways and copies make others of it
GAPS = "\u2002\u2004\u2005\u2006\u2009\u00a0\u3000 "

_BAR = re.compile(r"\n[ \t]*(?:[-\u2010-\u2015\u2212\u2500\u2501\ufe58\ufe63\uff0d_][ \t]*){3,}(?:\n|$)")
_OPENING = re.compile(rf"\s*「([^\n:：「」]{{1,{NAME_LIMIT}}})[:：][ \t]?")
_CLOSING = re.compile(r"」[ \t]*\n")
_NO_NAME = re.compile(rf"^\s*[@＠][^\n\u2005]{{1,{NAME_LIMIT}}}\u2005")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted message in front of an answer; not `sure` where the line of dashes is missing."""

    name: str
    words: str
    answer: str
    sure: bool


def quotation(text: str) -> Quotation | None:
    """Return what a text quotes, or None where it plainly quotes nothing.

    WeChat puts 「name：words」 in front, a line of dashes, then the answer. What is quoted may hold quotations itself,
    so the bars are tried in turn for the first behind which every bracket is closed; then for the last that follows
    a closing bracket at all, since people type brackets too.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None
    ends = [(bar.start(), bar.end()) for _, bar in zip(range(BARS), _BAR.finditer(text), strict=False)]
    ends = [(start, end) for start, end in ends if text[:start].rstrip().endswith("」")]
    closed = [(start, end) for start, end in ends if _closed(text[:start])]
    sure = bool(ends)
    if not sure:
        ends = [
            (found.start() + 1, found.end()) for _, found in zip(range(BARS), _CLOSING.finditer(text), strict=False)
        ]
        closed = [(start, end) for start, end in ends if _closed(text[:start])]
    if not closed and not ends:
        return None
    start, end = closed[0] if closed else ends[-1]
    words, answer = text[opening.end() : start].rstrip().removesuffix("」").strip(), text[end:].strip()
    return Quotation(opening[1].strip(), words, answer, sure) if words and answer else None


def without_mention(text: str, names: Iterable[str]) -> str:
    """Return a text that mentions the bot as what was said to it: without the mention.

    `names` are what the bot may be called there; with none known, the first mention goes if it is marked as one.
    """
    known = sorted({name for name in names if name}, key=len, reverse=True)
    if known:
        called = "|".join(re.escape(name) for name in known)
        text, count = re.subn(rf"[@＠](?:{called})(?:[{GAPS}]|(?=[\n，。！？：；、,.!?:;])|$)", "", text)
        if count:
            return text
    return _NO_NAME.sub("", text, count=1)


def _closed(text: str) -> bool:
    return text.count("「") == text.count("」")
