"""Teaches which earlier message is answered, on logs in which every message has a link."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers import Memory, Role, Said
from classifiers._evaluating.streams import Stream
from classifiers._linker.again import again
from classifiers._linker.pairs import Moment, rows
from classifiers._linker.trees import Trees
from classifiers._linker.wording import wording
from classifiers._training.fitting import boosted, taken_apart

Floats = NDArray[np.float64]
FOLDS = 3
RARE = 5  # messages in which a token must occur to get a weight of its own
FIRST: dict[str, Any] = {
    "max_iter": 140,
    "learning_rate": 0.1,
    "max_leaf_nodes": 31,
    "max_depth": 8,
    "min_samples_leaf": 40,
}
SECOND: dict[str, Any] = {
    "max_iter": 110,
    "learning_rate": 0.07,
    "max_leaf_nodes": 20,
    "max_depth": 7,
    "min_samples_leaf": 40,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A message with its candidates; `right` marks what it answers, the last one a new beginning."""

    threads: list[int | None]
    rows: Floats
    right: Floats


def rareness(streams: Iterable[Stream]) -> dict[str, float]:
    """Return the idf of tokens over messages."""
    texts = [said.text for stream in streams for said in stream.said if said.member is not None]
    counts = Counter(token for text in texts for token in wording(text).tokens)
    return {token: math.log(len(texts) / (n + 1)) for token, n in sorted(counts.items()) if n >= RARE}


def choices(stream: Stream, idf: Mapping[str, float]) -> list[Choice]:
    """Replay a log with its threads as they were marked; before the marks begin, everybody's talk is one thread."""
    memory, found, start = Memory(), [], min(stream.scored)
    own: dict[int, int] = {}
    opened = 0
    for said in stream.said:
        gold = stream.links.get(said.id)
        if said.member is None:
            memory.settle(said, None, Role.ASIDE)
            continue
        if said.id >= start and gold is not None:
            here = Moment(said, memory, idf)
            chosen, offered = rows(here)
            right = [float(past.said.id in gold) for past in chosen] + [float(said.id in gold)]
            found.append(Choice([past.thread for past in chosen], np.array(offered), np.array(right)))
            held = [memory.thread_of(target) for target in sorted(gold) if target != said.id]
            thread = next((number for number in held if number), 0)
        else:
            thread = _before(said, memory, own, idf)
        if thread == 0:
            opened += 1
            thread = opened
        own[said.member] = thread
        memory.settle(said, thread, Role.ASIDE)
    return found


def _before(said: Said, memory: Memory, own: Mapping[int, int], idf: Mapping[str, float]) -> int:
    """Return a likely thread where nothing is marked: of whom it names, else the author's; 0 for a new one."""
    here = Moment(said, memory, idf)
    for member in (*sorted(here.to), said.member or 0):
        if own.get(member) in memory.tracks and member in here.latest:
            return own[member]
    return 0


def teach_links(logs: Sequence[Sequence[Choice]]) -> tuple[Trees, Trees]:
    """Fit both looks; the second one learns from what the first says of logs that it was not trained on."""
    blind: list[list[Floats]] = [[] for _ in logs]
    for fold in range(FOLDS):
        first = _first([log for n, log in enumerate(logs) if n % FOLDS != fold])
        for n, log in enumerate(logs):
            if n % FOLDS == fold:
                blind[n] = [first.scores(choice.rows) for choice in log]
    closer, right = [], []
    for log, scored in zip(logs, blind, strict=True):
        for choice, scores in zip(log, scored, strict=True):
            picked, found = again(scores, choice.threads, choice.rows)
            closer.append(found)
            right.append(choice.right[picked])
    return _first(logs), taken_apart(boosted(np.concatenate(closer), np.concatenate(right), **SECOND))


def _first(logs: Sequence[Sequence[Choice]]) -> Trees:
    found = np.concatenate([choice.rows for log in logs for choice in log])
    right = np.concatenate([choice.right for log in logs for choice in log])
    return taken_apart(boosted(found, right, **FIRST))
