"""Word lists as patterns, and a book of them in which a text is looked up by the characters that it has."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

_NO_LITERAL = frozenset(".^$")
_Entry = tuple[str, str, re.Pattern[str] | None]  # phrase, what the text must hold, pattern where that is not all


class Phrase:
    """Things to say that mean the same: alternatives, each a regular expression."""

    def __init__(self, *patterns: str) -> None:
        whole = "|".join(patterns)
        self.whole = re.compile(whole)
        self.alternatives = _alternatives(whole)

    def search(self, text: str) -> bool:
        """Return whether the text holds one of the alternatives."""
        return self.whole.search(text) is not None

    def all(self, text: str) -> set[str]:
        """Return what the text holds of the alternatives."""
        return set(self.whole.findall(text))


class Book:
    """Many phrases, of which a text holds few.

    Nearly every alternative has letters that a match cannot do without. A text is searched only for those whose
    letters it has, which finds the same as searching for all of them and takes a fifth of the time.
    """

    def __init__(self, phrases: Mapping[str, Phrase]) -> None:
        self._by_character: dict[str, list[_Entry]] = defaultdict(list)
        self._ascii: list[_Entry] = []
        rest: dict[str, list[str]] = defaultdict(list)
        for name, phrase in phrases.items():
            for part in phrase.alternatives:
                literal = required(part)
                entry = (name, literal, None if literal == part else re.compile(part))
                if not literal:
                    rest[name].append(part)
                elif literal.isascii():
                    self._ascii.append(entry)
                else:
                    self._by_character[literal[0]].append(entry)
        self._rest = {name: re.compile("|".join(parts)) for name, parts in rest.items()}

    def find(self, text: str) -> set[str]:
        """Return the names of the phrases that a text holds."""
        found = {name for name, pattern in self._rest.items() if pattern.search(text)}
        if not text.isascii():
            for character in set(text):
                _look(self._by_character.get(character, ()), text, found)
        _look(self._ascii, text, found)
        return found


def _look(entries: list[_Entry] | tuple[()], text: str, found: set[str]) -> None:
    for name, literal, pattern in entries:
        if literal in text and name not in found and (pattern is None or pattern.search(text)):
            found.add(name)


def required(pattern: str) -> str:
    """Return letters in a row that every match of an alternative holds; empty where there are none.

    Chinese ones come first, since they tell more, and then the longest.
    """
    runs, here = [""], 0
    while here < len(pattern):
        end = _end(pattern, here)
        piece = pattern[here:end]
        literal = piece[-1] if len(piece) == 1 or (len(piece) == 2 and not piece[1].isalnum()) else ""
        quantifier = pattern[end : end + 1]
        if not literal or piece in _NO_LITERAL or (quantifier and quantifier in "?*{"):
            runs.append("")
        else:
            runs[-1] += literal
        if quantifier and quantifier in "?*+{":
            runs.append("")
            end = pattern.index("}", end) + 1 if quantifier == "{" else end + 1
        here = end
    return max((_chinese(run) or run for run in runs), key=lambda run: (not run.isascii(), len(run)))


def _chinese(run: str) -> str:
    """Return a run of letters from its first Chinese one on, by which it is indexed."""
    return next((run[place:] for place, character in enumerate(run) if not character.isascii()), "")


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
