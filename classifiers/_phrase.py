"""Word lists as patterns, and a book of them in which a text is looked up by the pairs of letters that it has."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from operator import add

_NO_LITERAL = frozenset(".^$?*+")
_UNCLEAR = frozenset("^\\-")  # a class of characters that is no plain list
_Entry = tuple[str, str, Callable[[str], object] | None]  # phrase, what the text must hold, how to look where it does


class Phrase:
    """Things to say that mean the same: alternatives, each a regular expression."""

    def __init__(self, *patterns: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        whole = "|".join(patterns)
        self.flags = flags
        self.whole = re.compile(whole, flags)
        self.alternatives = _alternatives(whole)

    def search(self, text: str) -> bool:
        """Return whether the text holds one of the alternatives."""
        return self.whole.search(text) is not None

    def all(self, text: str) -> set[str]:
        """Return what the text holds of the alternatives."""
        return set(self.whole.findall(text))


class Book:
    """Many phrases, of which a text holds few.

    Nearly every alternative has letters of which a match cannot do without one. A text is searched only for those whose
    letters it has, which finds the same as searching for all of them and takes a tenth of the time.
    """

    def __init__(self, phrases: Mapping[str, Phrase]) -> None:
        self._by_pair: dict[str, list[_Entry]] = defaultdict(list)
        self._by_character: dict[str, list[_Entry]] = defaultdict(list)
        rest: dict[str, list[str]] = defaultdict(list)
        for name, phrase in phrases.items():
            for part in phrase.alternatives:
                literals = required(part)
                look = None if literals == {part} else _looking(part, phrase.flags)
                for literal in literals:
                    index = self._by_pair if len(literal) > 1 else self._by_character
                    index[literal[:2]].append((name, literal, look))
                if not literals:
                    rest[name].append(part)
        self._rest = {name: re.compile("|".join(parts), phrases[name].flags) for name, parts in rest.items()}

    def find(self, text: str) -> set[str]:
        """Return the names of the phrases that a text holds."""
        found = {name for name, pattern in self._rest.items() if pattern.search(text)}
        for pair in self._by_pair.keys() & set(map(add, text, text[1:])):
            _look(self._by_pair[pair], text, found)
        for character in self._by_character.keys() & set(text):
            _look(self._by_character[character], text, found)
        return found


def _looking(part: str, flags: re.RegexFlag) -> Callable[[str], object]:
    """Return how to look for an alternative; one that stands at the beginning is looked for nowhere else."""
    pattern = re.compile(part, flags)
    return pattern.match if part[0] == "^" and not flags & re.MULTILINE else pattern.search


def _look(entries: list[_Entry], text: str, found: set[str]) -> None:
    for name, literal, look in entries:
        if name not in found and literal in text and (look is None or look(text)):
            found.add(name)


def required(pattern: str) -> frozenset[str]:
    """Return letters in a row of which every match of a pattern holds one; none where there are no such.

    Chinese ones come first, since they tell more, and then the longest, and then the fewest.
    """
    parts = _alternatives(pattern)
    if len(parts) > 1:
        each = [required(part) for part in parts]
        return frozenset().union(*each) if all(each) else frozenset()
    found: list[frozenset[str]] = []
    run, here = "", 0
    while here < len(pattern):
        end = _end(pattern, here)
        piece, quantifier = pattern[here:end], pattern[end : end + 1]
        literal = piece[-1] if len(piece) == 1 or (len(piece) == 2 and not piece[1].isalnum()) else ""
        optional = quantifier and quantifier in "?*{"
        if not literal or piece in _NO_LITERAL or optional:
            found += [frozenset([run]), frozenset() if optional else _one_of(piece)]
            run = ""
        else:
            run += literal
        if quantifier and quantifier in "?*+{":
            found, run = [*found, frozenset([run])], ""
            end = pattern.index("}", end) + 1 if quantifier == "{" else end + 1
        here = end
    return max((one for one in (*found, frozenset([run])) if one and "" not in one), key=_worth, default=frozenset())


def _worth(literals: frozenset[str]) -> tuple[bool, int, int]:
    return not any(map(str.isascii, literals)), min(map(len, literals)), -len(literals)


def _one_of(piece: str) -> frozenset[str]:
    """Return what a group or a class of characters needs."""
    if piece[0] == "[":
        return frozenset() if _UNCLEAR & set(piece) else frozenset(piece[1:-1])
    if piece.startswith("(?:"):
        return required(piece[3:-1])
    return frozenset()


def _alternatives(pattern: str) -> list[str]:
    """Return the parts of a pattern between the bars that stand outside of groups and character classes."""
    found, start, here = [], 0, 0
    while here < len(pattern):
        end = _end(pattern, here)
        if pattern[here] == "|":
            found.append(pattern[start:here])
            start = end
        here = end
    return [*found, pattern[start:]]


def _end(pattern: str, here: int) -> int:
    """Return where a character, an escape, a class or a whole group ends that begins here."""
    if pattern[here] == "\\":
        return here + 2
    if pattern[here] == "[":
        return pattern.index("]", here + 2) + 1
    if pattern[here] != "(":
        return here + 1
    here += 1
    while pattern[here] != ")":
        here = _end(pattern, here)
    return here + 1
