"""The moment in which a message is said: who spoke just before, which threads are near, what the author is in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter

from classifiers import BURST_GAP, Memory, Role, Said
from classifiers._cues import Cues, Reader
from classifiers._pointing import Pointing, pointing
from classifiers._thread import State, content, state

NEAR = timedelta(hours=12)
_last_at = attrgetter("last_at")
OPENER_SPAN = timedelta(minutes=30)
LIVE = timedelta(minutes=10)
CANDIDATES = 24
OVERLAP = 4.5
_SILENT = ("system", "withheld")


class Spans(dict[datetime | None, float]):
    """The minutes from moments to one moment, each reckoned when it is first asked for."""

    def __init__(self, at: datetime) -> None:
        super().__init__({None: 1e5})
        self.at = at

    def __missing__(self, then: datetime) -> float:
        found = self[then] = max(0.0, (self.at - then).total_seconds() / 60)
        return found


class Worths(dict[str, float]):
    """What a shared word says: its idf over the candidate threads, more for names, less for fragments."""

    def __init__(self, states: Iterable[State]) -> None:
        super().__init__()
        self.words = [near.words for near in states]

    def __missing__(self, token: str) -> float:
        holders = sum([token in words for words in self.words])
        idf = math.log((len(self.words) + 1.5) / (holders + 0.5))
        found = self[token] = max(0.1, idf) * _weight(token)
        return found


@dataclass(slots=True)  # not frozen: that would cost more than all its look-ups
class Scene:
    """A message and everything around it that decisions rest on; what many ask for is reckoned once.

    Attributes:
        said: The message.
        cues: What it does.
        states: Candidate threads.
        before: The message before it in the group, with its thread; system lines don't count.
        own: The author's previous message, with its thread, where it is remembered.
        burst: The author's messages of this burst that belong to no thread, oldest first.
        begun: What those do.
        pointing: What it points at.
        live: How many threads were spoken in within the last ten minutes.
        words: The content tokens of the message.
        openers: The author's openers without content that still wait for their question, oldest first.
        waits: Whether the author waits in an own thread, as far as it was asked.
        features: What is true of the message whatever its place, as far as it was asked.
        worths, mutuals, shared, kin, spans: What shared words are worth, which of them and how much threads share with
            it, how much they share in subjects, and the minutes since moments, as far as it was asked.
    """

    said: Said
    cues: Cues
    states: dict[int, State]
    before: tuple[Said, int | None] | None
    own: tuple[Said, int | None] | None
    burst: tuple[Said, ...]
    begun: tuple[Cues, ...]
    pointing: Pointing
    memory: Memory
    live: int
    words: frozenset[str]
    openers: list[Said]
    spans: Spans
    worths: Worths
    waits: bool | None = None
    features: list[float] = field(default_factory=list)
    mutuals: dict[State, AbstractSet[str]] = field(default_factory=dict)
    shared: dict[State, float] = field(default_factory=dict)
    kin: dict[State, float] = field(default_factory=dict)

    def minutes(self, then: datetime | None) -> float:
        """Return the minutes since a moment; a long time where there is none."""
        return self.spans[then]

    def mutual(self, near: State) -> AbstractSet[str]:
        """Return the words that the message shares with a thread."""
        found = self.mutuals.get(near)
        if found is None:
            found = self.mutuals[near] = self.words & near.words
        return found

    @property
    def in_burst(self) -> bool:
        """Whether the author's previous message is at most a burst's gap away."""
        return self.own is not None and self.said.at - self.own[0].at <= BURST_GAP


def scene(said: Said, memory: Memory, reader: Reader) -> Scene:
    """Gather the scene of a message."""
    states = _candidates(said, memory, reader)
    lately = [(other, thread) for other, thread, _ in memory.recent if other.kind not in _SILENT and other.member]
    own = next(((other, thread) for other, thread in reversed(lately) if other.member == said.member), None)
    names: dict[int, str] = {}
    for near in states.values():
        names.update(near.names)
    names |= {other.member: other.name for other, _ in lately if other.member is not None}
    burst = _burst(said, lately, states)
    return Scene(
        said=said,
        cues=reader.read(said.text),
        states=states,
        before=lately[-1] if lately else None,
        own=own,
        burst=burst,
        begun=tuple(reader.read(other.text) for other in burst),
        pointing=pointing(said, memory, names),
        memory=memory,
        words=content(said.text),
        openers=_pending_openers(said, memory, reader),
        spans=Spans(said.at),
        worths=Worths(states.values()),
        live=sum(near.last_at is not None and said.at - near.last_at <= LIVE for near in states.values()),
    )


def _candidates(said: Said, memory: Memory, reader: Reader) -> dict[int, State]:
    """Return the threads that the message could belong to: lately active ones, and all of the author's own."""
    held = None if said.reply_to is None else memory.thread_of(said.reply_to)
    latest = sorted(memory.tracks.values(), key=_last_at, reverse=True)
    member, mentions, since = said.member, said.mentions, said.at - NEAR
    quotes = said.quote is not None or said.text.startswith("「")
    return {
        track.id: state(track, reader)
        for rank, track in enumerate(latest)
        if track.asker == member
        or (rank < CANDIDATES and (track.last_at >= since or track.asker in mentions))
        or track.id == held
        or quotes
    }


