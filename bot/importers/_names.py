"""Understands mentions that a file has as text: `@name`, by the names that its members have in it."""

from __future__ import annotations

from storage.frames import MENTION_LIMIT

AMBIGUOUS = ""


class Names:
    """The names of a file's members, and the ids they stand for; a name that two members have stands for nobody."""

    def __init__(self, own_names: frozenset[str] = frozenset(), own_ids: frozenset[str] = frozenset()) -> None:
        self.own_names = own_names
        self.own_ids = own_ids
        self._ids: dict[str, str] = {}
        self._lengths: list[int] = sorted({len(name) for name in own_names}, reverse=True)

    def learn(self, member: str, *names: str) -> None:
        """Take in what a member is called."""
        for name in names:
            known = self._ids.get(name)
            if not name or known in {member, AMBIGUOUS}:
                continue
            self._ids[name] = member if known is None else AMBIGUOUS
            if len(name) not in self._lengths:
                self._lengths = sorted([*self._lengths, len(name)], reverse=True)

    def understand(self, text: str) -> tuple[str, tuple[str, ...], bool]:
        """Return the text without the bot's own mention, the ids that it mentions, and whether it mentions the bot.

        A mention is `@`, a known name, the longest that fits, and white space or the end.
        """
        if "@" not in text:
            return text, (), False
        found: dict[str, None] = {}
        kept, done, to_bot = "", 0, False
        at = text.find("@")
        while at >= 0:
            name = self._name(text, at + 1)
            end = at + 1 + len(name)
            if name and self._is_own(name):
                to_bot, kept, done = True, kept + text[done:at], min(end + 1, len(text))
            elif name and self._ids.get(name):
                found[self._ids[name]] = None
            at = text.find("@", max(end, at + 1))
        return kept + text[done:], tuple(found)[:MENTION_LIMIT], to_bot

    def _name(self, text: str, start: int) -> str:
        for length in self._lengths:
            name = text[start : start + length]
            ended = len(text) <= start + length or text[start + length].isspace()
            if ended and (name in self._ids or name in self.own_names):
                return name
        return ""

    def _is_own(self, name: str) -> bool:
        return self._ids.get(name) in self.own_ids or (name in self.own_names and name not in self._ids)
