"""Gathers what a draft may rest on: threads and reviewed articles that may be quoted where it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifiers import Role
from handlers._drafting.prompt import QUESTION_LIMIT, Said, Source, cleaned
from handlers._drafting.redaction import names_of, occurring, redacted
from storage import articles, memberships, threads
from storage.articles import State
from storage.database import Store
from storage.threads import Placed, Thread

_ASKED = frozenset({Role.QUESTION, Role.DETAIL})
_TOLD = frozenset({Role.ANSWER, Role.CLARIFY, Role.RESOLVED, Role.STILL_BROKEN})
ASKER = "asker"


@dataclass(frozen=True, slots=True)
class Gathered:
    """A question and its sources, raw, with all that members of their groups are called: nothing of it may leave."""

    question: str
    sources: tuple[Source, ...]
    called: frozenset[str]
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The same as it may leave this machine."""

    question: str
    sources: tuple[Source, ...]
    draft: str = ""


async def gather(
    store: Store,
    question: Thread | None,
    wanted: Sequence[int],
    articled: Sequence[int],
    groups: Collection[int],
    *,
    own: tuple[str, str] = ("", ""),
) -> Gathered:
    """Return the words of a question, and of the threads and articles that are in one of the groups, in their order.

    Without a question, `own` are the words of one, and of what was drafted as its answer.
    """
    found = await threads.several(store, wanted)
    several = [found[number] for number in wanted if number in found and found[number].group_id in groups]
    kept = [one for one in (await articles.several(store, articled)).values() if one.group in groups]
    written = [one for one in kept if one.state is State.REVIEWED]
    placed = await threads.placed_in(store, [thread.id for thread in (*several, *([question] if question else ()))])
    sources = [_of_article(f"文{one.id}", one.words.title, one.words.question, one.words.answer) for one in written]
    sources += [of_thread(thread, [p for p in placed if p.thread == thread.id]) for thread in several]
    asked = own[0] if question is None else "\n".join(_asked(question, placed))
    inside = {thread.group_id for thread in several} | {one.group for one in written}
    spoken = inside | ({question.group_id} if question else set())
    called = await memberships.called_in(store, spoken, keys=True)
    called |= {p.message.name for p in placed if p.message.name}
    return Gathered(asked, tuple(sources), frozenset(called), own[1])


def of_thread(thread: Thread, placed: Iterable[Placed]) -> Source:
    """Return a thread as a source: its question, its answers, how it went; talk aside is left out."""
    every = [p for p in placed if p.message.text.strip() and "bot" not in p.message.flags]
    labels = _labels(thread, every)
    asked = [_said(p, labels) for p in every if p.role in _ASKED]
    told = [_said(p, labels) for p in sorted(_answers(every), key=lambda p: p.message.id != thread.facts.accepted)]
    return Source(f"#{thread.id}", thread.title, (*asked[:4], *told))


def _answers(placed: Iterable[Placed]) -> list[Placed]:
    return [p for p in placed if p.role in _TOLD]


def _labels(thread: Thread, placed: Iterable[Placed]) -> Mapping[int | None, str]:
    authors = dict.fromkeys(p.message.member_id for p in placed if p.message.member_id != thread.asker)
    return {thread.asker: ASKER} | {author: f"answerer {number}" for number, author in enumerate(authors, 1)}


def _said(placed: Placed, labels: Mapping[int | None, str]) -> Said:
    return Said(labels[placed.message.member_id], placed.message.text)


def _of_article(label: str, title: str, question: str, answer: str) -> Source:
    return Source(label, title, (Said("question", question), Said("article", answer)))


def _asked(thread: Thread, placed: Iterable[Placed]) -> list[str]:
    wanted = _ASKED | {Role.STILL_BROKEN}
    own = [p for p in placed if p.thread == thread.id and p.message.member_id == thread.asker and p.role in wanted]
    return [p.message.text for p in own]


async def cleared(gathered: Gathered) -> Ready:
    """Return what may leave this machine of it, worked out beside the loop: hostile lines take a moment."""
    return await asyncio.to_thread(ready, gathered)


def ready(gathered: Gathered) -> Ready:
    """Return what may leave this machine of it: no names, nothing that is masked in quotations, bounded; pure."""
    texts = [gathered.question, gathered.draft, *(source.words for source in gathered.sources)]
    names = occurring(names_of(gathered.called), texts)
    question = redacted(gathered.question, names)[:QUESTION_LIMIT]
    sources = tuple(cleaned(source, names) for source in gathered.sources)
    draft = redacted(gathered.draft, names)[:QUESTION_LIMIT]
    return Ready(question, tuple(source for source in sources if source.said), draft)
