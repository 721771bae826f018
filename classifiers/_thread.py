"""What the linker has to know of a thread, gathered once and then message by message."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from classifiers import Role, Said, Track
from classifiers._cues import Reader
from classifiers._tokens import token_set

_KEPT = "rules"
TAIL = 6
_FUNCTION = frozenset(
    "的了是我你他她它这那有在不吗呢吧啊就都也还一个们么什怎会能可以要没上下来去到说看对好很太用和与把被给让跟又再没人想"
)

_EVERYWHERE = frozenset(["pg", "postgres", "postgresql"])


@dataclass(frozen=True, slots=True)
class Heard:
    """One of the latest messages of a thread."""

    member: int
    role: Role
    words: frozenset[str]
    to: tuple[int, ...]


@dataclass(slots=True, eq=False)
class State:
    """A thread, seen from the outside; one is equal to itself alone, so that it can be a key.

    Attributes:
        seen: How many of the track's messages are taken in.
        speakers: Member -> time of the latest message here.
        arrived: Member -> time of the first.
        counts: Member -> messages here.
        tail: The latest messages, oldest first.
        asked: Content tokens of what the asker said.
        words: Content tokens of all messages.
        subjects: Topic -> weight of the keywords in all messages.
        answered: Another member answered.
        responded: Another member answered or asked back.
        closed: The asker said it is solved, and nothing to the contrary since.
        thanked: The asker thanked after an answer, and nothing since.
        withdrawn: The asker took the question back.
    """

    asker: int
    seen: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    last_member: int | None = None
    last_role: Role = Role.ASIDE
    asker_at: datetime | None = None
    speakers: dict[int, datetime] = field(default_factory=dict)
    arrived: dict[int, datetime] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    tail: deque[Heard] = field(default_factory=lambda: deque(maxlen=TAIL))
    asked: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    subjects: dict[str, float] = field(default_factory=dict)
    answered: bool = False
    responded: bool = False
    closed: bool = False
    thanked: bool = False
    withdrawn: bool = False

    def take(self, said: Said, role: Role, reader: Reader) -> None:
        """Take the next message in."""
        self.first_at = self.first_at or said.at
        self.last_at, self.last_member, self.last_role = said.at, said.member, role
        if said.member is not None:
            self.speakers[said.member] = said.at
            self.arrived.setdefault(said.member, said.at)
            self.names[said.member] = said.name
            self.counts[said.member] = self.counts.get(said.member, 0) + 1
        words = content(said.text)
        self.tail.append(Heard(said.member or 0, role, words, said.mentions))
        self.words |= words
        if said.member == self.asker:
            self.asked |= words
        for topic, weight in reader.read(said.text).subjects.items():
            self.subjects[topic] = self.subjects.get(topic, 0.0) + weight
        if said.member == self.asker:
            self.asker_at = said.at
            self._asker(role)
        else:
            self.answered |= role is Role.ANSWER
            self.responded |= role in (Role.ANSWER, Role.CLARIFY)

    def _asker(self, role: Role) -> None:
        if role is Role.RESOLVED:
            self.closed = True
        elif role in (Role.STILL_BROKEN, Role.QUESTION):
            self.closed = self.thanked = False
        elif role is Role.THANKS:
            self.thanked = self.answered
        elif role is Role.WITHDRAWN:
            self.withdrawn = True

    @property
    def over(self) -> bool:
        """Whether the asker is done with it, as far as one can tell."""
        return self.closed or self.withdrawn


def state(track: Track, reader: Reader) -> State:
    """Return the state of a thread, kept in its `extra` and brought up to date."""
    kept = track.extra.get(_KEPT)
    if isinstance(kept, State) and kept.seen == len(track.said):
        return kept
    found = kept if isinstance(kept, State) and kept.seen <= len(track.said) else State(track.asker)
    for said, role in track.said[found.seen :]:
        found.take(said, role, reader)
    found.seen = len(track.said)
    track.extra[_KEPT] = found
    return found


@lru_cache(maxsize=1024)
def content(text: str) -> frozenset[str]:
    """Return the tokens of a text that can tell two subjects apart: no single characters, no function words."""
    words = [token for token in token_set(text) if len(token) > 1 and token not in _EVERYWHERE]
    return frozenset([token for token in words if token[0] not in _FUNCTION or not _FUNCTION.issuperset(token)])
