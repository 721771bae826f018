"""What a message's words tell a learned linker, whatever the language; remembered for each text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from classifiers._cues import split_quote
from classifiers._tokens import normalize, token_set

_EDGES = ".,:;!?()[]{}<>\"'`*~"
_ADDRESS = re.compile(r"\A\W*(\S{2,30}?)\s?[,:;>]+(?:\s|\Z)")
_THANKS = re.compile(r"\b(?:thanks?|thank you|thx|ty|cheers|tnx)\b|谢|感谢")
_HELLO = re.compile(r"\A\W*(?:hi|hello|hey|hiya|good (?:morning|evening)|yo|greetings|sup)\b")
_BYE = re.compile(r"\b(?:bye|cya|gtg|good ?night|see you|later)\b")
_YES = re.compile(
    r"\A\W*(?:yes|yeah|yep|no|nope|ok|okay|right|sure|ah|oh|hmm+|lol|heh|haha\w*|cool|nice|true|well|but|and|so|or|it|that|then)\b"
)
_ASKS = re.compile(
    r"\?|\b(?:how|what|why|where|which|who|when|can (?:i|you|some|any)|does|is there|anyone|anybody|someone|help)\b"
)
_YOU = re.compile(r"\b(?:you|your|u|ur)\b")
_FIRST = re.compile(r"\b(?:i|i'm|im|my|i've|ive|me)\b")
_CODE = re.compile(
    r"https?://|/\w+/|\bsudo\b|\bapt|--?\w+|\w+\.(?:conf|deb|sh|list|iso|py|log)\b|\w+_\w+|\d+\.\d+|error"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a text tells by itself.

    Attributes:
        words: Lower-case words without punctuation at their edges: where names are looked for.
        first: The word before a colon or comma at the beginning, if there is one.
        tokens: Distinct tokens of more than one character.
        size: Length in characters.
        signs: 1.0 or 0.0 each: asks, thanks, greets, says goodbye, opens with a short answer, code or address, says
            you, says I.
    """

    words: frozenset[str]
    first: str
    tokens: frozenset[str]
    size: int
    signs: tuple[float, ...]


@lru_cache(maxsize=8192)
def wording(text: str) -> Wording:
    """Return what a text tells."""
    plain = normalize(split_quote(text)[1])
    address = _ADDRESS.match(plain)
    signs = (_ASKS, _THANKS, _HELLO, _BYE, _YES, _CODE, _YOU, _FIRST)
    return Wording(
        words=frozenset(word.strip(_EDGES) for word in plain.split()),
        first=address[1] if address else "",
        tokens=frozenset(token for token in token_set(plain) if len(token) > 1),
        size=len(plain),
        signs=tuple(float(sign.search(plain) is not None) for sign in signs),
    )
