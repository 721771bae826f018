"""The inbox: every frame, durable before it is acknowledged, and worked off in order per lane.

A lane is one group: its frames are worked by one worker at a time, in the order in which they were heard. On
PostgreSQL a worker locks the lane's row (SKIP LOCKED) and then, in a *second* statement, reads its frames: one
statement for both would read with a snapshot older than the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    text,
    update,
)

from storage.accounts import ACCOUNTS
from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

MAX_ATTEMPTS = 5

INBOX = Table(
    "inbox",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("frame_key", Text, nullable=False),
    Column("lane", Text, nullable=False),  # platform and group key; empty: none (an odd frame)
    Column("member_key", Text, nullable=False, server_default=""),  # whose it is, so that /forgetme finds it
    Column("body", Text, nullable=False),
    Column("received_at", UTCDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    UniqueConstraint("account_id", "frame_key"),
    Index("ix_inbox_new", "lane", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
    Index("ix_inbox_state_received_at", "state", "received_at"),
)

LANES = Table("lanes", METADATA, Column("lane", Text, primary_key=True))


class State(StrEnum):
    """Where a frame stands."""

    NEW = "new"
    DONE = "done"
    QUARANTINED = "quarantined"  # failed five times, or could not be read at all


@dataclass(frozen=True, slots=True)
class Received:
    """A frame as it goes into the inbox."""

    account_id: int
    frame_key: str
    lane: str
    member_key: str
    body: str
    received_at: datetime
    state: State = State.NEW
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A frame to be worked on; `attempts` counts those before this one."""

    id: int
    account_id: int
    body: str
    received_at: datetime
    attempts: int


async def put(store: Store, frames: Sequence[Received]) -> int:
    """Store frames; those known already are skipped. Return how many were new."""
    lanes = {frame.lane for frame in frames if frame.lane}
    await store.insert_new(LANES, [{"lane": lane} for lane in sorted(lanes)])
    rows = [
        {
            "account_id": frame.account_id,
            "frame_key": frame.frame_key,
            "lane": frame.lane,
            "member_key": frame.member_key,
            "body": frame.body,
            "received_at": frame.received_at,
            "state": frame.state,
            "error": frame.error,
        }
        for frame in frames
    ]
    return await store.insert_new(INBOX, rows)


# Built once: these run for every frame.
_WITH_WORK = (
    select(INBOX.c.lane)
    .where(INBOX.c.state == State.NEW, INBOX.c.lane != "")
    .group_by(INBOX.c.lane)
    .order_by(func.min(INBOX.c.id))
)
_PENDING = (
    select(INBOX.c.id, INBOX.c.account_id, INBOX.c.body, INBOX.c.received_at, INBOX.c.attempts)
    .where(INBOX.c.lane == bindparam("lane"), INBOX.c.state == State.NEW)
    .order_by(INBOX.c.id)
    .limit(bindparam("most"))
)
_THESE = update(INBOX).where(INBOX.c.id.in_(bindparam("ids", expanding=True)))
_BEGUN = _THESE.values(attempts=INBOX.c.attempts + 1)
_WORKED = _THESE.values(state=State.DONE)


async def lanes_with_work(store: Store) -> list[str]:
    """Return the lanes that have frames to work on, the longest waiting first."""
    return await store.scalars(_WITH_WORK)


async def take_lane(store: Store, lane: str) -> bool:
    """Lock a lane for this transaction; False while another worker has it."""
    if store.is_sqlite:  # the one writer has them all
        return True
    query = select(LANES.c.lane).where(LANES.c.lane == lane).with_for_update(skip_locked=True)
    return await store.scalar(query) is not None


async def pending(store: Store, lane: str, limit: int) -> list[Pending]:
    """Return the frames at the head of a lane, in order."""
    return [Pending(*row) for row in await store.rows(_PENDING, {"lane": lane, "most": limit})]


async def begin(store: Store, ids: Iterable[int]) -> None:
    """Count an attempt: committed before the work, so that a frame that kills the process is found out."""
    await store.execute(_BEGUN, {"ids": list(ids)})


async def done(store: Store, ids: Iterable[int]) -> None:
    """Say that frames are worked off; part of the transaction that holds their effects."""
    await store.execute(_WORKED, {"ids": list(ids)})


async def quarantine(store: Store, ids: Iterable[int], error: str) -> None:
    """Put frames aside for the operator; everything behind them goes on."""
    await store.execute(update(INBOX).where(INBOX.c.id.in_(list(ids))).values(state=State.QUARANTINED, error=error))


async def count(store: Store) -> dict[str, int]:
    """Return how many frames stand in each state."""
    query = select(INBOX.c.state, func.count()).group_by(INBOX.c.state)
    return {row[0]: int(row[1]) for row in await store.rows(query)}


async def blank(store: Store, account_keys: Iterable[str], platform: str | None = None) -> int:
    """Erase what is kept of members' frames (keys as in `member_key`, of one platform) and return how many.

    Their identities stay, so that nothing is heard twice; what was still waiting is not worked any more.
    """
    theirs = [INBOX.c.member_key.in_(list(account_keys))]
    if platform is not None:
        theirs.append(INBOX.c.account_id.in_(select(ACCOUNTS.c.id).where(ACCOUNTS.c.platform == platform)))
    state = case((INBOX.c.state == State.NEW, State.DONE), else_=INBOX.c.state)
    result = await store.execute(update(INBOX).where(*theirs).values(body="", member_key="", error=None, state=state))
    return result.rowcount


async def purge(store: Store, before: datetime) -> int:
    """Erase the bodies of frames older than a time; their identities stay, so that nothing is heard twice."""
    worked = INBOX.c.state.in_([State.DONE, State.QUARANTINED])  # as the index is ordered
    old = and_(worked, INBOX.c.received_at < before, INBOX.c.body != "")
    result = await store.execute(update(INBOX).where(old).values(body="", member_key="", error=None))
    return result.rowcount


async def drop(store: Store, before: datetime) -> int:
    """Delete frames older than a time altogether; no platform offers them again."""
    old = and_(INBOX.c.received_at < before, INBOX.c.state == State.DONE)
    return (await store.execute(delete(INBOX).where(old))).rowcount
