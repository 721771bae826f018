"""To-dos move with their event; and of a round that moved, an admin is asked whether the later ones move as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Body, Context, Errand, Purpose, Reply, Text, UserError, answer
from handlers._events.announcing import told_of_change
from handlers._rules import instant
from handlers._wording import durations
from handlers._wording.masking import cut
from handlers.series._meant import answerable
from handlers.series._months import due_on, moment_later
from handlers.series._template import decoded
from storage import events, series, todos
from storage.events import Event, State
from storage.replies import Button
from storage.series import Series

SHOWN, TITLE = 4, 24


class Texts:
    """What is said when a round moves."""

    MOVED = Text(
        zh="《{title}》的 {number} 从 {before}挪到了 {after}。后面 {count} 场现在没有动，一起挪的话是这样：",
        en="{number} of “{title}” moved from {before} to {after}. The {count} after it did not; moved, they would be:",
    )
    LINE = Text(zh="{number} {before} → {after}", en="{number} {before} → {after}")
    ASK = Text(
        zh="要挪回「系列 挪 {city}」。不回就不动。", en="To move them: /series shift {city}. Silence: they stay."
    )
    ASK_TOLD = Text(
        zh="要挪回「系列 挪 {city}」，公布过的会告诉群里和报了名的人。不回就不动。",
        en="To move them: /series shift {city}; whoever was told of them will be told. Silence: they stay.",
    )
    SHIFT = Text(zh="一起挪", en="Move them")
    NOTHING = Text(zh="《{title}》没有要跟着挪的场次。", en="In “{title}” there is nothing that would move as well.")
    SHIFTED = Text(
        zh="《{title}》后面 {count} 场挪好了，待办跟着挪了：", en="“{title}”: {count} moved, and their to-dos:"
    )


async def follow(ctx: Context[Any]) -> None:
    """Let all that is not done be due as its event now is."""
    open_ones = await todos.undone(ctx.store)
    found = await events.several(ctx.store, {todo.event for todo in open_ones})
    for todo in open_ones:
        event = found[todo.event]
        day = due_on(event.starts_at, ZoneInfo(event.zone), todo.days, todo.at)
        if day != todo.due_on:
            await todos.move(ctx.store, todo.id, day)


async def notice(ctx: Context[Any]) -> list[Reply]:
    """Return what those who began series are asked where rounds moved since it was last looked."""
    seen = await series.seen(ctx.store)
    now = await events.several(ctx.store, seen)
    moved = sorted(number for number, one in seen.items() if now[number].starts_at != one.starts_at)
    for number in moved:
        before = seen[number]
        await series.see(
            ctx.store, before.series, number, now[number].starts_at, before.moved_from or before.starts_at
        )  # fmt: skip
    replies = []
    for which in sorted({seen[number].series for number in moved}):
        replies += await _asked(ctx, await series.get(ctx.store, which))
    return replies


async def _asked(ctx: Context[Any], one: Series) -> list[Reply]:
    moved, changes = await _changes(ctx, one)
    if moved is None or not changes or one.is_over:
        return []
    event, before = moved
    zone = ZoneInfo(event.zone)
    ask = Texts.ASK_TOLD if any(later.is_published for later, _ in changes) else Texts.ASK
    head = ctx.say(
        Texts.MOVED, title=cut(one.title, TITLE), number=event.number, count=len(changes),
        before=durations.day(before, ctx.now(), zone, ctx.language),
        after=durations.day(event.starts_at, ctx.now(), zone, ctx.language),
    )  # fmt: skip
    body = Body.of(head, *_lines(ctx, changes), ctx.say(ask, city=one.city))
    button = Button(ctx.say(Texts.SHIFT), f"/series shift {one.city}")
    key = f"series:moved:{event.id}:{event.starts_at.isoformat()}"
    return [
        Reply(Body(body.blocks, (button,)), member=member, purpose=Purpose.NOTICE, key=f"{key}:{member}")
        for member in sorted(await answerable(ctx, one.by_member))
    ]


async def shift(ctx: Context[Any], one: Series) -> list[Reply | Errand]:
    """Move the rounds after the one that moved, so that they keep their months from it; everyone told of them is told.

    Raises:
        UserError: There is nothing to move.
    """
    await notice(ctx)  # it may have moved a moment ago
    _, changes = await _changes(ctx, one)
    if not changes:
        raise UserError(ctx.say(Texts.NOTHING, title=one.title))
    told: list[Reply | Errand] = []
    for before, after in changes:
        told += await _changed(ctx, before, after)
        await series.see(ctx.store, one.id, before.id, after.starts_at)
    await series.settled(ctx.store, await series.seen(ctx.store, one.id))
    await follow(ctx)
    return [answer(ctx.say(Texts.SHIFTED, title=one.title, count=len(changes)), *_lines(ctx, changes)), *told]


async def _changed(ctx: Context[Any], before: Event, after: Event) -> list[Reply | Errand]:
    """Let an event be at another time; whoever was told of it is told, as of any change."""
    await events.locked(ctx.store, before.id)
    await events.change(ctx.store, before.id, after, ctx.now())
    if not before.is_published:
        return []
    return await told_of_change(ctx, await events.get(ctx.store, before.id), before=before)


async def _changes(ctx: Context[Any], one: Series) -> tuple[tuple[Event, datetime] | None, list[tuple[Event, Event]]]:
    """Return the first round that moved with when it was before, and the later ones as they are and would be."""
    known = await series.seen(ctx.store, one.id)
    every = [event for event in await events.of_series(ctx.store, one.id) if event.state is not State.CANCELLED]
    moved = [event for event in every if event.id in known and known[event.id].moved_from is not None and event.round]
    if not moved:
        return None, []
    first = min(moved, key=lambda event: event.round or 0)
    months = {number: each.months for number, each in enumerate(decoded(one.template).rounds, 1)}
    later = [event for event in every if (event.round or 0) > (first.round or 0) and event.starts_at > ctx.now()]
    changes = []
    for event in sorted(later, key=lambda event: event.round or 0):
        apart = months.get(event.round or 0, 0) - months.get(first.round or 0, 0)
        plan = _at(event, moment_later(first.starts_at, apart, ZoneInfo(first.zone)))
        if plan.starts_at != event.starts_at:
            changes.append((event, plan))
    before = known[first.id].moved_from
    return None if before is None else (first, before), changes


def _at(event: Event, day: datetime) -> Event:
    """Return an event on the day of a moment, at its own time of day and as long as it was."""
    zone = ZoneInfo(event.zone)
    local = event.starts_at.astimezone(zone)
    starts_at = instant(day.astimezone(zone).date(), local.time(), zone)
    return replace(event, starts_at=starts_at, ends_at=starts_at + (event.ends_at - event.starts_at))


def _lines(ctx: Context[Any], changes: Sequence[tuple[Event, Event]]) -> list[str]:
    return [
        ctx.say(
            Texts.LINE,
            number=event.number,
            before=durations.day(event.starts_at, ctx.now(), ZoneInfo(event.zone), ctx.language),
            after=durations.when(plan.starts_at, ctx.now(), ZoneInfo(event.zone), ctx.language),
        )
        for event, plan in changes[:SHOWN]
    ]
