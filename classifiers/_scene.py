"""The moment in which a message is said: who spoke just before, which threads are near, what the author is in."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from classifiers import BURST_GAP, Memory, Role, Said
from classifiers._cues import Cues, Reader
from classifiers._pointing import Pointing, pointing
from classifiers._thread import State, content, state

NEAR = timedelta(hours=12)
OPENER_SPAN = timedelta(minutes=30)
LIVE = timedelta(minutes=10)
CANDIDATES = 24
OVERLAP = 4.5
_SILENT = ("system", "withheld")


@dataclass(frozen=True, slots=True)
class Scene:
    """A message and everything around it that decisions rest on.

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
        worths: What shared words are worth, as far as it was asked.
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
    worths: dict[str, float] = field(default_factory=dict)

    def minutes(self, then: datetime | None) -> float:
        """Return the minutes since a moment; a long time where there is none."""
        return 1e5 if then is None else max(0.0, (self.said.at - then).total_seconds() / 60)

    def worth(self, token: str) -> float:
        """Return what a shared word says: its idf over the candidate threads, more for names, less for fragments."""
        found = self.worths.get(token)
        if found is None:
            holders = sum(token in near.words for near in self.states.values())
            idf = math.log((len(self.states) + 1.5) / (holders + 0.5))
            found = self.worths[token] = max(0.1, idf) * _weight(token)
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
    names = {member: name for near in states.values() for member, name in near.names.items()}
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
        live=sum(near.last_at is not None and said.at - near.last_at <= LIVE for near in states.values()),
    )


def _candidates(said: Said, memory: Memory, reader: Reader) -> dict[int, State]:
    """Return the threads that the message could belong to: lately active ones, and all of the author's own."""
    held = None if said.reply_to is None else memory.thread_of(said.reply_to)
    latest = sorted(memory.tracks.values(), key=lambda track: track.last_at, reverse=True)
    return {
        track.id: state(track, reader)
        for rank, track in enumerate(latest)
        if track.asker == said.member
        or track.id == held
        or (rank < CANDIDATES and (said.at - track.last_at <= NEAR or track.asker in said.mentions))
        or (said.quote is not None or said.text.startswith("「"))
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


def overlap(here: Scene, words: AbstractSet[str]) -> float:
    """Return how much a message shares with a vocabulary, 0..OVERLAP; a word weighs by its idf over the candidates."""
    shared = content(here.said.text) & words
    if not shared:
        return 0.0
    total = math.fsum(map(here.worth, shared))
    return OVERLAP * total / (total + 5.0) / (1 + len(words) / 2500)


def kinship(here: Scene, near: State) -> float:
    """Return how much a message and a thread are about the same topics of the tree, 0..1 (cosine)."""
    mine, theirs = here.cues.subjects, near.subjects
    if mine.keys().isdisjoint(theirs):
        return 0.0
    shared = sum(weight * theirs.get(topic, 0.0) for topic, weight in mine.items())
    return shared / (math.hypot(*mine.values()) * math.hypot(*theirs.values())) if shared else 0.0


def _weight(token: str) -> float:
    if token[0] >= "\u3400":
        return 0.5 if len(token) == 2 else 0.4
    return 1.6 if len(token) > 5 or not token.isalnum() else 1.0


def pending_openers(here: Scene, reader: Reader) -> list[Said]:
    """Return the author's openers without content that still wait for their question, oldest first."""
    return [
        other
        for other, thread, _ in here.memory.recent
        if other.member == here.said.member
        and thread is None
        and here.said.at - other.at <= OPENER_SPAN
        and reader.read(other.text).hollow
    ]


def role_of(here: Scene, message: int | None) -> Role | None:
    """Return the role of a remembered message."""
    if message is None:
        return None
    return next((role for other, _, role in reversed(here.memory.recent) if other.id == message), None)
