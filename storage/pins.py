"""Pins: what a person corrected. No model ever moves a pin; an undone one no longer holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, and_, bindparam, or_, select, update

from storage.database import Store
from storage.outcome import Mark, Marked
from storage.schema import METADATA, Id, UTCDateTime

PINS = Table(
    "pins",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("thread_id", Id),
    Column("message_id", Id),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False, server_default=""),
    Column("at", UTCDateTime, nullable=False),
    Column("by_member", Id),
    Column("undone_at", UTCDateTime),
    Index("ix_pins_thread_id", "thread_id"),
    Index("ix_pins_message_id", "message_id"),
    Index("ix_pins_kind", "kind"),
    Index("ix_pins_undone_at", "undone_at"),
)


class Pinned(StrEnum):
    """What is held fast."""

    THREAD = "thread"  # this message belongs to that thread (None: to none)
    OPENS = "opens"  # this message opens a thread of its author
    ROLE = "role"
    TOPIC = "topic"
    MERGED = "merged"  # thread_id's messages belong to the thread in `value`
    MARK = "mark"  # an outcome mark; `value` is one of `Mark`, message_id the accepted answer
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Pin:
    """One correction, by whom and when."""

    id: int
    group_id: int
    thread_id: int | None
    message_id: int | None
    kind: Pinned
    value: str
    at: datetime
    by_member: int | None


_COLUMNS = tuple(
    PINS.c[name] for name in ("id", "group_id", "thread_id", "message_id", "kind", "value", "at", "by_member")
)


_ON = (
    select(*_COLUMNS)
    .where(PINS.c.undone_at.is_(None))
    .where(
        or_(
            PINS.c.thread_id.in_(bindparam("threads", expanding=True)),
            PINS.c.message_id.in_(bindparam("messages", expanding=True)),
        )
    )
    .order_by(PINS.c.at, PINS.c.id)
)


async def add(
    store: Store,
    kind: Pinned,
    *,
    group: int,
    at: datetime,
    by: int | None,
    thread: int | None = None,
    message: int | None = None,
    value: str = "",
) -> int:
    """Pin something and return the pin's id."""
    return await store.insert(
        PINS, group_id=group, thread_id=thread, message_id=message, kind=kind, value=value, at=at, by_member=by
    )


async def mark(
    store: Store, mark: Mark, *, group: int, thread: int, at: datetime, by: int | None, message: int | None = None
) -> int:
    """Pin an outcome mark on a thread."""
    return await add(store, Pinned.MARK, group=group, at=at, by=by, thread=thread, message=message, value=mark)


async def undo(store: Store, pin: int, at: datetime) -> None:
    """Take a pin out."""
    await store.execute(update(PINS).where(PINS.c.id == pin).values(undone_at=at))


async def on(store: Store, *, threads: Iterable[int] = (), messages: Iterable[int] = ()) -> list[Pin]:
    """Return the pins that hold on threads or messages, oldest first."""
    rows = await store.rows(_ON, {"threads": list(threads), "messages": list(messages)})
    return [_pin(row) for row in rows]


async def placing(store: Store) -> list[Pin]:
    """Return all pins that hold and say which messages belong together, or are no question; oldest first."""
    told = or_(
        PINS.c.kind.in_([Pinned.THREAD, Pinned.OPENS, Pinned.MERGED]),
        and_(PINS.c.kind == Pinned.MARK, PINS.c.value.in_([Mark.INVALID, Mark.VALID])),
    )
    query = select(*_COLUMNS).where(PINS.c.undone_at.is_(None), told).order_by(PINS.c.at, PINS.c.id)
    return [_pin(row) for row in await store.rows(query)]


async def last_of(store: Store, group: int | None, member: int) -> list[Pin]:
    """Return what a member pinned last in a group (None: anywhere) and did not undo, oldest first.

    One command may set several pins.
    """
    mine = [PINS.c.by_member == member, PINS.c.undone_at.is_(None)]
    mine += [PINS.c.group_id == group] if group is not None else []
    latest = select(PINS.c.at).where(*mine).order_by(PINS.c.id.desc()).limit(1).scalar_subquery()
    query = select(*_COLUMNS).where(*mine, PINS.c.at == latest).order_by(PINS.c.id)
    return [_pin(row) for row in await store.rows(query)]


async def made(store: Store, groups: Iterable[int], since: datetime, until: datetime) -> list[Pin]:
    """Return what people pinned in groups in a time and did not undo, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(PINS.c.group_id.in_(list(groups)), PINS.c.at >= since, PINS.c.at < until)
        .where(PINS.c.by_member.is_not(None), PINS.c.undone_at.is_(None))
        .order_by(PINS.c.at, PINS.c.id)
    )
    return [_pin(row) for row in await store.rows(query)]


def _pin(row: Any) -> Pin:
    fields = list(row)
    fields[4] = Pinned(fields[4])
    return Pin(*fields)


async def hold(store: Store, message: int) -> bool:
    """Say whether a person decided where a message belongs."""
    query = select(PINS.c.id).where(
        PINS.c.message_id == message, PINS.c.undone_at.is_(None), PINS.c.kind.in_([Pinned.THREAD, Pinned.OPENS])
    )
    return await store.scalar(query.limit(1)) is not None


def marks(pins: Iterable[Pin], author: dict[int, int]) -> list[Marked]:
    """Return the outcome marks among pins; `author` tells who wrote an accepted answer."""
    return [
        Marked(Mark(pin.value), pin.at, None if pin.message_id is None else author.get(pin.message_id), pin.message_id)
        for pin in pins
        if pin.kind is Pinned.MARK
    ]
