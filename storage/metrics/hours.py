"""The figure of the busiest hours: how many messages fell into each hour of the week, by the community's zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Executable, Integer, cast, func, select

from storage.database import Store
from storage.messages import MESSAGES
from storage.metrics._ask import Ask
from storage.metrics._coverage import Seen
from storage.metrics._terms import Figure, Reduced, Row, Unit

STEP = 900  # seconds; every zone's offset is a multiple of it
KEYS = tuple(f"{weekday}-{hour:02d}" for weekday in range(1, 8) for hour in range(24))


def _quarter(*, sqlite: bool) -> ColumnElement[int]:
    """Return in which quarter of an hour since 1970 a message was posted."""
    if sqlite:
        return cast(func.strftime("%s", MESSAGES.c.at), Integer) // STEP
    return cast(func.floor(func.extract("epoch", MESSAGES.c.at) / STEP), Integer)


async def _load(store: Store, ask: Ask, seen: Seen) -> dict[str, int]:
    groups = seen.visible()
    if not groups:
        return {}
    quarter = _quarter(sqlite=store.is_sqlite)
    within = select(quarter, func.count()).where(
        MESSAGES.c.group_id.in_(groups), MESSAGES.c.at >= ask.period.since, MESSAGES.c.at < ask.until
    )
    # Two answers from an index each: one query that looks at every message's member takes five times as long.
    every = Counter(dict(await _counts(store, within.group_by(quarter))))
    every.subtract(dict(await _counts(store, within.where(MESSAGES.c.member_id.is_(None)).group_by(quarter))))
    found: Counter[str] = Counter()
    for number, messages in every.items():
        local = datetime.fromtimestamp(number * STEP, UTC).astimezone(ask.options.zone)
        found[f"{local.isoweekday()}-{local.hour:02d}"] += messages
    return dict(found)


async def _counts(store: Store, query: Executable) -> list[tuple[int, int]]:
    return [(int(row[0]), int(row[1])) for row in await store.rows(query)]


def _rows(material: dict[str, int], _ask: Ask) -> list[Row]:
    return [Row(True, key, material.get(key, 0)) for key in KEYS] if material else []


def _by_hour(rows: Sequence[Row]) -> Reduced:
    parts = {row.why: int(row.value or 0) for row in rows}
    found = sum(parts.values())
    return Reduced(found, found, parts=parts)


FIGURES = (
    Figure(
        name="message_hours",
        zh="各时段消息",
        en="Messages by hour",
        unit=Unit.COUNT,
        definition_zh="一周里每个小时（社区时区）成员发了多少条消息；记作“星期-小时”，1 是周一。",
        definition_en="Messages of members in each hour of the week, community's zone; weekday-hour, 1 is Monday.",
        load=_load,
        rows=_rows,
        reduce=_by_hour,
    ),
)
