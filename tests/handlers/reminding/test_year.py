"""A thousand events over a year in twelve zones: each reminder exactly once, none after the start, none at night."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.turn import Turn
from handlers._events.announcing import announced, told_of_change
from handlers.reminding._looking import look
from storage import events, groups, reminders
from storage.database import Database
from storage.events import Event
from storage.frames import Place
from storage.groups import Group
from storage.outbox import OUTBOX, State
from storage.reminders import Kind
from tests.chat import Chat
from tests.handlers.reminding.community import a_group, joins, opened, queue, talk, turn
from tests.handlers.reminding.year import GROUPS, REGISTERED, One, Year, judged, year

pytestmark = pytest.mark.middle

REMINDERS = (Kind.WEEK, Kind.DAY, Kind.HOUR)


@pytest.mark.timeout(900)  # a minute and a half where nothing else runs
async def test_a_year_of_a_thousand_events(sqlite_database: Database) -> None:
    found = year(1000, seed=57)
    chat = await begun(sqlite_database, found)
    group = await a_group(chat)
    for moment, happens in happening(found):
        chat.clock.time = moment
        if happens is None:
            await looked(chat, group)
        else:
            await happen(chat, group, *happens)
    await compared(chat, found)


async def looked(chat: Chat, group: Group) -> None:
    """Let it be looked what is due, as the ticker does each minute."""
    async with turn(chat, group) as (opened_turn, ctx):
        await queue(opened_turn, await look(ctx, ctx.now().isoformat()), group)
        await sent(opened_turn)


async def sent(opened_turn: Turn) -> None:
    """Let what may go out arrive at once: what sending is about is tested elsewhere, and takes its time."""
    now = opened_turn.clock_now
    out = OUTBOX.update().where(OUTBOX.c.state == State.PENDING, OUTBOX.c.not_before <= now)
    await opened_turn.store.execute(out.values(state=State.SENT, sent_at=now, attempts=1))


async def begun(database: Database, found: Year) -> Chat:
    """Return a chat whose groups live in their zones, before anything happens."""
    chat = await opened(database, features=("reminding",))
    chat.clock.time = min(found.looks[0], min(one.versions[0].since for one in found.events)) - timedelta(days=1)
    for key, zone in GROUPS.items():
        await chat.say("alice", "大家好", group=key)
        async with database.write() as store:
            group = await groups.at(store, Place("qq", key))
            assert group is not None
            await groups.set_zone(store, group.id, zone)
    return chat


def happening(found: Year) -> Iterator[tuple[datetime, tuple[One, int] | None]]:
    """Yield what happens to events, and looks (None), in their order; at the same moment what happens comes first."""
    every: list[tuple[datetime, int, int, tuple[One, int] | None]] = [(moment, 1, 0, None) for moment in found.looks]
    for one in found.events:
        every += [(version.since, 0, one.number, (one, index)) for index, version in enumerate(one.versions)]
        if (end := one.versions[-1].until) is not None:
            every.append((end, 0, one.number, (one, -1)))
    for moment, _, _, happens in sorted(every, key=lambda entry: entry[:3]):
        yield moment, happens


async def happen(chat: Chat, group: Group, one: One, index: int) -> None:
    """Publish an event, move it to its next beginning, or call it off."""
    async with turn(chat, group) as (opened_turn, ctx):
        now = chat.clock.now()
        if index == 0:
            plan = talk(one.versions[0].starts_at, one.title, zone=one.zone, speakers=())
            number = await events.add(ctx.store, plan, at=now, uid=one.title)
            assert number is not None
            await events.publish(ctx.store, number, now)
            replies = await announced(ctx, await events.get(ctx.store, number))
        else:
            before = await events.by_uid(ctx.store, one.title)
            assert before is not None
            if index < 0:
                await events.cancel(ctx.store, before.id, now)
            else:
                plan = talk(one.versions[index].starts_at, one.title, zone=one.zone, speakers=())
                await events.change(ctx.store, before.id, plan, now)
            replies = await told_of_change(ctx, await events.get(ctx.store, before.id), before=before)
        await queue(opened_turn, replies, group)
        await sent(opened_turn)
    if index == 0:
        await joins(chat, await the_event(chat, one), "木子", direct=True)


async def the_event(chat: Chat, one: One) -> Event:
    async with chat.database.read() as store:
        found = await events.by_uid(store, one.title)
    assert found is not None
    return found


async def compared(chat: Chat, found: Year) -> None:
    """Hold what was said against the reference."""
    async with chat.database.read() as store:
        keys = {group.id: group.key for group in await groups.every(store)} | {0: REGISTERED}
        ids = {one.number: (await the_event(chat, one)).id for one in found.events}
        said = Counter(
            (told.place.event, told.place.starts_at, told.place.kind, keys[told.place.group])
            for told in await reminders.told(store, list(ids.values()), REMINDERS)
            if told.post
        )
        posts = await store.rows(select(OUTBOX.c.key, OUTBOX.c.body).where(OUTBOX.c.state == State.SENT))
    assert set(said.values()) == {1}
    titles = {ids[one.number]: one.title for one in found.events}
    reminded = [body for key, body in posts if not re.search(":(announce|moved|cancelled):", key)]
    read = Counter(title for body in reminded for title in re.findall("第 [0-9]{4,} 场", body))
    wanted = Counter(titles[event] for event, *_ in said.elements())
    unnamed = sum(int(count) for body in reminded for count in re.findall("还有 ([0-9]+) 场，", body))
    assert read <= wanted
    assert wanted.total() - read.total() == unnamed  # a post names five, and says how many more there are
    musts = mays = 0
    for one in found.events:
        for place in keys.values():
            verdicts = judged(found, one, place)
            mine = {(start.astimezone(UTC), kind) for event, start, kind, where in said
                    if (event, where) == (ids[one.number], place)}  # fmt: skip
            must = {entry for entry, verdict in verdicts.items() if verdict == "must"}
            assert must <= mine, (one, place, must - mine)
            assert mine <= set(verdicts), (one, place, mine - set(verdicts))
            musts, mays = musts + len(must), mays + len(verdicts) - len(must)
    assert musts > 4 * len(found.events), musts
    assert mays < musts / 5


def test_the_year_has_what_it_is_to_prove() -> None:
    found = year(1000, seed=57)
    assert len({one.zone for one in found.events}) == 12
    assert sum(1 for one in found.events if len(one.versions) > 1) > 200
    assert sum(1 for one in found.events if one.versions[-1].until is not None) > 30
    changes = [
        one
        for one in found.events
        for version in one.versions
        if version.starts_at.astimezone(ZoneInfo(one.zone)).utcoffset()
        != (version.starts_at - timedelta(days=7)).astimezone(ZoneInfo(one.zone)).utcoffset()
    ]
    assert len(changes) > 15
