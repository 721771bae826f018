"""Deliveries: what became of the posts that were made in a time, for those who answer for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage.database import Store
from storage.outbox import OUTBOX, State
from storage.replies import Purpose


@dataclass(frozen=True, slots=True)
class Delivery:
    """A post of a group and where it stands; `tried` tells one of unknown outcome from a preview that waits."""

    group_id: int
    post: int
    state: State
    tried: bool


_COLUMNS = (OUTBOX.c.group_id, OUTBOX.c.id, OUTBOX.c.state, OUTBOX.c.attempts)
_POSTS = select(*_COLUMNS).where(OUTBOX.c.part == 1).order_by(OUTBOX.c.id)


async def made(
    store: Store, groups: Iterable[int], purpose: Purpose, since: datetime, until: datetime
) -> list[Delivery]:
    """Return the posts (not parts) of a purpose that were queued for groups in a time, oldest first."""
    made_then = OUTBOX.c.created_at >= since, OUTBOX.c.created_at < until
    query = _POSTS.where(OUTBOX.c.group_id.in_(list(groups)), OUTBOX.c.purpose == purpose, *made_then)
    return [_delivery(row) for row in await store.rows(query)]


async def waiting(store: Store, groups: Iterable[int]) -> list[Delivery]:
    """Return the posts of groups that wait for a person: for a yes to the first, or with an unknown outcome."""
    held = OUTBOX.c.state.in_([State.HELD, State.UNKNOWN])
    return [_delivery(row) for row in await store.rows(_POSTS.where(OUTBOX.c.group_id.in_(list(groups)), held))]


def _delivery(row: Any) -> Delivery:
    return Delivery(row[0], row[1], State(row[2]), row[3] > 0)