def _burst(said: Said, lately: list[tuple[Said, int | None]], states: dict[int, State]) -> tuple[Said, ...]:
    """Return what the author said in this burst that can still become a question: not what was aimed at another."""
    found: list[Said] = []
    last = said.at
    for other, thread in reversed(lately):
        if other.member != said.member:
            continue
        home = thread is not None and (thread not in states or states[thread].asker == said.member)
        if home or last - other.at > BURST_GAP or other.reply_to or other.quote or other.mentions:
            break
        found.append(other)
        last = other.at
    return tuple(reversed(found))


def overlap(here: Scene, shared: AbstractSet[str], words: AbstractSet[str]) -> float:
    """Return what shared words of a vocabulary are worth, 0..OVERLAP; each weighs by its idf over the candidates."""
    if not shared:
        return 0.0
    total = math.fsum(map(here.worths.__getitem__, shared))
    return OVERLAP * total / (total + 5.0) / (1 + len(words) / 2500)


def common(here: Scene, near: State) -> float:
    """Return how much a message shares with a thread's vocabulary."""
    found = here.shared.get(near)
    if found is None:
        found = here.shared[near] = overlap(here, here.mutual(near), near.words)
    return found


def kinship(here: Scene, near: State) -> float:
    """Return how much a message and a thread are about the same topics of the tree, 0..1 (cosine)."""
    found = here.kin.get(near)
    if found is None:
        found = here.kin[near] = _kinship(here.cues.subjects, near.subjects)
    return found


def _kinship(mine: dict[str, float], theirs: dict[str, float]) -> float:
    if mine.keys().isdisjoint(theirs):
        return 0.0
    shared = sum(weight * theirs.get(topic, 0.0) for topic, weight in mine.items())
    return shared / (math.hypot(*mine.values()) * math.hypot(*theirs.values())) if shared else 0.0


def _weight(token: str) -> float:
    if token[0] >= "\u3400":
        return 0.5 if len(token) == 2 else 0.4
    return 1.6 if len(token) > 5 or not token.isalnum() else 1.0


def _pending_openers(said: Said, memory: Memory, reader: Reader) -> list[Said]:
    """Return the author's openers without content that still wait for their question, oldest first."""
    return [
        other
        for other, thread, _ in memory.recent
        if other.member == said.member
        and thread is None
        and said.at - other.at <= OPENER_SPAN
        and reader.read(other.text).hollow
    ]


def role_of(here: Scene, message: int | None) -> Role | None:
    """Return the role of a remembered message."""
    if message is None:
        return None
    return next((role for other, _, role in reversed(here.memory.recent) if other.id == message), None)
