"""To-dos: what has to be done before an event, so many days before its day, by whom, and who was reminded."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, delete, select, update

from storage.database import Store
from storage.members import MEMBERS
from storage.schema import METADATA, Id, UTCDateTime

TODOS = Table(
    "todos",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("series_id", Id, ForeignKey("series.id")),
    Column("days", Integer, nullable=False),  # before the event's day; it moves with the event
    Column("due_on", Date, nullable=False),  # in the event's zone
    Column("what", Text, nullable=False),
    Column("owner", Id, ForeignKey("members.id")),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("at", UTCDateTime, nullable=False),
    Column("done_at", UTCDateTime),
    Column("reminded_at", UTCDateTime),  # of its day
    Column("overdue_at", UTCDateTime),  # reminded of that its day is past
    Index("ix_todos_event_id", "event_id"),
    Index("ix_todos_done_at_due_on", "done_at", "due_on"),
)


@dataclass(frozen=True, slots=True)
class Todo:
    """What has to be done before an event; people know it as `T12`."""

    id: int
    event: int
    series: int | None
    days: int
    due_on: date
    what: str
    owner: int | None
    at: datetime
    done_at: datetime | None
    reminded_at: datetime | None
    overdue_at: datetime | None

    @property
    def number(self) -> str:
        """What people call it."""
        return f"T{self.id}"

    @property
    def is_done(self) -> bool:
        """Whether somebody said that it is done."""
        return self.done_at is not None


_NAMES = (
    "id", "event_id", "series_id", "days", "due_on", "what", "owner", "at", "done_at", "reminded_at", "overdue_at",
)  # fmt: skip
# Whoever asked to be forgotten has nothing to do any more.
_OWNER = select(MEMBERS.c.id).where(MEMBERS.c.id == TODOS.c.owner, MEMBERS.c.forgotten_at.is_(None)).scalar_subquery()
_COLUMNS = tuple(_OWNER.label(name) if name == "owner" else TODOS.c[name] for name in _NAMES)
_ORDER = (TODOS.c.due_on, TODOS.c.position, TODOS.c.id)


async def add(
    store: Store, event: int, days: int, due_on: date, what: str, *, at: datetime, series: int | None, position: int = 0
) -> int:
    """Keep what has to be done, so many days before an event, and return its number."""
    fields = {"event_id": event, "series_id": series, "days": days, "due_on": due_on, "what": what}
    return await store.insert(TODOS, **fields, position=position, at=at)


async def find(store: Store, todo: int) -> Todo | None:
    """Return a to-do by number, if there is one."""
    row = await store.row(select(*_COLUMNS).where(TODOS.c.id == todo))
    return None if row is None else Todo(*row)


async def of_events(store: Store, events: Collection[int]) -> list[Todo]:
    """Return the to-dos of events, the next one first, done ones included."""
    query = select(*_COLUMNS).where(TODOS.c.event_id.in_(list(events)))
    return [Todo(*row) for row in await store.rows(query.order_by(*_ORDER))]


async def open_until(store: Store, day: date) -> list[Todo]:
    """Return what is due until a day, that day included, and not done."""
    query = select(*_COLUMNS).where(TODOS.c.done_at.is_(None), TODOS.c.due_on <= day)
    return [Todo(*row) for row in await store.rows(query.order_by(*_ORDER))]


async def undone(store: Store) -> list[Todo]:
    """Return all that is not done, the next one first."""
    query = select(*_COLUMNS).where(TODOS.c.done_at.is_(None))
    return [Todo(*row) for row in await store.rows(query.order_by(*_ORDER))]


async def assign(store: Store, todo: int, owner: int | None) -> None:
    """Let a to-do be somebody's."""
    await store.execute(update(TODOS).where(TODOS.c.id == todo).values(owner=owner))


async def finish(store: Store, todo: int, at: datetime) -> bool:
    """Keep that a to-do is done; False where it was before."""
    undone = update(TODOS).where(TODOS.c.id == todo, TODOS.c.done_at.is_(None))
    return bool((await store.execute(undone.values(done_at=at))).rowcount)


async def drop(store: Store, todo: int) -> None:
    """Let a to-do go."""
    await store.execute(delete(TODOS).where(TODOS.c.id == todo))


async def move(store: Store, todo: int, due_on: date) -> None:
    """Let a to-do be due on another day; it is reminded of anew."""
    values = {"due_on": due_on, "reminded_at": None, "overdue_at": None}
    await store.execute(update(TODOS).where(TODOS.c.id == todo).values(**values))


async def reminded(store: Store, todos: Iterable[int], at: datetime, *, overdue: bool) -> None:
    """Keep that people were reminded, of the day or of its being past."""
    values = {"reminded_at": at, "overdue_at": at} if overdue else {"reminded_at": at}
    await store.execute(update(TODOS).where(TODOS.c.id.in_(list(todos))).values(**values))
