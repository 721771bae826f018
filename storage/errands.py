"""Errands: slow, durable work outside the transaction; repeatable, and it returns replies."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint, and_, bindparam, or_, select, update

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

MAX_ATTEMPTS = 5

ERRANDS = Table(
    "errands",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("feature", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("group_id", Id),
    Column("member_id", Id),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", UTCDateTime, nullable=False),
    Column("lease_until", UTCDateTime),
    Column("error", Text),
    UniqueConstraint("key"),
    Index("ix_errands_state_not_before", "state", "not_before"),
)


class State(StrEnum):
    """Where an errand stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Errand:
    """Work for `feature`'s function `name`; `group` and `member` say for whom."""

    feature: str
    name: str
    key: str  # UNIQUE: the same errand is not run twice
    payload: dict[str, Any]
    group: int | None = None
    member: int | None = None
    id: int = 0
    attempts: int = 0


_COLUMNS = tuple(
    ERRANDS.c[name] for name in ("feature", "name", "key", "payload", "group_id", "member_id", "id", "attempts")
)


_DUE = (
    select(ERRANDS.c.id)
    .where(
        or_(
            and_(ERRANDS.c.state == State.WAITING, ERRANDS.c.not_before <= bindparam("now")),
            and_(ERRANDS.c.state == State.RUNNING, ERRANDS.c.lease_until <= bindparam("now")),
        )
    )
    .limit(1)
)


async def put(store: Store, errand: Errand, now: datetime) -> int | None:
    """Queue an errand; None where its key was queued before."""
    return await store.insert_or_skip(
        ERRANDS,
        key=errand.key,
        feature=errand.feature,
        name=errand.name,
        group_id=errand.group,
        member_id=errand.member,
        payload=json.dumps(errand.payload, ensure_ascii=False),
        state=State.WAITING,
        not_before=now,
    )


async def is_due(store: Store, now: datetime) -> bool:
    """Say whether an errand waits, or lost its worker: whether it is worth trying to claim one."""
    return await store.scalar(_DUE, {"now": now}) is not None


async def claim(
    store: Store,
    now: datetime,
    lease_until: datetime,
    *,
    only: Collection[str] | None = None,
    but: Collection[str] = (),
) -> Errand | None:
    """Take the next errand that waits, or whose worker is gone, until a time: `only` of some names, or none `but`.

    One whose worker was gone `MAX_ATTEMPTS` times is given up: it may be what killed them.
    """
    orphaned = and_(ERRANDS.c.state == State.RUNNING, ERRANDS.c.lease_until <= now)
    await store.execute(
        update(ERRANDS)
        .where(orphaned, ERRANDS.c.attempts >= MAX_ATTEMPTS)
        .values(state=State.FAILED, lease_until=None, error="its worker never came back")
    )
    free = or_(and_(ERRANDS.c.state == State.WAITING, ERRANDS.c.not_before <= now), orphaned)
    named = ERRANDS.c.name.not_in(but) if only is None else ERRANDS.c.name.in_(only)
    query = select(*_COLUMNS).where(free, named).order_by(ERRANDS.c.id).limit(1)
    row = await store.row(query if store.is_sqlite else query.with_for_update(skip_locked=True))
    if row is None:
        return None
    await store.execute(
        update(ERRANDS)
        .where(ERRANDS.c.id == row.id)
        .values(state=State.RUNNING, lease_until=lease_until, attempts=ERRANDS.c.attempts + 1)
    )
    return Errand(row[0], row[1], row[2], json.loads(row[3]), *row[4:])


async def finish(store: Store, errand: int) -> None:
    """Say that an errand is done; part of the transaction that queues its replies. Its payload is erased."""
    await store.execute(
        update(ERRANDS).where(ERRANDS.c.id == errand).values(state=State.DONE, payload="{}", lease_until=None)
    )


async def fail(store: Store, errand: int, error: str, retry_at: datetime | None) -> None:
    """Say that an errand failed: tried again at a time, or given up."""
    state = State.FAILED if retry_at is None else State.WAITING
    values: dict[str, Any] = {"state": state, "error": error, "lease_until": None}
    if retry_at is not None:
        values["not_before"] = retry_at
    await store.execute(update(ERRANDS).where(ERRANDS.c.id == errand).values(**values))


async def is_known(store: Store, key: str) -> bool:
    """Say whether an errand of this key was queued before, whatever became of it."""
    return await store.scalar(select(ERRANDS.c.id).where(ERRANDS.c.key == key)) is not None


async def gave_up(store: Store, key: str) -> bool:
    """Say whether an errand of this key was tried in vain, and is not tried any more."""
    query = select(ERRANDS.c.id).where(ERRANDS.c.key == key, ERRANDS.c.state == State.FAILED)
    return await store.scalar(query) is not None
