"""The linker that learns: boosted trees over the threads, messages and reasons that the rules look at."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from classifiers import Memory, Placement, Role, Said, rules
from classifiers._cues import Reader
from classifiers._linker import again, kinds, options, pairs, roles
from classifiers._linker.models import SHIPPED, Models, load
from classifiers._linker.quiet import quiet
from classifiers._scene import scene
from classifiers._thread import state
from classifiers._tree import load as load_tree

NEW, OUT = 0, None
CLEAR = 0.97  # how sure the first look must be that there is no second
SURE = (
    3.5  # how far the rules must prefer to stay outside that the trees are not asked; they never objected from there on
)
NAMED = 0.05  # share of messages that name somebody, from which on names are looked at
_SILENT = ("system", "withheld")


class Settings(BaseModel):
    """`[classifiers.linker]`.

    Attributes:
        tree: The topic tree whose keywords tell technical talk from chatter; without it the shipped one.
        caution: Added to the threshold of a new thread: above zero opens fewer, below opens more.
        small_talk: What becomes of talk that asks nothing: `outside` all threads, or in `threads` of its own, as the
            annotators of IRC logs have it.
        model: The trained models; without it the shipped ones.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    tree: Path | None = None
    caution: float = Field(default=0.0, ge=-2, le=2)
    small_talk: Literal["outside", "threads"] = "outside"
    model: Path | None = None


class Learned:
    """Places messages by what was learnt from annotated groups."""

    def __init__(self, settings: Settings, models: Models) -> None:
        self.settings = settings
        self.models = models
        self._rules = rules.build(rules.Settings(tree=settings.tree))
        self._reader = Reader(load_tree(settings.tree))
        self._kind = kinds.teller(self._reader, models.words)

    def refitted(self, folder: Path) -> Learned:
        """Return this linker with the models that `train threads` left in the data folder, if it did.

        Raises:
            ValueError: What is there is no model, or one of another version.
        """
        file = folder / SHIPPED.name
        if self.settings.model is not None or not file.exists():
            return self
        models = load(file)
        if models.form != self.models.form:
            raise ValueError(f"{file}: of another version; delete it, or run `python -m bot train threads` again")
        return Learned(self.settings, models)

    def place(self, said: Said, memory: Memory) -> Placement:
        """Return the place of a message, given the group just before it."""
        if said.member is None or said.kind in _SILENT:
            return Placement(None)
        if said.to_bot:  # a matter of intent, which nobody annotated
            return self._rules.place(said, memory)
        return self._question(said, memory) if self.settings.small_talk == "outside" else self._talk(said, memory)

    def role(self, said: Said, memory: Memory, thread: int) -> Role:
        """Return the role that a message would have in a remembered thread, wherever it belongs."""
        here = scene(said, memory, self._reader)
        near = here.states.get(thread) or state(memory.tracks[thread], self._reader)
        return roles.decide(here, near, self.models.roles)

    def _question(self, said: Said, memory: Memory) -> Placement:
        if quiet(said, memory, self._reader):
            return Placement(None, confidence=0.95)
        here = scene(said, memory, self._reader)
        if self._rules.ignores(here):
            return Placement(None)
        weighed = options.weigh(here, self._reader)
        if weighed.margin(OUT) >= SURE:
            return Placement(None, confidence=0.99)
        found = options.looked_at(here, self._reader, weighed)
        kind, width = self._kind(said.text), found.rows.shape[1]
        rows = np.empty((len(found.places), width + len(kind)))
        rows[:, :width], rows[:, width:] = found.rows, kind
        scores = self.models.places.scores(rows)
        if _confidence(scores) < CLEAR:
            scores = self.models.standings.scores(again.standing(scores, rows))
        scores[found.places.index(NEW)] -= self.settings.caution if self._rules.may_open(here) else np.inf
        best = found.places[int(scores.argmax())]
        sure = _confidence(scores)
        if best is OUT or rules.waits(here, best):
            return Placement(None, confidence=sure)
        if best == NEW:
            together = found.together or options.usable(here, self._reader)
            return Placement(NEW, Role.QUESTION, sure, self._rules.moves(here, together))
        return Placement(best, roles.decide(here, here.states[best], self.models.roles), sure)

    def _talk(self, said: Said, memory: Memory) -> Placement:
        here = pairs.Moment(said, memory, self.models.rareness)
        chosen, found = pairs.rows(here)
        rows = np.array(found)
        track = "named" if here.density >= NAMED or len(here.past) < pairs.NEAREST else "unnamed"
        first = self.models.links[f"{track}.first"].scores(rows)
        picked, closer = again.again(first, [past.thread for past in chosen], rows)
        scores = self.models.links[f"{track}.second"].scores(closer)
        keys = [chosen[n].thread if n < len(chosen) else NEW for n in picked]
        if track == "named":
            at, sure = _best_of_threads(scores, keys)
        else:  # without names too many messages speak for the busiest thread
            at, sure = int(np.argmax(scores)), _confidence(scores)
        best = picked[at]
        if best == len(chosen) or chosen[best].thread is None:
            answers = chosen[best].said.id if best < len(chosen) else None
            return Placement(NEW, Role.QUESTION, sure, answers=answers)
        target = chosen[best]
        return Placement(target.thread, self._role_in_talk(said, memory, target.thread), sure, answers=target.said.id)

    def _role_in_talk(self, said: Said, memory: Memory, thread: int | None) -> Role:
        """Return detail or answer: what small talk does is not told apart."""
        if thread is None:
            return Role.ASIDE
        return Role.DETAIL if memory.tracks[thread].asker == said.member else Role.ANSWER


def _best_of_threads(scores: NDArray[np.float64], keys: list[int | None]) -> tuple[int, float]:
    """Return the likeliest row of the thread that is likeliest as a whole, all its messages taken together."""
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    total: dict[int | None, float] = {}
    for key, share in zip(keys, shares, strict=True):
        total[key] = total.get(key, 0.0) + float(share)
    thread = max(total, key=lambda key: total[key])
    rows = [n for n, key in enumerate(keys) if key == thread]
    return max(rows, key=lambda n: float(scores[n])), round(total[thread], 3)


def _confidence(scores: NDArray[np.float64]) -> float:
    parts = np.exp(scores - np.maximum.reduce(scores))
    return round(float(1 / np.add.reduce(parts)), 3)


def build(settings: Settings) -> Learned:
    """Build the linker.

    Raises:
        ValueError: The topic tree or the model is broken.
    """
    return Learned(settings, load(settings.model))
