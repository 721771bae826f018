"""Features of a message with each earlier message that it may answer, and with none: a new beginning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from classifiers import Memory, Said, Track
from classifiers._linker.wording import Wording, wording
from classifiers._tokens import normalize

NEAREST = 14  # the latest messages are always candidates
HEADS = 10  # so is the last message of as many threads
_LONG = 1e6  # seconds, for what has never been
_KEPT = "linker"


@dataclass(slots=True)
class Talk:
    """What counts of a thread, kept in its track and brought up to date.

    Attributes:
        speakers: Member -> (seconds of the latest message, how many).
    """

    asker: int
    first: float
    seen: int = 0
    last: float = 0.0
    last_member: int = 0
    speakers: dict[int, tuple[float, int]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def take(self, said: Said) -> None:
        """Take the next message in."""
        member = said.member or 0
        self.last, self.last_member = said.at.timestamp(), member
        self.speakers[member] = (self.last, self.speakers.get(member, (0.0, 0))[1] + 1)
        self.tokens |= wording(said.text).tokens


def talk(track: Track) -> Talk:
    """Return what counts of a thread."""
    kept = track.extra.get(_KEPT)
    if not isinstance(kept, Talk) or kept.seen > len(track.said):
        kept = Talk(track.asker, track.said[0][0].at.timestamp())
    for said, _ in track.said[kept.seen :]:
        kept.take(said)
    kept.seen = len(track.said)
    track.extra[_KEPT] = kept
    return kept


@dataclass(slots=True)
class Past:
    """An earlier message as the present one sees it; `back` counts messages between, latest 0."""

    said: Said
    thread: int | None
    words: Wording
    at: float
    back: int
    to: frozenset[int]


class Moment:
    """A message with what was said before it."""

    def __init__(self, said: Said, memory: Memory, idf: Mapping[str, float]) -> None:
        self.said = said
        self.member = said.member or 0
        self.memory = memory
        self.idf = idf
        self.at = said.at.timestamp()
        self.words = wording(said.text)
        recent = [(o, t) for o, t, _ in reversed(memory.recent) if o.member is not None]
        self.names = {normalize(o.name): o.member for o, _ in reversed(recent) if len(o.name) > 2}
        self.past = [
            Past(o, t, w := wording(o.text), o.at.timestamp(), back, self._to(o, w))
            for back, (o, t) in enumerate(recent)
        ]
        self.to = self._to(said, self.words)
        self.addressed = self.names.get(self.words.first) is not None
        self.latest: dict[int, Past] = {}
        self.calls: list[Past] = []  # what was said to the author
        for past in self.past:
            self.latest.setdefault(past.said.member or 0, past)
            if self.member in past.to:
                self.calls.append(past)
        self.own = self.latest.get(self.member)
        firsts = {past.back for past in self.latest.values()}
        self.voices = list(accumulate((past.back in firsts for past in self.past), initial=0))  # who spoke since
        near = dict.fromkeys(past.thread for past in self.past)
        self.talks = {thread: talk(memory.tracks[thread]) for thread in near if thread in memory.tracks}
        order = sorted(self.talks, key=lambda t: -self.talks[t].last)
        self.rank = {thread: rank for rank, thread in enumerate(order)}
        self.density = sum(bool(past.to) for past in self.past) / max(1, len(self.past))
        self.live = sum(self.at - t.last < 600 for t in self.talks.values())
        self.partner = self._partner()

    def _to(self, said: Said, words: Wording) -> frozenset[int]:
        named = {self.names[word] for word in words.words & self.names.keys()}
        if words.first in self.names:
            named.add(self.names[words.first])
        return frozenset(member for member in (*named, *said.mentions) if member is not None and member != said.member)

    def _partner(self) -> int:
        """Return whom the author spoke to last: by name, else who spoke before in the same thread."""
        if self.own is None:
            return 0
        if self.own.to:
            return next(iter(sorted(self.own.to)))
        for past in self.past[self.own.back + 1 :]:
            if past.thread == self.own.thread and past.said.member != self.member:
                return past.said.member or 0
        return 0

    def candidates(self) -> list[Past]:
        """Return the messages that may be answered, latest first."""
        chosen = set(range(min(NEAREST, len(self.past))))
        heads: dict[int | None, int] = {}
        mine = called = 0
        for past in self.past:
            if past.thread is not None and past.thread not in heads and len(heads) < HEADS:
                heads[past.thread] = past.back
            if past.said.member == self.member and mine < 3:
                mine += 1
                chosen.add(past.back)
            if self.member in past.to and called < 3:
                called += 1
                chosen.add(past.back)
            if past.said.id == self.said.reply_to:
                chosen.add(past.back)
        chosen.update(heads.values())
        for member in self.to:
            theirs = [p.back for p in self.past if p.said.member == member]
            chosen.update(theirs[:3])
        return [self.past[back] for back in sorted(chosen)]

    def weight(self, tokens: frozenset[str] | set[str]) -> float:
        """Return the summed idf of tokens."""
        idf = self.idf
        return sum(idf.get(token, 8.0) for token in tokens)


def alone(here: Moment) -> list[float]:
    """Return what is true of the message whatever it answers."""
    own, past = here.own, here.past
    return [
        float(bool(here.to)),
        float(here.addressed),
        math.log1p(here.words.size),
        *here.words.signs,
        math.log1p(here.at - own.at if own else _LONG),
        math.log1p(own.back if own else 99),
        math.log1p(here.at - past[0].at if past else _LONG),
        float(here.live),
        math.log1p(here.calls[0].back if here.calls else 99),
        float(bool(here.calls) and (own is None or here.calls[0].back < own.back)),
        float(min((here.latest[m].back for m in here.to if m in here.latest), default=99)),
        float(len(here.latest)),
        float(own is not None and own.thread is not None and past[0].thread == own.thread),
    ]


ALONE = 20
PAIR = 38


def pair(here: Moment, past: Past, mine: float) -> list[float]:
    """Return the features of a message with one earlier message."""
    said, words, theirs = here.said, here.words, past.words
    author = past.said.member or 0
    own = here.own
    shared = words.tokens & theirs.tokens
    overlap = here.weight(shared) if shared else 0.0
    gap = here.at - past.at
    newest = here.latest.get(author)
    found = [
        math.log1p(max(0.0, gap)),
        float(past.back),
        float(author == here.member),
        float(author in here.to),
        float(here.member in past.to),
        float(bool(past.to)),
        float(bool(here.to & past.to)),
        float(newest is past),
        float(bool(here.calls) and here.calls[0] is past),
        float(author == here.partner),
        overlap,
        overlap / math.sqrt(1.0 + mine * here.weight(theirs.tokens)),
        float(len(shared)),
        math.log1p(theirs.size),
        *theirs.signs,
        float(here.voices[past.back]),
        float(own is not None and own.back < past.back),
        float(newest is not past),
        float(past.said.id == said.reply_to),
        float(own is not None and own.thread is not None and own.thread == past.thread),
    ]
    return found + _thread(here, past, author)


def _thread(here: Moment, past: Past, author: int) -> list[float]:
    """Return the features of the thread that the earlier message stands in."""
    found = here.talks.get(past.thread) if past.thread is not None else None
    if found is None:
        return [-1.0] * 11
    mine = found.speakers.get(here.member)
    shared = here.words.tokens & found.tokens
    return [
        float(found.seen),
        float(len(found.speakers)),
        math.log1p(max(0.0, here.at - found.last)),
        math.log1p(max(0.0, here.at - found.first)),
        float(found.asker == here.member),
        float(found.asker == author),
        math.log1p(max(0.0, here.at - mine[0])) if mine else -1.0,
        float(mine[1]) if mine else 0.0,
        float(here.rank[past.thread]) if past.thread is not None else -1.0,
        here.weight(shared) / (1.0 + len(found.tokens) / 60),
        float(any(member in found.speakers for member in here.to)),
    ]


def rows(here: Moment) -> tuple[list[Past], list[list[float]]]:
    """Return the candidates and a row of features for each; the last row stands for a new beginning."""
    chosen = here.candidates()
    base = alone(here)
    mine = here.weight(here.words.tokens)
    found = [[0.0, *base, *pair(here, past, mine)] for past in chosen]
    found.append([1.0, *base, *([-1.0] * PAIR)])
    return chosen, found
