"""Entrusted: questions that members asked in private and the bot carried into a group, and what they were told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Column, ForeignKey, Index, Table, func, select, update

from storage.database import Store
from storage.messages import MESSAGES
from storage.schema import METADATA, Id, UTCDateTime
from storage.threads import THREAD_MESSAGES, THREADS

# A thread is named without a foreign key, as pins name it: one that a correction removes may come back.
ENTRUSTED = Table(
    "entrusted",
    METADATA,
    Column("thread_id", Id, primary_key=True, autoincrement=False),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("message_id", Id, nullable=False, server_default="0"),  # the last one that the asker was told of
    Index("ix_entrusted_member_id_at", "member_id", "at"),
    Index("ix_entrusted_at", "at"),
)

HEARD = ("answer", "clarify")  # roles that an asker is told of


@dataclass(frozen=True, slots=True)
class Entrusted:
    """A thread whose question was carried into a group for a member."""

    thread: int
    group: int
    member: int
    at: datetime


_COLUMNS = tuple(ENTRUSTED.c[name] for name in ("thread_id", "group_id", "member_id", "at"))


async def add(store: Store, one: Entrusted) -> None:
    """Keep that a thread was opened for a member."""
    row = {"thread_id": one.thread, "group_id": one.group, "member_id": one.member, "at": one.at}
    await store.insert_new(ENTRUSTED, [row])


async def find(store: Store, thread: int) -> Entrusted | None:
    """Return whose question a thread carries; None where it was asked in the group."""
    row = await store.row(select(*_COLUMNS).where(ENTRUSTED.c.thread_id == thread))
    return None if row is None else Entrusted(*row)


async def count(store: Store, since: datetime, *, members: Collection[int] = (), group: int | None = None) -> int:
    """Return how many questions of members, or into a group, were carried since a time."""
    query = select(func.count()).where(ENTRUSTED.c.at >= since)
    theirs = ENTRUSTED.c.member_id.in_(list(members)) if group is None else ENTRUSTED.c.group_id == group
    return int(await store.scalar(query.where(theirs)) or 0)


async def recent(store: Store, since: datetime) -> list[Entrusted]:
    """Return what was carried since a time, oldest first."""
    query = select(*_COLUMNS).where(ENTRUSTED.c.at >= since).order_by(ENTRUSTED.c.at, ENTRUSTED.c.thread_id)
    return [Entrusted(*row) for row in await store.rows(query)]


async def untold(store: Store, since: datetime) -> list[tuple[Entrusted, list[int]]]:
    """Return what others said to questions carried since a time, and their askers were not told: ids of messages."""
    query = (
        select(*_COLUMNS, MESSAGES.c.id)
        .join(THREAD_MESSAGES, THREAD_MESSAGES.c.thread_id == ENTRUSTED.c.thread_id)
        .join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
        .where(ENTRUSTED.c.at >= since, MESSAGES.c.id > ENTRUSTED.c.message_id)
        .where(THREAD_MESSAGES.c.role.in_(HEARD), MESSAGES.c.member_id != ENTRUSTED.c.member_id)
        .order_by(ENTRUSTED.c.thread_id, MESSAGES.c.id)
    )
    found = [(Entrusted(*row[:4]), row[4]) for row in await store.rows(query)]
    return [(one, [message for _, message in some]) for one, some in groupby(found, key=lambda pair: pair[0])]


async def told(store: Store, thread: int, message: int) -> None:
    """Keep that the asker was told of everything up to a message."""
    await store.execute(update(ENTRUSTED).where(ENTRUSTED.c.thread_id == thread).values(message_id=message))


async def asked_in(store: Store, groups: Iterable[int], since: datetime) -> dict[tuple[int, str], int]:
    """Return how many questions were asked in groups since a time, by group and topic."""
    query = (
        select(THREADS.c.group_id, THREADS.c.topic, func.count())
        .where(THREADS.c.group_id.in_(list(groups)), THREADS.c.asked_at >= since)
        .group_by(THREADS.c.group_id, THREADS.c.topic)
    )
    return {(row[0], row[1]): int(row[2]) for row in await store.rows(query)}
