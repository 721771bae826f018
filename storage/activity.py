"""Daily roll-ups: who was active in which group on which local day, and what was printed of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

DAILY = Table(
    "daily",
    METADATA,
    Column("group_id", Id, ForeignKey("groups.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # in the community's zone
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("messages", Integer, nullable=False),
    Index("ix_daily_member_id_day", "member_id", "day"),
)

PRINTED = Table(
    "printed",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime, nullable=False),
    Column("definition_version", Integer, nullable=False),
    Column("figures", Text, nullable=False),  # JSON: figure name -> value
    Column("at", UTCDateTime, nullable=False),
    UniqueConstraint("scope", "since", "until", "definition_version"),
)


async def note(store: Store, counts: dict[tuple[int, date, int], int]) -> None:
    """Add messages to the roll-up; keys are (group, local day, member)."""
    rows = [
        {"group_id": group, "day": day, "member_id": member, "messages": count}
        for (group, day, member), count in counts.items()
    ]
    more = DAILY.c.messages + store.insert_into(DAILY).excluded.messages
    await store.upsert(DAILY, ("group_id", "day", "member_id"), rows, messages=more)


async def print_figures(
    store: Store, scope: str, since: datetime, until: datetime, version: int, figures: dict[str, Any], at: datetime
) -> None:
    """Keep the figures as they were printed; the first print of a period stays."""
    row = {
        "scope": scope,
        "since": since,
        "until": until,
        "definition_version": version,
        "figures": json.dumps(figures, ensure_ascii=False),
        "at": at,
    }
    await store.insert_new(PRINTED, [row])


async def printed(store: Store, scope: str, since: datetime, until: datetime, version: int) -> dict[str, Any] | None:
    """Return the figures of a period as they were printed, if they were."""
    query = select(PRINTED.c.figures).where(
        PRINTED.c.scope == scope,
        PRINTED.c.since == since,
        PRINTED.c.until == until,
        PRINTED.c.definition_version == version,
    )
    found = await store.scalar(query)
    return None if found is None else dict(json.loads(found))


async def active_days(store: Store, groups: Iterable[int], since: date, until: date) -> list[tuple[date, int]]:
    """Return the distinct (day, member) of activity in groups, `since` <= day < `until`."""
    query = (
        select(DAILY.c.day, DAILY.c.member_id)
        .where(DAILY.c.group_id.in_(list(groups)), DAILY.c.day >= since, DAILY.c.day < until)
        .distinct()
    )
    return [(row[0], row[1]) for row in await store.rows(query)]


async def last_day(store: Store, groups: Iterable[int]) -> date | None:
    """Return the last local day on which anybody was active in groups, if ever."""
    found = [await store.scalar(_LAST_DAY, {"group": group}) for group in groups]
    return max((day for day in found if day is not None), default=None)


_LAST_DAY = select(func.max(DAILY.c.day)).where(DAILY.c.group_id == bindparam("group"))
