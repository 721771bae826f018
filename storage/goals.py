"""Goals: what each round of a series is to reach, which is its flag for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint, delete, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

GOALS = Table(
    "goals",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("series_id", Id, ForeignKey("series.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("goal", Text, nullable=False),
    Column("wanted", Integer),  # NULL: reached or not, without a number
    Column("reached", Integer),  # by hand; NULL: not told yet
    Column("at", UTCDateTime, nullable=False),
    UniqueConstraint("series_id", "round", "goal"),
)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a round is to reach before the next one; without `wanted` it is reached (1) or not (0)."""

    id: int
    series: int
    round: int
    goal: str
    wanted: int | None
    reached: int | None


_COLUMNS = tuple(GOALS.c[name] for name in ("id", "series_id", "round", "goal", "wanted", "reached"))


async def put(store: Store, series: int, round: int, goal: str, wanted: int | None, at: datetime) -> None:  # noqa: A002
    """Keep a goal of a round; one of the same name wants another number now."""
    row = {"series_id": series, "round": round, "goal": goal, "wanted": wanted, "at": at}
    await store.upsert(GOALS, ("series_id", "round", "goal"), [row])


async def reach(store: Store, goal: int, reached: int, at: datetime) -> None:
    """Keep by hand what was reached of a goal."""
    await store.execute(update(GOALS).where(GOALS.c.id == goal).values(reached=reached, at=at))


async def drop(store: Store, goal: int) -> None:
    """Let a goal go."""
    await store.execute(delete(GOALS).where(GOALS.c.id == goal))


async def of_series(store: Store, series: int) -> list[Goal]:
    """Return the goals of a series, by round and in the order in which they were set."""
    query = select(*_COLUMNS).where(GOALS.c.series_id == series).order_by(GOALS.c.round, GOALS.c.id)
    return [Goal(*row) for row in await store.rows(query)]
