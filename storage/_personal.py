"""Finds by the schema alone what belongs to a member, so that a new noun is covered on the day it is added.

A column holds a member if it refers to `members.id`, or bears one of `MEMBER_NAMES`. Text that a person gave and
that is not a message is marked where its column is declared: `Column("phone", Text, info=PERSONAL)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, ScalarSelect, Table, select

from storage.members import MEMBERS
from storage.schema import METADATA
from storage.threads import THREADS

MEMBER_NAMES = frozenset({"member_id", "by_member", "asker", "first_responder", "first_answerer", "solver"})


# These hold a member in a row that is another one's: it is none of theirs to see, and its words are not theirs.
BESIDE = frozenset({"referrer"})


class Place(NamedTuple):
    """A column that holds a member, and what tells the group that its row is about (None: no group)."""

    table: Table
    column: Column[Any]
    group: Any

    @property
    def is_own(self) -> bool:
        """Whether the row is about the member, and not about another one who is beside it."""
        return self.column.name not in BESIDE


def places() -> Iterator[Place]:
    """Yield every column that holds a member, but the members' own table."""
    for table in METADATA.sorted_tables:
        for column in table.columns if table is not MEMBERS else ():
            if column.name in MEMBER_NAMES or any(key.column is MEMBERS.c.id for key in column.foreign_keys):
                yield Place(table, column, _group_of(table))


def texts(table: Table) -> list[Column[Any]]:
    """Return the columns of a table that are marked as personal."""
    return [column for column in table.columns if column.info.get("personal")]


def _group_of(table: Table) -> Column[Any] | ScalarSelect[Any] | None:
    if "group_id" in table.c:
        return table.c.group_id
    if "thread_id" in table.c:
        return select(THREADS.c.group_id).where(THREADS.c.id == table.c.thread_id).scalar_subquery()
    return None
