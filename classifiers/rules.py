"""The linker by rules: weighs what speaks for each thread, for none and for a new one; nothing is learnt."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from classifiers import BURST_GAP, Memory, Placement, Role, Said
from classifiers._begins import begins
from classifiers._cues import Reader
from classifiers._fits import fits
from classifiers._outside import stays_out
from classifiers._roles import role
from classifiers._scene import Scene, scene
from classifiers._thread import state
from classifiers._tree import load

NEW, OUT = 0, None
_SILENT = ("system", "withheld")


class Settings(BaseModel):
    """`[classifiers.rules]`.

    Attributes:
        tree: The topic tree whose keywords tell technical talk from chatter; without it the shipped one.
        caution: Added to the threshold of a new thread: above zero opens fewer, below opens more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    tree: Path | None = None
    caution: float = Field(default=0.0, ge=-2, le=2)


class Rules:
    """Places messages by adding up reasons."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._reader = Reader(load(settings.tree))

    def place(self, said: Said, memory: Memory) -> Placement:
        """Return the place of a message, given the group just before it."""
        if said.member is None or said.kind in _SILENT:
            return Placement(None)
        here = scene(said, memory, self._reader)
        if self.ignores(here):
            return Placement(None)
        scores: dict[int | None, float] = {thread: fits(here, thread) for thread in here.states}
        scores[OUT] = stays_out(here)
        new, together = begins(here, self._reader)
        scores[NEW] = new - self.settings.caution if self.may_open(here) else float("-inf")
        best = max(scores, key=lambda thread: (scores[thread], thread or 0))
        sure = _confidence(scores, best)
        if best is OUT or waits(here, best):
            return Placement(None, confidence=sure)
        if best == NEW:
            return Placement(NEW, Role.QUESTION, sure, self.moves(here, together))
        return Placement(best, role(here, here.states[best]), sure)

    def role(self, said: Said, memory: Memory, thread: int) -> Role:
        """Return the role that a message would have in a remembered thread, wherever it belongs."""
        here = scene(said, memory, self._reader)
        near = here.states.get(thread) or state(memory.tracks[thread], self._reader)
        return role(here, near)

    def ignores(self, here: Scene) -> bool:
        """Return whether a message has no place whatever else is true: an advertisement, a nudge to an opener."""
        cues = here.cues
        return (cues.ad and not cues.seeks and not cues.error) or (cues.nudge and self._answers_opener(here))

    def may_open(self, here: Scene) -> bool:
        """Return whether a message may open a thread: a shared link is to be read; who asks of it says so beside it."""
        return here.said.kind != "link"

    def moves(self, here: Scene, together: tuple[Said, ...]) -> tuple[tuple[int, int | None, Role], ...]:
        """Return what a new thread takes with it: the rest of its burst, and openers that waited for it."""
        moves = {said.id: Role.QUESTION for said in together}
        first = together[0].at if together else here.said.at
        openers = here.openers
        for said in openers:
            moves.setdefault(said.id, Role.QUESTION if first - said.at <= BURST_GAP else Role.ASIDE)
        if openers:
            moves |= {said.id: Role.ASIDE for said in self._nudges(here, openers[0])}
        return tuple((message, NEW, role) for message, role in moves.items())

    def _answers_opener(self, here: Scene) -> bool:
        """Whether the message before is an opener that still waits: a nudge is said to it."""
        before = here.before
        return before is not None and before[1] is None and self._reader.read(before[0].text).hollow

    def _nudges(self, here: Scene, opener: Said) -> list[Said]:
        """Return what others said to an opener (直接问): outside threads, soon after it, aimed at nobody else."""
        return [
            said
            for said, thread, _ in here.memory.recent
            if thread is None
            and said.member != here.said.member
            and timedelta(0) <= said.at - opener.at <= BURST_GAP
            and said.reply_to in (None, opener.id)
            and not said.mentions
            and self._reader.read(said.text).nudge
        ]


def waits(here: Scene, thread: int | None) -> bool:
    """Return whether it is an opener that waits for its question: aimed at nobody, and not said in an own thread."""
    aim = here.pointing
    if not here.cues.hollow or aim.message is not None or aim.members:
        return False
    return thread not in here.states or here.states[thread].asker != here.said.member


def _confidence(scores: dict[int | None, float], best: int | None) -> float:
    rest = max((score for thread, score in scores.items() if thread != best), default=-5.0)
    return round(1 / (1 + math.exp(rest - scores[best])), 3)


def build(settings: Settings) -> Rules:
    """Build the linker.

    Raises:
        ValueError: The topic tree is broken.
    """
    return Rules(settings)
