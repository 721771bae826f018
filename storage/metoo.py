"""Who says 同问 to a thread, where they said so, and who of them was told how it ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Subquery, Table, and_, delete, func, literal, or_, select

from storage.database import Store
from storage.members import MEMBERS
from storage.messages import MESSAGES
from storage.schema import METADATA, Id, UTCDateTime
from storage.threads import COLUMNS, THREAD_MESSAGES, THREADS, Thread, select_threads

METOO = Table(
    "metoo",
    METADATA,
    Column("thread_id", Id, ForeignKey("threads.id"), primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("group_id", Id, nullable=False, server_default="0"),  # where it was said, and is told
    Column("told_at", UTCDateTime),  # of the result; a person is told once, whatever becomes of the thread later
    Index("ix_metoo_told_at", "told_at"),
)
_CLOSES = tuple(THREADS.c[name] for name in ("confirmed_at", "endorsed_at", "linked_at", "thanked_at"))


@dataclass(frozen=True, slots=True)
class Metoo:
    """One person who has a thread's question as well: the account and the group it was said first with and in."""

    thread: int
    member: int
    person: int
    group: int
    at: datetime
    told_at: datetime | None


async def add(
    store: Store, thread: int, member: int, at: datetime, *, group: int, told_at: datetime | None = None
) -> bool:
    """Note that a member has the same question, said in a group; False where the person's was known already."""
    if await _known(store, thread, member):
        return False
    row = {"thread_id": thread, "member_id": member, "at": at, "group_id": group, "told_at": told_at}
    return await store.insert_new(METOO, [row]) == 1


async def _known(store: Store, thread: int, member: int) -> bool:
    person = select(MEMBERS.c.person_id).where(MEMBERS.c.id == member).scalar_subquery()
    query = select(METOO.c.thread_id).join(MEMBERS, MEMBERS.c.id == METOO.c.member_id)
    return await store.scalar(query.where(METOO.c.thread_id == thread, MEMBERS.c.person_id == person)) is not None


async def bring(store: Store, origin: int, target: int, at: datetime) -> None:
    """Note of a thread that takes another's messages in whoever said 同问 to that one, as of a correction's moment."""
    for said in await every(store, [origin]):
        await add(store, target, said.member, at, group=said.group, told_at=said.told_at)


async def take_back(store: Store, threads: Iterable[int], at: datetime) -> None:
    """Take back what was noted for threads at a moment: a correction noted it, and is undone."""
    await store.execute(delete(METOO).where(METOO.c.thread_id.in_(list(threads)), METOO.c.at == at))


async def remove(store: Store, thread: int) -> None:
    """Forget who said 同问 to a thread that goes."""
    await store.execute(delete(METOO).where(METOO.c.thread_id == thread))


async def counts(store: Store, threads: Iterable[int]) -> dict[int, int]:
    """Return how many people said 同问, by thread: by command or in words, each once."""
    both = _both(THREAD_MESSAGES.c.thread_id.in_(ids := list(threads)), METOO.c.thread_id.in_(ids))
    people = func.count(MEMBERS.c.person_id.distinct())
    query = select(both.c.thread_id, people).join(MEMBERS, MEMBERS.c.id == both.c.member_id)
    return {row[0]: int(row[1]) for row in await store.rows(query.group_by(both.c.thread_id))}


async def every(store: Store, threads: Collection[int]) -> list[Metoo]:
    """Return who said 同问 to threads, each person once; told as soon as one of a person's accounts was."""
    both = _both(THREAD_MESSAGES.c.thread_id.in_(ids := list(threads)), METOO.c.thread_id.in_(ids))
    query = (
        select(both.c.thread_id, both.c.member_id, MEMBERS.c.person_id, both.c.group_id, both.c.at, both.c.told_at)
        .join(MEMBERS, MEMBERS.c.id == both.c.member_id)
        .order_by(both.c.at, both.c.member_id)
    )
    return _people(await store.rows(query))


def _people(rows: Iterable[Any]) -> list[Metoo]:
    first: dict[tuple[int, int], Metoo] = {}
    told: dict[tuple[int, int], datetime] = {}
    for row in rows:
        said = Metoo(*row)
        first.setdefault((said.thread, said.person), said)
        if said.told_at is not None:
            told[said.thread, said.person] = said.told_at
    return [Metoo(one.thread, one.member, one.person, one.group, one.at, told.get(key)) for key, one in first.items()]


async def told(store: Store, said: Iterable[Metoo], at: datetime) -> None:
    """Note that people were told how a thread ended; what they had said in words gets a row of its own by that."""
    rows = [
        {"thread_id": one.thread, "member_id": one.member, "at": one.at, "group_id": one.group, "told_at": at}
        for one in said
    ]
    await store.upsert(METOO, ("thread_id", "member_id"), rows, told_at=at)


async def closed_untold(store: Store, since: datetime) -> list[Thread]:
    """Return the threads that somebody said 同问 to, who was not told, and that were closed in some way since a time.

    Whether the close counts by now is the outcome's to say; an import's threads are never told of.
    """
    by_command = select(literal(1)).where(METOO.c.thread_id == THREADS.c.id, METOO.c.told_at.is_(None))
    noted = and_(METOO.c.thread_id == THREAD_MESSAGES.c.thread_id, METOO.c.member_id == MESSAGES.c.member_id)
    was_told = select(literal(1)).where(noted, METOO.c.told_at.is_not(None)).correlate(THREAD_MESSAGES, MESSAGES)
    in_words = (
        select(literal(1))
        .select_from(THREAD_MESSAGES.join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id))
        .where(THREAD_MESSAGES.c.thread_id == THREADS.c.id, THREAD_MESSAGES.c.role == "metoo", ~was_told.exists())
    )
    closed = or_(*(at >= since for at in _CLOSES))
    waited_for = or_(by_command.correlate(THREADS).exists(), in_words.correlate(THREADS).exists())
    query = select(*COLUMNS).where(THREADS.c.imported.is_(False), closed, waited_for)
    return await select_threads(store, query.order_by(THREADS.c.id))


def _both(in_words: Any, by_command: Any) -> Subquery:
    """Return who said 同问 by command, and in words, as one."""
    said = (
        select(
            THREAD_MESSAGES.c.thread_id,
            MESSAGES.c.member_id,
            MESSAGES.c.group_id,
            MESSAGES.c.at,
            literal(None, UTCDateTime).label("told_at"),
        )
        .join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
        .where(in_words, THREAD_MESSAGES.c.role == "metoo", MESSAGES.c.member_id.is_not(None))
    )
    columns = (METOO.c.thread_id, METOO.c.member_id, METOO.c.group_id, METOO.c.at, METOO.c.told_at)
    return said.union_all(select(*columns).where(by_command)).subquery()
