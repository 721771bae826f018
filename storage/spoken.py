"""Spoken: when members spoke to the bot, for the limits of what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select

from storage.database import Store
from storage.messages import MESSAGES, Stored

BEGINNING = 60  # characters: longer than any greeting


class Spoken(NamedTuple):
    """When a member spoke to the bot, whether it was a command, and how it began."""

    at: datetime
    command: bool
    begins: str


_TO_BOT = (
    select(MESSAGES.c.at, MESSAGES.c.flags, func.substr(MESSAGES.c.text, 1, BEGINNING).label("begins"))
    .where(MESSAGES.c.member_id == bindparam("member"), MESSAGES.c.group_id == bindparam("group"))
    .where(MESSAGES.c.at.between(bindparam("since"), bindparam("until")), MESSAGES.c.id <= bindparam("this"))
    .where(or_(MESSAGES.c.to_bot.is_(True), MESSAGES.c.flags.contains("command"), MESSAGES.c.id == bindparam("this")))
    .order_by(MESSAGES.c.at.desc(), MESSAGES.c.id.desc())
    .limit(bindparam("limit"))
)


async def to_bot_by(store: Store, message: Stored, since: datetime, limit: int) -> list[Spoken]:
    """Return the last times that the author of a message spoke to the bot in its group, in order, this one included."""
    asked = {"member": message.member_id, "group": message.group_id, "this": message.id, "limit": limit}
    rows = await store.rows(_TO_BOT, asked | {"since": since, "until": message.at})
    return [Spoken(row.at, "command" in row.flags.split(), row.begins) for row in reversed(rows)]
