"""Events that dialogs begin with: published, this Thursday at 20:00 in Shanghai unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from storage import events, members
from storage.events import Event, Kind, Plan, Speaker
from tests.chat import Chat

START = datetime.fromisoformat("2026-11-26T20:00:00+08:00")
TALK = Plan(
    kind=Kind.TALK,
    title="慢 SQL 三板斧",
    starts_at=START,
    ends_at=START + timedelta(minutes=50),
    zone="Asia/Shanghai",
)
ON_SITE = replace(TALK, kind=Kind.TRAINING, title="象行成都", city="成都", venue="高新区天府五街")


async def member_id(chat: Chat, who: str) -> int:
    """Return a member's number, known from then on."""
    async with chat.database.write() as store:
        return (await members.ensure(store, "qq", who, who, chat.clock.now())).id


async def published(chat: Chat, plan: Plan = TALK, *, speaker: str = "", **changes: Any) -> Event:
    """Return a published event; `speaker` is a member who speaks there."""
    speakers = (Speaker(speaker, member=await member_id(chat, speaker)),) if speaker else ()
    async with chat.database.write() as store:
        wanted = replace(plan, **{"speakers": speakers, **changes})
        number = await events.add(store, wanted, at=chat.clock.now())
        assert number is not None
        await events.publish(store, number, chat.clock.now())
        return await events.get(store, number)
