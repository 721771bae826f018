"""The contract of the classifiers: text -> topic, message and open threads -> place.

A classifier is pure and synchronous; its only I/O is loading its model when it is built. Two things can be
plugged in, each one file with `Settings` and `build(settings)`:

- a **topic** classifier, switched on by `[classifiers.<file>]`, answers `topic(text) -> list[Guess]`, and names the
  topics that there are in `tree()`, parents before children: they are written down at the start;
- a **linker** answers `place(said, memory) -> Placement`: which thread a message belongs to, and in which role.

A whole minimal topic classifier (`classifiers/first_word.py`):

    from pydantic import BaseModel, ConfigDict
    from classifiers import Guess
    from classifiers._tree import Topic, load

    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        topic: str = "sql"

    class FirstWord:
        def __init__(self, settings: Settings) -> None:
            self.settings = settings

        def tree(self) -> list[Topic]:
            return load()

        def topic(self, text: str) -> list[Guess]:
            return [Guess(self.settings.topic, 1.0)] if text.lower().startswith("select") else []

    def build(settings: Settings) -> FirstWord:
        return FirstWord(settings)

A linker sees the group through a `Memory`: the threads of the last seven days and the latest messages, as they
were just before the message. It must depend on nothing else, so that a replay of the same messages, from the
start or from the middle, gives the same threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

BURST_GAP = timedelta(minutes=3)
MEMORY_SPAN = timedelta(days=7)
MEMORY_THREADS = 200
MEMORY_SAID = 60
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Role(StrEnum):
    """What a message does in its thread; the asker has the first five, `aside` is open to anyone."""

    QUESTION = "question"
    DETAIL = "detail"
    RESOLVED = "resolved"
    STILL_BROKEN = "still_broken"
    THANKS = "thanks"
    CLARIFY = "clarify"
    ANSWER = "answer"
    METOO = "metoo"
    ASIDE = "aside"
    WITHDRAWN = "withdrawn"  # the asker takes the question back, or moves it to private


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a linker sees it. Ids are opaque: equal or not, nothing more.

    Attributes:
        id: Of the message.
        key: The platform's id; with `at` it gives the order of messages (see `order`).
        member: Of its author; None for system lines and for the bot.
        at: Platform time, UTC.
        text: Without the mention of the bot and without quoted text.
        name: The author's display name, so that a hand-typed `@name` can be understood.
        kind: `text`, `image`, `sticker`, `link`, `file`, ... (the values of storage's `Kind`).
        reply_to: Id of the message it replies to, where that message is known.
        quote: Quoted text, where only that is known.
        mentions: Ids of the members mentioned.
        to_bot: It speaks to the bot (a mention); such a question is a question by intent.
    """

    id: int
    key: str
    member: int | None
    at: datetime
    text: str
    name: str = ""
    kind: str = "text"
    reply_to: int | None = None
    quote: str | None = None
    mentions: tuple[int, ...] = ()
    to_bot: bool = False

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Return the sort key of a group's messages: platform time, then message key (numbers by value)."""
        return self.at, len(self.key), self.key


