"""What the field does, to stand beside our figures: everything goes on, and mention and time rules."""

from __future__ import annotations

import re
from datetime import timedelta

from classifiers import Memory, Placement, Role, Said
from classifiers._closing import closing
from classifiers._cues import Cues, Reader
from classifiers._pointing import pointing
from classifiers._tree import load

_ASKS = re.compile(r"[?？]|怎么|如何|为什么|请问|请教|有没有|\bhow\b|\bwhy\b|\bwhat\b|\bhelp\b|\banyone\b")
_PATIENCE = timedelta(minutes=30)
_SILENT = ("system", "withheld")


class PreviousMessage:
    """Every message answers the one before it."""

    def place(self, said: Said, memory: Memory) -> Placement:
        """Return the thread of the message before; the first message opens one."""
        if said.member is None:
            return Placement(None)
        before = next((other for other in reversed(memory.recent) if other[1] is not None), None)
        if before is None:
            return Placement(0, Role.QUESTION)
        return Placement(before[1], Role.ANSWER, answers=before[0].id)


class MentionTime:
    """A reply or mention decides; else the author's own last message, for half an hour; else a question word opens.

    Attributes:
        whole: Whether a message that goes nowhere opens a thread whatever it says, as IRC is annotated.
    """

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self._reader = Reader(load())

    def place(self, said: Said, memory: Memory) -> Placement:
        """Return the place of a message by the first rule that applies."""
        if said.member is None or said.kind in _SILENT:
            return Placement(None)
        target = self._target(said, memory)
        if target is not None and target[1] is not None:
            track = memory.tracks.get(target[1])
            mine = track is not None and track.asker == said.member
            cues = self._reader.read(said.text)
            return Placement(target[1], _role(cues, mine=mine), answers=target[0].id)
        if self.whole or _ASKS.search(said.text):
            return Placement(0, Role.QUESTION)
        return Placement(None)

    def _target(self, said: Said, memory: Memory) -> tuple[Said, int | None] | None:
        lately = [(other, thread) for other, thread, _ in reversed(memory.recent) if other.member is not None]
        aim = pointing(said, memory, {other.member or 0: other.name for other, _ in reversed(lately)})
        if aim.message is not None:
            return next((pair for pair in lately if pair[0].id == aim.message), None)
        for member in (*aim.members, said.member):
            found = next((pair for pair in lately if pair[0].member == member), None)
            if found is not None and (member != said.member or said.at - found[0].at <= _PATIENCE):
                return found
        return None


def _role(cues: Cues, *, mine: bool) -> Role:
    if not mine:
        return Role.ANSWER
    return closing(cues, answered=True, closed=False) or Role.DETAIL
