"""Features of a message with each place that it can take: a thread, a thread of its own, or none."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from classifiers import Role, Said
from classifiers._begins import begins
from classifiers._cues import Cues, Reader
from classifiers._fits import fits
from classifiers._outside import stays_out
from classifiers._scene import Scene, kinship, overlap, pending_openers
from classifiers._thread import State

NEW, OUT = 0, None
FLAGS = tuple(field.name for field in fields(Cues) if field.type == "bool")
_FAR = 1e5  # minutes, for what has never been
_ROLES = (Role.QUESTION, Role.DETAIL, Role.CLARIFY, Role.ANSWER, Role.METOO, Role.THANKS, Role.STILL_BROKEN)


def said_features(here: Scene) -> list[float]:
    """Return what is true of the message whatever its place."""
    cues, before, own = here.cues, here.before, here.own
    heard = min((here.minutes(near.speakers.get(here.said.member or 0)) for near in here.states.values()), default=_FAR)
    return [
        *(float(getattr(cues, flag)) for flag in FLAGS),
        cues.tech,
        math.log1p(cues.size),
        cues.start,
        float(cues.complains),
        float(cues.tells),
        float(cues.own),
        float(cues.states),
        float(here.said.kind != "text"),
        float(here.said.to_bot),
        math.log1p(here.minutes(before[0].at) if before else _FAR),
        float(before is not None and before[1] is None),
        math.log1p(here.minutes(own[0].at) if own else _FAR),
        float(own is not None and own[1] is None),
        float(here.in_burst),
        float(len(here.burst)),
        float(here.live),
        math.log1p(heard),
        float(here.pointing.message is not None),
        float(here.pointing.outside),
        float(bool(here.pointing.members)),
        float(any(near.asker == here.said.member and not near.over for near in here.states.values())),
        float(sum(thread is None for _, thread, _ in list(here.memory.recent)[-6:])),
    ]


def thread_features(here: Scene, thread: int, near: State, rank: int) -> list[float]:
    """Return what is true of the message with one thread."""
    member, aim = here.said.member or 0, here.pointing
    arrived = near.speakers.get(member)
    return [
        math.log1p(here.minutes(near.last_at)),
        math.log1p(here.minutes(near.asker_at)),
        math.log1p(here.minutes(near.first_at)),
        float(rank),
        float(near.asker == member),
        float(arrived is not None),
        math.log1p(here.minutes(arrived)),
        float(len(near.speakers)),
        float(near.seen),
        overlap(here, near.words),
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


THREAD = 25


@dataclass(frozen=True, slots=True)
class Options:
    """The places that a message can take.

    Attributes:
        places: Threads, 0 for a new one, None for outside.
        ruled: The scores of the rules.
        rows: A row of features for each place.
        together: What a new thread takes with it, as the rules see it.
    """

    places: list[int | None]
    ruled: list[float]
    rows: list[list[float]]
    together: tuple[Said, ...]

    def margin(self, place: int | None) -> float:
        """Return how far the rules prefer a place to all others; below zero where they don't."""
        at = self.places.index(place)
        return self.ruled[at] - max((score for n, score in enumerate(self.ruled) if n != at), default=-9.0)


def places(here: Scene, reader: Reader) -> Options:
    """Return the places with their features.

    The scores of the rules are among the features: each by itself, and against the best of the others.
    """
    new, together = begins(here, reader)
    out = stays_out(here)
    found: list[int | None] = [*here.states, NEW, OUT]
    ruled = [*(fits(here, thread) for thread in here.states), new, out]
    base = said_features(here)
    waiting = float(bool(pending_openers(here, reader)))
    top = sorted(ruled, reverse=True)[:2]
    best = max(ruled[:-2], default=-9.0)
    rows: list[list[float]] = []
    for rank, (place, score) in enumerate(zip(found, ruled, strict=True)):
        kind = 2.0 if place is None else 1.0 if place == NEW else 0.0
        rest = top[1] if score == top[0] else top[0]
        head = [kind, score, score - rest, new, out, best, float(len(together)), waiting]
        tail = thread_features(here, place, here.states[place], rank) if place else [-1.0] * THREAD
        rows.append([*head, *base, *tail])
    return Options(found, ruled, rows, together)


def usable(here: Scene, reader: Reader) -> tuple[Said, ...]:
    """Return what a question takes along of its author's burst: all but links, stickers and small talk."""
    return tuple(
        said
        for said in here.burst
        if said.kind not in ("link", "sticker") and not reader.read(said.text).offtopic and reader.read(said.text).size
    )
