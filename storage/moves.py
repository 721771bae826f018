"""Moves: which later message took an earlier one into (or out of) a thread.

A linker may repair what it said of the messages just before. To place messages anew from one onwards, the group must
be as it was just before it; so whatever a later message moved is placed anew as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Column, ForeignKey, Index, Table, delete, select

from storage.database import Store
from storage.messages import MESSAGES, ORDER, Stored, get
from storage.schema import METADATA, Id

MOVES = Table(
    "moves",
    METADATA,
    Column("message_id", Id, ForeignKey("messages.id"), primary_key=True),
    Column("by_message", Id, ForeignKey("messages.id"), nullable=False),
    Index("ix_moves_by_message", "by_message"),
)


async def note(store: Store, message: int, by: int) -> None:
    """Note that a message was moved by a later one."""
    await store.upsert(MOVES, ("message_id",), [{"message_id": message, "by_message": by}])


async def note_all(store: Store, moved: Mapping[int, int]) -> None:
    """Note which messages were moved by which later ones."""
    rows = [{"message_id": message, "by_message": by} for message, by in moved.items()]
    await store.upsert(MOVES, ("message_id",), rows)


async def forget(store: Store, by: Iterable[int]) -> None:
    """Forget what some messages moved: they are placed anew."""
    await store.execute(delete(MOVES).where(MOVES.c.by_message.in_(list(by))))


async def beginning(store: Store, first: Stored) -> Stored:
    """Return the message to begin with, to place everything from `first` on anew: it, or one that was moved since."""
    mover = MESSAGES.alias("mover")
    query = (
        select(MESSAGES.c.id)
        .join(MOVES, MOVES.c.message_id == MESSAGES.c.id)
        .join(mover, mover.c.id == MOVES.c.by_message)
        .where(mover.c.group_id == first.group_id, mover.c.at >= first.at, MESSAGES.c.at <= first.at)
        .order_by(*ORDER)
        .limit(1)
    )
    found = await store.scalar(query)
    if found is None:
        return first
    earlier = await get(store, int(found))
    return await beginning(store, earlier) if earlier.order < first.order else first
