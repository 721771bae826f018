"""Teaches which place a message takes: a thread, one of its own, or none; and what kind of message a text is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classifiers import Linker, Memory, Placement, Role, Said, rules
from classifiers._cues import Reader
from classifiers._evaluating.streams import GoldThread, Stream
from classifiers._linker import kinds, options
from classifiers._linker.again import standing
from classifiers._linker.linear import Linear
from classifiers._linker.options import NEW, OUT, Options
from classifiers._linker.trees import Trees
from classifiers._roles import role
from classifiers._scene import Scene, scene
from classifiers._tokens import tokens
from classifiers._training.fitting import boosted, multinomial, taken_apart
from classifiers._tree import load

Floats = NDArray[np.float64]
_SILENT = ("system", "withheld")
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A message with the places that it could take; `right` marks the one it should."""

    text: str
    rows: Floats
    right: list[float]


@lru_cache(maxsize=1)
def reader() -> Reader:
    """Return the reader of the shipped topic tree."""
    return Reader(load())


def kind_of(stream: Stream, said: Said, threads: Mapping[str, GoldThread], askers: Mapping[str, int | None]) -> str:
    """Return what kind of message it was marked to be."""
    key, part = stream.thread.get(said.id), stream.roles.get(said.id, "aside")
    if key is None:
        return "outside"
    if said.member != askers[key]:
        return part if part in ("answer", "clarify") else "aside"
    if said.id in threads[key].opens and part in ("question", "detail"):
        return "opening"
    return {"resolved": "closing", "thanks": "closing", "aside": "aside"}.get(part, "detail")


def askers(stream: Stream) -> dict[str, int | None]:
    """Return gold thread -> its asker."""
    by = {said.id: said.member for said in stream.said}
    return {thread.key: by[thread.first] for thread in stream.threads}


def teach_kinds(
    streams: Iterable[Stream], lessons: Sequence[tuple[str, str]], corrected: Sequence[tuple[str, str, float]] = ()
) -> Linear:
    """Fit what kind of message a text is.

    Args:
        streams: Annotated streams.
        lessons: (text, kind) that stand in no stream, at half weight.
        corrected: (text, kind, weight) of what people corrected.
    """
    told = [*((text, kind, 0.5) for text, kind in lessons), *corrected]
    for stream in streams:
        threads, who = {thread.key: thread for thread in stream.threads}, askers(stream)
        told += [(s.text, kind_of(stream, s, threads, who), 1.0) for s in stream.said if s.member is not None]
    cues = [reader().read(text) for text, _, _ in told]
    return multinomial(
        [tokens(found.text) for found in cues],
        np.array([kinds.features(found) for found in cues]),
        [kind for _, kind, _ in told],
        np.array([weight for _, _, weight in told]),
        strength=2.0,
        least=2,
    )


def examples(stream: Stream, policy: Linker | None) -> list[Example]:
    """Replay a stream and return what should have been decided; without a policy, as people marked it.

    A policy makes the mistakes that a linker will stand before; its threads are those of gold that most of their
    messages belong to.
    """
    judge = _Judge(stream)
    memory, opened, found = Memory(), 0, []
    for said in stream.said:
        if said.member is None or said.kind in _SILENT:
            memory.settle(said, None, Role.ASIDE)
            continue
        here = scene(said, memory, reader())
        offered = options.places(here, reader())
        right = judge.right(here, offered, memory)
        found.append(Example(said.text, offered.rows, [float(place == right) for place in offered.places]))
        taken = judge.as_marked(here, offered, right) if policy is None else policy.place(said, memory)
        opened += taken.thread == NEW
        judge.settle(said, opened if taken.thread == NEW else taken.thread, taken, memory)
    return found


class _Judge:
    """Knows the gold threads of a stream and which of the linker's threads stand for them."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.askers = askers(stream)
        self.held: dict[int, Counter[str]] = defaultdict(Counter)
        self._rules = rules.build(rules.Settings())

    def right(self, here: Scene, offered: Options, memory: Memory) -> int | None:
        """Return the right place: its thread, a new one if it is its asker's and not yet open, else none."""
        key = self.stream.thread.get(here.said.id)
        if key is None:
            return OUT
        standing = self._standing(memory).get(key)
        if standing is not None and standing in here.states:
            return standing
        return NEW if here.said.member == self.askers[key] and not here.cues.hollow else OUT

    def _standing(self, memory: Memory) -> dict[str, int]:
        most: dict[str, tuple[int, int]] = {}
        for thread, counts in self.held.items():
            key, count = counts.most_common(1)[0]
            if key and thread in memory.tracks and count > most.get(key, (0, 0))[0]:
                most[key] = count, thread
        return {key: thread for key, (_, thread) in most.items()}

    def as_marked(self, here: Scene, offered: Options, right: int | None) -> Placement:
        """Return the right place as a decision, with the role that the rules would give."""
        if right is OUT:
            return Placement(None)
        if right != NEW:
            return Placement(right, role(here, here.states[right]))
        key = self.stream.thread.get(here.said.id)
        taken = self._rules.moves(here, offered.together or options.usable(here, reader()))
        return Placement(NEW, Role.QUESTION, 1.0, tuple(m for m in taken if self.stream.thread.get(m[0]) == key))

    def settle(self, said: Said, thread: int | None, taken: Placement, memory: Memory) -> None:
        """Take a decision into the memory."""
        memory.settle(said, thread, taken.role)
        if thread is not None:
            self.held[thread][self.stream.thread.get(said.id, "")] += 1
        for message, target, moved in taken.moves:
            where = thread if target == NEW else target
            memory.move(message, where, moved)
            if where is not None:
                self.held[where][self.stream.thread.get(message, "")] += 1


@dataclass(frozen=True, slots=True)
class Table:
    """The examples of one stream as rows; `sizes` says how many rows each message has."""

    rows: Floats
    right: Floats
    sizes: list[int]
    weight: float


def table(found: Sequence[Example], model: Linear, weight: float) -> Table:
    """Return examples as rows, with what a model of kinds says that has not seen their stream."""
    told = kinds.teller(reader(), model)
    rows = [np.hstack([one.rows, np.tile(told(one.text), (len(one.rows), 1))]) for one in found]
    right = np.array([value for one in found for value in one.right])
    return Table(np.concatenate(rows), right, [len(one.right) for one in found], weight)


def teach_places(tables: Sequence[Table]) -> tuple[Trees, Trees]:
    """Fit which place is right, in two looks; the second learns from what the first says of streams it has not seen."""
    closer: list[Table] = []
    for fold in range(FOLDS):
        first = _fitted([one for n, one in enumerate(tables) if n % FOLDS != fold], bags=2)
        closer += [_closer(one, first) for n, one in enumerate(tables) if n % FOLDS == fold]
    return _fitted(tables, bags=3), _fitted(closer, bags=3)


def _closer(one: Table, first: Trees) -> Table:
    scores = first.scores(one.rows)
    ends = np.cumsum(one.sizes)[:-1]
    parts = zip(np.split(scores, ends), np.split(one.rows, ends), strict=True)
    return replace(one, rows=np.concatenate([standing(part, rows) for part, rows in parts]))


def _fitted(tables: Sequence[Table], *, bags: int) -> Trees:
    return taken_apart(
        boosted(
            np.concatenate([one.rows for one in tables]),
            np.concatenate([one.right for one in tables]),
            np.concatenate([np.full(len(one.right), one.weight) for one in tables]),
            bags=bags,
            max_iter=110,
            max_leaf_nodes=12,
            max_depth=6,
            min_samples_leaf=20,
            max_features=0.4,
        )
    )
