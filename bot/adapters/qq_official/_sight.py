"""Whether everything of a group is heard, told from what comes: nothing else tells."""

from __future__ import annotations

from bot.adapters.qq_official._frames import CAME, IN_FULL, LEFT, TO_BOT


class Sight:
    """What is heard of each group."""

    def __init__(self) -> None:
        self._full: dict[str, bool] = {}
        self._alone: dict[str, str] = {}  # by group in full sight: a message that came by the event for mentions only

    def after(self, what: str, group: str, key: str) -> bool | None:
        """Return whether everything is heard from now on, where an event about the frame `key` changes that.

        An event that comes for every message proves it. One for a message to the bot proves the contrary, but only
        together with the next such: for a while the platform may send both for one message.
        """
        if what == LEFT:
            self._full.pop(group, None)
        if what not in {IN_FULL, TO_BOT, CAME}:
            return None
        before = self._full.get(group)
        now = what == IN_FULL
        if what == TO_BOT and before:
            now = self._alone.setdefault(group, key) == key
        if what == IN_FULL or not now:
            self._alone.pop(group, None)
        self._full[group] = now
        return now if now is not before else None
