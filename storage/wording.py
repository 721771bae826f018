"""Wording: what was asked and answered in threads, as text; for their topics and for what was asked before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select, update

from storage.database import Store
from storage.groups import GROUPS
from storage.messages import MESSAGES, ORDER
from storage.threads import THREAD_MESSAGES, THREADS

LINES = 6  # of a question; as many as its topic is guessed from
PAGE = 500  # threads read at once
_ASKED, _ANSWERED = ("question", "detail"), ("answer",)


@dataclass(frozen=True, slots=True)
class Worded:
    """A thread as text: what its asker asked, and what others answered."""

    thread: int
    group: int
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Change:
    """A thread that was written since a version of its group, and whether it may help: answered, or solved alone."""

    thread: int
    group: int
    version: int
    helps: bool


async def versions(store: Store) -> dict[int, int]:
    """Return the version of each group: it counts placings of messages."""
    return {row.id: row.version for row in await store.rows(select(GROUPS.c.id, GROUPS.c.version))}


async def changes(store: Store, since: Mapping[int, int]) -> list[Change]:
    """Return the threads of groups that were written since a version of the group, in the order in which they were."""
    if not since:
        return []
    newer = [and_(THREADS.c.group_id == group, THREADS.c.version > version) for group, version in since.items()]
    helps = or_(*(THREADS.c[name].is_not(None) for name in ("first_answer_at", "confirmed_at", "endorsed_at")))
    query = select(THREADS.c.id, THREADS.c.group_id, THREADS.c.version, helps)
    rows = await store.rows(query.where(or_(*newer)).order_by(THREADS.c.version, THREADS.c.id))
    return [Change(*row) for row in rows]


async def worded(store: Store, threads: Iterable[int]) -> list[Worded]:
    """Return threads as text."""
    ids = list(threads)
    found: dict[int, Worded] = {}
    for start in range(0, len(ids), PAGE):
        for thread, group, asked, answered in await _lines(store, ids[start : start + PAGE]):
            found[thread] = Worded(thread, group, "\n".join(asked[:LINES]).strip(), "\n".join(answered).strip())
    return list(found.values())


async def questions(store: Store, threads: Iterable[int]) -> dict[int, str]:
    """Return what was asked in threads."""
    ids = list(threads)
    pages = [await _lines(store, ids[start : start + PAGE], _ASKED) for start in range(0, len(ids), PAGE)]
    return {thread: "\n".join(asked[:LINES]).strip() for page in pages for thread, _, asked, _ in page}


async def _lines(
    store: Store, threads: list[int], roles: tuple[str, ...] = (*_ASKED, *_ANSWERED)
) -> list[tuple[int, int, list[str], list[str]]]:
    query = (
        select(THREADS.c.id, THREADS.c.group_id, THREADS.c.asker, MESSAGES.c.member_id, THREAD_MESSAGES.c.role)
        .add_columns(MESSAGES.c.text)
        .join(THREAD_MESSAGES, THREAD_MESSAGES.c.thread_id == THREADS.c.id)
        .join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
        .where(THREAD_MESSAGES.c.thread_id.in_(threads), THREAD_MESSAGES.c.role.in_(roles))
        .order_by(*ORDER)
    )
    said: dict[int, tuple[int, int, list[str], list[str]]] = {}
    for row in await store.rows(query):
        lines = said.setdefault(row.id, (row.id, row.group_id, [], []))
        if row.role in _ANSWERED:
            lines[3].append(row.text)
        elif row.member_id == row.asker:
            lines[2].append(row.text)
    return list(said.values())


async def holding(store: Store, members: Iterable[int]) -> list[int]:
    """Return the threads in which members said something."""
    query = select(THREAD_MESSAGES.c.thread_id).join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
    return await store.scalars(query.where(MESSAGES.c.member_id.in_(list(members))).distinct())


async def changed(store: Store, threads: Iterable[int]) -> None:
    """Note that what is said in threads is no longer what it was: their text was erased."""
    version = select(GROUPS.c.version).where(GROUPS.c.id == THREADS.c.group_id).scalar_subquery()
    ids = list(threads)
    for start in range(0, len(ids), PAGE):
        inside = THREADS.c.id.in_(ids[start : start + PAGE])
        await store.execute(update(THREADS).where(inside).values(version=version))
