"""Takes people out of a text: their names, and whoever is mentioned, so that an article is nobody's; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handlers._wording.names import call_name

LONGEST = 40
_CHINESE = "一-鿿"
_MENTION = re.compile(rf"(?<![\w@])@(?=[\w{_CHINESE}])[\w{_CHINESE}.·-]{{1,30}}[ \t]?")
_POLITE = r"(?:老师|大佬|大神|大哥|同学|哥|姐|总|兄|工)?"
_THANKS = r"(?:谢谢|多谢|感谢|辛苦|麻烦|thank you|thanks|thx|ping)"
_PAUSE = r"[ \t]?[,，:：、!！~～]+[ \t]?"


def names_of(cards: Iterable[str]) -> list[str]:
    """Return what the bearers of cards may be called, longest first.

    A single character, and two Latin letters, are no name that could be told from a word.
    """
    found: set[str] = set()
    for card in cards:
        found |= {card.strip()[:LONGEST], call_name(card)}
    return sorted((one for one in found if _tells(one)), key=lambda one: (-len(one), one))


def _tells(name: str) -> bool:
    return len(name) >= (3 if name.isascii() else 2) and not name.isdigit()


def anonymous(text: str, names: Iterable[str], *, somebody: str = "有人") -> str:
    """Return a text in which nobody is named: who is spoken to is left out, who is spoken of is `somebody`.

    Args:
        text: What was said.
        names: Whom it may name, longest first, from `names_of`.
        somebody: Who stands in place of a name.
    """
    for name in names:
        if name.lower() in text.lower():
            text = _without(text, name, somebody)
    return "\n".join(line.rstrip() for line in _MENTION.sub("", text).splitlines()).strip()


def _without(text: str, name: str, somebody: str) -> str:
    one = rf"@?{_edged(name)}{_POLITE}"
    text = re.sub(rf"(?<![\w@])@{re.escape(name)}(?=\s|$)[ \t]?", "", text, flags=re.IGNORECASE)
    pause = _PAUSE if name[-1].isascii() else rf"{_PAUSE}|[ \t]"  # 「老樊 先看槽」 speaks to him, "Lena said" of her
    text = re.sub(rf"(?im)^([ \t]*){one}(?:{pause})", r"\1", text)
    text = re.sub(rf"(?i)({_THANKS})[,， ]*{one}", r"\1", text)
    return re.sub(rf"(?i){one}", somebody, text)


def _edged(name: str) -> str:
    """Return the pattern of a name: where it is Latin, it begins and ends a word."""
    before = r"(?<![A-Za-z0-9_])" if name[0].isascii() else ""
    after = r"(?![A-Za-z0-9_])" if name[-1].isascii() else ""
    return f"{before}{re.escape(name)}{after}"
