"""Features of a message with each place that it can take: a thread, a thread of its own, or none."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import islice, takewhile
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from classifiers import Role, Said
from classifiers._begins import begins
from classifiers._cues import Cues, Reader
from classifiers._fits import fits
from classifiers._outside import stays_out
from classifiers._scene import Scene, common, kinship, overlap
from classifiers._thread import State

NEW, OUT = 0, None
FLAGS = tuple(field.name for field in fields(Cues) if field.type == "bool")
_flags = attrgetter(*FLAGS)
_FAR = 1e5  # minutes, for what has never been
_ROLES = (Role.QUESTION, Role.DETAIL, Role.CLARIFY, Role.ANSWER, Role.METOO, Role.THANKS, Role.STILL_BROKEN)


def said_features(here: Scene) -> list[float]:
    """Return what is true of the message whatever its place."""
    if not here.features:
        here.features = _said_features(here)
    return here.features


def _said_features(here: Scene) -> list[float]:
    cues, before, own = here.cues, here.before, here.own
    heard = min((here.spans[near.speakers.get(here.said.member or 0)] for near in here.states.values()), default=_FAR)
    return [
        *map(float, _flags(cues)),
        cues.tech,
        math.log1p(cues.size),
        cues.start,
        float(cues.complains),
        float(cues.tells),
        float(cues.own),
        float(cues.states),
        float(here.said.kind != "text"),
        float(here.said.to_bot),
        math.log1p(here.spans[before[0].at] if before else _FAR),
        float(before is not None and before[1] is None),
        math.log1p(here.spans[own[0].at] if own else _FAR),
        float(own is not None and own[1] is None),
        float(here.in_burst),
        float(len(here.burst)),
        float(here.live),
        math.log1p(heard),
        float(here.pointing.message is not None),
        float(here.pointing.outside),
        float(bool(here.pointing.members)),
        float(any(near.asker == here.said.member and not near.over for near in here.states.values())),
        float(sum(thread is None for _, thread, _ in islice(reversed(here.memory.recent), 6))),
    ]


def thread_features(here: Scene, thread: int, near: State, rank: int) -> list[float]:
    """Return what is true of the message with one thread."""
    member, aim = here.said.member or 0, here.pointing
    arrived, spans = near.speakers.get(member), here.spans
    return [
        math.log1p(spans[near.last_at]),
        math.log1p(spans[near.asker_at]),
        math.log1p(spans[near.first_at]),
        float(rank),
        float(near.asker == member),
        float(arrived is not None),
        math.log1p(spans[arrived]),
        float(len(near.speakers)),
        float(near.seen),
        common(here, near),
        kinship(here, near),
        float(near.answered),
        float(near.responded),
        float(near.closed),
        float(near.thanked),
        float(near.withdrawn),
        float(near.last_member == near.asker),
        float(near.last_member == member),
        float(_ROLES.index(near.last_role) if near.last_role in _ROLES else -1),
        float(here.before is not None and here.before[1] == thread),
        float(here.own is not None and here.own[1] == thread),
        float(aim.thread == thread),
        float(bool(aim.members) and near.asker in aim.members),
        float(any(person in near.speakers for person in aim.members)),
        float(bool(aim.called & near.speakers.keys())),
    ]


def talk_features(here: Scene, thread: int, near: State, back: int) -> list[float]:
    """Return what the latest messages of one thread tell: whose turn it is, and what was just spoken of."""
    member, tail = here.said.member or 0, near.tail
    since = list(takewhile(lambda heard: heard.member != member, reversed(tail)))
    roles = [heard.role for heard in since]
    said = here.mutual(near)  # of the whole thread: no part of it shares more
    shared = [overlap(here, said & heard.words, heard.words) for heard in tail] if said else [0.0]
    return [
        shared[-1],
        max(shared),
        overlap(here, said & near.asked, near.asked),
        float(near.counts.get(member, 0)),
        float(back),
        float(len(since)),
        float(any(member in heard.to for heard in since)),
        float(Role.CLARIFY in roles),
        float(Role.ANSWER in roles),
        float(Role.QUESTION in roles or Role.DETAIL in roles or Role.STILL_BROKEN in roles),
        float(here.before is not None and here.before[0].member in near.speakers),
        float(here.before is not None and here.before[0].member == near.asker),
        float(len({heard.member for heard in tail})),
    ]


THREAD = 25 + 13
RELATIVE = 7
MOST = 8  # threads that are looked at: those that the rules like best


def relative_features(rows: list[list[float]], ruled: list[float]) -> list[list[float]]:
    """Return how each thread stands against the other threads: by the rules, by time, by words, for its members."""
    ruled = ruled[: len(rows)]
    gaps, overlaps, lately = ([row[at] for row in rows] for at in (0, 9, 25))
    order, near = sorted(ruled), sorted(gaps)
    mine = sorted(row[0] for row in rows if row[5] > 0)
    return [
        [
            score - best,
            float(len(order) - bisect_right(order, score)),
            float(bisect_left(near, gap)),
            float(bisect_left(mine, gap)),
            float(len(mine)),
            shared - most,
            late - latest,
        ]
        for score, best, gap, shared, most, late, latest in zip(
            ruled,
            _rivals(ruled, -9.0),
            gaps,
            overlaps,
            _rivals(overlaps, 0.0),
            lately,
            _rivals(lately, 0.0),
            strict=True,
        )
    ]


def _rivals(values: Sequence[float], alone: float) -> list[float]:
    """Return for each value the largest of the others, and `alone` where there are none."""
    first, second = [*sorted(values, reverse=True)[:2], alone, alone][:2]
    return [second if value == first else first for value in values]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The places that a message can take, as the rules weigh them.

    Attributes:
        places: Threads, 0 for a new one, None for outside.
        ruled: The scores of the rules.
        together: What a new thread takes with it, as the rules see it.
    """

    places: list[int | None]
    ruled: list[float]
    together: tuple[Said, ...]

    def margin(self, place: int | None) -> float:
        """Return how far the rules prefer a place to all others; below zero where they don't."""
        at = self.places.index(place)
        return self.ruled[at] - max((score for n, score in enumerate(self.ruled) if n != at), default=-9.0)


