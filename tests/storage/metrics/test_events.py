"""Figures of events: what is known of whom, and that what nobody saw is never 0."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import checkins, events, registrations
from storage.database import Database
from storage.events import Kind, Plan
from storage.metrics import FIGURES, Missing, Scope, attendance, compute_all
from storage.metrics import events as events_figures
from storage.registrations import REGISTRATIONS
from tests.storage.metrics.world import NOW, OPTIONS, SHANGHAI, WEEK, World, ask, hours, rows

START = WEEK.since + hours(44)
OF_EVENTS = [found.name for module in (events_figures, attendance) for found in module.FIGURES]


async def held(world: World, title: str = "五道坎", starts: datetime = START, *, publish: bool = True) -> int:
    plan = Plan(kind=Kind.TALK, title=title, starts_at=starts, ends_at=starts + hours(1), zone="Asia/Shanghai")
    event = await events.add(world.store, plan, at=starts - timedelta(days=7))
    assert event is not None
    if publish:
        await events.publish(world.store, event, starts - timedelta(days=7))
    return event


async def registered(world: World, event: int, *members: int, state: str = "in", source: str = "group") -> None:
    for member in members:
        await world.store.insert(
            REGISTRATIONS, event_id=event, member_id=member, state=state, at=START, changed_at=START, source=source
        )


async def came(world: World, event: int, *members: int) -> None:
    found = await events.get(world.store, event)
    for member in members:
        day = found.starts_at.astimezone(SHANGHAI).date()
        await checkins.add(world.store, event, member, day, found.starts_at)


async def test_where_no_event_was_published_nothing_is_said(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group = await world.group("a")
        await held(world, publish=False)
        values = await compute_all(store, FIGURES, Scope.group(group), WEEK, NOW, OPTIONS)
    assert {values[name].missing for name in OF_EVENTS} == {Missing.NOT_OBSERVABLE}


async def test_a_week_without_events_has_none(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        world = World(store)
        group = await world.group("a")
        await held(world, starts=START - timedelta(days=70))
        found = await ask(world, "events_held", group.id)
        assert (found.value, found.missing) == (0, None)
        assert (await ask(world, "attendance_rate", group.id)).missing is Missing.NOTHING
        assert (await ask(world, "event_score", group.id)).missing is Missing.NOTHING


async def test_who_came_is_unknown_where_nobody_could_check_in(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        world = World(store)
        group = await world.group("a")
        one, two, three = [await world.member(name) for name in ("one", "two", "three")]
        silent = await held(world, "没有签到的")
        await registered(world, silent, one, two)
        for name in ("event_checkins", "attendance_rate", "no_shows", "first_timers", "attending_companies"):
            found = await ask(world, name, group.id)
            assert (found.value, found.missing) == (None, Missing.NOT_OBSERVABLE), name
        assert (await ask(world, "event_registrations", group.id)).value == 2
        event = await held(world, starts=START + hours(24))
        await registered(world, event, one, two)
        await came(world, event, two, three)
        rate = await ask(world, "attendance_rate", group.id)
        assert (rate.n, rate.of, dict(rate.parts)) == (1, 2, {"held": 1, "unattended": 1})
        assert (await ask(world, "no_shows", group.id)).value == 1
        assert [row.event for row in await rows(world, "no_shows", group.id) if row.value is None] == [silent]


async def test_as_of_a_moment_what_happened_later_does_not_exist(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        world = World(store)
        group = await world.group("a")
        one = await world.member("one")
        event, later = await held(world), await held(world, starts=START + hours(24))
        await came(world, event, one)
        await came(world, later, one)
        found = await ask(world, "events_held", group.id, now=START + hours(2))
        assert found.value == 1
        assert (await ask(world, "events_held", group.id)).value == 2
        first = await rows(world, "first_timers", group.id)
        assert [(row.member, row.value) for row in first] == [(one, 1)]
        assert (await ask(world, "event_checkins", group.id)).value == 2


async def test_one_person_on_two_platforms_counts_once(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        group, other = await world.group("a"), await world.group("b", platform="telegram")
        one = await world.member("one")
        again = await world.member("again", platform="telegram", same_as=one)
        event = await held(world)
        await registered(world, event, one, again)
        await came(world, event, again)
        assert (await registrations.counts(store, event)).taken == 1
        rate = await ask(world, "attendance_rate", group.id, other.id)
        assert (rate.n, rate.of) == (1, 1)
        assert (await ask(world, "event_checkins", group.id, other.id)).value == 1
