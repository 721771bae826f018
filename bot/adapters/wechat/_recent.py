"""The latest messages of each group, so that a quotation, of which WeChat tells the words alone, finds its message."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from bot.split import unmarked

MESSAGES, GROUPS = 500, 1_000  # of each group; those that spoke last
HEAD = 8  # characters without spaces from which on a beginning is enough: WeChat cuts long quotations
TAIL = 4  # characters that have to follow a mention


@dataclass(frozen=True, slots=True)
class _Known:
    key: str
    name: str
    words: str


class Recent:
    """A bounded memory; what it has forgotten, or never heard, is quoted by its words alone."""

    def __init__(self) -> None:
        self._groups: OrderedDict[str, deque[_Known]] = OrderedDict()

    def note(self, group: str, key: str, name: str, text: str) -> None:
        """Remember a message."""
        known = self._groups.setdefault(group, deque(maxlen=MESSAGES))
        self._groups.move_to_end(group)
        if len(self._groups) > GROUPS:
            self._groups.popitem(last=False)
        if words := _folded(text):
            known.append(_Known(key, _folded(name), words))

    def find(self, group: str, name: str, said: str) -> str | None:
        """Return the key of the message that is quoted, or None.

        People are called differently by each who quotes them, so the words decide; where several said the same, the
        name does, and then the latest.
        """
        words = _folded(said.rstrip("…").removesuffix("..."))
        known = [one for one in self._groups.get(group, ()) if _same(one.words, words)]
        named = [one for one in known if one.name == _folded(name)]
        found = named or known
        return found[-1].key if found else None


def _same(known: str, words: str) -> bool:
    """Compare a message with a quotation of it, which may be cut, and still names whom the message was said to."""
    if known == words or (len(words) >= HEAD and known.startswith(words)):
        return True
    return words.startswith("@") and len(known) >= TAIL and words.endswith(known)


def _folded(text: str) -> str:
    return "".join(unmarked(text).split())
