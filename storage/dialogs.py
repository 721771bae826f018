"""Dialogs: a multi-step talk in a direct, at most one per member, that survives a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Table, Text, delete, select

from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

DIALOGS = Table(
    "dialogs",
    METADATA,
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Column("feature", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("answers", Text, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Dialog:
    """Where a member's talk with a feature stands."""

    member: int
    feature: str
    step: str
    answers: dict[str, Any]
    expires_at: datetime


async def current(store: Store, member: int, now: datetime) -> Dialog | None:
    """Return the dialog a member is in, unless it expired."""
    query = select(DIALOGS.c.feature, DIALOGS.c.step, DIALOGS.c.answers, DIALOGS.c.expires_at)
    row = await store.row(query.where(DIALOGS.c.member_id == member, DIALOGS.c.expires_at > now))
    return None if row is None else Dialog(member, row[0], row[1], json.loads(row[2]), row[3])


async def put(store: Store, dialog: Dialog) -> None:
    """Begin a dialog, or take it a step further."""
    row = {
        "member_id": dialog.member,
        "feature": dialog.feature,
        "step": dialog.step,
        "answers": json.dumps(dialog.answers, ensure_ascii=False),
        "expires_at": dialog.expires_at,
    }
    await store.upsert(DIALOGS, ("member_id",), [row])


async def end(store: Store, member: int) -> None:
    """End a member's dialog."""
    await store.execute(delete(DIALOGS).where(DIALOGS.c.member_id == member))