@dataclass(slots=True)
class Track:
    """A thread as a linker sees it: its messages so far with their roles, and the time of the latest one."""

    id: int
    asker: int
    said: list[tuple[Said, Role]] = field(default_factory=list)
    last_at: datetime = _LONG_AGO
    extra: dict[str, object] = field(default_factory=dict)  # a linker's own cache (vocabulary, counts)

    @property
    def asked_at(self) -> datetime:
        """Time of its first message that is a question, else of its first message."""
        return next((said.at for said, role in self.said if role is Role.QUESTION), self.said[0][0].at)

    def roles(self) -> set[Role]:
        """Return the roles that have occurred."""
        return {role for _, role in self.said}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a message belongs.

    Attributes:
        thread: Id of a thread of the memory; 0 opens a new thread; None leaves the message outside (chatter).
        role: Its role there; without meaning when `thread` is None.
        confidence: 0..1, how sure the linker is.
        moves: Repairs of earlier messages: (message id, thread id | 0 for the thread that this message opens or
            joins | None to take it out, role). Applied after the message itself; pinned ones are left alone.
        answers: Id of the earlier message it answers, where the linker can tell.
    """

    thread: int | None
    role: Role = Role.ASIDE
    confidence: float = 1.0
    moves: tuple[tuple[int, int | None, Role], ...] = ()
    answers: int | None = None


class Memory:
    """What a linker may know of a group: bounded, and a function of the messages alone.

    The keeper (handlers) calls `settle` after each decision, and builds a memory anew by settling stored
    messages in order (platform time, key). Threads that were silent for `MEMORY_SPAN`, and all but the latest
    `MEMORY_THREADS`, are forgotten.
    """

    def __init__(self) -> None:
        self.tracks: dict[int, Track] = {}
        self.recent: deque[tuple[Said, int | None, Role]] = deque(maxlen=MEMORY_SAID)
        self._silent_since = _LONG_AGO  # no thread was silent for longer, so that not all are asked each time

    def thread_of(self, message: int) -> int | None:
        """Return the thread that holds a message, as far as it is remembered."""
        for said, thread, _ in reversed(self.recent):
            if said.id == message:
                return thread
        return next((t.id for t in self.tracks.values() if any(s.id == message for s, _ in t.said)), None)

    def settle(self, said: Said, thread: int | None, role: Role, *, asker: int | None = None) -> None:
        """Take a message in with its place; `thread` is a real id. `asker` opens it where it is new."""
        self.recent.append((said, thread, role))
        if thread is not None:
            if thread not in self.tracks:
                opener = asker if asker is not None else said.member
                self.tracks[thread] = Track(thread, opener if opener is not None else 0)
            self.tracks[thread].said.append((said, role))
            self.tracks[thread].last_at = said.at
            self._silent_since = min(self._silent_since, said.at)
        self._forget(said.at)

    def move(self, message: int, thread: int | None, role: Role) -> None:
        """Apply a repair: take a message out of where it was and put it into `thread`, in order of time."""
        found = self._take(message)
        if found is None:
            return
        if thread is not None and thread in self.tracks:
            track = self.tracks[thread]
            track.said.append((found, role))
            track.said.sort(key=lambda pair: pair[0].order)
            self._changed(track)
        for index, (said, _, _) in enumerate(self.recent):
            if said.id == message:
                self.recent[index] = (said, thread, role)

    def _take(self, message: int) -> Said | None:
        for track in self.tracks.values():
            for said, role in track.said:
                if said.id == message:
                    track.said.remove((said, role))
                    self._changed(track)
                    return said
        return next((said for said, _, _ in self.recent if said.id == message), None)

    def _changed(self, track: Track) -> None:
        track.extra.clear()
        if track.said:
            track.last_at = track.said[-1][0].at
            self._silent_since = min(self._silent_since, track.last_at)
        else:
            del self.tracks[track.id]

    def _forget(self, now: datetime) -> None:
        if now - self._silent_since > MEMORY_SPAN:
            self.tracks = {t.id: t for t in self.tracks.values() if now - t.last_at <= MEMORY_SPAN}
            self._silent_since = min((t.last_at for t in self.tracks.values()), default=now)
        if len(self.tracks) > MEMORY_THREADS:
            latest = sorted(self.tracks.values(), key=lambda t: (t.last_at, t.id), reverse=True)
            self.tracks = {t.id: t for t in latest[:MEMORY_THREADS]}


class Linker(Protocol):
    """Decides where a message belongs."""

    def place(self, said: Said, memory: Memory) -> Placement:
        """Return the place of a message, given the group just before it. Must not change the memory."""
        ...


@dataclass(frozen=True, slots=True)
class Guess:
    """A topic and how likely it is, 0..1."""

    topic: str
    confidence: float


class Topics(Protocol):
    """Says what a question is about."""

    def topic(self, text: str) -> list[Guess]:
        """Return topics, likeliest first; empty when nothing speaks for any (it abstains)."""
        ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question whose topic a person said."""

    text: str
    topic: str


@dataclass(frozen=True, slots=True)
class Teaching:
    """What a community taught: its corrections, and what it changed of the topic tree.

    Attributes:
        lessons: Corrections, oldest first.
        names: The names of topics that were added or renamed, by key.
        merged: The topic that another one became part of, by key.
    """

    lessons: tuple[Lesson, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)


class Learner(Topics, Protocol):
    """A topic classifier that learns; one that does not goes without `taught`."""

    def taught(self, teaching: Teaching) -> Topics:
        """Return this classifier as the community taught it; it must not change itself. Called when that changed."""
        ...


def texts(track: Track, roles: Iterable[Role]) -> list[str]:
    """Return the texts of a thread's messages that have one of the roles, in order."""
    wanted = set(roles)
    return [said.text for said, role in track.said if role in wanted]
