"""Settings that people changed by command: overrides of default and config, for one group or the whole community."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, Text, bindparam, delete, or_, select

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

COMMUNITY = 0  # in place of a group's id

SETTINGS = Table(
    "settings",
    METADATA,
    Column("group_id", Id, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),  # feature.name
    Column("value", Text, nullable=False),  # JSON
    Column("at", UTCDateTime, nullable=False),
    Column("by_member", Id),
)

_HOLDING = select(SETTINGS.c.group_id, SETTINGS.c.key, SETTINGS.c.value).where(
    or_(SETTINGS.c.group_id == COMMUNITY, SETTINGS.c.group_id == bindparam("group"))
)


@dataclass(frozen=True, slots=True)
class Layers:
    """What was set by command for everyone, and for one group on top of it (nothing, where everyone is meant)."""

    for_all: Mapping[str, Any]
    own: Mapping[str, Any]

    @property
    def merged(self) -> dict[str, Any]:
        """What holds."""
        return {**self.for_all, **self.own}


async def overrides(store: Store, group: int) -> dict[str, Any]:
    """Return what was set for a group, on top of what was set for the community."""
    return (await layers(store, group)).merged


async def layers(store: Store, group: int) -> Layers:
    """Return what was set for a group, and for everyone."""
    found: dict[int, dict[str, Any]] = {COMMUNITY: {}}
    for row in await store.rows(_HOLDING, {"group": group}):
        found.setdefault(row.group_id, {})[row.key] = json.loads(row.value)
    return Layers(found[COMMUNITY], {} if group == COMMUNITY else found.get(group, {}))


async def get(store: Store, group: int, key: str, default: Any = None) -> Any:
    """Return one override of exactly this group."""
    found = await store.scalar(select(SETTINGS.c.value).where(SETTINGS.c.group_id == group, SETTINGS.c.key == key))
    return default if found is None else json.loads(found)


async def by_group(store: Store, key: str) -> dict[int, Any]:
    """Return all overrides of one setting by group; what was set for everyone stands under `COMMUNITY`."""
    rows = await store.rows(select(SETTINGS.c.group_id, SETTINGS.c.value).where(SETTINGS.c.key == key))
    return {row.group_id: json.loads(row.value) for row in rows}


async def of_tables(store: Store, *tables: str) -> dict[int, dict[str, Any]]:
    """Return all overrides of some tables (`service.*`) by group; what was set for everyone under `COMMUNITY`."""
    within = or_(*(SETTINGS.c.key.startswith(f"{table}.", autoescape=True) for table in tables))
    found: dict[int, dict[str, Any]] = {}
    for row in await store.rows(select(SETTINGS.c.group_id, SETTINGS.c.key, SETTINGS.c.value).where(within)):
        found.setdefault(row.group_id, {})[row.key] = json.loads(row.value)
    return found


async def put(store: Store, group: int, key: str, value: Any, at: datetime, by: int | None) -> None:
    """Set an override; its value is anything JSON can hold."""
    row = {"group_id": group, "key": key, "value": json.dumps(value, ensure_ascii=False), "at": at, "by_member": by}
    await store.upsert(SETTINGS, ("group_id", "key"), [row])


async def drop(store: Store, group: int, key: str) -> None:
    """Take an override away, so that config and default hold again."""
    await store.execute(delete(SETTINGS).where(SETTINGS.c.group_id == group, SETTINGS.c.key == key))