@dataclass(frozen=True, slots=True)
class Options(Weighed):
    """The places with a row of features for each."""

    rows: NDArray[np.float64]


def weigh(here: Scene, reader: Reader) -> Weighed:
    """Return the places that the rules like best."""
    new, together = begins(here, reader)
    by_rules = {thread: fits(here, thread) for thread in here.states}
    threads = sorted(by_rules, key=lambda thread: -by_rules[thread])[:MOST]
    ruled = [*(by_rules[thread] for thread in threads), new, stays_out(here)]
    return Weighed([*threads, NEW, OUT], ruled, together)


def places(here: Scene, reader: Reader) -> Options:
    """Return the places with their features."""
    return looked_at(here, reader, weigh(here, reader))


def looked_at(here: Scene, reader: Reader, weighed: Weighed) -> Options:
    """Return weighed places with their features.

    The scores of the rules are among the features: each by itself, and against the best of the others.
    """
    ruled, together = weighed.ruled, weighed.together
    threads = [thread for thread in weighed.places[:-2] if thread is not None]
    new, out = ruled[-2:]
    base = said_features(here)
    waiting = float(bool(here.openers))
    top = sorted(ruled, reverse=True)[:2]
    best = max(ruled[:-2], default=-9.0)
    alike = [new, out, best, float(len(together)), waiting, *base]
    # What a place that is no thread has in the part about one: nothing.
    rows = np.empty((len(ruled), 3 + len(alike) + THREAD + RELATIVE))
    rows.fill(-1.0)
    rows[:, 0] = [*[0.0] * len(threads), 1.0, 2.0]
    rows[:, 1] = ruled
    rows[:, 2] = [score - (top[1] if score == top[0] else top[0]) for score in ruled]
    rows[:, 3 : 3 + len(alike)] = alike
    if threads:
        rows[:-2, 3 + len(alike) :] = _tails(here, threads, ruled)
    return Options(weighed.places, ruled, together, rows)


def _tails(here: Scene, threads: list[int], ruled: list[float]) -> list[list[float]]:
    """Return the part of each thread's row that is about it."""
    order = sorted(here.states, key=lambda thread: here.spans[here.states[thread].last_at])
    rank = {thread: float(place) for place, thread in enumerate(order)}
    recent = here.memory.recent
    backs = {thread: back for back, (_, thread, _) in zip(range(len(recent) - 1, -1, -1), recent, strict=True)}
    rows = [
        [
            *thread_features(here, thread, here.states[thread], int(rank[thread])),
            *talk_features(here, thread, here.states[thread], backs.get(thread, 99)),
        ]
        for thread in threads
    ]
    return [[*row, *more] for row, more in zip(rows, relative_features(rows, ruled), strict=True)]


def usable(here: Scene, reader: Reader) -> tuple[Said, ...]:
    """Return what a question takes along of its author's burst: all but links, stickers and small talk."""
    return tuple(
        said
        for said in here.burst
        if said.kind not in ("link", "sticker") and not reader.read(said.text).offtopic and reader.read(said.text).size
    )
