"""What a message points at by itself: a replied or quoted message, members it mentions or calls by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from classifiers import Memory, Said
from classifiers._cues import split_quote
from classifiers._tokens import normalize

_AT = re.compile(r"[@＠]([^\s\u2005@＠，,。:：;；!！?？、]{2,})")
_ADDRESSED = re.compile(r"\A([^\s,:]{2,30})[,:]\s")
_NAME_PARTS = re.compile(r"[-_\s/|·.()\[\]（）【】]+")
_QUOTED_NAME = re.compile(r"\A[^：:\n]{1,40}[：:]\s*")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Pointing:
    """What a message points at.

    Attributes:
        message: Id of the message replied to or quoted, where it is remembered.
        member: Its author.
        thread: The thread that holds it.
        members: Members mentioned, by the platform or by a hand-typed `@name`.
        called: Members whose calling name stands in the text (谢谢Kevin).
    """

    message: int | None = None
    member: int | None = None
    thread: int | None = None
    members: tuple[int, ...] = ()
    called: frozenset[int] = frozenset()

    @property
    def outside(self) -> bool:
        """Whether it points at a message that belongs to no thread."""
        return self.message is not None and self.thread is None


def pointing(said: Said, memory: Memory, names: Mapping[int, str]) -> Pointing:
    """Return what a message points at; `names` are the display names of those who spoke lately."""
    aimed = _aimed(said, memory)
    members = tuple(dict.fromkeys((*said.mentions, *_typed(said, names))))
    called = frozenset(_called(normalize(split_quote(said.text)[1]), names)) - {said.member}
    if aimed is None:
        return Pointing(members=members, called=called)
    return Pointing(aimed.id, aimed.member, memory.thread_of(aimed.id), members, called)


def _aimed(said: Said, memory: Memory) -> Said | None:
    if said.reply_to is not None:
        return next((other for other in _all(memory) if other.id == said.reply_to), None)
    quote = said.quote or split_quote(said.text)[0]
    return _quoted(quote, memory) if quote else None


def _all(memory: Memory) -> Iterable[Said]:
    """Yield remembered messages, latest first, those of threads after the latest of all."""
    for said, _, _ in reversed(memory.recent):
        yield said
    for track in reversed(memory.tracks.values()):
        for said, _ in reversed(track.said):
            yield said


def _quoted(quote: str, memory: Memory) -> Said | None:
    """Return the latest message that a quoted text repeats; platforms cut long ones, so a beginning is enough."""
    whole = _squeeze(quote)
    bare = _squeeze(_QUOTED_NAME.sub("", quote))
    for said in _all(memory):
        text = _squeeze(split_quote(said.text)[1])
        if text and (text in (bare, whole) or (len(bare) >= 12 and text.startswith(bare.rstrip(".…")))):
            return said
    return None


def _squeeze(text: str) -> str:
    return _SPACE.sub("", normalize(text))


def _typed(said: Said, names: Mapping[int, str]) -> list[int]:
    """Return members whose name was typed after an @, or stands before a colon at the beginning."""
    typed = [normalize(word) for word in _AT.findall(said.text)]
    found = [member for word in typed for member in _named(word, names)]
    first = _ADDRESSED.match(said.text)
    if first and not typed:
        word = normalize(first[1])
        found += [member for member, name in names.items() if normalize(name) == word]
    return [member for member in found if member != said.member]


def _named(word: str, names: Mapping[int, str]) -> list[int]:
    exact = [member for member, name in names.items() if normalize(name) == word]
    if exact:
        return exact[:1]
    near = [member for member, name in names.items() if word in normalize(name)]
    return near if len(near) == 1 else []


def _called(text: str, names: Mapping[int, str]) -> list[int]:
    """Return members one part of whose name, borne by nobody else, stands in the text."""
    heard = [(member, part) for member, name in names.items() for part in _parts(name) if part in text]
    if not heard:
        return []
    common = Counter(part for name in names.values() for part in _parts(name))
    return list(dict.fromkeys(member for member, part in heard if common[part] == 1))


@lru_cache(maxsize=1024)
def _parts(name: str) -> frozenset[str]:
    return frozenset(part for part in _NAME_PARTS.split(normalize(name)) if len(part) > 1)
