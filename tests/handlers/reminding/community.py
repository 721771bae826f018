"""A community with groups, events and people who registered, to announce to and to remind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errands import Errands
from bot.turn import Turn
from handlers import Context, Feature, NoSettings, Replies, Router
from handlers._events.announcing import told_of_change
from storage import events, groups, members, seats, settings
from storage.database import Database
from storage.events import Event, Kind, Plan, Speaker
from storage.frames import GroupKind, Place
from storage.groups import Group
from tests.chat import Chat

FEATURES = ("reminding", "couriers", "settings", "posting")
NAMED = ("joining", "speakers")  # whose words stand in announcements; what they do is not tested here
URL = "https://pg.example.org"
PLENTY = 100_000  # posts a week


async def opened(database: Database, *, features: Sequence[str] = FEATURES, budget: int = PLENTY, **more: Any) -> Chat:
    """Return a chat without cards, and with a week as full as is wanted."""
    tables = {"reminding": {"card": False}} | more.pop("tables", {})
    chat = await Chat.open(database, features=features, tables=tables, **more)
    chat.house.features.extend(Feature(name, Router(NoSettings), NoSettings()) for name in NAMED)  # type: ignore[attr-defined]
    async with database.write() as store:
        await settings.put(store, 0, "outbox.weekly_budget", budget, chat.clock.now(), None)
    return chat


def talk(starts_at: datetime, title: str = "逻辑复制上生产前要过的五道坎", **more: Any) -> Plan:
    """Return the plan of an online talk of fifty minutes."""
    given: dict[str, Any] = {
        "kind": Kind.TALK,
        "title": title,
        "starts_at": starts_at.astimezone(UTC),
        "ends_at": starts_at.astimezone(UTC) + timedelta(minutes=50),
        "zone": "Asia/Shanghai",
        "speakers": (Speaker("柏舟", "苇间数据", "线上跑着 400 多套逻辑复制"),),
    }
    return Plan(**given | more)


async def published(chat: Chat, plan: Plan) -> Event:
    """Return an event that was published now, and announced nowhere."""
    async with chat.database.write() as store:
        number = await events.add(store, plan, at=chat.clock.now())
        assert number is not None
        await events.publish(store, number, chat.clock.now())
        return await events.get(store, number)


async def a_group(chat: Chat, key: str = "g1", *, heard: bool = True) -> Group:
    """Return a group, heard by the bot or not."""
    async with chat.database.write() as store:
        place = Place("qq" if heard else "wechat", key, name=f"群 {key}")
        return await groups.ensure(store, place, chat.account.id if heard else None)


@asynccontextmanager
async def turn(chat: Chat, group: Group) -> AsyncIterator[tuple[Turn, Context[Any]]]:
    """Open a turn in a group, with the context of the feature that reminds."""
    async with chat.database.write() as store:
        opened = Turn(chat.house, store, chat.account, chat.clock.now())
        feature = next(one for one in chat.house.features if one.name == "reminding")
        yield opened, await opened.context(feature, group)


async def queue(opened: Turn, replies: Replies, group: Group) -> None:
    """Queue what was returned."""
    await opened.queue(replies, group, f"test:{opened.clock_now.timestamp()}")


async def delivered(chat: Chat) -> list[tuple[str, str]]:
    """Send what is due and return it since the last look: where, and what."""
    before = len(chat.adapter.posted)
    await chat.outbox.drain()
    return [(one.place.key, one.text) for one in chat.adapter.posted[before:]]


def errands(chat: Chat, folder: Any) -> Errands:
    """Return what does errands."""
    return Errands(chat.database, chat.house, chat.clock, folder, lambda: None)


async def moved(chat: Chat, event: Event, starts_at: datetime, group: Group) -> Event:
    """Let an event begin at another time, tell everybody, and return it."""
    async with turn(chat, group) as (opened, ctx):
        plan = talk(starts_at, event.title, capacity=event.capacity)
        await events.change(ctx.store, event.id, plan, chat.clock.now())
        after = await events.get(ctx.store, event.id)
        await queue(opened, await told_of_change(ctx, after, before=event), group)
        return after


async def joins(chat: Chat, event: Event, key: str, *, direct: bool, group: Group | None = None) -> None:
    """Let a member register who talks with the bot in private, or does not."""
    async with chat.database.write() as store:
        member = await members.ensure(store, "qq", key, key, chat.clock.now())
        if direct:
            place = Place("qq", f"direct:{key}", GroupKind.DIRECT, key)
            found = await groups.ensure(store, place, chat.account.id)
            await groups.belongs_to(store, found.id, member.id)
        where = None if group is None else group.id
        await seats.join(store, event, member.id, chat.clock.now(), group=where)
