"""The shapes of evaluation: a stream of messages with what people marked, and what a linker made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from classifiers import Role, Said


@dataclass(frozen=True, slots=True)
class GoldThread:
    """A thread as people marked it; fields without gold are None.

    Attributes:
        key: Its name in the data.
        first: Its first message.
        opens: The messages at which finding its beginning counts as right.
        response: The first message of another member that answers or asks back.
        resolved: The message that closed it, or the accepted answer.
    """

    key: str
    first: int
    opens: frozenset[int]
    response: int | None = None
    outcome: str | None = None
    resolved: int | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """The messages of one group, in order, with what is marked of them.

    Attributes:
        keys: Message id -> its name in the data.
        thread: Message id -> the thread it was marked to belong to; messages outside all threads are missing.
        links: Message id -> the earlier messages it answers, itself where it begins something.
        scored: The messages that count; the others are what was said before.
        whole: Whether every message belongs to a thread, small talk too (IRC), not only questions.
    """

    name: str
    said: tuple[Said, ...]
    keys: Mapping[int, str]
    thread: Mapping[int, str]
    roles: Mapping[int, str]
    scored: frozenset[int]
    threads: tuple[GoldThread, ...] = ()
    links: Mapping[int, frozenset[int]] = field(default_factory=dict)
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a linker put a message; `answers` is the message it answers, where the linker tells."""

    message: int
    thread: int | None
    role: Role
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A thread that was found, with its figures: what an export of threads tells."""

    thread: int
    messages: tuple[int, ...]
    asked_at: datetime
    response_at: datetime | None
    resolved_at: datetime | None
    outcome: str
    topic: str | None
